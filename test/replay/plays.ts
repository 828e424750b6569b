/** What of a process is played for a release, and what of its domain the saved histories must hold. */
import type { Rehearsal } from '../../runtime/rehearsing/rehearsal.ts';

/** Notes that the case is parked at the step now: nothing is under way, and what Temporal holds of it is worth keeping. */
export type Keep = (parked: { caseId: string }, step: string, as?: string) => Promise<void>;

/** One case, or several that have to do with each other, on a rehearsal of their own. */
export interface Play {
  /** Names the files; the play's second case is `<name>.2`. */
  name: string;
  /** Shanghai time. */
  startsAt: string;
  play: (rehearsal: Rehearsal, keep: Keep) => Promise<void>;
}

export interface PlayedProcess {
  /** Every step that the domain knows. */
  steps: readonly string[];
  /** Every act that the domain knows, with the steps at which it may be done. */
  acts: Readonly<Record<string, { steps: readonly string[] }>>;
  plays: readonly Play[];
}
