/** Brings one act to its case, and says what became of it. */
import {
  isGrpcServiceError,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import {
  caseWorkflowId,
  performActUpdate,
  refusalFailure,
  type ActAnswer,
  type CaseInput,
  type ProcessKind,
  type RehearsalClock,
} from '../contracts/messages.ts';
import type { Envelope, Refusal } from '../domain/process.ts';
import type { FactReader } from '../contracts/facts.ts';
import type { Answered } from './answered.ts';
import type { ClaimedAct } from './inbox.ts';
import { reasonOf } from './log.ts';
import { SYSTEM_ACTOR } from '../contracts/systemActs.ts';

/** What became of a delivery. Only `done` and `refused` answer the act. */
export type Delivery =
  | { kind: 'done'; answer: ActAnswer }
  | { kind: 'refused'; refusal: Refusal }
  /** Under way for longer than one lease; asked again, it is the same Update. */
  | { kind: 'waiting' }
  /** The case's last workflow tasks failed or were cut off, so that Temporal takes no Update for it at the moment. */
  | { kind: 'failing'; reason: string }
  /** The case is open in the database and no workflow runs it. */
  | { kind: 'lost' }
  /** Temporal or the database is away. */
  | { kind: 'away'; reason: string }
  /** The workflow cannot handle it; only this case is concerned. */
  | { kind: 'fault'; reason: string };

export interface DeliverDeps {
  client: Client;
  facts: FactReader;
  taskQueue: string;
  /** How long to wait for an answer before asking again; shorter than a lease. */
  waitMs: number;
  answered: Pick<Answered, 'waitFor'>;
  /** Whether a case's first task may go straight to the worker on the client's own connection. */
  eager?: () => boolean;
  spreadMs?: number | undefined;
  rehearsal?: RehearsalClock;
}

/** Workflow type that runs cases of the kind. */
export const caseWorkflowType = (kind: ProcessKind): string => `${kind}Workflow`;

/** gRPC status codes. */
const [CANCELLED, DEADLINE_EXCEEDED, NOT_FOUND, RESOURCE_EXHAUSTED, ABORTED, UNAVAILABLE] = [1, 4, 5, 8, 10, 14];
/** How Temporal says that a workflow's tasks fail; it has no status of its own. */
const TASK_FAILED = 'Workflow Task in failed state';

/** The act as the case receives it. */
async function envelopeOf(act: ClaimedAct, facts: FactReader): Promise<Envelope> {
  const { id, kind, type, receivedAt, actorPerson, onBehalfOf, roles, departments, body, timely, caseId, institutionId } = act;
  return {
    actId: id,
    type,
    receivedAt,
    actor:
      actorPerson === SYSTEM_ACTOR
        ? { kind: 'system' }
        : { kind: 'person', personId: actorPerson, ...(onBehalfOf && { onBehalfOf }), roles, departments },
    body,
    timely,
    facts: await facts.read({ caseId, institutionId, kind, type, at: receivedAt, body }),
    ledgerVersion: act.version,
    ...(act.traceId && { traceId: act.traceId }),
  };
}

type Start = Pick<DeliverDeps, 'taskQueue' | 'spreadMs' | 'rehearsal'>;

/** How a case's workflow is started, with an act or without. */
export function startOptions(
  act: Pick<ClaimedAct, 'kind' | 'caseId' | 'version'>,
  { taskQueue, spreadMs, rehearsal }: Start,
  opening?: Envelope,
) {
  const input: CaseInput = {
    caseId: act.caseId,
    version: act.version,
    ...(opening && { opening }),
    ...(spreadMs !== undefined && { spreadMs }),
    ...(rehearsal && { rehearsal }),
  };
  return {
    workflowId: caseWorkflowId(act.kind, act.caseId),
    taskQueue,
    args: [input] as [CaseInput],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    // A start can only ever bring a case to where its ledger is, so starting one again is harmless.
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
  };
}

/** Delivers the act: as the input of the workflow that it starts, or as an Update whose id is the act's own. Never throws. */
export async function deliver(act: ClaimedAct, deps: DeliverDeps): Promise<Delivery> {
  let envelope: Envelope;
  try {
    envelope = await envelopeOf(act, deps.facts);
  } catch (error) {
    return { kind: isDatabaseAway(error) ? 'away' : 'fault', reason: reasonOf(error) };
  }
  try {
    return await deps.client.withDeadline(Date.now() + deps.waitMs, () => send(act, envelope, deps));
  } catch (error) {
    return deliveryOf(error);
  }
}

async function send(act: ClaimedAct, envelope: Envelope, deps: DeliverDeps): Promise<Delivery> {
  const { client } = deps;
  const update = { updateId: act.id, args: [envelope] as [Envelope] };
  if (act.status === 'open') {
    const handle = client.workflow.getHandle(caseWorkflowId(act.kind, act.caseId));
    return { kind: 'done', answer: await handle.executeUpdate<ActAnswer, [Envelope]>(performActUpdate, update) };
  }
  // A draft has no workflow yet, and a case that is over has none any more; either is started to answer the act. What
  // is asked again may be under way already, and then the Update finds it; so it does in a workflow that still ends.
  const opened = act.attempts === 1 ? await open(act, envelope, deps) : undefined;
  if (opened) return opened;
  const startWorkflowOperation = new WithStartWorkflowOperation(caseWorkflowType(act.kind), startOptions(act, deps));
  const answer = await client.workflow.executeUpdateWithStart<never, ActAnswer, [Envelope]>(performActUpdate, {
    ...update,
    startWorkflowOperation: startWorkflowOperation as never,
  });
  return { kind: 'done', answer };
}

/**
 * Starts the workflow with the act as its input, and waits for the answer in the inbox: one task instead of two, and
 * no round trip to fetch it where the worker is our own. Undefined where a workflow runs already.
 */
async function open(act: ClaimedAct, envelope: Envelope, deps: DeliverDeps): Promise<Delivery | undefined> {
  const waiting = new AbortController();
  const answered = deps.answered.waitFor(act.id, deps.waitMs, waiting.signal);
  try {
    await deps.client.workflow.start(caseWorkflowType(act.kind), {
      ...startOptions(act, deps, envelope),
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      // An Update-with-Start refuses this, which is why an opening act is no Update.
      requestEagerStart: deps.eager?.() ?? false,
    });
  } catch (error) {
    waiting.abort();
    if (error instanceof WorkflowExecutionAlreadyStartedError) return undefined;
    throw error;
  }
  const answer = await answered;
  if (!answer) return { kind: 'waiting' };
  return answer.outcome === 'refused' ? { kind: 'refused', refusal: answer.refusal } : { kind: 'done', answer };
}

/** Reads a client's error as what became of the delivery. */
export function deliveryOf(error: unknown): Delivery {
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    if (cause instanceof ApplicationFailure && cause.type === refusalFailure && cause.details?.[0]) {
      return { kind: 'refused', refusal: cause.details[0] as Refusal };
    }
    return { kind: 'fault', reason: reasonOf(cause ?? error) };
  }
  if (error instanceof WorkflowNotFoundError) return { kind: 'lost' };
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'waiting' };
  const status = grpcCode(error);
  if (status === NOT_FOUND) return { kind: 'lost' };
  // Aborted: the run continued as new while the Update was on its way.
  if (status === DEADLINE_EXCEEDED || status === CANCELLED || status === ABORTED) return { kind: 'waiting' };
  if (status !== undefined && reasonOf(error).includes(TASK_FAILED)) return { kind: 'failing', reason: reasonOf(error) };
  const away = status === UNAVAILABLE || status === RESOURCE_EXHAUSTED;
  return { kind: away ? 'away' : 'fault', reason: reasonOf(error) };
}

function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && isGrpcServiceError(error.cause) ? error.cause.code : undefined;
}

/** Connection trouble and PostgreSQL's own shutdown classes, as against a query that is wrong. */
function isDatabaseAway(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return error instanceof Error && /timeout|terminated|Connection/i.test(error.message);
  return /^(ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|08|57P|53)/.test(code);
}
