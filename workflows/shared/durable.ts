/**
 * Reading and writing the ledger from a workflow. A call is a local activity first, because that is one round trip; a
 * database that stays away turns it into an ordinary activity that is tried until it comes back. So a case is parked
 * by an outage, never failed by it.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  log,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow';
import { REFUSED_BEFORE, type CaseActivities, type RecordRequest, type RecordResult } from '../../contracts/messages.ts';
import type { Facts, LedgerEvent, Refusal } from '../../domain/process.ts';

/** Reads what an act of the system is decided by, as the dispatcher does for acts of persons. */
export interface FactActivities {
  loadFacts(input: { caseId: string; type: string; at: string }): Promise<Facts>;
}

/** What was decided on an act. `moved` says whether it takes the case to another step. */
export type Settlement = { request: RecordRequest; moved: boolean } | { refusal: Refusal };

/** What became of it. `rows` are all that the ledger holds of the act; the last `appended` of them came from guards. */
export type Settled =
  | { kind: 'recorded'; version: number; recordedAt: string; moved: boolean; rows: LedgerEvent[]; appended: number }
  | Exclude<RecordResult, { kind: 'recorded' }>;

/**
 * Carries out a decision: records it, or hands the refusal back. Every decision goes through it, so that what a case
 * did stands in its history as results, and a later release, which might decide otherwise, replays what was decided.
 */
export interface SettleActivities {
  settle(settlement: Settlement): Promise<Settled>;
}

/** Everything that a case's workflow calls. */
export type WorkflowActivities = Pick<CaseActivities, 'loadCase' | 'refuse'> & SettleActivities & FactActivities;

type Port = WorkflowActivities;

const quick = proxyLocalActivities<Port>({
  startToCloseTimeout: '2 seconds',
  scheduleToCloseTimeout: '5 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumAttempts: 3 },
});

const patient = proxyActivities<Port>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

type Call = { [K in keyof Port]: (input: Parameters<Port[K]>[0]) => ReturnType<Port[K]> };

function durably<K extends keyof Port>(name: K): Call[K] {
  const [first, then] = [quick[name], patient[name]] as unknown as [Call[K], Call[K]];
  const call = async (input: never): Promise<unknown> => {
    try {
      return await first(input);
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn(`${name} did not answer at once; it goes on as an ordinary activity`, { error });
    }
    for (;;) {
      try {
        return await then(input);
      } catch (error) {
        if (isCancellation(error)) throw error;
        if (refusedBefore(error)) throw error;
        // Only an activity that calls itself not retryable ends here; the case waits for a worker that knows better.
        log.error(`${name} refuses to be tried again; the case waits`, { error });
        await sleep('1 minute');
      }
    }
  };
  return call as unknown as Call[K];
}

/** Loads the case's ledger; waits for as long as the database is away. */
export const loadCase = durably('loadCase');

const carryOut = durably('settle');

/** Carries out a decision; waits for as long as the database is away. */
export async function settle(settlement: Settlement): Promise<Settled> {
  try {
    return await carryOut(settlement);
  } catch (error) {
    if (!refusedBefore(error)) throw error;
    // Delivered twice and refused the first time: what the person was told stands.
    const [zh, en] = ['该事项此前已被拒绝', 'This act has been refused before'];
    return { kind: 'refused', refusal: { code: 'act.refusedBefore', status: 409, zh, en } };
  }
}

function refusedBefore(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  const detail = cause instanceof ApplicationFailure ? (cause.details?.[0] as { code?: unknown } | undefined) : undefined;
  return detail?.code === REFUSED_BEFORE;
}

/** Answers an act in the inbox with its refusal; waits for as long as the database is away. */
export const refuseInInbox = durably('refuse');

/** Reads facts for an act of the system; waits for as long as the database is away. */
export const loadFacts = durably('loadFacts');
