/** One workflow as the engine describes it, in the words of the list. */
import { isGrpcServiceError, type Client } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow/index.js';
import proto from '@temporalio/proto';
import type { ProcessKind } from '../../contracts/messages.ts';
import { reasonOf } from '../log.ts';

/** An activity that is being tried. */
export interface Trying {
  activityId: string;
  activity: string;
  attempts: number;
  since: string | undefined;
  reason: string | undefined;
}

/** What the engine knows of a workflow id. */
export interface Execution {
  running: boolean;
  runId: string;
  startedAt: string | undefined;
  activities: Trying[];
  /** The workflow task that is being tried. */
  task: { attempts: number; since: string | undefined } | undefined;
}

const NOT_FOUND = 5;
const RUNNING = proto.temporal.api.enums.v1.WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;

interface Stamp {
  seconds?: { toString(): string } | null;
  nanos?: number | null;
}

function instant(stamp: Stamp | null | undefined): string | undefined {
  if (!stamp?.seconds) return undefined;
  return new Date(Number(stamp.seconds.toString()) * 1_000 + Math.floor((stamp.nanos ?? 0) / 1e6)).toISOString();
}

/** The workflow's latest run, or undefined where the engine knows none. Throws when the engine cannot be asked. */
export async function executionOf(client: Client, workflowId: string): Promise<Execution | undefined> {
  const { namespace, loadedDataConverter } = client.options;
  let answer: proto.temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;
  try {
    answer = await client.workflowService.describeWorkflowExecution({ namespace, execution: { workflowId } });
  } catch (error) {
    if (isGrpcServiceError(error) && (error.code as number) === NOT_FOUND) return undefined;
    throw error;
  }
  const { workflowExecutionInfo: info, pendingActivities, pendingWorkflowTask: task } = answer;
  const activities = (pendingActivities ?? []).map(async (pending): Promise<Trying> => {
    const { lastFailure } = pending;
    const error = await decodeOptionalFailureToOptionalError(loadedDataConverter, lastFailure).catch((failed: unknown) => failed);
    return {
      activityId: pending.activityId ?? '',
      activity: pending.activityType?.name ?? '',
      attempts: pending.attempt ?? 0,
      since: instant(pending.scheduledTime),
      reason: error === undefined ? undefined : reasonOf(error),
    };
  });
  return {
    running: info?.status === RUNNING,
    runId: info?.execution?.runId ?? '',
    startedAt: instant(info?.startTime),
    activities: await Promise.all(activities),
    task: task ? { attempts: task.attempt ?? 0, since: instant(task.originalScheduledTime) } : undefined,
  };
}

const ID = /^([a-zA-Z]+)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The case that a workflow id names; undefined for an id that no case gives. */
export function caseOf(workflowId: string): { kind: ProcessKind; caseId: string } | undefined {
  const [, kind, caseId] = ID.exec(workflowId) ?? [];
  return kind !== undefined && caseId !== undefined ? { kind: kind as ProcessKind, caseId } : undefined;
}

const LATEST = 200;

/** How an activity has ended. */
export interface Closing {
  eventId: number;
  /** Of the activity's scheduling. */
  scheduledId: number;
  completed: boolean;
  reason?: string;
}

/** How the latest ordinary activities of the run have ended, the newest first, and which was scheduled when. */
async function closings(client: Client, workflowId: string): Promise<{ closings: Closing[]; scheduled: Map<string, number> }> {
  const { namespace, loadedDataConverter } = client.options;
  const { history } = await client.workflowService.getWorkflowExecutionHistoryReverse({
    namespace,
    execution: { workflowId },
    maximumPageSize: LATEST,
  });
  const all: Closing[] = [];
  const scheduled = new Map<string, number>();
  for (const event of history?.events ?? []) {
    const eventId = Number(event.eventId?.toString());
    const { activityTaskScheduledEventAttributes: start, activityTaskCompletedEventAttributes: end } = event;
    const { activityTaskFailedEventAttributes: failed } = event;
    if (start?.activityId) scheduled.set(start.activityId, eventId);
    if (end) all.push({ eventId, scheduledId: Number(end.scheduledEventId?.toString()), completed: true });
    if (failed) {
      const error = await decodeOptionalFailureToOptionalError(loadedDataConverter, failed.failure).catch(
        (cause: unknown) => cause,
      );
      const scheduledId = Number(failed.scheduledEventId?.toString());
      all.push({ eventId, scheduledId, completed: false, reason: reasonOf(error) });
    }
  }
  return { closings: all, scheduled };
}

/** How an activity that is no longer tried has ended, by the latest of its history. */
export async function closingOf(client: Client, workflowId: string, activityId: string): Promise<Closing | undefined> {
  const { closings: all, scheduled } = await closings(client, workflowId);
  const scheduledId = scheduled.get(activityId);
  return all.find((one) => one.scheduledId === scheduledId);
}

/** How the activity that ended last has ended. */
export async function lastClosing(client: Client, workflowId: string): Promise<Closing | undefined> {
  return (await closings(client, workflowId)).closings[0];
}
