/** Repairs of what the engine runs. Each looks first whether it is needed, and afterwards whether it has helped. */
import type { Client } from '@temporalio/client';
import type { Pool } from 'pg';
import { caseWorkflowId, stateQuery, type ProcessKind } from '../../contracts/messages.ts';
import type { RepairItem, RepairOutcome } from '../../contracts/repairs.ts';
import { reasonOf } from '../log.ts';
import { keysOfRun } from '../payloadKeys.ts';
import { restartCase } from '../restart.ts';
import { deliverNow } from './deliverNow.ts';
import { lookAt, YOUNG_MS } from '../stalled/engine.ts';
import { closingOf, executionOf, lastClosing, type Closing } from '../stalled/execution.ts';
import { AGAIN_AND_AGAIN } from '../stalled/suspects.ts';
import { until } from './patience.ts';

export interface EngineDeps {
  pool: Pool;
  client: Client;
  taskQueue: string;
  /** Id of the key that payloads are encrypted with from now on. */
  payloadKey: string;
  /** Given when the worker stops. */
  signal: AbortSignal;
  /** See the check of the engine. */
  youngMs?: number;
}

type Detail = Record<string, unknown>;

const ACTIVITY_MS = 60_000;
const TASK_MS = 60_000;
const RESTART_MS = 30_000;
const nothing: RepairOutcome = { status: 'notNeeded', detail: {} };

/** Begins a failing activity anew at once. Done when the engine has it as completed. */
export async function retryActivity(deps: EngineDeps, detail: Detail): Promise<RepairOutcome> {
  const { client, signal } = deps;
  const { workflowId, activityId } = detail as { workflowId: string; activityId?: string };
  // One that calls itself not retryable is begun anew by its case; there is nothing to reset, only to wait for.
  if (activityId === undefined) return waitForRefused(deps, workflowId);
  const before = (await executionOf(client, workflowId))?.activities.find((one) => one.activityId === activityId);
  if (before === undefined) return nothing;
  const { namespace, identity } = client.options;
  await client.workflowService.resetActivity({ namespace, identity, execution: { workflowId }, id: activityId });
  let anew = false;
  const tried = await until({ withinMs: ACTIVITY_MS, signal }, async (): Promise<RepairOutcome | undefined> => {
    const now = (await executionOf(client, workflowId))?.activities.find((one) => one.activityId === activityId);
    if (now) {
      // An attempt under way at the reset still counts on from before; its failure is none of ours.
      anew ||= now.attempts < before.attempts || now.attempts === 1;
      const failed = now.attempts > (anew ? 1 : before.attempts);
      return failed ? { status: 'notHelped', detail: { reason: now.reason ?? '' } } : undefined;
    }
    const closing = await closingOf(client, workflowId, activityId);
    if (closing?.completed) return { status: 'done', detail: { activity: before.activity } };
    return { status: 'notHelped', detail: { reason: closing?.reason ?? 'It was not completed' } };
  });
  return tried ?? { status: 'notHelped', detail: { reason: before.reason ?? 'It is still being tried' } };
}

/** Longer than the minute after which a case begins such an activity anew. */
const REFUSED_MS = 90_000;

/** What its case begins anew after a minute by itself. Done when that has succeeded, by the case's own history. */
async function waitForRefused({ client, signal }: EngineDeps, workflowId: string): Promise<RepairOutcome> {
  const before = await lastClosing(client, workflowId);
  if (!before || before.completed) return nothing;
  const now = await until({ withinMs: REFUSED_MS, signal }, async (): Promise<Partial<Closing> | undefined> => {
    const last = await lastClosing(client, workflowId);
    // A case begins a new run only when nothing is under way in it any more.
    if (!last) return { completed: true };
    return last.eventId > before.eventId ? last : undefined;
  });
  if (now?.completed) return { status: 'done', detail: {} };
  return { status: 'notHelped', detail: { reason: now?.reason ?? 'It was not tried again yet' } };
}

/** Nothing makes the engine try a task sooner: waits for its next try, and says whether it succeeded. */
export async function awaitTask({ client, signal }: EngineDeps, { workflowId }: Detail): Promise<RepairOutcome> {
  const id = String(workflowId);
  const attempts = async (): Promise<number> => (await executionOf(client, id))?.task?.attempts ?? 0;
  const before = await attempts();
  if (before < AGAIN_AND_AGAIN) return nothing;
  const now = await until({ withinMs: TASK_MS, signal }, async () => {
    const count = await attempts();
    return count === before ? undefined : count;
  });
  if (now !== undefined && now < before) return { status: 'done', detail: { attempts: before } };
  return {
    status: 'notHelped',
    detail: { attempts: now ?? before, reason: now ? 'It has failed again' : 'It was not tried again yet' },
  };
}

/**
 * Starts the workflow of a case from the ledger, where the case is open and none runs, or where the one that runs does
 * not get on: then it is ended first. So is one whose history needs an older key, where the case itself was named; its
 * new history needs the newest alone. Done when the new one has read the ledger.
 */
export async function restart(deps: EngineDeps, { caseId, target }: RepairItem): Promise<RepairOutcome> {
  const { pool, client, taskQueue, signal } = deps;
  const { rows } = await pool.query<{ kind: ProcessKind; version: number; open: boolean }>(
    "SELECT kind, version, status = 'open' AS open FROM cases WHERE id = $1 AND status <> 'draft'",
    [caseId],
  );
  const [row] = rows;
  if (!row || caseId === null) return nothing;
  const workflowId = caseWorkflowId(row.kind, caseId);
  const before = await executionOf(client, workflowId);
  // One that is over can have a workflow still, which waits for heirs.
  if (!row.open && !before?.running) return nothing;
  if (before?.running && (before.task?.attempts ?? 0) < AGAIN_AND_AGAIN) {
    const keys = target.of === 'case' ? await keysOfRun(client, { workflowId, runId: before.runId }) : new Set<string>();
    if ([...keys].every((id) => id === deps.payloadKey)) return nothing;
  }
  await restartCase(
    client,
    { kind: row.kind, version: row.version, caseId },
    taskQueue,
    before?.running ? 'whatRuns' : 'nothing',
  );
  let reason = 'It has not read the ledger yet';
  const read = await until({ withinMs: RESTART_MS, signal }, async () => {
    try {
      const state = await client.withDeadline(Date.now() + 5_000, () =>
        client.workflow.getHandle(workflowId).query<{ loaded: boolean; version: number }>(stateQuery),
      );
      return state.loaded && state.version >= row.version ? state.version : undefined;
    } catch (error) {
      reason = reasonOf(error);
      const failing = (await executionOf(client, workflowId))?.task?.attempts ?? 0;
      return failing >= AGAIN_AND_AGAIN ? 'failing' : undefined;
    }
  });
  if (read === undefined || read === 'failing') return { status: 'notHelped', detail: { reason } };
  // What was put off meanwhile need not wait for its time.
  await deliverNow(pool, caseId);
  return { status: 'done', detail: { version: read } };
}

/** Ends a workflow of which no case is open. Done when it runs no more. */
export async function terminate(deps: EngineDeps, item: RepairItem, { workflowId }: Detail): Promise<RepairOutcome> {
  const { pool, client, youngMs = YOUNG_MS } = deps;
  const id = String(workflowId);
  // Looked at again: meanwhile it may have become the workflow of an open case.
  const found = await lookAt(pool, client, id, youngMs);
  if (!found.some(({ cause }) => cause === 'workflowUnknown')) return nothing;
  // The engine keeps this in clear: whose repair it was is told by the number, why by our own record.
  await client.workflow.getHandle(id).terminate(`repair ${item.jobId}/${item.n}`);
  const running = (await executionOf(client, id))?.running === true;
  return running ? { status: 'notHelped', detail: { reason: 'It still runs' } } : { status: 'done', detail: { workflowId: id } };
}
