/** Workers of two releases at once: which of them runs the cases, back and forth, with nothing lost and nothing done twice. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { caseWorkflowId } from '../../contracts/messages.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { waitFor } from '../harness/services.ts';
import { Engine } from '../workflows/support/engine.ts';
import { editedBundle } from './edits/edit.ts';
import { patchedWait } from './edits/harmless.ts';

type Release = 'old' | 'today';

const TOLD_ALL = temporal.api.enums.v1.RoutingConfigUpdateState.ROUTING_CONFIG_UPDATE_STATE_COMPLETED;
const PROBE = 'test/workflows/support/probeWorkflows/index.ts';
let engine: Engine;
/** Reads, and runs nothing. */
let observer: RunningWorker;
const code: Partial<Record<Release, string>> = {};
/** Acts that were sent to each case, in order. */
const sent = new Map<string, string[]>();

beforeAll(async () => {
  engine = await Engine.create();
  // The older release is the code without a wait that today's has behind a patch.
  code.old = await editedBundle([], PROBE);
  code.today = await editedBundle([patchedWait], PROBE);
  observer = await engine.startWorker({ config: { taskQueue: `${engine.taskQueue}-observer` } });
  await observer.dispatcher.stop();
});
afterAll(() => engine.stop());

const deploymentName = (): string => `releases-${engine.taskQueue}`;

const start = (release: Release): Promise<RunningWorker> =>
  engine.startWorker({
    config: { deploymentName: deploymentName(), buildLookMs: 1_000 },
    bundle: { code: code[release] ?? '', buildId: release },
  });

const handleOf = (caseId: string) => observer.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));

/** Builds that completed the case's tasks, in order. An act is answered before its task is completed. */
async function builds(caseId: string): Promise<(string | undefined)[]> {
  const handle = handleOf(caseId);
  await waitFor(async () => !(await handle.describe()).raw.pendingWorkflowTask, { what: 'an idle case' });
  const { events } = await handle.fetchHistory();
  return (events ?? [])
    .map(({ workflowTaskCompletedEventAttributes: completed }) => completed)
    .filter((completed) => completed != null)
    .map(({ deploymentVersion }) => deploymentVersion?.buildId ?? undefined);
}

async function opened(): Promise<string> {
  const caseId = await engine.openCase();
  sent.set(caseId, []);
  return caseId;
}

async function send(caseId: string): Promise<string> {
  const acts = sent.get(caseId) ?? [];
  const act = await engine.receive(caseId, 'mark', { n: acts.length + 1 });
  acts.push(act);
  return act;
}

async function done(act: string): Promise<void> {
  expect(await engine.answered(act, 60_000)).toMatchObject({ outcome: 'done' });
}

async function mark(caseId: string): Promise<void> {
  await done(await send(caseId));
}

/** Waits until the server has told every partition of its queues which build is current, which it does after it has answered. */
async function told(release: Release): Promise<void> {
  const { namespace } = observer.client.options;
  await waitFor(
    async () => {
      const { workerDeploymentInfo: deployment } = await observer.client.workflowService.describeWorkerDeployment({
        namespace,
        deploymentName: deploymentName(),
      });
      return (
        deployment?.routingConfig?.currentDeploymentVersion?.buildId === release &&
        deployment.routingConfigUpdateState === TOLD_ALL
      );
    },
    { what: `queues that know of ${release}`, timeoutMs: 60_000 },
  );
}

/** Acts on the case until a task of it has gone to the release. */
async function untilOn(release: Release, caseId: string): Promise<void> {
  await waitFor(
    async () => {
      await mark(caseId);
      return (await builds(caseId)).at(-1) === release;
    },
    { what: `a task on ${release}`, timeoutMs: 60_000 },
  );
}

describe('two releases side by side', () => {
  let old: RunningWorker;
  let today: RunningWorker;
  let parked: string;
  let patched: string;

  it('hand over a case that the older one parked to the newer one, where new ones begin', async () => {
    old = await start('old');
    parked = await opened();
    await mark(parked);
    expect(new Set(await builds(parked))).toEqual(new Set(['old']));
    today = await start('today');
    await untilOn('today', parked);
    await told('today');
    patched = await opened();
    await mark(patched);
    // Both dispatch. The older worker begins cases itself until its next look, and from then on hands them to the newer build.
    let inARow = 0;
    await waitFor(
      async () => {
        const on = new Set(await builds(await opened()));
        inARow = on.size === 1 && on.has('today') ? inARow + 1 : 0;
        return inARow === 10;
      },
      { what: 'ten openings in a row on the newer build', timeoutMs: 60_000 },
    );
  });

  it('leave the cases where they are when the older one is started again', async () => {
    await old.stop();
    old = await start('old');
    for (let n = 0; n < 5; n++) {
      await mark(parked);
      expect((await builds(parked)).at(-1)).toBe('today');
      expect(new Set(await builds(await opened()))).toEqual(new Set(['today']));
    }
  });

  it('go back to the older one when the newer one is gone, but for what only the newer one knows', async () => {
    const fresh = await opened();
    await today.stop();
    await told('old');
    const waiting = await send(patched);
    const beginning = await opened();
    expect(new Set(await builds(beginning))).toEqual(new Set(['old']));
    // Its history holds the patch, which the older code cannot take: the act waits, and the case does not fail.
    const handle = handleOf(patched);
    await waitFor(async () => ((await handle.describe()).raw.pendingWorkflowTask?.attempt ?? 0) > 1, {
      what: 'a task that fails',
    });
    expect((await handle.describe()).status.name).toBe('RUNNING');
    today = await start('today');
    await done(waiting);
    for (const caseId of [fresh, beginning, patched]) await untilOn('today', caseId);
  });

  it('have lost nothing, and done nothing twice', async () => {
    for (const [caseId, acts] of sent) {
      const marked = (await engine.ledger(caseId)).filter(({ type }) => type === 'marked');
      expect(marked.map(({ actId }) => actId)).toEqual(acts);
      expect(await engine.perform(caseId, 'finish')).toMatchObject({ outcome: 'done' });
      const handle = handleOf(caseId);
      await waitFor(async () => (await handle.describe()).status.name === 'COMPLETED', { what: 'the end of the case' });
    }
  });
});
