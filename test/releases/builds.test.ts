/** What a deployment remembers of builds: the engine holds a hundred at most, and refuses a worker of one more. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { NAMESPACE, temporalAddress, waitFor } from '../harness/services.ts';
import { Engine } from '../workflows/support/engine.ts';

/** As many as the engine holds, and as many as are remembered. */
const [MOST, KEPT] = [100, 50];

let engine: Engine;
let connection: Connection;
beforeAll(async () => {
  engine = await Engine.create();
  connection = await Connection.connect({ address: temporalAddress() });
});
afterAll(async () => {
  await engine.stop();
  await connection.close();
});

/** Builds that the deployment holds, the oldest first. */
async function builds(deploymentName: string): Promise<string[]> {
  const { workflowService } = connection;
  const { workerDeploymentInfo } = await workflowService.describeWorkerDeployment({ namespace: NAMESPACE, deploymentName });
  return (workerDeploymentInfo?.versionSummaries ?? [])
    .toSorted(
      (a, b) =>
        Number(a.createTime?.seconds) - Number(b.createTime?.seconds) || (a.createTime?.nanos ?? 0) - (b.createTime?.nanos ?? 0),
    )
    .map(({ deploymentVersion }) => deploymentVersion?.buildId ?? '');
}

/** Builds whose workers are gone long since. */
async function remembered(deploymentName: string, buildIds: string[]): Promise<void> {
  const { workflowService } = connection;
  await workflowService.createWorkerDeployment({ namespace: NAMESPACE, deploymentName });
  for (const buildId of buildIds) {
    await workflowService.createWorkerDeploymentVersion({ namespace: NAMESPACE, deploymentVersion: { deploymentName, buildId } });
  }
}

describe('a deployment', () => {
  it('that is full takes a new build, and forgets old ones', async () => {
    const deploymentName = `full-${engine.taskQueue}`;
    const old = Array.from({ length: MOST }, (_, n) => `old${n}`);
    await remembered(deploymentName, old);
    expect(await builds(deploymentName)).toEqual(old);
    const worker = await engine.startWorker({ config: { deploymentName }, buildId: 'new' });
    await engine.perform(await engine.openCase(), 'mark', { n: 1 });
    const left = await waitFor(
      async () => {
        const now = await builds(deploymentName);
        return now.length <= KEPT ? now : undefined;
      },
      { what: 'old builds to be forgotten', timeoutMs: 60_000 },
    );
    expect(left).toEqual([...old.slice(1 - KEPT), 'new']);
    await worker.stop();
  });

  it('keeps a build that cases may be on or workers are of, however old', async () => {
    const deploymentName = `kept-${engine.taskQueue}`;
    await remembered(deploymentName, ['unused']);
    const config = { deploymentName, keptBuilds: 1 };
    const first = await engine.startWorker({ config: { deploymentName }, buildId: 'first' });
    await engine.openCase();
    const second = await engine.startWorker({ config, buildId: 'second' });
    await waitFor(async () => !(await builds(deploymentName)).includes('unused'), { what: 'the unused build to be forgotten' });
    await Promise.all([first.stop(), second.stop()]);
    expect(await builds(deploymentName)).toEqual(['first', 'second']);
  });
});
