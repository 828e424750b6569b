/** Why something stands still, who looks for it, and what can be done: codes alone, shared by worker, API and command line. */

/** What can be done about something that stands still. */
export type RepairKind =
  | 'remind'
  | 'reassign'
  | 'hold'
  | 'resume'
  | 'moveDeadline'
  /** Tries again what fails, and looks whether it has succeeded. */
  | 'retry'
  /** Starts a workflow from the ledger: one that is lost, or in the place of one that does not get on. */
  | 'restart'
  /** Ends a workflow of which the database knows no open case. */
  | 'terminate';

interface CauseEntry {
  /** Whether it is of the machine and not of people: then the platform's operator sees it too, without contents. */
  technical: boolean;
  repairs: readonly RepairKind[];
}

/** Every cause. Codes are never renamed or reused. */
export const stalledCauses = {
  // What is overdue is over: a deadline moves only while it runs.
  taskOverdue: { technical: false, repairs: ['remind', 'reassign', 'hold'] },
  quorumLost: { technical: false, repairs: ['remind', 'hold'] },
  deadlinePassed: { technical: true, repairs: ['retry'] },
  actUnanswered: { technical: true, repairs: ['retry'] },
  messageStuck: { technical: true, repairs: ['retry'] },
  activityFailing: { technical: true, repairs: ['retry'] },
  workflowTaskFailing: { technical: true, repairs: ['retry', 'restart'] },
  workflowLost: { technical: true, repairs: ['restart'] },
  workflowUnknown: { technical: true, repairs: ['terminate'] },
  calendarMissing: { technical: true, repairs: [] },
  keyMissing: { technical: true, repairs: [] },
  noWorker: { technical: true, repairs: [] },
  checkStopped: { technical: true, repairs: [] },
} as const satisfies Record<string, CauseEntry>;

export type StalledCause = keyof typeof stalledCauses;

/** What one check found. */
export interface Found {
  cause: StalledCause;
  /** What it is, within its cause: the same as long as it stays the same thing. */
  key: string;
  institutionId?: string;
  caseId?: string;
  /** Absent where nothing tells it: then it is since it was found. */
  since?: string;
  /** Codes, ids and counts; `reason` may hold words of the machine, for operators alone. */
  detail: Record<string, unknown>;
}

/** The checks that must all run for the list to be whole, with the seconds between two rounds. */
export const stalledChecks = {
  /** What the database tells. */
  database: 15,
  /** Bodies that can no longer decide. */
  quorum: 15,
  /** This year's calendar, and the keys that are needed. */
  platform: 15,
  /** What the engine tells of single cases. */
  engine: 15,
  /** Every open case against every running workflow. */
  comparison: 3_600,
} as const;

export type StalledCheck = keyof typeof stalledChecks;

/** Seconds after which a worker that says nothing counts as gone. */
export const WORKER_SILENT_SECONDS = 30;

/** Seconds without a good round after which a check counts as stopped. */
export const checkLateAfter = (everySeconds: number): number => Math.ceil(everySeconds * 1.25) + 15;
