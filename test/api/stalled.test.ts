import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stalledChecks } from '../../contracts/stalled.ts';
import { shippedCalendar } from '../../domain/time/data/calendar.ts';
import { sampleInstitutionId, samplePersonId } from '../../runtime/samplePeople.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { expectProblem } from './problem.ts';
import { testApi, type TestApi } from './service.ts';
import { appears, goes, listed, watching, withThisYear, type Listed } from './stalledList.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

/** What stands still and can be seen without the engine: provoked, listed, mended, gone. */

const here = 'hohhot-university';
const institutionId = sampleInstitutionId(here);
let api: TestApi;
let worker: RunningWorker | undefined;

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 30_000 });
  await withThisYear(api);
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

async function caseAt(step: string, status = 'open', institution = institutionId): Promise<string> {
  const id = randomUUID();
  await api.pool.query(
    `INSERT INTO cases (id, institution_id, kind, mode, step, status, version, number, created_by)
     VALUES ($1, $2, 'empowerment', 'coOwnership', $3, $4, 1, $6, $5)`,
    [id, institution, step, status, samplePersonId(here, 'inventor1'), `赋权 ${id}`],
  );
  return id;
}
/** Cases put in as rows have no workflow, which the comparison with the engine finds too; that is tried in a file of its own. */
const itemsOf = (body: unknown): Listed[] => (body as { items: Listed[] }).items.filter(({ cause }) => cause !== 'workflowLost');
const change = (sql: string, ...values: unknown[]): Promise<unknown> => api.pool.query(sql, values);

describe('without a worker', () => {
  it('the list says that nobody works and nobody looks, and that it may lack something', async () => {
    const { body } = await listed(api, here);
    expect(body).toMatchObject({ complete: false });
    const causes = (body as { items: Listed[] }).items.map(({ cause }) => cause);
    expect(new Set(causes)).toEqual(new Set(['noWorker', 'checkStopped']));
    const operator = await (await api.as('outside', 'operator')).get('/platform/stalled');
    expect((operator.body as { items: Listed[] }).items.map(({ cause }) => cause)).toEqual(causes);
  });
});

describe('with a worker that looks', () => {
  beforeAll(async () => {
    worker = await workerFor(api, { companions: [watching(api)] });
  });

  it('the list is whole, and empty when nothing stands still', async () => {
    await goes(api, here, 'noWorker');
    for (const check of Object.keys(stalledChecks)) await goes(api, here, `checkStopped:${check}`);
    expect((await listed(api, here)).body).toMatchObject({ items: [], complete: true });
  });

  it('has a human step that is overdue, with who must act, until it is done', async () => {
    const caseId = await caseAt('objectionHandling');
    await change(
      `INSERT INTO task (case_id, institution_id, key, act, role, since, due) VALUES ($1, $2, 't', 'admitObjection', 'officer', now(), service_clock() - interval '1 day')`,
      caseId,
      institutionId,
    );
    const found = await appears(api, here, { cause: 'taskOverdue', caseId });
    expect(found).toMatchObject({ zh: '“受理异议”已逾期', who: { zh: '转化专员', role: 'officer' } });
    // What is overdue is over, and a deadline that is over does not move.
    expect(found.repairs).toEqual(['remind', 'reassign', 'hold']);
    await change('DELETE FROM task WHERE case_id = $1', caseId);
    await goes(api, here, found.id);
    const { rows } = await api.pool.query('SELECT gone_at > found_at AS gone FROM stalled WHERE id = $1', [found.id]);
    expect(rows).toEqual([{ gone: true }]);
  });

  it('has a window that ended and was not closed, once the case has had its own time for it', async () => {
    const caseId = await caseAt('publicity');
    const end = (minutesAgo: number): Promise<unknown> =>
      change(
        `INSERT INTO deadline (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day, clause, phrase, calendar_version, provisional, skipped, state)
         VALUES ($1, $2, 'w', 'window', current_date, current_date, service_clock() - make_interval(mins => $3), 'atLeast', 15, 'calendarDay', false, 'c', 'p', 'v', false, '[]', 'running')
         ON CONFLICT (case_id, key) DO UPDATE SET ends_at = excluded.ends_at`,
        caseId,
        institutionId,
        minutesAgo,
      );
    await end(11);
    const found = await appears(api, here, { cause: 'deadlinePassed', caseId });
    expect(found).toMatchObject({ zh: '公示期已届满，系统尚未办结', repairs: ['retry'] });
    await end(0);
    await goes(api, here, found.id);
  });

  it('has letters that cannot be sent, one finding for each way out, until they are', async () => {
    await change(
      `INSERT INTO outbox (id, institution_id, case_id, seq, template, recipient, values, channel, attempts, last_error)
       SELECT 'stuck:' || n, $1, $2, 1, 'submitted', '{}', '{}', 'mail', 3, 'Error: 451 "secret@example.org" try later' FROM generate_series(1, 5) AS n`,
      institutionId,
      randomUUID(),
    );
    const found = await appears(api, here, { cause: 'messageStuck' });
    expect(found.zh).toBe('5 封通知未能送出（mail）');
    expect(found.reason).toBeUndefined();
    const operator = await (await api.as('outside', 'operator')).get('/platform/stalled');
    expect(itemsOf(operator.body)).toMatchObject([{ id: found.id, reason: 'Error: 451 … try later' }]);
    await change(`UPDATE outbox SET delivered_at = now() WHERE id LIKE 'stuck:%'`);
    await goes(api, here, found.id);
  });

  it('has a missing calendar of the running year and a missing key, for everybody, until they are there', async () => {
    await change(
      `INSERT INTO calendar_version (version, content, imported_at) VALUES ('without', '{"version":"without","years":{}}', now())`,
    );
    const key = randomUUID();
    await change(
      `INSERT INTO subject_key (subject_kind, subject_id, wrapped_key, kek_id) VALUES ('person', $1, '', 'lost')`,
      key,
    );
    const [calendar, lost] = [
      await appears(api, here, { cause: 'calendarMissing' }),
      await appears(api, 'baotou-university', { cause: 'keyMissing' }),
    ];
    expect(calendar.who.role).toBe('platformOperator');
    const years = { [new Date().getFullYear()]: { off: {}, work: {} }, ...shippedCalendar.years };
    const imported = await (await api.as('outside', 'operator')).send('post', '/calendars', { version: 'again', years });
    expect(imported.status).toBe(201);
    await change('DELETE FROM subject_key WHERE subject_id = $1', key);
    await goes(api, here, calendar.id);
    await goes(api, here, lost.id);
  });

  it('has a body that can no longer decide because members have left, until substitutes are named', async () => {
    const walk = new Walk(api, here);
    await walk.toDecision();
    const { rows } = await api.pool.query<{ n: number }>(
      `SELECT (data->'assessment'->>'quorum')::int AS n FROM ledger WHERE case_id = $1 AND data ? 'assessment' ORDER BY seq DESC LIMIT 1`,
      [walk.caseId],
    );
    const lost = 7 - (rows[0]?.n ?? 0) + 1;
    const gone = Array.from({ length: lost }, (_, i) => walk.person(`group${i + 1}`));
    await change('UPDATE membership SET ended = true WHERE person_id = ANY ($1::uuid[])', gone);
    const found = await appears(api, here, { cause: 'quorumLost', caseId: walk.caseId });
    expect(found).toMatchObject({ who: { role: 'administrator' } });
    await walk.does('administrator', 'nameSubstitute', {
      body: 'leadingGroup',
      for: gone[0],
      personId: walk.person('groupSubstitute1'),
      grounds: '原成员已调离。',
    });
    await goes(api, here, found.id);
    await change('UPDATE membership SET ended = false WHERE person_id = ANY ($1::uuid[])', gone);
  });

  it('keeps what another institution has from everybody else, and contents from the operator', async () => {
    const caseId = await caseAt('check');
    const actId = randomUUID();
    // Leased to a worker that died a moment ago.
    await change(
      `INSERT INTO inbox (id, institution_id, case_id, actor_person, roles, departments, type, body, body_hash, idempotency_key, received_at, timely, lease_until, last_error)
       VALUES ($1, $2, $3, $4, '{}', '{}', 'passCheck', '{}', 'x', $5, service_clock() - interval '31 seconds', '{}', clock_timestamp() + interval '1 hour', 'Error: 张三的申请')`,
      actId,
      institutionId,
      caseId,
      samplePersonId(here, 'officer1'),
      actId,
    );
    const found = await appears(api, here, { cause: 'actUnanswered', caseId });
    expect(found.zh).toBe('“审查通过”已收到，尚未答复');
    expect((await listed(api, 'baotou-university')).body).toMatchObject({ items: [] });
    expectProblem(await listed(api, here, 'secretary'), 403, 'access.denied');
    for (const who of ['officer1', 'supervisor']) expect((await listed(api, here, who)).status).toBe(200);
    const stranger = await api.as('baotou-university', 'administrator');
    expectProblem(await stranger.get(`/institutions/${here}/stalled`), 404, 'notFound');
    expectProblem(await stranger.get('/platform/stalled'), 403, 'access.denied');
    const { body } = await (await api.as('outside', 'operator')).get('/platform/stalled');
    expect(itemsOf(body)).toMatchObject([{ caseId, institution: here, reason: 'Error: …' }]);
    expect(itemsOf(body)[0]).not.toHaveProperty('number');
    await change('DELETE FROM inbox WHERE id = $1', actId);
    await goes(api, here, found.id);
  });

  it('is turned page by page', async () => {
    const caseId = await caseAt('check');
    await change(
      `INSERT INTO task (case_id, institution_id, key, act, role, since, due)
       SELECT $1, $2, 't' || n, 'passCheck', 'officer', now(), service_clock() - make_interval(hours => n) FROM generate_series(1, 5) AS n`,
      caseId,
      institutionId,
    );
    await appears(api, here, { caseId, cause: 'taskOverdue' });
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await listed(api, here, 'administrator', `?limit=2&caseId=${caseId}${cursor}`);
      const { next } = body as { next?: string };
      seen.push(...itemsOf(body).map(({ since }) => since));
      cursor = next === undefined ? '' : `&cursor=${encodeURIComponent(next)}`;
    } while (cursor !== '');
    expect(seen).toHaveLength(5);
    expect(seen).toEqual(seen.toSorted());
  });

  it('says which check failed, and keeps what it had found', async () => {
    const before = itemsOf((await listed(api, here)).body);
    await change('ALTER FUNCTION stalled_in_database() RENAME TO stalled_elsewhere');
    const failing = await appears(api, here, { id: 'checkStopped:database' });
    expect(failing.cause).toBe('checkStopped');
    const during = (await listed(api, here)).body as { complete: boolean };
    expect(during.complete).toBe(false);
    expect(itemsOf(during).filter(({ cause }) => cause !== 'checkStopped')).toEqual(
      before.map((item) => expect.objectContaining({ id: item.id })),
    );
    await change('ALTER FUNCTION stalled_elsewhere() RENAME TO stalled_in_database');
    await goes(api, here, 'checkStopped:database');
  });
});
