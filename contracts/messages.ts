/** Names and shapes that workflow, worker, API and tests share. Free of zod, so that workflow bundles stay small. */
import type { Actor, Envelope, Guard, LedgerEvent, Message, NewEvent, Projection, Refusal } from '../domain/process.ts';

/** Task queue of the cases' workflows and activities. */
export const caseTaskQueue = 'cases';

/** Every process by its kind, and so every workflow type: `empowerment` runs `empowermentWorkflow`. */
export const processKinds = ['empowerment'] as const;

export type ProcessKind = (typeof processKinds)[number];

/** Workflow id of a case: the case's UUID behind its kind, codes only. */
export const caseWorkflowId = (kind: ProcessKind, caseId: string): string => `${kind}-${caseId}`;

/** The one Update by which a person's act reaches a case; its update id is the inbox row's UUID. */
export const performActUpdate = 'performAct';

/** The state's summary, for administrators. */
export const stateQuery = 'state';

/** Input of start, continue-as-new and the restart of a lost workflow alike. */
export interface CaseInput {
  caseId: string;
  /** Ledger version the starter knew; `load` brings at least this. */
  version: number;
  /** The act that the workflow is started for, where it is: performed first, and answered in the inbox alone. */
  opening?: Envelope;
  /** Milliseconds over which cases spread their own wake-ups at one instant; ten minutes unless it says otherwise. */
  spreadMs?: number;
  /** Set in rehearsals only. */
  rehearsal?: RehearsalClock;
}

/** A rehearsal plays on dates of its own: its legal time is the engine's (skipped) time and this many milliseconds. */
export interface RehearsalClock {
  shiftMs: number;
}

/** What a person is told of an act that took effect. */
export interface ActAnswer {
  outcome: 'done';
  caseId: string;
  version: number;
  step: string;
  recordedAt: string;
  events: { seq: number; type: string }[];
  number?: string;
}

/** Name of the ApplicationFailure type that carries a Refusal in its details. */
export const refusalFailure = 'Refusal';

/** SQLSTATE by which record_act says that the act's inbox row has been answered with a refusal. */
export const REFUSED_BEFORE = 'FQ003';

/** Loads a case from the ledger: all events after `after`. The rules it is pinned to are in its first event. */
export interface LoadResult {
  institutionId: string;
  kind: ProcessKind;
  version: number;
  events: LedgerEvent[];
}

/** One act's whole effect, written in one transaction. */
export interface RecordRequest {
  caseId: string;
  expectedVersion: number;
  actId: string;
  /** Set for acts that came through the inbox; its row is answered in the same transaction. */
  fromInbox: boolean;
  actor: Actor;
  events: NewEvent[];
  guards: Guard[];
  /** State after the events, as rows. Guards that append events are projected by their own columns (number). */
  projection: Projection;
  messages: Message[];
  /** The trace of the request that it goes back to: said in the log, written nowhere. */
  traceId?: string;
}

export type RecordResult =
  /** `appended` are the events that guards added behind the request's own; `recordedAt` is one instant for all. */
  | { kind: 'recorded'; version: number; recordedAt: string; appended: LedgerEvent[] }
  /** The act was recorded before: its rows, nothing written. */
  | { kind: 'known'; version: number; events: LedgerEvent[] }
  /** Others wrote meanwhile: the rows after `expectedVersion`, nothing written. */
  | { kind: 'stale'; version: number; events: LedgerEvent[] }
  /** A guard refuses; nothing written. */
  | { kind: 'refused'; refusal: Refusal }
  /** `windowOver` only: an earlier receipt is undelivered, or the database's clock is not there yet; try again at `retryAt`. */
  | { kind: 'notYet'; retryAt: string };

/** The case activities that a workflow may call. */
export interface CaseActivities {
  loadCase(input: { caseId: string; after: number }): Promise<LoadResult>;
  record(request: RecordRequest): Promise<RecordResult>;
  /** Answers an act in the inbox that has no effect; an answer that it has already stands. */
  refuse(input: { actId: string; refusal: Refusal }): Promise<void>;
}

export type { Envelope };
