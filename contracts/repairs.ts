/** Repairs as the API writes them down and a worker carries them out. */
import type { RepairKind, StalledCause } from './stalled.ts';

/** What became of a repair. */
export type RepairStatus =
  | 'waiting'
  | 'running'
  /** It has really helped: the step has succeeded. */
  | 'done'
  /** It was tried, and what stood still stands still. */
  | 'notHelped'
  /** Meanwhile nothing stood still any more, or the thing was never so: nothing was done. */
  | 'notNeeded'
  /** The case has refused the act. */
  | 'refused';

export interface RepairOutcome {
  status: Exclude<RepairStatus, 'waiting' | 'running'>;
  /** Codes, ids and counts; `reason` may hold words of the machine, for operators alone. */
  detail: Record<string, unknown>;
}

/** Acts on a case that can be sent for many at once: proposals, and what a second person says to them. */
export const caseActKinds = ['hold', 'resume', 'moveDeadline', 'reassign', 'confirmMending', 'refuseMending'] as const;
export type CaseActKind = (typeof caseActKinds)[number];

/** What a repair is done to. */
export type RepairTarget =
  | { of: 'finding'; cause: StalledCause; detail: Record<string, unknown> }
  /** An open case whose workflow is to run. */
  | { of: 'case'; kind: string }
  /** An act of the person who asked, in the inbox. Without an id it was not received. */
  | { of: 'act'; actId?: string };

export interface RepairItem {
  jobId: string;
  n: number;
  kind: RepairKind | CaseActKind;
  institutionId: string | null;
  caseId: string | null;
  target: RepairTarget;
}

/** The kind of the job that holds repairs. */
export const repairJob = 'repair';

/** Repairs in one job, at most. Of a cause that has more, those that stand still longest. */
export const MOST_REPAIRS = 500;
