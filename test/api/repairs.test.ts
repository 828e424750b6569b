import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SMTPServer } from 'smtp-server';
import { caseWorkflowId, type CaseActivities } from '../../contracts/messages.ts';
import type { RepairKind } from '../../contracts/stalled.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { mailChannel } from '../../worker/channels.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { startRepairs } from '../../worker/repairs/index.ts';
import { uniqueTaskQueue, waitFor } from '../harness/services.ts';
import { QuietLog } from '../workflows/support/engine.ts';
import { expectProblem } from './problem.ts';
import { testApi, type Client, type TestApi } from './service.ts';
import { appears, goes, listed, watching, withThisYear } from './stalledList.ts';
import { Walk } from './walk.ts';
import { workerFor, type WorkerOptions } from './worker.ts';

/** Every repair: tried dry, carried out, looked at; one that does not help says so. */

const here = 'baotou-university';
const institutionId = sampleInstitutionId(here);
const taskQueue = uniqueTaskQueue('cases');
let api: TestApi;
let worker: RunningWorker | undefined;
let smtp: SMTPServer;
let smtpDown = true;
/** Cases whose record fails. */
const sick = new Set<string>();

const activities = (real: CaseActivities): CaseActivities => ({
  ...real,
  async record(request) {
    if (sick.has(request.caseId)) throw new Error('The disk is full');
    return real.record(request);
  },
});

async function start(options: WorkerOptions = {}): Promise<RunningWorker> {
  const { port } = smtp.server.address() as AddressInfo;
  const mail = mailChannel(
    { url: `smtp://127.0.0.1:${port}`, from: 'fuquan@example.edu.cn' },
    async () => 'someone@example.edu.cn',
  );
  const repairing = (attending: Parameters<typeof startRepairs>[1]) =>
    startRepairs({ pool: api.pool, log: new QuietLog(), everyMs: 50, leaseSeconds: 5, youngMs: 0 }, attending);
  worker = await workerFor(api, { taskQueue, activities, channels: [mail], companions: [watching(api), repairing], ...options });
  return worker;
}

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 90_000 });
  await withThisYear(api);
  smtp = new SMTPServer({
    closeTimeout: 100,
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, callback) {
      stream.resume();
      stream.on('end', () => callback(smtpDown ? new Error('try later') : undefined));
    },
  });
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  await start();
});
afterAll(async () => {
  await worker?.stop();
  await new Promise<void>((closed) => smtp.close(() => closed()));
  await api?.close();
});

interface Asked {
  kind: RepairKind;
  findings?: string[];
  cases?: string[];
  cause?: string;
}

interface Repaired {
  jobId: string;
  status: string;
  progress: { done: number; total: number };
  items: { status: string; zh: string; caseId?: string; reason?: string }[];
}

const operator = (): Promise<Client> => api.as('outside', 'operator');
const administrator = (): Promise<Client> => api.as(here, 'administrator');

async function ask(asked: Asked & { run?: boolean }, key: string = randomUUID(), who?: Client) {
  const client = who ?? (await administrator());
  const path = who ? '/platform/repairs' : `/institutions/${here}/repairs`;
  return client.send('post', path, { reason: '值班发现，核实后处理。', ...asked }, { 'Idempotency-Key': key });
}

/** Has it done, and answers what became of it. */
async function repaired(asked: Asked, who?: Client): Promise<Repaired> {
  const answer = await ask({ ...asked, run: true }, randomUUID(), who);
  expect([answer.status, answer.body]).toMatchObject([200, { status: 'done' }]);
  return answer.body as Repaired;
}

async function openCase(): Promise<Walk> {
  const walk = new Walk(api, here);
  await walk.draft({ inventor1: '60', inventor2: '40' });
  await walk.does('inventor1', 'sendForConsent');
  return walk;
}

const handleOf = (caseId: string) => worker!.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));

/** Without waiting for its answer. */
async function sends(walk: Walk, who: string, type: string, body: object): Promise<void> {
  const wait = api.deps.answerWithinMs;
  api.deps.answerWithinMs = 0;
  expect((await walk.tries(who, type, body)).status).toBe(202);
  api.deps.answerWithinMs = wait;
}

describe('a lost workflow', () => {
  it('is started again: first dry, then with a reason under a name, which the supervisor reads', async () => {
    const walk = await openCase();
    await handleOf(walk.caseId).terminate('lost');
    const found = await appears(api, here, { cause: 'workflowLost', caseId: walk.caseId });

    const dry = await ask({ kind: 'restart', findings: [found.id] });
    expect(dry.body).toMatchObject({ run: false, items: [{ findingId: found.id, caseId: walk.caseId }] });
    expect(await api.pool.query('SELECT 1 FROM job')).toMatchObject({ rowCount: 0 });
    expect((await handleOf(walk.caseId).describe()).status.name).toBe('TERMINATED');

    const { items, jobId } = await repaired({ kind: 'restart', findings: [found.id] });
    expect(items).toMatchObject([{ status: 'done', zh: '已办妥' }]);
    await goes(api, here, found.id);
    expect(await walk.does('inventor2', 'consent', { applicationVersion: 1 })).toMatchObject({ outcome: 'done' });

    const log = await (await api.as(here, 'supervisor')).get(`/institutions/${here}/log`);
    const entry = (log.body as { items: { action: string }[] }).items.find(({ action }) => action === 'repair');
    expect(entry).toMatchObject({
      personId: walk.person('administrator'),
      subject: walk.caseId,
      detail: { kind: 'restart', cause: 'workflowLost', status: 'done', job: jobId, reason: '值班发现，核实后处理。' },
    });
    const { rows } = await api.pool.query<{ all: string }>('SELECT string_agg(detail::text, $1) AS all FROM audit', [' ']);
    expect(rows[0]?.all).not.toContain('核实后处理');
  });

  it('that runs after all is left as it is', async () => {
    const walk = await openCase();
    const before = await handleOf(walk.caseId).describe();
    const { items } = await repaired({ kind: 'restart', cases: [walk.caseId] });
    expect(items).toMatchObject([{ status: 'notNeeded' }]);
    expect((await handleOf(walk.caseId).describe()).runId).toBe(before.runId);
  });
});

describe('a workflow that no case knows', () => {
  it('is terminated by the operator of the platform', async () => {
    const workflowId = caseWorkflowId('empowerment', randomUUID());
    const { client } = worker!;
    await client.workflow.start('empowermentWorkflow', { workflowId, taskQueue, args: [{ caseId: randomUUID(), version: 1 }] });
    const found = await appears(api, here, { cause: 'workflowUnknown' });
    expectProblem(await ask({ kind: 'terminate', findings: [found.id] }), 400, 'request.invalid');
    const { items } = await repaired({ kind: 'terminate', findings: [found.id] }, await operator());
    expect(items).toMatchObject([{ status: 'done' }]);
    await goes(api, here, found.id);
    expect((await client.workflow.getHandle(workflowId).describe()).status.name).toBe('TERMINATED');
  });
});

describe('a step that fails', () => {
  it('is tried again: says that it did not help and, to the operator, why; is done only when it has succeeded', async () => {
    const walk = await openCase();
    sick.add(walk.caseId);
    await sends(walk, 'inventor2', 'consent', { applicationVersion: 1 });
    const found = await appears(api, here, { cause: 'activityFailing', caseId: walk.caseId });
    const own = await repaired({ kind: 'retry', findings: [found.id] });
    expect(own.items).toMatchObject([{ status: 'notHelped', zh: '已尝试，未能解决' }]);
    expect(own.items[0]).not.toHaveProperty('reason');
    const operators = await repaired({ kind: 'retry', findings: [found.id] }, await operator());
    expect(operators.items).toMatchObject([{ status: 'notHelped', reason: expect.stringContaining('The disk is full') }]);

    sick.delete(walk.caseId);
    expect((await repaired({ kind: 'retry', findings: [found.id] })).items).toMatchObject([{ status: 'done' }]);
    await goes(api, here, found.id);
    expect(
      await api.pool.query("SELECT 1 FROM ledger WHERE case_id = $1 AND type = 'consentGiven'", [walk.caseId]),
    ).toMatchObject({
      rowCount: 2,
    });
  });
});

describe('an act without an answer', () => {
  it('is tried again: not helped while its workflow is lost, done when it is answered', async () => {
    const walk = await openCase();
    await handleOf(walk.caseId).terminate('lost');
    await sends(walk, 'inventor2', 'consent', { applicationVersion: 1 });
    const lost = await appears(api, here, { cause: 'workflowLost', caseId: walk.caseId });
    await api.pool.query(
      "UPDATE inbox SET received_at = received_at - interval '1 minute' WHERE case_id = $1 AND answered_at IS NULL",
      [walk.caseId],
    );
    const found = await appears(api, here, { cause: 'actUnanswered', caseId: walk.caseId });
    const helpless = await repaired({ kind: 'retry', findings: [found.id] }, await operator());
    expect(helpless.items).toMatchObject([{ status: 'notHelped', reason: 'workflowLost' }]);
    await repaired({ kind: 'restart', findings: [lost.id] });
    expect((await repaired({ kind: 'retry', findings: [found.id] })).items).toMatchObject([{ status: 'done' }]);
    await goes(api, here, found.id);
    await goes(api, here, lost.id);
  });
});

describe('letters that the mail server refuses', () => {
  it('are sent again: not helped while it refuses, done when all went out', async () => {
    await openCase();
    const found = await appears(api, here, { cause: 'messageStuck' });
    expect(found.zh).toMatch(/封通知未能送出（mail）/);
    const helpless = await repaired({ kind: 'retry', findings: [found.id] }, await operator());
    expect(helpless.items).toMatchObject([{ status: 'notHelped', reason: 'Error EMESSAGE 450 DATA' }]);
    smtpDown = false;
    expect((await repaired({ kind: 'retry', findings: [found.id] })).items).toMatchObject([{ status: 'done' }]);
    await goes(api, here, found.id);
  });
});

describe('a window that ended and was not closed', () => {
  it('is closed when the case is made to look', async () => {
    const walk = new Walk(api, 'hohhot-university');
    await walk.toPublicity();
    // The database's day is a month ahead of the engine's: the case's own timer does not come.
    await api.pool.query(`CREATE OR REPLACE FUNCTION service_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
      $$ SELECT date_trunc('milliseconds', clock_timestamp()) + interval '30 days' $$`);
    const found = await appears(api, 'hohhot-university', { cause: 'deadlinePassed', caseId: walk.caseId });
    const who = await operator();
    expect((await repaired({ kind: 'retry', findings: [found.id] }, who)).items).toMatchObject([{ status: 'done' }]);
    await goes(api, 'hohhot-university', found.id);
    const closed = await api.pool.query("SELECT 1 FROM ledger WHERE case_id = $1 AND type = 'windowClosed'", [walk.caseId]);
    expect(closed.rowCount).toBe(1);
    await api.pool.query(`CREATE OR REPLACE FUNCTION service_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS
      $$ SELECT date_trunc('milliseconds', clock_timestamp()) $$`);
  });
});

describe('a step that a person owes', () => {
  it('is recalled to whoever must act, once for each time it is asked; to nobody it says so', async () => {
    const walk = await openCase();
    const officers = ['officer1', 'officer2'].map((key) => walk.person(key));
    const task = (key: string, role: string): Promise<unknown> =>
      api.pool.query(
        `INSERT INTO task (case_id, institution_id, key, act, role, department, since, due)
         VALUES ($1, $2, $3, 'passCheck', $4, $5, now(), service_clock() - interval '1 day')`,
        [walk.caseId, institutionId, key, role, role === 'officer' ? null : 'nowhere'],
      );
    const reminded = async () =>
      (await api.pool.query("SELECT 1 FROM message WHERE template = 'taskOverdue' AND person_id = ANY ($1::uuid[])", [officers]))
        .rowCount;
    await task('owed', 'officer');
    const found = await appears(api, here, { cause: 'taskOverdue', caseId: walk.caseId });
    const key = randomUUID();
    const asked = { kind: 'remind' as const, findings: [found.id], run: true };
    const [first, second] = await Promise.all([ask(asked, key), ask(asked, key)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toEqual(first.body);
    expectProblem(await ask({ kind: 'remind', cause: 'taskOverdue', run: true }, key), 422, 'idempotency.otherBody');
    await waitFor(async () => (await reminded()) === 2);
    await api.pool.query('DELETE FROM task WHERE case_id = $1', [walk.caseId]);
    await goes(api, here, found.id);
    expect(await repaired({ kind: 'remind', findings: [found.id] }).catch(() => undefined)).toBeUndefined();

    await task('nobodys', 'departmentReviewer');
    const nobodys = await appears(api, here, { cause: 'taskOverdue', caseId: walk.caseId });
    expect((await repaired({ kind: 'remind', findings: [nobodys.id] })).items).toMatchObject([
      { status: 'notHelped', zh: '已尝试，未能解决：没有可提醒的人员' },
    ]);
    expect(await reminded()).toBe(2);
    await api.pool.query('DELETE FROM task WHERE case_id = $1', [walk.caseId]);
    await goes(api, here, nobodys.id);
  });
});

describe('many at once', () => {
  it('are a job with progress; a worker that stops on the way leaves the rest to the next, and nothing is done twice', async () => {
    const walks = await Promise.all(Array.from({ length: 24 }, () => openCase()));
    const starts = new Map<string, number>();
    for (const { caseId } of walks) await handleOf(caseId).terminate('lost');
    for (const { caseId } of walks) await appears(api, here, { cause: 'workflowLost', caseId });
    api.deps.answerWithinMs = 0;
    const answer = await ask({ kind: 'restart', cause: 'workflowLost', run: true });
    expect(answer.status).toBe(202);
    const { jobId } = answer.body as Repaired;
    expect(answer.headers['location']).toBe(`/api/v1/institutions/${here}/repairs/${jobId}`);
    const client = await administrator();
    const job = async () => (await client.get(`/institutions/${here}/repairs/${jobId}`)).body as Repaired;
    await waitFor(async () => (await job()).progress.done > 0, { everyMs: 20 });
    await worker?.stop();
    const left = await job();
    await start();
    const done = await waitFor(async () => {
      const now = await job();
      return now.status === 'done' ? now : undefined;
    });
    expect(done.progress).toEqual({ done: 24, total: 24 });
    expect(left.progress.done).toBeLessThan(24);
    for (const { caseId } of walks) {
      for await (const { status } of worker!.client.workflow.list({
        query: `WorkflowId = '${caseWorkflowId('empowerment', caseId)}'`,
      })) {
        if (status.name === 'RUNNING') starts.set(caseId, (starts.get(caseId) ?? 0) + 1);
      }
    }
    const { rows } = await api.pool.query("SELECT 1 FROM audit WHERE action = 'repair' AND detail->>'job' = $1", [jobId]);
    expect(rows).toHaveLength(24);
    expectProblem(
      await (await api.as('hohhot-university', 'administrator')).get(`/institutions/hohhot-university/repairs/${jobId}`),
      404,
      'notFound',
    );
    expectProblem(await (await operator()).get(`/platform/repairs/${jobId}`), 404, 'notFound');
    api.deps.answerWithinMs = 90_000;
    await waitFor(
      async () =>
        ((await listed(api, here, 'administrator', '?cause=workflowLost')).body as { items: object[] }).items.length === 0,
    );
  });
});

describe('who may', () => {
  it('repair is said by the table: administrators their own, the operator the machine, nobody else', async () => {
    const path = `/institutions/${here}/repairs`;
    const body = { kind: 'remind', cause: 'taskOverdue', reason: 'x' };
    for (const who of ['officer1', 'supervisor', 'inventor1']) {
      expectProblem(await (await api.as(here, who)).send('post', path, body), 403, 'access.denied');
    }
    expectProblem(await (await api.as('hohhot-university', 'administrator')).send('post', path, body), 404, 'notFound');
    expectProblem(
      await (await administrator()).send('post', '/platform/repairs', { ...body, kind: 'retry' }),
      403,
      'access.denied',
    );
    expectProblem(await (await operator()).send('post', '/platform/repairs', body), 400, 'request.invalid');
    expectProblem(await (await administrator()).send('post', path, body), 409, 'repair.nothing');
    expectProblem(await (await administrator()).send('post', path, { ...body, cases: [randomUUID()] }), 400, 'request.invalid');
    expectProblem(
      await (await administrator()).send('post', path, { kind: 'retry', cases: [randomUUID()], reason: 'x' }),
      400,
      'request.invalid',
    );
    expectProblem(await (await administrator()).send('post', path, { ...body, run: true }), 400, 'idempotency.keyMissing');
  });

  it('repair anything of another institution is nobody but its own', async () => {
    const walk = await openCase();
    await handleOf(walk.caseId).terminate('lost');
    const found = await appears(api, here, { cause: 'workflowLost', caseId: walk.caseId });
    const stranger = await api.as('hohhot-university', 'administrator');
    const path = '/institutions/hohhot-university/repairs';
    for (const named of [{ findings: [found.id] }, { cases: [walk.caseId] }]) {
      expectProblem(await stranger.send('post', path, { kind: 'restart', reason: 'x', ...named }), 400, 'request.invalid');
    }
    await repaired({ kind: 'restart', findings: [found.id] });
    await goes(api, here, found.id);
  });
});
