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

const openNotice = async (audience = 'public'): Promise<{ caseId: string; noticeId: string }> => {
  const [caseId, noticeId] = [await openCase('publicity'), randomUUID()];
  await pool.query(
    `INSERT INTO deadline (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day, clause, phrase, calendar_version, provisional, skipped, state)
     VALUES ($1, $2, $3, 'window', current_date - 5, current_date + 5, now() + interval '5 days', 'atLeast', 15, 'calendarDay', false, 'c', 'p', 'v', false, '[]', 'running')`,
    [caseId, institutionId, `window:${noticeId}`],
  );
  await pool.query(
    `INSERT INTO notice (id, case_id, institution_id, kind, edition, audience, published_at, deadline_key, content, content_digest, state, addenda)
     VALUES ($1, $2, $3, 'empowerment', 1, $4, now(), $5, '{}', 'digest-of-it', 'open', '[]')`,
    [noticeId, caseId, institutionId, audience, `window:${noticeId}`],
  );
  return { caseId, noticeId };
};
const checks = async (noticeId: string) =>
  (
    await pool.query<{ ok: boolean }>('SELECT ok FROM notice_read_check WHERE notice_id = $1 ORDER BY checked_at', [noticeId])
  ).rows.map(({ ok }) => ok);

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
  const probe = (): Probe =>
    noticeReads({
      pool,
      sealer,
      log,
      urlOf: ({ id, audience }) =>
        audience === 'public' ? `http://127.0.0.1:${(server.address() as AddressInfo).port}/${id}` : undefined,
    });
  it('is tried until it succeeds once a day', async () => {
    const { noticeId } = await openNotice();
    const inside = await openNotice('institution');
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

  it('raises a past day without a successful read in the case, once, as an act of the system', async () => {
    const { caseId, noticeId } = await openNotice();
    const day = "(service_clock() AT TIME ZONE 'Asia/Shanghai')::date";
    await pool.query(
      `INSERT INTO notice_read_check (notice_id, day, checked_at, institution_id, place, ok)
       SELECT $1, ${day} - d, now() - make_interval(hours => h), $2, 'x', d = 2 AND h = 3 FROM unnest('{1,2}'::int[]) AS d, unnest('{3,4}'::int[]) AS h`,
      [noticeId, institutionId],
    );
    expect(await probe().run()).toBe(1);
    expect(await probe().run()).toBe(0);
    const { rows } = await pool.query<{ actor_person: string; type: string; days: string[]; yesterday: string }>(
      `SELECT actor_person::text, type, body->'days' AS days, to_char(${day} - 1, 'YYYY-MM-DD') AS yesterday FROM inbox WHERE case_id = $1`,
      [caseId],
    );
    expect(rows).toEqual([
      { actor_person: SYSTEM_ACTOR, type: 'recordPublicityGap', days: [rows[0]!.yesterday], yesterday: rows[0]!.yesterday },
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
