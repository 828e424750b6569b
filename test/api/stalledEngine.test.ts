import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { caseWorkflowId, type CaseActivities } from '../../contracts/messages.ts';
import { workflowBundle } from '../../worker/bundle.ts';
import { keyRing } from '../../worker/codec.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { restartCase } from '../../worker/restart.ts';
import { workersCheck } from '../../worker/stalled/workers.ts';
import { uniqueTaskQueue, waitFor } from '../harness/services.ts';
import { bundleCache } from '../workflows/support/engine.ts';
import { testApi, type TestApi } from './service.ts';
import { appears, goes, listed, watching, withThisYear, type Listed } from './stalledList.ts';
import { Walk } from './walk.ts';
import { workerFor, type WorkerOptions } from './worker.ts';

/** What stands still in the engine: provoked, listed, mended, gone. */

const here = 'baotou-university';
const taskQueue = uniqueTaskQueue('cases');
let api: TestApi;
let worker: RunningWorker | undefined;

const start = async (options: WorkerOptions = {}): Promise<RunningWorker> => {
  worker = await workerFor(api, { taskQueue, companions: [watching(api)], ...options });
  return worker;
};
const stop = async (): Promise<void> => {
  await worker?.stop();
  worker = undefined;
};

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 0 });
  await withThisYear(api);
});
afterEach(stop);
afterAll(() => api?.close());

/** A case that waits for its inventors, on a worker that runs well. */
async function openCase(): Promise<Walk> {
  api.deps.answerWithinMs = 60_000;
  const walk = new Walk(api, here);
  await walk.draft({ inventor1: '60', inventor2: '40' });
  await walk.does('inventor1', 'sendForConsent');
  api.deps.answerWithinMs = 0;
  return walk;
}
const consent = (walk: Walk) => walk.tries('inventor2', 'consent', { applicationVersion: 1 });
const done = (walk: Walk) => consented(walk.caseId);

/** Waits until the case has its second consent. */
async function consented(caseId: string): Promise<void> {
  await waitFor(
    async () =>
      (await api.pool.query("SELECT 1 FROM ledger WHERE case_id = $1 AND type = 'consentGiven'", [caseId])).rowCount === 2,
    { what: 'the consent', timeoutMs: 90_000 },
  );
}

const handleOf = (caseId: string) => worker!.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));

describe('a workflow', () => {
  it('that is lost is found without any act, and gone when it is started again', async () => {
    await start();
    const walk = await openCase();
    await handleOf(walk.caseId).terminate('lost');
    const found = await appears(api, here, { cause: 'workflowLost', caseId: walk.caseId });
    expect(found.repairs).toEqual(['restart']);
    await restartCase(worker!.client, { kind: 'empowerment', caseId: walk.caseId, version: 1 }, taskQueue);
    await goes(api, here, found.id);
    await consent(walk);
    await done(walk);
  });

  it('of which no case is open is found, and gone when it is terminated', async () => {
    await start();
    const workflowId = caseWorkflowId('empowerment', randomUUID());
    await worker!.client.workflow.start('empowermentWorkflow', {
      workflowId,
      taskQueue,
      args: [{ caseId: randomUUID(), version: 1 }],
    });
    const found = await appears(api, here, { cause: 'workflowUnknown' });
    expect(found).not.toHaveProperty('caseId');
    await worker!.client.workflow.getHandle(workflowId).terminate('nobody knows it');
    await goes(api, here, found.id);
  });

  it('whose step fails again and again is found, with the reason for the operator alone, until it succeeds', async () => {
    let sick: string | undefined;
    const activities = (real: CaseActivities): CaseActivities => ({
      ...real,
      async record(request) {
        if (request.caseId === sick) throw new Error('The disk of 张三 is full');
        return real.record(request);
      },
    });
    await start({ activities });
    const [walk, healthy] = [await openCase(), await openCase()];
    sick = walk.caseId;
    await consent(walk);
    const found = await appears(api, here, { cause: 'activityFailing', caseId: walk.caseId });
    expect(found).not.toHaveProperty('reason');
    const { body } = await (await api.as('outside', 'operator')).get('/platform/stalled?cause=activityFailing');
    expect((body as { items: Listed[] }).items).toMatchObject([
      { id: found.id, reason: 'ApplicationFailure: The disk of … is full' },
    ]);
    await consent(healthy);
    await done(healthy);
    sick = undefined;
    await done(walk);
    await goes(api, here, found.id);
  });

  it('whose tasks fail under a release with a bug is found, and goes on under one without', async () => {
    await start();
    const walk = await openCase();
    await stop();
    const entry = fileURLToPath(new URL('../workflows/support/poisonWorkflows/index.ts', import.meta.url));
    await start({ bundle: await workflowBundle({ entry, cacheDir: bundleCache }) });
    await consent(walk);
    const found = await appears(api, here, { cause: 'workflowTaskFailing', caseId: walk.caseId });
    await stop();
    await start();
    await done(walk);
    await goes(api, here, found.id);
  });

  it('whose payloads need a key that is not there is found, with the key, and goes on when it is back', async () => {
    await start();
    const walk = await openCase();
    await stop();
    await start({ keys: keyRing('k2', { k2: randomBytes(32).toString('base64') }) });
    await consent(walk);
    const key = await appears(api, here, { cause: 'keyMissing' });
    expect(key.zh).toBe('缺少加密密钥 k1');
    const act = await appears(api, here, { cause: 'actUnanswered', caseId: walk.caseId });
    await stop();
    await start();
    await done(walk);
    await goes(api, here, key.id);
    await goes(api, here, act.id);
  });
});

describe('workers', () => {
  it('that poll for nothing, or not for the current release, leave a queue that nobody serves', async () => {
    const { client } = await start();
    const serving = (queue: string) => workersCheck({ pool: api.pool, client, taskQueue: queue }).find();
    expect(await serving(uniqueTaskQueue('nobody'))).toMatchObject([{ cause: 'noWorker' }]);
    expect(await serving(taskQueue)).toEqual([]);
  });

  it('that have gone are missed at once by whoever reads the list', async () => {
    await start();
    await goes(api, here, 'noWorker');
    await stop();
    expect(((await listed(api, here)).body as { items: Listed[] }).items).toMatchObject([{ cause: 'noWorker' }]);
  });
});
