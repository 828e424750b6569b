import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  foundBy,
  foundWithin,
  stalledChecks,
  UNANSWERED_SECONDS,
  UNSENT_SECONDS,
  WORK_OFF_SECONDS,
  WORKER_SAYS_EVERY_SECONDS,
  type StalledCause,
  type StalledCheck,
} from '../../contracts/stalled.ts';
import type { CaseActivities } from '../../contracts/messages.ts';
import { sampleInstitutionId, samplePersonId } from '../../runtime/samplePeople.ts';
import { factReader } from '../../worker/facts.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { watchStalled } from '../../worker/stalled/index.ts';
import { spreadOf, WAKE_SPREAD_MS } from '../../workflows/shared/ids.ts';
import { QuietLog } from '../workflows/support/engine.ts';
import { testApi, type TestApi } from './service.ts';
import { appears, goes, withThisYear, type Listed } from './stalledList.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

/** With the settings as they are shipped: each class of cause begins now, and is in the list within its time. */

const here = 'hohhot-university';
const institutionId = sampleInstitutionId(here);
/** Cases whose record fails. */
const sick = new Set<string>();
let api: TestApi;
let worker: RunningWorker | undefined;

const activities = (real: CaseActivities): CaseActivities => ({
  ...real,
  async record(request) {
    if (sick.has(request.caseId)) throw new Error('The disk is full');
    return real.record(request);
  },
});

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 60_000 });
  await withThisYear(api);
  const options = { pool: api.pool, facts: factReader({ pool: api.pool }), keyIds: () => ['test'], log: new QuietLog() };
  worker = await workerFor(api, { activities, companions: [(attending) => watchStalled(options, attending)] });
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

const change = (sql: string, ...values: unknown[]): Promise<unknown> => api.pool.query(sql, values);

async function caseAt(step: string): Promise<string> {
  const id = randomUUID();
  await change(
    `INSERT INTO cases (id, institution_id, kind, mode, step, status, version, number, created_by)
     VALUES ($1, $2, 'empowerment', 'coOwnership', $3, 'open', 1, $5, $4)`,
    id,
    institutionId,
    step,
    samplePersonId(here, 'inventor1'),
    `赋权 ${id}`,
  );
  return id;
}

/** What has it begin this moment; answers what is to appear. */
const begin: Partial<Record<StalledCause, () => Promise<Partial<Listed>>>> = {
  async taskOverdue() {
    const caseId = await caseAt('check');
    await change(
      `INSERT INTO task (case_id, institution_id, key, act, role, since, due) VALUES ($1, $2, 't', 'passCheck', 'officer', now(), service_clock())`,
      caseId,
      institutionId,
    );
    return { caseId };
  },
  async deadlinePassed() {
    const caseId = await caseAt('publicity');
    // Its own moment of the spread is now.
    await change(
      `INSERT INTO deadline (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day, clause, phrase, calendar_version, provisional, skipped, state)
       VALUES ($1, $2, 'w', 'window', current_date, current_date, service_clock() - make_interval(secs => $3), 'atLeast', 15, 'calendarDay', false, 'c', 'p', 'v', false, '[]', 'running')`,
      caseId,
      institutionId,
      spreadOf(caseId, WAKE_SPREAD_MS) / 1_000,
    );
    return { caseId };
  },
  async actUnanswered() {
    const caseId = await caseAt('check');
    const actId = randomUUID();
    await change(
      `INSERT INTO inbox (id, institution_id, case_id, actor_person, roles, departments, type, body, body_hash, idempotency_key, received_at, timely, lease_until)
       VALUES ($1, $2, $3, $4, '{}', '{}', 'passCheck', '{}', 'x', $5, service_clock(), '{}', clock_timestamp() + interval '1 hour')`,
      actId,
      institutionId,
      caseId,
      samplePersonId(here, 'officer1'),
      actId,
    );
    return { caseId };
  },
  async messageStuck() {
    await change(
      `INSERT INTO outbox (id, institution_id, case_id, seq, template, recipient, values, channel, attempts, last_error, next_at)
       VALUES ($1, $2, $3, 1, 'submitted', '{}', '{}', 'mail', 1, '451', clock_timestamp() + interval '1 hour')`,
      randomUUID(),
      institutionId,
      randomUUID(),
    );
    return {};
  },
  async keyMissing() {
    await change(
      `INSERT INTO subject_key (subject_kind, subject_id, wrapped_key, kek_id) VALUES ('person', $1, '', 'lost')`,
      randomUUID(),
    );
    return {};
  },
  async quorumLost() {
    const walk = new Walk(api, here);
    await walk.toDecision();
    const gone = ['group1', 'group2', 'group3'].map((key) => walk.person(key));
    await change('UPDATE membership SET ended = true WHERE person_id = ANY ($1::uuid[])', gone);
    return { caseId: walk.caseId };
  },
  async activityFailing() {
    const walk = new Walk(api, 'baotou-university');
    await walk.draft({ inventor1: '60', inventor2: '40' });
    await walk.does('inventor1', 'sendForConsent');
    sick.add(walk.caseId);
    void walk.tries('inventor2', 'consent', { applicationVersion: 1 }).catch(() => undefined);
    return { caseId: walk.caseId };
  },
};

it('has an example of every check that is made each few seconds, with every patience that there is', () => {
  const causes = Object.keys(begin) as StalledCause[];
  const byWorkers: StalledCheck[] = ['workers', 'comparison'];
  const made = (Object.keys(stalledChecks) as StalledCheck[]).filter((check) => !byWorkers.includes(check));
  expect(new Set(causes.flatMap((cause) => foundBy[cause].rounds))).toEqual(new Set(made));
  expect(new Set(causes.map((cause) => foundBy[cause].patience))).toEqual(
    new Set([0, WORKER_SAYS_EVERY_SECONDS, WORK_OFF_SECONDS, UNANSWERED_SECONDS, UNSENT_SECONDS]),
  );
});

it('lists each of them within its time from when it began', async () => {
  await goes(api, here, 'noWorker');
  const found = await Promise.all(
    (Object.entries(begin) as [StalledCause, () => Promise<Partial<Listed>>][]).map(async ([cause, starts]) => {
      const wanted = await starts();
      const begun = Date.now();
      const institution = cause === 'activityFailing' ? 'baotou-university' : here;
      await appears(api, institution, { cause, ...wanted });
      return { cause, seconds: (Date.now() - begun) / 1_000 };
    }),
  );
  expect(found.filter(({ cause, seconds }) => seconds > foundWithin(cause))).toEqual([]);
  sick.clear();
});

it('counts in the database from the same instants as in the settings', async () => {
  const { rows } = await api.pool.query<{ body: string }>("SELECT pg_get_functiondef('stalled_in_database'::regproc) AS body");
  const body = rows[0]?.body ?? '';
  expect(body).toContain(`i.received_at <= service_clock() - interval '${UNANSWERED_SECONDS} seconds'`);
  expect(body).toContain(`o.created_at <= service_clock() - interval '${UNSENT_SECONDS} seconds'`);
  // A lease of an outbox row is for 120 seconds.
  expect(body).toContain(`o.lease_until <= clock_timestamp() + interval '${120 - UNSENT_SECONDS} seconds'`);
});
