/** A long case goes on in a fresh history, and nobody who acts on it in that moment notices. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { temporal } from '@temporalio/proto';
import { caseWorkflowId, performActUpdate, stateQuery, type ActAnswer } from '../../contracts/messages.ts';
import type { Envelope } from '../../domain/process.ts';
import { workflowBundle } from '../../worker/bundle.ts';
import { dataConverter } from '../../worker/codec.ts';
import { deliveryOf } from '../../worker/deliver.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { replay } from '../../worker/replay.ts';
import type { CaseSummary } from '../../workflows/shared/caseProcess.ts';
import { waitFor } from '../harness/services.ts';
import { bundleCache, Engine, probeEntry, testKeys } from './support/engine.ts';

let engine: Engine;
let worker: RunningWorker;

beforeAll(async () => {
  engine = await Engine.create();
  worker = await engine.startWorker({ punctual: true });
});
afterAll(() => engine.stop());

const handle = (caseId: string, runId?: string) => worker.client.workflow.getHandle(caseWorkflowId('empowerment', caseId), runId);

/** Histories of the case's runs, the oldest first. */
async function runs(caseId: string): Promise<temporal.api.history.v1.IHistory[]> {
  await waitFor(async () => !(await handle(caseId).describe()).raw.pendingWorkflowTask, { what: 'an idle case' });
  const found: temporal.api.history.v1.IHistory[] = [];
  let runId = (await handle(caseId).describe()).raw.workflowExecutionInfo?.firstRunId;
  while (runId) {
    const history = await handle(caseId, runId).fetchHistory();
    found.push(history);
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  return found;
}

async function expectSound(caseId: string, acts: readonly string[]): Promise<temporal.api.history.v1.IHistory[]> {
  const ledger = await engine.ledger(caseId);
  const own = ledger.filter(({ actId }) => acts.includes(actId));
  // Each once, in the order of receipt.
  expect(own.map(({ actId }) => actId)).toEqual(acts);
  const found = await runs(caseId);
  const { code } = await workflowBundle({ entry: probeEntry, cacheDir: bundleCache });
  const kept = found.map((history, i) => ({ name: `run ${i + 1}`, history }));
  expect(Object.fromEntries(await replay(kept, { code, dataConverter: dataConverter(testKeys) }))).toEqual({});
  expect(await handle(caseId).query<CaseSummary>(stateQuery)).toMatchObject({ loaded: true, version: ledger.length });
  return found;
}

/** Four megabytes are as good to the server as four thousand events, and come sooner; noise, for the codec deflates. */
const bulky = (n: number): object => ({ n, filler: randomBytes(200_000).toString('base64') });

describe('a history grown long', () => {
  it('ends with its milestone, and acts that come meanwhile are neither lost nor done twice', async () => {
    const caseId = await engine.openCase();
    const marks = async (from: number, count: number): Promise<string[]> => {
      const ids: string[] = [];
      for (let n = from; n < from + count; n++) ids.push(await engine.receive(caseId, 'mark', { n }));
      return ids;
    };
    const acts = await marks(0, 90);
    const endsAt = new Date(Date.now() + 3_600_000).toISOString();
    acts.push(await engine.receive(caseId, 'openWindow', { endsAt }));
    for (let i = 0; i < 40; i++) acts.push(await engine.receive(caseId, 'object'));
    for (const act of acts) expect(await engine.answered(act, 100_000)).toMatchObject({ outcome: 'done' });
    const found = await expectSound(caseId, acts);
    expect(found).toHaveLength(2);
    expect(found[0]!.events!.length).toBeGreaterThan(500);
    expect(await handle(caseId).query<CaseSummary>(stateQuery)).toMatchObject({ step: 'window', wake: { at: endsAt } });
  });

  it('ends in the middle of a step when the server asks for it', async () => {
    const caseId = await engine.openCase();
    const acts: string[] = [];
    for (let n = 0; n < 24; n++) acts.push(await engine.receive(caseId, 'mark', bulky(n)));
    for (const act of acts) expect(await engine.answered(act, 100_000)).toMatchObject({ outcome: 'done' });
    const found = await expectSound(caseId, acts);
    expect(found.length).toBeGreaterThan(1);
  });

  it('performs once what is delivered twice around that moment, as by a dispatcher that was thought dead', async () => {
    const caseId = await engine.openCase();
    const acts: string[] = [];
    for (let n = 0; n < 24; n++) acts.push(await engine.receive(caseId, 'mark', bulky(n)));
    const sendAgain = async (n: number, actId: string): Promise<void> => {
      const envelope: Envelope = {
        actId,
        type: 'mark',
        receivedAt: new Date().toISOString(),
        actor: { kind: 'person', personId: engine.personId, roles: ['member'], departments: [] },
        body: bulky(n),
        timely: {},
        facts: {},
      };
      const args: [Envelope] = [envelope];
      for (;;) {
        try {
          return void (await handle(caseId).executeUpdate<ActAnswer, [Envelope]>(performActUpdate, { updateId: actId, args }));
        } catch (error) {
          // What a dispatcher tries again under the same id, and nothing else.
          expect(deliveryOf(error)).toMatchObject({ kind: expect.stringMatching(/^(waiting|away)$/) });
        }
      }
    };
    const rest = acts.entries();
    const sender = async (): Promise<void> => {
      for (const [n, actId] of rest) await sendAgain(n, actId);
    };
    await Promise.all([sender(), sender(), sender()]);
    for (const act of acts) expect(await engine.answered(act, 100_000)).toMatchObject({ outcome: 'done' });
    const marked = (await engine.ledger(caseId)).filter(({ type }) => type === 'marked');
    expect(marked.map(({ actId }) => actId).toSorted()).toEqual(acts.toSorted());
    expect((await runs(caseId)).length).toBeGreaterThan(1);
  });
});
