import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pool } from 'pg';
import { ApplicationFailure } from '@temporalio/common';
import { createCaseActivities } from '../../activities/index.ts';
import type { RecordResult } from '../../contracts/messages.ts';
import type { LedgerEvent, NoticeRow, ObjectionRow, RightRow } from '../../domain/process.ts';
import { atOnce, effectiveAt, event, Office, projection, window } from './record.fixture.ts';

let office: Office;
beforeAll(async () => {
  office = await Office.open();
});
afterAll(() => office.close());

const kinds = (results: RecordResult[], kind: RecordResult['kind']): number => results.filter((r) => r.kind === kind).length;
const eventsOf = (result: RecordResult): LedgerEvent[] => ('events' in result ? result.events : []);

describe('one act', () => {
  test('sent fifty times at once has one effect', async () => {
    const caseId = await office.draft();
    const { act } = await office.receive(caseId);
    const actId = act?.id ?? '';
    const message = { template: 't', to: { personId: office.personId }, values: {} };
    const results = await atOnce(50, () => office.record(caseId, 0, { actId, fromInbox: true, messages: [message] }));
    expect([kinds(results, 'recorded'), kinds(results, 'known')]).toEqual([1, 49]);
    for (const result of results) expect(result).toMatchObject({ version: 1 });
    expect(await office.sql('SELECT seq FROM ledger WHERE case_id = $1', caseId)).toEqual([{ seq: 1 }]);
    expect(await office.sql('SELECT id FROM outbox WHERE case_id = $1', caseId)).toEqual([{ id: `${caseId}:1:0` }]);
    expect(await office.one('SELECT answer AS x FROM inbox WHERE id = $1', actId)).toMatchObject({
      outcome: 'done',
      caseId,
      version: 1,
      step: 'check',
      events: [{ seq: 1, type: 'happened' }],
    });
  });

  test('is one transaction: what fails last undoes what was written first', async () => {
    const caseId = await office.draft();
    const task = { key: 't', act: 'consent', since: 'not an instant' };
    const failing = office.record(caseId, 0, { projection: projection({ tasks: [task] }) });
    await expect(failing).rejects.toThrow(ApplicationFailure);
    expect(await office.sql('SELECT 1 FROM ledger WHERE case_id = $1', caseId)).toEqual([]);
    expect(await office.record(caseId, 0)).toMatchObject({ kind: 'recorded', version: 1 });
  });

  test('takes the draft away with the first record', async () => {
    const caseId = await office.draft();
    await office.sql(`INSERT INTO case_draft VALUES ($1, $2, '\\x00', 'e1')`, caseId, office.institutionId);
    await office.record(caseId, 0);
    expect(await office.sql('SELECT 1 FROM case_draft WHERE case_id = $1', caseId)).toEqual([]);
  });

  test('without events tells and projects once, however often it is sent', async () => {
    const caseId = await office.draft();
    await office.record(caseId, 0);
    const again = {
      actId: randomUUID(),
      events: [],
      projection: projection({ step: 'linked' }),
      messages: [{ template: 'linked', to: { role: 'officer' as const }, values: {} }],
    };
    await office.record(caseId, 1, again);
    await office.record(caseId, 1, again);
    expect(await office.sql('SELECT template FROM outbox WHERE case_id = $1', caseId)).toEqual([{ template: 'linked' }]);
    expect(await office.sql('SELECT step, version FROM cases WHERE id = $1', caseId)).toEqual([{ step: 'linked', version: 1 }]);
  });
});

describe('acts of several writers on one case', () => {
  test('go one after the other; the late one gets the rows it has not seen, and writes nothing', async () => {
    const caseId = await office.draft();
    await office.record(caseId, 0, { events: [event({ type: 'a' }), event({ type: 'b' })] });
    const stale = await office.record(caseId, 1, { events: [event({ type: 'late' })] });
    expect(stale).toMatchObject({ kind: 'stale', version: 2 });
    expect(eventsOf(stale)).toMatchObject([
      { seq: 2, type: 'b', actor: { kind: 'system' }, data: { 名称: '赋权', n: 1 }, effectiveAt },
    ]);
    expect(await office.one('SELECT count(*)::int AS x FROM ledger WHERE case_id = $1', caseId)).toBe(2);
  });

  test('keep one chain without gaps when fifty race and each tries again', async () => {
    const caseId = await office.draft();
    await atOnce(50, async () => {
      const actId = randomUUID();
      for (let version = 0; ;) {
        const result = await office.record(caseId, version, { actId });
        if (result.kind === 'recorded') return;
        if (result.kind !== 'stale') throw new Error(result.kind);
        version = result.version;
      }
    });
    const rows = await office.sql<{ seq: number; prev_hash: string; hash: string }>(
      'SELECT seq, prev_hash, hash FROM ledger WHERE case_id = $1 ORDER BY seq',
      caseId,
    );
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(rows.every((row, i) => i === 0 || row.prev_hash === rows[i - 1]?.hash)).toBe(true);
    const { events } = await office.activities.loadCase({ caseId, after: 47 });
    expect(events.map(({ seq }) => seq)).toEqual([48, 49, 50]);
  });

  test('that come before what they build on are an error, not a gap', async () => {
    const caseId = await office.draft();
    await expect(office.record(caseId, 3)).rejects.toMatchObject({ type: 'RecordImpossible', nonRetryable: true });
  });
});

describe('numbers', () => {
  test('have no gap and no double under fifty concurrent cases, some of which fail late', async () => {
    const number = { kind: 'assignNumber', series: '赋权', year: 2026, effectiveAt } as const;
    const bad = { key: 't', act: 'a', since: 'not an instant' };
    const results = await atOnce(80, async (i) => {
      const caseId = await office.draft();
      const fails = i % 8 >= 5;
      const view = projection(fails ? { tasks: [bad] } : {});
      return office.record(caseId, 0, { guards: [number], projection: view }).catch(() => undefined);
    });
    const given = results.flatMap((r) =>
      r?.kind === 'recorded' ? r.appended.map(({ data }) => data as { number: string; seq: number }) : [],
    );
    expect(given.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(given.every(({ number: text, seq }) => text === `赋权〔2026〕${seq}号`)).toBe(true);
    expect(await office.sql('SELECT last FROM number_series')).toEqual([{ last: 50 }]);
  });

  test('belong to a series and a year, and a case gets only one', async () => {
    const caseId = await office.draft();
    const first = await office.record(caseId, 0, { guards: [{ kind: 'assignNumber', series: '离岗', year: 2027, effectiveAt }] });
    expect(first).toMatchObject({
      version: 2,
      appended: [{ type: 'caseNumbered', data: { number: '离岗〔2027〕1号', year: 2027, seq: 1 } }],
    });
    const again = office.record(caseId, 2, { guards: [{ kind: 'assignNumber', series: '离岗', year: 2027, effectiveAt }] });
    await expect(again).rejects.toMatchObject({ nonRetryable: true });
    expect(await office.sql('SELECT number, year, seq_no FROM cases WHERE id = $1', caseId)).toEqual([
      { number: '离岗〔2027〕1号', year: 2027, seq_no: 1 },
    ]);
  });
});

const claim = (achievementId: string) => ({ kind: 'claimAchievement', achievementId, effectiveAt }) as const;

describe('claims on an achievement', () => {
  test('of cases that race are linked: each later one names all the earlier', async () => {
    const achievementId = await office.achievement();
    const cases = await atOnce(20, () => office.draft());
    const results = await Promise.all(
      cases.map((caseId) =>
        office.record(caseId, 0, { guards: [claim(achievementId)], projection: projection({ achievementId }) }),
      ),
    );
    const links = results.map((r) =>
      r.kind === 'recorded' ? ((r.appended[0]?.data as { otherCaseIds: string[] } | undefined)?.otherCaseIds.length ?? 0) : -1,
    );
    expect(links.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const linked = results.find((r) => r.kind === 'recorded' && r.appended.length > 0);
    expect(linked).toMatchObject({ appended: [{ type: 'applicationLinked', data: { achievementId } }] });
  });

  test('hold until released; only then another can be the only one', async () => {
    const achievementId = await office.achievement();
    const [first, second] = [await office.draft(), await office.draft()];
    await office.record(first, 0, { guards: [claim(achievementId)] });
    const sole = { kind: 'soleClaim', achievementId } as const;
    expect(await office.record(second, 0, { guards: [sole] })).toMatchObject({
      kind: 'refused',
      refusal: { code: 'achievement.claimed', status: 409 },
    });
    expect(await office.one('SELECT version AS x FROM cases WHERE id = $1', second)).toBe(0);
    expect(await office.record(first, 1, { guards: [sole] })).toMatchObject({ kind: 'recorded' });
    await office.record(first, 2, { guards: [{ kind: 'releaseAchievement', achievementId }] });
    expect(await office.record(second, 0, { guards: [sole, claim(achievementId)] })).toMatchObject({
      kind: 'recorded',
      appended: [],
    });
    // Claiming again what one holds links nothing anew.
    expect(await office.record(second, 1, { guards: [claim(achievementId)] })).toMatchObject({ appended: [] });
  });

  test('on what the institution does not have are refused', async () => {
    const caseId = await office.draft();
    const result = await office.record(caseId, 0, { guards: [claim(randomUUID())] });
    expect(result).toMatchObject({ kind: 'refused', refusal: { code: 'achievement.unknown', status: 422 } });
  });

  test('of two cases on two achievements, named in opposite order, do not block each other', async () => {
    const [a, b] = [await office.achievement(), await office.achievement()];
    await atOnce(40, async (i) => {
      const caseId = await office.draft();
      return office.record(caseId, 0, { guards: i % 2 ? [claim(a), claim(b)] : [claim(b), claim(a)] });
    });
    expect(await office.one('SELECT count(*)::int AS x FROM achievement_claim WHERE achievement_id = ANY ($1)', [a, b])).toBe(80);
  });
});

describe('rows of a case', () => {
  test('follow the projection; notices, objections and rights stay', async () => {
    const caseId = await office.draft();
    const notice: NoticeRow = {
      id: `${caseId}/1`,
      kind: 'empowerment',
      edition: 1,
      audience: 'institution',
      publishedAt: effectiveAt,
      deadlineKey: 'publicity:1',
      content: { sealed: randomUUID(), digest: 'd' },
      contentDigest: 'd',
      state: 'open',
      addenda: [],
    };
    const objection: ObjectionRow = {
      id: `${caseId}/o1`,
      noticeId: notice.id,
      objectorId: office.personId,
      receivedAt: effectiveAt,
      inTime: true,
      onPaper: false,
      state: 'received',
      handlers: [office.personId],
    };
    const right: RightRow = {
      key: 'r',
      kind: 'useRight',
      startDate: '2026-03-01',
      lastDay: '2036-02-29',
      receipt: { kind: 'agreement', on: '2026-03-01' },
      holders: [{ personId: office.personId, ppm: 1_000_000, held: false }],
    };
    const full = projection({
      parties: [{ personId: office.personId, role: 'inventor' }],
      tasks: [{ key: 'consent', act: 'consent', personId: office.personId, since: effectiveAt, due: effectiveAt }],
      deadlines: [window('2026-03-16T16:00:00.000Z')],
      notices: [notice],
      objections: [objection],
      rights: [right],
    });
    await office.record(caseId, 0, { projection: full });
    const stored = await office.one<object>('SELECT read_projection($1) AS x', caseId);
    expect(stored).toEqual(JSON.parse(JSON.stringify(full)));
    await office.record(caseId, 1, { projection: projection() });
    const left = await office.one<Record<string, unknown[]>>('SELECT read_projection($1) AS x', caseId);
    expect(
      Object.fromEntries(
        Object.entries(left)
          .filter(([, v]) => Array.isArray(v))
          .map(([k, v]) => [k, v.length]),
      ),
    ).toEqual({
      parties: 0,
      tasks: 0,
      deadlines: 0,
      notices: 1,
      objections: 1,
      rights: 1,
    });
  });

  test('that an imported calendar moved are not moved back by a case that has not heard of it', async () => {
    const caseId = await office.draft();
    const old = window('2026-03-16T16:00:00.000Z');
    await office.record(caseId, 0, { projection: projection({ deadlines: [old] }) });
    await office.sql(
      `UPDATE deadline SET ends_at = '2026-03-17T16:00:00Z', last_day = '2026-03-17', calendar_version = '2026-2', moved_to = '2026-2' WHERE case_id = $1`,
      caseId,
    );
    const endsAt = (): Promise<string> => office.one('SELECT iso(ends_at) AS x FROM deadline WHERE case_id = $1', caseId);
    await office.record(caseId, 1, { projection: projection({ deadlines: [old] }) });
    expect(await endsAt()).toBe('2026-03-17T16:00:00.000Z');
    const told = window('2026-03-17T16:00:00.000Z', { lastDay: '2026-03-17', calendarVersion: '2026-2' });
    await office.record(caseId, 2, { projection: projection({ deadlines: [told] }) });
    expect(await office.one('SELECT moved_to AS x FROM deadline WHERE case_id = $1', caseId)).toBeNull();
  });

  test.each([
    ['gives as late an end by another calendar', { calendarVersion: '2026-3' }, '2026-03-17T16:00:00Z'],
    ['gives a later end', { calendarVersion: '2026-3', lastDay: '2026-03-18' }, '2026-03-18T16:00:00Z'],
    ['ends the window', { state: 'cancelled' as const, lastDay: '2026-03-16' }, '2026-03-16T16:00:00Z'],
  ])('that an import moved are the ledger’s again once it %s', async (_, more, endsAt) => {
    const caseId = await office.draft();
    const [first, then] = [window('2026-03-16T16:00:00Z'), window(endsAt, { lastDay: '2026-03-17', ...more })];
    await office.record(caseId, 0, { projection: projection({ deadlines: [first] }) });
    await office.sql(
      `UPDATE deadline SET ends_at = '2026-03-17T16:00:00Z', last_day = '2026-03-17', calendar_version = '2026-2', moved_to = '2026-2' WHERE case_id = $1`,
      caseId,
    );
    await office.record(caseId, 1, { projection: projection({ deadlines: [then] }) });
    const row = await office.one('SELECT row_to_json(d) AS x FROM deadline d WHERE case_id = $1', caseId);
    expect(row).toMatchObject({
      last_day: then.lastDay,
      calendar_version: then.calendarVersion,
      state: then.state,
      moved_to: null,
    });
  });
});

describe('what has been recorded', () => {
  test.each([
    'UPDATE ledger SET v = 2',
    'DELETE FROM ledger',
    'TRUNCATE ledger',
    'DELETE FROM log_leaf',
    'DELETE FROM checkpoint',
  ])('takes no %s', async (sql) => {
    await office.record(await office.draft(), 0);
    await office.sql(
      `INSERT INTO log_leaf VALUES ($1, (SELECT count(*) FROM log_leaf), $2, 1, '00')`,
      office.institutionId,
      await office.draft(),
    );
    await office.sql(`INSERT INTO checkpoint VALUES ($1, 1, clock_timestamp(), '', '', '')`, office.institutionId);
    await expect(office.sql(sql)).rejects.toMatchObject({ code: 'FQ001' });
  });

  test('is not unsaid: a refused act never takes effect', async () => {
    const caseId = await office.draft();
    const { act } = await office.receive(caseId);
    const refusal = { code: 'x', status: 422, zh: '不行', en: 'no' };
    const told = await office.one('SELECT answer_refused($1, $2) AS x', act?.id, JSON.stringify(refusal));
    expect(told).toEqual({ outcome: 'refused', refusal });
    await expect(office.record(caseId, 0, { actId: act?.id ?? '', fromInbox: true })).rejects.toMatchObject({
      nonRetryable: true,
    });
  });

  test('is not refused afterwards: the first answer stands', async () => {
    const caseId = await office.draft();
    const { act } = await office.receive(caseId);
    await office.record(caseId, 0, { actId: act?.id ?? '', fromInbox: true });
    expect(await office.one('SELECT answer_refused($1, $2) AS x', act?.id, '{}')).toMatchObject({ outcome: 'done' });
  });
});

test('a database that is away is worth another try; its error is passed on as it is', async () => {
  const pool = new Pool({ connectionString: 'postgresql://nobody@127.0.0.1:1/none', connectionTimeoutMillis: 500 });
  const away = createCaseActivities({ pool });
  const error = await away.loadCase({ caseId: randomUUID(), after: 0 }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  expect(error).not.toBeInstanceOf(ApplicationFailure);
  await pool.end();
});
