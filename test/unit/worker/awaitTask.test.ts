import type { Client } from '@temporalio/client';
import { describe, expect, it } from '@jest/globals';
import { awaitTask, type EngineDeps } from '../../../worker/repairs/workflows.ts';

/** The engine says of the workflow's task so many attempts, one answer after the other; none is a task that is not tried any more. */
function deps(attempts: readonly (number | undefined)[]): EngineDeps {
  const left = [...attempts];
  const describeWorkflowExecution = async () => {
    const attempt = left.length > 1 ? left.shift() : left[0];
    return { workflowExecutionInfo: {}, pendingActivities: [], pendingWorkflowTask: attempt === undefined ? null : { attempt } };
  };
  const client = { options: { namespace: 'n', loadedDataConverter: {} }, workflowService: { describeWorkflowExecution } };
  return { client: client as unknown as Client, signal: new AbortController().signal } as EngineDeps;
}
const outcome = async (...attempts: (number | undefined)[]) => (await awaitTask(deps(attempts), { workflowId: 'w' })).status;

describe('waiting for the next try of a workflow task that fails', () => {
  it('is done when the task has succeeded, or another has begun', async () => {
    expect(await outcome(5, 5, undefined)).toBe('done');
    expect(await outcome(5, 1)).toBe('done');
  });

  it('has not helped when it has failed again', async () => {
    expect(await outcome(5, 6)).toBe('notHelped');
  });

  it('is not needed where it does not fail again and again', async () => {
    expect(await outcome(undefined)).toBe('notNeeded');
    expect(await outcome(1)).toBe('notNeeded');
  });
});
