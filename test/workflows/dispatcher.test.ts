import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caseWorkflowId, stateQuery, type CaseActivities } from '../../contracts/messages.ts';
import { keyRing } from '../../worker/codec.ts';
import { restartCase } from '../../worker/restart.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { NAMESPACE, waitFor } from '../harness/services.ts';
import { Engine } from './support/engine.ts';

/** How many acts of one case were being recorded at the same time, at most. */
const overlap = { now: new Map<string, number>(), most: 0 };
const counting = (real: CaseActivities): CaseActivities => ({
  ...real,
  async record(request) {
    const here = (overlap.now.get(request.caseId) ?? 0) + 1;
    overlap.now.set(request.caseId, here);
    overlap.most = Math.max(overlap.most, here);
    try {
      return await real.record(request);
    } finally {
      overlap.now.set(request.caseId, here - 1);
    }
  },
});

describe('the dispatcher', () => {
  let engine: Engine;
  let workers: RunningWorker[];

  beforeAll(async () => {
    engine = await Engine.create();
    workers = await Promise.all([1, 2].map(() => engine.startWorker({ activities: counting })));
  });
  afterAll(() => engine.stop());

  const row = async (actId: string) => {
    const { rows } = await engine.pool.query<{ attempts: number; last_error: string | null; answered_at: Date | null }>(
      'SELECT attempts, last_error, answered_at FROM inbox WHERE id = $1',
      [actId],
    );
    return rows[0]!;
  };

  it('has one act of a case in flight with two workers, in order of receipt', async () => {
    const cases = await Promise.all(Array.from({ length: 10 }, () => engine.openCase()));
    const acts: string[] = [];
    for (let n = 0; n < 15; n++) {
      for (const caseId of cases) acts.push(await engine.receive(caseId, 'mark', { n }));
    }
    for (const act of acts) expect(await engine.answered(act)).toMatchObject({ outcome: 'done' });
    expect(overlap.most).toBe(1);
    for (const caseId of cases) {
      const marks = (await engine.ledger(caseId)).filter(({ type }) => type === 'marked');
      expect(marks.map(({ data }) => (data as { n: number }).n)).toEqual(Array.from({ length: 15 }, (_, n) => n));
    }
  });

  it('puts off an act that the decider stumbles over, with its reason, and serves the other cases', async () => {
    const [sick, healthy] = [await engine.openCase(), await engine.openCase()];
    const poison = await engine.receive(sick, 'explode');
    const behind = await engine.receive(sick, 'mark', { n: 1 });
    await waitFor(async () => (await row(poison)).last_error?.includes('The decider has a bug'));
    for (let n = 0; n < 5; n++) expect(await engine.perform(healthy, 'mark', { n })).toMatchObject({ outcome: 'done' });
    expect(await row(behind)).toMatchObject({ attempts: 0, answered_at: null });
    // The case itself is well.
    const handle = workers[0]!.client.workflow.getHandle(caseWorkflowId('empowerment', sick));
    expect(await handle.query(stateQuery)).toMatchObject({ version: 1, busy: false });
  });

  it('leaves an act unanswered when the workflow of its case is lost, until the case is started again', async () => {
    const caseId = await engine.openCase();
    const { client } = workers[0]!;
    await client.workflow.getHandle(caseWorkflowId('empowerment', caseId)).terminate('lost');
    const act = await engine.receive(caseId, 'mark', { n: 1 });
    await waitFor(async () => (await row(act)).last_error === 'workflowLost');
    expect((await row(act)).answered_at).toBeNull();
    await restartCase(client, { kind: 'empowerment', caseId, version: 1 }, engine.taskQueue);
    expect(await engine.answered(act)).toMatchObject({ outcome: 'done', version: 2 });
  });

  it('finds what no notice told of', async () => {
    const caseId = await engine.openCase();
    const act = randomUUID();
    await engine.pool.query(
      `INSERT INTO inbox (id, institution_id, case_id, actor_person, roles, departments, type, body, body_hash, idempotency_key, received_at, timely)
       VALUES ($1, $2, $3, $4, '{}', '{}', 'mark', '{"n":1}', 'x', $5, service_clock(), '{}')`,
      [act, engine.institutionId, caseId, engine.personId, act],
    );
    expect(await engine.answered(act)).toMatchObject({ outcome: 'done' });
  });

  it('listens again when its connection is cut', async () => {
    const caseId = await engine.openCase();
    const listening = "FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^(LISTEN|SELECT hold_presence)'";
    const { rowCount: before } = await engine.pool.query(`SELECT pg_terminate_backend(pid) ${listening}`);
    expect(before).toBeGreaterThan(0);
    expect(await engine.perform(caseId, 'mark', { n: 1 })).toMatchObject({ outcome: 'done' });
    await waitFor(async () => (await engine.pool.query(`SELECT 1 ${listening}`)).rowCount === before);
  });
});

/** An act of a new case that the worker has leased. */
async function claim(engine: Engine, worker: string, seconds: number): Promise<string> {
  const caseId = await engine.draft();
  const act = await engine.receive(caseId, 'sendForConsent', { achievementId: caseId });
  expect((await engine.pool.query('SELECT claim_inbox(10, $2, $1)', [worker, seconds])).rowCount).toBe(1);
  return act;
}

describe('what a worker had leased', () => {
  it('is taken over at once when it died, however long the lease', async () => {
    const engine = await Engine.create();
    const act = await claim(engine, 'dead', 3_600);
    await engine.startWorker();
    expect(await engine.answered(act)).toMatchObject({ outcome: 'done', version: 1 });
    await engine.stop();
  });

  it('is served though the answer to its claim was lost, and does not wait for its lease to end', async () => {
    const engine = await Engine.create();
    const caseId = await engine.draft();
    const act = await engine.receive(caseId, 'sendForConsent', { achievementId: caseId });
    await engine.startWorker({ losing: 'claim_inbox', config: { leaseSeconds: 3_600, sweepMs: 200 } });
    expect(await engine.answered(act)).toMatchObject({ outcome: 'done', version: 1 });
    await engine.stop();
  });

  it('is left to one that is still there, no longer than its lease', async () => {
    const engine = await Engine.create();
    const session = await engine.pool.connect();
    await session.query("SELECT hold_presence('hanging')");
    const act = await claim(engine, 'hanging', 1);
    expect((await engine.pool.query("SELECT take_over_acts('other') AS freed")).rows).toEqual([{ freed: 0 }]);
    await engine.startWorker({ config: { sweepMs: 200 } });
    expect(await engine.answered(act)).toMatchObject({ outcome: 'done', version: 1 });
    session.release(true);
    await engine.stop();
  });
});

describe('without the key of a payload', () => {
  it('a task fails and the case does not; with the key it goes on', async () => {
    const engine = await Engine.create();
    const [k1, k2] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
    const first = await engine.startWorker({ keys: keyRing('k1', { k1 }) });
    const caseId = await engine.openCase();
    await first.stop();

    const blind = await engine.startWorker({ keys: keyRing('k2', { k2 }) });
    const act = await engine.receive(caseId, 'mark', { n: 1 });
    const handle = blind.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
    const failed = await waitFor(async () => {
      const { raw } = await handle.describe();
      return raw.pendingWorkflowTask && (raw.pendingWorkflowTask.attempt ?? 0) > 1 ? raw : undefined;
    });
    expect(failed.workflowExecutionInfo?.status).toBe(1);
    await blind.stop();

    await engine.startWorker({ keys: keyRing('k2', { k1, k2 }) });
    expect(await engine.answered(act, 60_000)).toMatchObject({ outcome: 'done', version: 2 });
    await engine.stop();
  });
});

describe('a new build', () => {
  it('takes over running cases when it becomes current', async () => {
    const engine = await Engine.create();
    const config = { deploymentName: `cases-${engine.taskQueue}` };
    const first = await engine.startWorker({ config, buildId: 'one' });
    const caseId = await engine.openCase();
    const second = await engine.startWorker({ config, buildId: 'two' });
    await first.stop();
    const handle = second.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
    let n = 0;
    // The server tells its queues of the new current version a moment after it has answered.
    await waitFor(async () => {
      expect(await engine.perform(caseId, 'mark', { n: ++n })).toMatchObject({ outcome: 'done', version: n + 1 });
      const { raw } = await handle.describe();
      return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId === 'two';
    });
    expect(second.client.options.namespace).toBe(NAMESPACE);
    await engine.stop();
  });
});

describe('a start that fails half way', () => {
  it('says why, and leaves nothing running', async () => {
    const engine = await Engine.create();
    // A name that no deployment can have: the worker polls already when the server refuses it.
    await expect(engine.startWorker({ config: { deploymentName: 'x'.repeat(2_000) } })).rejects.toThrow(
      /deployment|too long|limit/i,
    );
    await engine.stop();
  });
});
