import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { caseWorkflowId, type CaseActivities } from '../../contracts/messages.ts';
import { waitFor } from '../harness/services.ts';
import { expectProblem } from './problem.ts';
import { Repairing, type Repaired } from './repairing.ts';
import { appears, goes, listed } from './stalledList.ts';

/** Repairs of what the engine runs: tried dry, carried out, looked at; one that does not help says so. */

const here = 'baotou-university';
let on: Repairing;
/** Cases whose record fails. */
const sick = new Set<string>();
/** Cases whose record says that it must not be tried again, and when it last said so. */
const refusing = new Set<string>();
const lastRefused = new Map<string, number>();

const activities = (real: CaseActivities): CaseActivities => ({
  ...real,
  async record(request) {
    if (sick.has(request.caseId)) throw new Error('The disk is full');
    if (refusing.has(request.caseId)) {
      lastRefused.set(request.caseId, Date.now());
      throw ApplicationFailure.nonRetryable('No such rule');
    }
    return real.record(request);
  },
});

beforeAll(async () => {
  on = await Repairing.at(here, () => ({ activities }));
});
afterAll(() => on?.close());

/** Its case begins such a step anew after a minute: asked for first, looked at last. */
const refused = { ids: ['', ''], helped: undefined as never as Later, helpless: undefined as never as Later };
type Later = () => Promise<Repaired>;

describe('a step that calls itself not to be tried again', () => {
  it('is found', async () => {
    const walks = [await on.openCase(), await on.openCase()] as const;
    for (const walk of walks) refusing.add(walk.caseId);
    for (const walk of walks) await on.sends(walk, 'inventor2', 'consent', { applicationVersion: 1 });
    const [one, other] = [
      await appears(on.api, here, { cause: 'activityFailing', caseId: walks[0].caseId }),
      await appears(on.api, here, { cause: 'activityFailing', caseId: walks[1].caseId }),
    ];
    // Each case tries by itself once a minute; the repair must have looked before that succeeds.
    const refusedLately = () => walks.every(({ caseId }) => Date.now() - (lastRefused.get(caseId) ?? 0) < 40_000);
    await waitFor(refusedLately, { what: 'a refusal that is not long past', timeoutMs: 90_000 });
    refusing.delete(walks[0].caseId);
    refused.ids = [one.id, other.id];
    refused.helped = await on.begins({ kind: 'retry', findings: [one.id] });
    refused.helpless = await on.begins({ kind: 'retry', findings: [other.id] });
  });
});

describe('a lost workflow', () => {
  it('is started again: first dry, then with a reason under a name, which the supervisor reads', async () => {
    const walk = await on.openCase();
    await on.handleOf(walk.caseId).terminate('lost');
    const found = await appears(on.api, here, { cause: 'workflowLost', caseId: walk.caseId });

    const jobs = async () => (await on.api.pool.query('SELECT 1 FROM job')).rowCount;
    const before = await jobs();
    const dry = await on.ask({ kind: 'restart', findings: [found.id] });
    expect(dry.body).toMatchObject({ run: false, items: [{ findingId: found.id, caseId: walk.caseId }] });
    expect(await jobs()).toBe(before);
    expect((await on.handleOf(walk.caseId).describe()).status.name).toBe('TERMINATED');

    const { items, jobId } = await on.repaired({ kind: 'restart', findings: [found.id] });
    expect(items).toMatchObject([{ status: 'done', zh: '已办妥' }]);
    await goes(on.api, here, found.id);
    expect(await walk.does('inventor2', 'consent', { applicationVersion: 1 })).toMatchObject({ outcome: 'done' });

    const log = await (await on.api.as(here, 'supervisor')).get(`/institutions/${here}/log`);
    const entry = (log.body as { items: { action: string }[] }).items.find(({ action }) => action === 'repair');
    expect(entry).toMatchObject({
      personId: walk.person('administrator'),
      subject: walk.caseId,
      detail: { kind: 'restart', cause: 'workflowLost', status: 'done', job: jobId, reason: '值班发现，核实后处理。' },
    });
    const { rows } = await on.api.pool.query<{ all: string }>('SELECT string_agg(detail::text, $1) AS all FROM audit', [' ']);
    expect(rows[0]?.all).not.toContain('核实后处理');
  });

  it('that runs after all is left as it is', async () => {
    const walk = await on.openCase();
    const before = await on.handleOf(walk.caseId).describe();
    const { items } = await on.repaired({ kind: 'restart', cases: [walk.caseId] });
    expect(items).toMatchObject([{ status: 'notNeeded' }]);
    expect((await on.handleOf(walk.caseId).describe()).runId).toBe(before.runId);
  });
});

describe('a workflow that no case knows', () => {
  it('is terminated by the operator of the platform', async () => {
    const workflowId = caseWorkflowId('empowerment', randomUUID());
    const { client } = on.worker!;
    await client.workflow.start('empowermentWorkflow', {
      workflowId,
      taskQueue: on.taskQueue,
      args: [{ caseId: randomUUID(), version: 1 }],
    });
    const found = await appears(on.api, here, { cause: 'workflowUnknown' });
    expectProblem(await on.ask({ kind: 'terminate', findings: [found.id] }), 400, 'request.invalid');
    const { items } = await on.repaired({ kind: 'terminate', findings: [found.id] }, 'operator');
    expect(items).toMatchObject([{ status: 'done' }]);
    await goes(on.api, here, found.id);
    expect((await client.workflow.getHandle(workflowId).describe()).status.name).toBe('TERMINATED');
  });
});

describe('a step that fails', () => {
  it('is tried again: says that it did not help and, to the operator, why; is done only when it has succeeded', async () => {
    const walk = await on.openCase();
    sick.add(walk.caseId);
    await on.sends(walk, 'inventor2', 'consent', { applicationVersion: 1 });
    const found = await appears(on.api, here, { cause: 'activityFailing', caseId: walk.caseId });
    const own = await on.repaired({ kind: 'retry', findings: [found.id] });
    expect(own.items).toMatchObject([{ status: 'notHelped', zh: '已尝试，未能解决' }]);
    expect(own.items[0]).not.toHaveProperty('reason');
    const operators = await on.repaired({ kind: 'retry', findings: [found.id] }, 'operator');
    expect(operators.items).toMatchObject([{ status: 'notHelped', reason: expect.stringContaining('The disk is full') }]);

    // By itself it would be tried again in eight seconds.
    await waitFor(async () => {
      const { raw } = await on.handleOf(walk.caseId).describe();
      return (raw.pendingActivities ?? []).some(({ attempt }) => (attempt ?? 0) >= 5);
    });
    sick.delete(walk.caseId);
    expect((await on.repaired({ kind: 'retry', findings: [found.id] })).items).toMatchObject([{ status: 'done' }]);
    await goes(on.api, here, found.id);
    expect(await on.consents(walk)).toBe(2);
  });
});

/** Keeps all repairs of a job but its first from beginning until it is let go. */
async function holdAllButFirst(): Promise<() => Promise<void>> {
  const { pool } = on.api;
  await pool.query(`
    CREATE FUNCTION hold_repair() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN IF NEW.n > 0 THEN PERFORM pg_advisory_xact_lock_shared(20261121); END IF; RETURN NEW; END $$;
    CREATE TRIGGER hold_repair BEFORE UPDATE ON repair_item FOR EACH ROW EXECUTE FUNCTION hold_repair()`);
  const holder = await pool.connect();
  await holder.query('SELECT pg_advisory_lock(20261121)');
  return async () => {
    await holder.query('SELECT pg_advisory_unlock(20261121)');
    holder.release();
  };
}

describe('many at once', () => {
  it('are a job with progress; a worker that stops on the way leaves the rest to the next, and nothing is done twice', async () => {
    const walks = await Promise.all(Array.from({ length: 12 }, () => on.openCase()));
    for (const { caseId } of walks) await on.handleOf(caseId).terminate('lost');
    for (const { caseId } of walks) await appears(on.api, here, { cause: 'workflowLost', caseId });
    on.api.deps.answerWithinMs = 0;
    const letGo = await holdAllButFirst();
    const answer = await on.ask({ kind: 'restart', cause: 'workflowLost', run: true });
    expect(answer.status).toBe(202);
    const { jobId } = answer.body as Repaired;
    expect(answer.headers['location']).toBe(`/api/v1/institutions/${here}/repairs/${jobId}`);
    const client = await on.administrator();
    const job = async () => (await client.get(`/institutions/${here}/repairs/${jobId}`)).body as Repaired;
    await waitFor(async () => (await job()).progress.done > 0, { everyMs: 20 });
    const stopped = on.stop();
    await letGo();
    await stopped;
    const left = await job();
    await on.start();
    const done = await waitFor(
      async () => {
        const now = await job();
        return now.status === 'done' ? now : undefined;
      },
      { what: 'the rest of the job', timeoutMs: 60_000 },
    );
    expect(done.progress).toEqual({ done: 12, total: 12 });
    expect(left.progress.done).toBeLessThan(12);
    // Of each the lost run, and one in its place: one question for all, since the engine answers ten such a second.
    const ids = walks.map(({ caseId }) => caseWorkflowId('empowerment', caseId));
    const runs = { query: `WorkflowId IN (${ids.map((id) => `'${id}'`).join(', ')})` };
    await waitFor(async () => {
      const states: string[] = [];
      for await (const { workflowId, status } of on.worker!.client.workflow.list(runs))
        states.push(`${workflowId} ${status.name}`);
      expect(states.toSorted()).toEqual(ids.flatMap((id) => [`${id} RUNNING`, `${id} TERMINATED`]).toSorted());
      return true;
    });
    const { rows } = await on.api.pool.query("SELECT 1 FROM audit WHERE action = 'repair' AND detail->>'job' = $1", [jobId]);
    expect(rows).toHaveLength(12);
    expectProblem(
      await (await on.api.as('hohhot-university', 'administrator')).get(`/institutions/hohhot-university/repairs/${jobId}`),
      404,
      'notFound',
    );
    expectProblem(await (await on.operator()).get(`/platform/repairs/${jobId}`), 404, 'notFound');
    on.api.deps.answerWithinMs = 90_000;
    await waitFor(
      async () =>
        ((await listed(on.api, here, 'administrator', '?cause=workflowLost')).body as { items: object[] }).items.length === 0,
    );
  });
});

describe('a step that called itself not to be tried again', () => {
  it('is done when it has succeeded, and not while it refuses', async () => {
    expect((await refused.helped()).items).toMatchObject([{ status: 'done' }]);
    await goes(on.api, here, refused.ids[0] ?? '');
    expect((await refused.helpless()).items).toMatchObject([{ status: 'notHelped' }]);
    await appears(on.api, here, { id: refused.ids[1] ?? '' });
  });
});
