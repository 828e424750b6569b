/** What every case keeps, whatever its process. Plain JSON, folded from the ledger. */
import type { Assessment, Substitution } from '../collective/index.ts';
import type { DecidingBody, DecisionMinutes } from '../empowerment/acts.ts';
import { noMending, type MendingState } from '../mending/index.ts';
import type { DeadlineRow } from '../process.ts';
import type { RuleSnapshot } from '../rules.ts';

/** The bodies that decide on the case: who stands in for whom, how the one that sits could vote, what was decided. */
export interface BodiesState {
  substitutes: Record<DecidingBody, Substitution[]>;
  assessment?: Assessment;
  decisions: (DecisionMinutes & { at: string })[];
  /** Who could vote, substitutes included, whenever the case came before a body; they read it from then on. */
  members: string[];
}

export interface CaseworkState {
  caseId: string;
  institutionId: string;
  version: number;
  step: string;
  /** Instant at which the step was entered. */
  stepSince: string;
  /** The time that the institution gives the step, if it gives any. */
  stepTime?: DeadlineRow;
  status: 'open' | 'done' | 'refused' | 'withdrawn';
  /** Null until the case is opened. */
  rules: RuleSnapshot | null;
  number?: string;
  openedBy?: string;
  bodies: BodiesState;
  mending: MendingState;
  /** A prevailing rule waits for a recorded transition. */
  raised?: { toHash: string; keys: string[] };
}

/** A state in which the case is open, so that its rules are there. */
export type Opened<S extends CaseworkState> = S & { rules: RuleSnapshot };

/** The common part of a state before anything happened. */
export const newCasework = (caseId: string, institutionId: string): CaseworkState => ({
  caseId,
  institutionId,
  version: 0,
  step: 'draft',
  stepSince: '',
  status: 'open',
  rules: null,
  bodies: { substitutes: { leadingGroup: [], leadership: [] }, decisions: [], members: [] },
  mending: noMending(),
});

/** The state if the case was opened. */
export const opened = <S extends CaseworkState>(state: S): Opened<S> | undefined =>
  state.rules === null ? undefined : (state as Opened<S>);
