import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { runProbes, startProbes, type Probe } from '../../worker/probes/index.ts';
import { noticeReads } from '../../worker/probes/notices.ts';
import { taskReminders, titleChangeReminders } from '../../worker/probes/reminders.ts';
import { SYSTEM_ACTOR } from '../../contracts/systemActs.ts';
import { freshDatabase, waitFor } from '../harness/services.ts';
import { QuietLog } from './support/engine.ts';

let pool: Pool;
const log = new QuietLog();
const institutionId = randomUUID();
const achievementId = randomUUID();
const personId = randomUUID();

beforeAll(async () => {
  pool = new Pool({ connectionString: await freshDatabase() });
  await pool.query(
    `INSERT INTO institution (id, code, name, kind, province, state_founded) VALUES ($1, 'p', 'P', 'university', '150000', true)`,
    [institutionId],
  );
  await pool.query(
    `INSERT INTO achievement (id, institution_id, title, kind) VALUES ($1, $2, '{"sealed":"x","digest":"d"}', 'patent')`,
    [achievementId, institutionId],
  );
});
afterAll(() => pool.end());

async function openCase(step: string): Promise<string> {
  const id = randomUUID();
  await pool.query(
    `INSERT INTO cases (id, institution_id, kind, mode, step, status, version, achievement_id, created_by)
     VALUES ($1, $2, 'empowerment', 'coOwnership', $3, 'open', 9, $4, $5)`,
    [id, institutionId, step, achievementId, personId],
  );
  return id;
}
const letters = async (caseId: string) =>
  (
    await pool.query<{ template: string; recipient: object; values: object }>(
      'SELECT template, recipient, values FROM outbox WHERE case_id = $1 ORDER BY template',
      [caseId],
    )
  ).rows;

/** A notice published so many days ago, for another so many; `over` is one whose window is closed. */
const openNotice = async ({ audience = 'public', since = 0, days = 5, over = false, step = 'publicity' } = {}) => {
  const [caseId, noticeId] = [await openCase(step), randomUUID()];
  await pool.query(
    `INSERT INTO deadline (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day, clause, phrase, calendar_version, provisional, skipped, state)
     SELECT $1, $2, $3, 'window', day - $4::int, day + $5::int, ((day + $5::int + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'), 'atLeast', 15, 'calendarDay', false, 'c', 'p', 'v', false, '[]', $6
       FROM (SELECT (service_clock() AT TIME ZONE 'Asia/Shanghai')::date AS day) AS today`,
    [caseId, institutionId, `window:${noticeId}`, since, days, over ? 'closed' : 'running'],
  );
  await pool.query(
    `INSERT INTO notice (id, case_id, institution_id, kind, edition, audience, published_at, deadline_key, content, content_digest, state, addenda)
     VALUES ($1, $2, $3, 'empowerment', 1, $4, now(), $5, '{}', 'digest-of-it', $6, '[]')`,
    [noticeId, caseId, institutionId, audience, `window:${noticeId}`, over ? 'closed' : 'open'],
  );
  return { caseId, noticeId };
};
const checks = async (noticeId: string) =>
  (
    await pool.query<{ ok: boolean }>('SELECT ok FROM notice_read_check WHERE notice_id = $1 ORDER BY checked_at', [noticeId])
  ).rows.map(({ ok }) => ok);

/** Gaps that were sent to the case. */
const raised = async (caseId: string): Promise<{ actor_person: string; days: string[] }[]> =>
  (
    await pool.query<{ actor_person: string; days: string[] }>(
      "SELECT actor_person::text, body->'days' AS days FROM inbox WHERE case_id = $1 AND type = 'recordPublicityGap' ORDER BY seq",
      [caseId],
    )
  ).rows;

describe('reminders', () => {
  it('recall a task three days before it is due and once a week after, never twice', async () => {
    const caseId = await openCase('objectionHandling');
    await pool.query(
      `INSERT INTO task (case_id, institution_id, key, act, person_id, role, since, due) VALUES
        ($1, $2, 'soon', 'recordFinding', $3, NULL, now(), service_clock() + interval '2 days'),
        ($1, $2, 'later', 'recordFinding', $3, NULL, now(), service_clock() + interval '4 days'),
        ($1, $2, 'late', 'admitObjection', NULL, 'officer', now(), service_clock() - interval '1 day'),
        ($1, $2, 'open', 'recordReview', NULL, 'officer', now(), NULL)`,
      [caseId, institutionId, personId],
    );
    expect(await taskReminders(pool).run()).toBe(2);
    expect(await taskReminders(pool).run()).toBe(0);
    expect(await letters(caseId)).toMatchObject([
      { template: 'taskDue', recipient: { personId }, values: { act: 'recordFinding', number: '', title: { sealed: 'x' } } },
      { template: 'taskOverdue', recipient: { role: 'officer' }, values: { act: 'admitObjection' } },
    ]);
    await pool.query("UPDATE task SET due = due - interval '7 days' WHERE case_id = $1 AND key = 'late'", [caseId]);
    expect(await taskReminders(pool).run()).toBe(1);
  });

  it('recall an open title change after as many days as the rules of the case say, only the last that fell due', async () => {
    const caseId = await openCase('titleChange');
    const write = (seq: number, type: string, data: object): Promise<unknown> =>
      pool.query(
        `INSERT INTO ledger (case_id, seq, institution_id, type, v, effective_at, recorded_at, act_id, actor, data, body_digest, prev_hash, hash)
         VALUES ($1, $2, $3, $4, 1, '', now(), 'a', '{}', $5, '', '', $6)`,
        [caseId, seq, institutionId, type, JSON.stringify(data), randomUUID()],
      );
    const rules = { rules: { 'empowerment.titleChange.reminderDays': { value: [15, 30, 60] } } };
    await write(1, 'caseOpened', { rules });
    const { rows } = await pool.query<{ day: string }>(
      "SELECT to_char((service_clock() AT TIME ZONE 'Asia/Shanghai')::date - 31, 'YYYY-MM-DD') AS day",
    );
    await write(2, 'agreementConcluded', { on: rows[0]!.day });
    expect(await titleChangeReminders(pool).run()).toBe(1);
    expect(await titleChangeReminders(pool).run()).toBe(0);
    expect(await letters(caseId)).toMatchObject([
      { template: 'titleChangeReminder', recipient: { role: 'officer' }, values: { days: 30 } },
    ]);
  });
});

const ownPage = (id: string): string => `<p>notice ${id} digest-of-it</p>`;

describe('the reading of notices', () => {
  let server: Server;
  let readable = true;
  let page = ownPage;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const id = request.url?.slice(1) ?? '';
      if (id === 'login') return void response.end('log in, please');
      if (page(id) === 'elsewhere') return void response.writeHead(302, { Location: '/login' }).end();
      response.statusCode = readable ? 200 : 503;
      response.end(page(id));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());

  const sealer = {
    seal: async () => {
      const ref = { sealed: randomUUID(), digest: 'd' };
      const row = { id: ref.sealed, subjectKind: 'case', subjectId: randomUUID(), digest: 'd', nonce: '', ciphertext: '' };
      return { ref, row };
    },
  };
  const probe = (more: { judgeMinutesBefore?: number } = {}): Probe =>
    noticeReads({
      ...more,
      pool,
      sealer,
      log,
      urlOf: ({ id, audience }) =>
        audience === 'public' ? `http://127.0.0.1:${(server.address() as AddressInfo).port}/${id}` : undefined,
    });
  it('is tried until it succeeds once a day', async () => {
    const { noticeId } = await openNotice();
    const inside = await openNotice({ audience: 'institution' });
    readable = false;
    await probe().run();
    readable = true;
    await probe().run();
    await probe().run();
    expect(await checks(noticeId)).toEqual([false, true]);
    expect(await checks(inside.noticeId)).toEqual([]);
  });

  it.each([
    ['another page', () => 'log in, please'],
    ['the page of another notice', () => '<p>notice 1 digest-of-it</p>'],
    ['another text of the notice', (id: string) => `<p>notice ${id} another-digest</p>`],
    ['a redirect', () => 'elsewhere'],
  ])('takes %s for none', async (_, other) => {
    const { noticeId } = await openNotice();
    const usual = page;
    page = other;
    await probe().run();
    page = usual;
    expect(await checks(noticeId)).toEqual([false]);
  });

  const DAY = "(service_clock() AT TIME ZONE 'Asia/Shanghai')::date";
  /** The days so long ago, oldest first. */
  const ago = async (...days: number[]): Promise<string[]> =>
    (
      await pool.query<{ day: string }>(
        `SELECT to_char(${DAY} - d, 'YYYY-MM-DD') AS day FROM unnest($1::int[]) AS d ORDER BY d DESC`,
        [days],
      )
    ).rows.map(({ day }) => day);
  const tried = (noticeId: string, daysAgo: number, ok: boolean): Promise<unknown> =>
    pool.query(
      `INSERT INTO notice_read_check (notice_id, day, checked_at, institution_id, place, ok)
       VALUES ($1, ${DAY} - $2::int, now() - make_interval(hours => $2::int, secs => random()), $3, 'x', $4)`,
      [noticeId, daysAgo, institutionId, ok],
    );
  it('raises the counted days without a successful read in the case, once, as one act of the system', async () => {
    // Published four days ago: a day on which nobody could try, one that was read late, and one of failures.
    const { caseId, noticeId } = await openNotice({ since: 4 });
    const inside = await openNotice({ audience: 'institution', since: 4 });
    for (const [day, ok] of [
      [2, false],
      [2, true],
      [1, false],
    ] as const)
      await tried(noticeId, day, ok);
    expect(await probe().run()).toBe(1);
    expect(await probe().run()).toBe(0);
    expect(await raised(caseId)).toEqual([{ actor_person: SYSTEM_ACTOR, days: await ago(3, 1) }]);
    expect(await raised(inside.caseId)).toEqual([]);
  });

  it('counts from the day after the publication on, and judges a day shortly before its end, not earlier', async () => {
    const today = await openNotice({ since: 0 });
    const yesterday = await openNotice({ since: 1 });
    const before = await openNotice({ since: 2 });
    readable = false;
    await probe({ judgeMinutesBefore: 0 }).run();
    expect([await raised(today.caseId), await raised(yesterday.caseId)]).toEqual([[], []]);
    expect(await raised(before.caseId)).toMatchObject([{ days: await ago(1) }]);
    // As if it were the end of the day already.
    await probe({ judgeMinutesBefore: 24 * 60 }).run();
    readable = true;
    expect(await raised(today.caseId)).toEqual([]);
    expect(await raised(yesterday.caseId)).toMatchObject([{ days: await ago(0) }]);
    expect(await raised(before.caseId)).toMatchObject([{ days: await ago(1) }, { days: await ago(0) }]);
  });

  it('raises what it missed at the end of a window, as long as the result is not stated', async () => {
    const late = { since: 9, days: -2, over: true };
    const [open, stated] = [await openNotice({ ...late, step: 'statement' }), await openNotice({ ...late, step: 'agreement' })];
    // Over in law, while no worker could close it.
    const asleep = await openNotice({ ...late, over: false });
    for (const { noticeId } of [open, stated, asleep]) for (const day of [8, 7, 6, 5, 4]) await tried(noticeId, day, true);
    expect(await probe().run()).toBe(2);
    expect(await probe().run()).toBe(0);
    const days = await ago(3, 2);
    expect(await raised(open.caseId)).toMatchObject([{ days }]);
    expect(await raised(asleep.caseId)).toMatchObject([{ days }]);
    expect(await raised(stated.caseId)).toEqual([]);
  });

  it('leaves days to the officer who has recorded them, not to one who was refused', async () => {
    const { caseId, noticeId } = await openNotice({ since: 3 });
    const [two, one] = await ago(2, 1);
    const sent = async (day: string | undefined, answer: object): Promise<void> => {
      const id = randomUUID();
      await pool.query(
        `INSERT INTO inbox (id, institution_id, case_id, actor_person, roles, departments, type, body, body_hash, idempotency_key, received_at, timely, answer, answered_at)
         VALUES ($1::text::uuid, $2, $3, $4, '{}', '{}', 'recordPublicityGap', $5, '', $1::text, now(), '{}', $6, now())`,
        [id, institutionId, caseId, personId, JSON.stringify({ noticeId, days: [day] }), JSON.stringify(answer)],
      );
    };
    await sent(two, { outcome: 'done' });
    await sent(one, { outcome: 'refused' });
    expect(await probe().run()).toBe(1);
    expect((await raised(caseId)).filter(({ actor_person: who }) => who === SYSTEM_ACTOR)).toEqual([
      { actor_person: SYSTEM_ACTOR, days: [one] },
    ]);
  });
});

describe('the checks', () => {
  it('are made by one worker at a time, and one that fails stops no other', async () => {
    const gate = new EventEmitter();
    const opened = once(gate, 'open');
    let made = 0;
    const broken: Probe = { name: 'broken', run: async () => Promise.reject(new Error('broken')) };
    const counting: Probe = { name: 'counting', run: async () => (await opened, ++made) };
    const probes = [broken, counting];
    const first = runProbes({ pool, probes, log });
    await waitFor(() => log.lines.some(({ fields }) => (fields as { probe?: string }).probe === 'broken'));
    expect(await runProbes({ pool, probes, log })).toBe(false);
    gate.emit('open');
    expect(await first).toBe(true);
    expect(made).toBe(1);
    expect(await runProbes({ pool, probes, log })).toBe(true);
    expect(made).toBe(2);
  });

  it('are made at the start, and a round under way is finished before a stop', async () => {
    let made = 0;
    const probes = startProbes({ pool, log, everyMs: 60_000, probes: [{ name: 'one', run: async () => ++made }] });
    await probes.stop();
    expect(made).toBe(1);
  });
});
