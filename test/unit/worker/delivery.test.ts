import { describe, expect, it } from '@jest/globals';
import {
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { refusalFailure } from '../../../contracts/messages.ts';
import { backoffSeconds } from '../../../worker/backoff.ts';
import { deliveryOf } from '../../../worker/deliver.ts';

const refusal = { code: 'step.wrong', status: 409, zh: '当前环节不可办理', en: 'Not at this step' };
const update = (cause: Error): Error => new WorkflowUpdateFailedError('failed', cause);
const grpc = (code: number): Error =>
  new ServiceError('failed', { cause: Object.assign(new Error('rpc'), { code, details: 'why', metadata: {} }) });

describe('what became of a delivery', () => {
  it('is a refusal only where the case says so', () => {
    const said = ApplicationFailure.create({ type: refusalFailure, nonRetryable: true, details: [refusal] });
    expect(deliveryOf(update(said))).toEqual({ kind: 'refused', refusal });
    const bug = ApplicationFailure.create({ type: 'TypeError', message: 'The decider has a bug' });
    expect(deliveryOf(update(bug))).toMatchObject({ kind: 'fault', reason: expect.stringContaining('has a bug') });
    const bare = ApplicationFailure.create({ type: refusalFailure, nonRetryable: true });
    expect(deliveryOf(update(bare)).kind).toBe('fault');
  });

  it.each([
    ['lost', 5],
    ['waiting', 1],
    ['waiting', 4],
    ['waiting', 10],
    ['away', 8],
    ['away', 14],
    ['fault', 3],
    ['fault', 13],
  ])('is %s for gRPC status %i', (kind, code) => {
    expect(deliveryOf(grpc(code)).kind).toBe(kind);
  });

  it('is failing where the tasks of the workflow fail, which has no status of its own', () => {
    const said = 'Unable to perform workflow execution update due to Workflow Task in failed state.';
    const cause = Object.assign(new Error('rpc'), { code: 9, details: said, metadata: {} });
    expect(deliveryOf(new ServiceError(said, { cause }))).toMatchObject({
      kind: 'failing',
      reason: expect.stringContaining(said),
    });
  });

  it('is read from the client’s own errors too', () => {
    expect(deliveryOf(new WorkflowNotFoundError('gone', 'w', undefined)).kind).toBe('lost');
    expect(deliveryOf(new WorkflowUpdateRPCTimeoutOrCancelledError('late')).kind).toBe('waiting');
    expect(deliveryOf('no error at all')).toEqual({ kind: 'fault', reason: 'no error at all' });
  });
});

describe('putting off', () => {
  it('doubles, and ends at the longest', () => {
    expect([1, 2, 3, 4, 9, 1_000].map((attempt) => backoffSeconds(attempt, 2, 300))).toEqual([2, 4, 8, 16, 300, 300]);
  });
});
