import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { caseWorkflowId } from '../../contracts/messages.ts';
import { caseWorkflowType, startOptions } from '../../worker/deliver.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { waitFor } from '../harness/services.ts';
import { Engine } from './support/engine.ts';

const CASES = 200;
/** More than a worker has slots for workflow tasks. */
const FAILED_STARTS = 60;
/** A single start may meet a moment without a free slot; a place lost for good shows in all of them. */
const OPENED_AFTER = 5;
const EAGER = ['started', 'task scheduled', 'task started'];

describe.each([
  ['of a versioned worker', { deploymentName: `opening-${randomUUID().slice(0, 8)}` }],
  ['of an unversioned worker', {}],
])('a case is opened by the start of its workflow, by the dispatcher %s', (_name, config) => {
  let engine: Engine;
  let worker: RunningWorker;

  beforeAll(async () => {
    engine = await Engine.create();
    worker = await engine.startWorker({ config });
  });

  afterAll(() => engine.stop());

  async function historyOf(caseId: string): Promise<temporal.api.history.v1.IHistoryEvent[]> {
    const handle = worker.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
    return (await handle.fetchHistory()).events ?? [];
  }

  /** Events written in the transaction of the start: their task ids follow each other, where any other task lies between. */
  async function writtenByStart(caseId: string): Promise<number> {
    // An act is answered before its task is completed.
    const events = await waitFor(async () => {
      const so = await historyOf(caseId);
      return so.length > EAGER.length ? so : undefined;
    });
    const ids = events.map(({ taskId }) => Number(taskId));
    return ids.findIndex((id, i) => i > 0 && id !== ids[i - 1]! + 1);
  }

  const send = (caseId: string, refuse = false): Promise<string> =>
    engine.receive(caseId, 'sendForConsent', { achievementId: randomUUID(), refuse });

  it('two hundred at once, each once, without a round trip for the first task', async () => {
    const caseIds = await Promise.all(Array.from({ length: CASES }, () => engine.draft()));
    const acts = await Promise.all(caseIds.map((caseId) => send(caseId)));
    const told = await Promise.all(acts.map((act) => engine.answered(act, 100_000)));
    expect(told.map(({ outcome }) => outcome)).toEqual(acts.map(() => 'done'));
    const { rows } = await engine.pool.query<{ events: number; cases: number; tries: number }>(
      `SELECT count(*)::int AS events, count(DISTINCT l.case_id)::int AS cases, max(i.attempts)::int AS tries
         FROM ledger l JOIN inbox i ON i.id::text = l.act_id WHERE l.case_id = ANY ($1::uuid[])`,
      [caseIds],
    );
    expect(rows).toEqual([{ events: CASES, cases: CASES, tries: 1 }]);
    // A worker whose slots are all taken gets its first task by polling; how many that are is a matter of the machine.
    expect(await Promise.all(caseIds.map(writtenByStart))).toContain(EAGER.length);
  });

  it('and a refused opening is answered in the inbox, leaves no workflow, and may be sent again', async () => {
    const caseId = await engine.draft();
    expect(await engine.answered(await send(caseId, true))).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'probe.refused' },
    });
    const handle = worker.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
    await waitFor(async () => (await handle.describe()).status.name === 'COMPLETED', { what: 'the end of the workflow' });
    expect(await engine.answered(await send(caseId))).toMatchObject({ outcome: 'done', version: 1 });
  });

  it('and refused openings one upon the other are each answered', async () => {
    const caseId = await engine.draft();
    const acts = [await send(caseId, true), await send(caseId, true), await send(caseId, false), await send(caseId, false)];
    const told = await Promise.all(acts.map((act) => engine.answered(act, 60_000)));
    expect(told.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'done', 'refused']);
    expect(await engine.ledger(caseId)).toHaveLength(1);
  });

  it('and starts that fail take no place from later ones', async () => {
    const caseId = await engine.openCase();
    const options = { ...startOptions({ kind: 'empowerment', caseId, version: 1 }, engine), requestEagerStart: true };
    for (let n = 0; n < FAILED_STARTS; n++) {
      const again = worker.client.workflow.start(caseWorkflowType('empowerment'), {
        ...options,
        workflowIdConflictPolicy: 'FAIL',
      });
      await expect(again).rejects.toThrow(WorkflowExecutionAlreadyStartedError);
    }
    const written: number[] = [];
    for (let n = 0; n < OPENED_AFTER; n++) written.push(await writtenByStart(await engine.openCase()));
    expect(written).toContain(EAGER.length);
  });
});
