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

interface CheckEntry {
  /** Seconds from the beginning of a round to the beginning of the next. */
  every: number;
  /** Seconds that a round may take; then it cannot tell, and says so. */
  within: number;
}

/** The checks that must all run for the list to be whole. */
export const stalledChecks = {
  /** What the database tells. */
  database: { every: 15, within: 10 },
  /** Bodies that can no longer decide. */
  quorum: { every: 15, within: 10 },
  /** This year's calendar, and the keys that are needed. */
  platform: { every: 15, within: 10 },
  /** Whether anybody polls for the current release. */
  workers: { every: 15, within: 10 },
  /** What the engine tells of single cases. */
  engine: { every: 15, within: 25 },
  /** Every open case against every running workflow. */
  comparison: { every: 3_200, within: 180 },
} as const satisfies Record<string, CheckEntry>;

export type StalledCheck = keyof typeof stalledChecks;

/** Seconds between two looks whether a round is due. */
export const LOOK_SECONDS = 3;

/** Seconds after which a worker that says nothing counts as gone, and between two times that it says it is there. */
export const WORKER_SILENT_SECONDS = 30;
export const WORKER_SAYS_EVERY_SECONDS = 10;

/** Seconds until an act counts as unanswered, a letter as stuck that has failed or is being sent (the database knows them too). */
export const UNANSWERED_SECONDS = 30;
export const UNSENT_SECONDS = 30;

/** Seconds that a case gets to work off what time has brought, from its own moment of the spread on. */
export const WORK_OFF_SECONDS = 20;

/** Seconds for which a workflow that was started just now may belong to an act that is being received. */
export const YOUNG_SECONDS = 30;

/** Seconds from the moment that something is wrong until the round that must see it has ended, if every round takes its longest. */
const roundOf = (check: StalledCheck): number => {
  const { every, within }: CheckEntry = stalledChecks[check];
  return Math.max(every, within) + LOOK_SECONDS + within;
};

/** Seconds without a good round after which a check counts as stopped. */
export const checkLateAfter = (check: StalledCheck): number => roundOf(check) + 5;

interface Finding {
  /** Seconds that a cause is given to mend itself before it counts. */
  patience: number;
  /** The rounds that must see it, one after the other; none where whoever reads the list finds it. */
  rounds: readonly StalledCheck[];
}

/**
 * How each cause is found. It begins: for a deadline that passed, at its case's own moment of the spread; for what fails
 * again and again, with the third attempt; for a letter that nobody has tried to send, when it is ten minutes old.
 */
export const foundBy: Record<StalledCause, Finding> = {
  taskOverdue: { patience: 0, rounds: ['database'] },
  quorumLost: { patience: 0, rounds: ['quorum'] },
  deadlinePassed: { patience: WORK_OFF_SECONDS, rounds: ['database'] },
  actUnanswered: { patience: UNANSWERED_SECONDS, rounds: ['database'] },
  messageStuck: { patience: UNSENT_SECONDS, rounds: ['database'] },
  activityFailing: { patience: 0, rounds: ['engine'] },
  workflowTaskFailing: { patience: 0, rounds: ['engine'] },
  workflowLost: { patience: 0, rounds: ['comparison', 'engine'] },
  workflowUnknown: { patience: YOUNG_SECONDS, rounds: ['comparison', 'engine'] },
  calendarMissing: { patience: 0, rounds: ['platform'] },
  keyMissing: { patience: WORKER_SAYS_EVERY_SECONDS, rounds: ['platform'] },
  noWorker: { patience: WORKER_SILENT_SECONDS, rounds: ['workers'] },
  checkStopped: { patience: Math.max(...quick().map(checkLateAfter)), rounds: [] },
};

/** Checks by which something is found within a minute; the comparison has an hour. */
function quick(): StalledCheck[] {
  return (Object.keys(stalledChecks) as StalledCheck[]).filter((check) => check !== 'comparison');
}

/** Seconds from the beginning of a cause until it is in the list, at the worst. */
export const foundWithin = (cause: StalledCause): number =>
  foundBy[cause].rounds.reduce((sum, check) => sum + roundOf(check), foundBy[cause].patience);
