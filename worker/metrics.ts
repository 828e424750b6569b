/** What the worker counts. A port, so that the process which serves `/metrics` decides where the numbers go. */
export interface WorkerMetrics {
  /** An act has been brought to its case, with what became of it. */
  delivered(outcome: 'done' | 'refused' | 'waiting' | 'failing' | 'lost' | 'away' | 'fault', seconds: number): void;
  /** A decision has been written to the ledger, or not. */
  recorded(outcome: 'recorded' | 'known' | 'stale' | 'refused' | 'notYet' | 'failed', seconds: number): void;
  /** A message has been handed over, or not. */
  told(channel: string, outcome: 'delivered' | 'failed'): void;
  /** A daily or periodic check has run. */
  probed(probe: string, outcome: 'done' | 'failed'): void;
  /** A case that slept past the end of a deadline has been asked to look, for the first time or once more. */
  nudged(deadline: 'window' | 'review' | 'wake', attempt: 'first' | 'again'): void;
}

/** Counts nothing. */
export const noMetrics: WorkerMetrics = {
  delivered: () => undefined,
  recorded: () => undefined,
  told: () => undefined,
  probed: () => undefined,
  nudged: () => undefined,
};
