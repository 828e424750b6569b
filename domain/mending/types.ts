import type { DeadlineRow, InstitutionRole, SealedRef } from '../process.ts';
import type { CivilDate } from '../time/index.ts';

/** Why a case is put on hold, as a refusal can say it; the grounds in full are sealed. */
export type HoldReason = 'dispute' | 'investigation' | 'authority' | 'papers' | 'other';

/** What is to be mended. */
export type Mend =
  | { kind: 'hold'; reason: HoldReason }
  | { kind: 'resume' }
  | { kind: 'moveDeadline'; deadline: string; lastDay: CivilDate }
  /** `seat` is the key of a task, or `nameSubstitute:<body>:<member>` for a substitute on record. */
  | { kind: 'reassign'; seat: string; to: string }
  /** A death that was recorded and is none. What that changes, the host knows. */
  | { kind: 'correctDeath'; personId: string };

/** What a mending does to one deadline: stopped with so much left, or its last day from here to there. */
export interface DeadlineEffect {
  key: string;
  from: CivilDate;
  to?: CivilDate;
  left?: { n: number; unit: 'workingDay' | 'calendarDay' };
}

/** A mending proposed by one person, which takes effect once a second one confirms it. */
export interface Mending {
  id: string;
  mend: Mend;
  grounds: SealedRef;
  proposedBy: string;
  /** Whose right the proposal was, under a delegation. */
  proposedFor?: string;
  /** The role that is asked to confirm: the one that the proposer did not act in. */
  asked: 'officer' | 'administrator';
  /** What it would do, as it stood when proposed. */
  effects: DeadlineEffect[];
  at: string;
}

/** A case on hold. `since` is the instant of the confirmation. */
export interface Hold {
  mendingId: string;
  reason: HoldReason;
  grounds: SealedRef;
  proposedBy: string;
  confirmedBy: string;
  since: string;
}

/** What the part keeps in a process's state. */
export interface MendingState {
  pending: Mending[];
  hold?: Hold;
  /** Who is in charge of a task that else is everybody's with the role, by the task's key. */
  assigned: Record<string, string>;
}

/** By whom and why; every event that takes effect names both persons. */
interface Authority {
  mendingId: string;
  grounds: SealedRef;
  proposedBy: string;
  confirmedBy: string;
}

/** What the part adds to a process's ledger. */
export interface MendingEvents {
  mendingProposed: Omit<Mending, 'id' | 'at'> & { mendingId: string };
  mendingRefused: { mendingId: string; refusedBy: string; grounds: SealedRef };
  holdBegun: Authority & { reason: HoldReason; stopped: DeadlineEffect[] };
  /** `deadlines` are those that had stopped, with what was left counted on from the day of resumption. */
  holdEnded: Authority & { since: string; deadlines: DeadlineRow[] };
  deadlineMoved: Authority & { from: { lastDay: CivilDate; endsAt: string }; deadline: DeadlineRow };
  deathCorrected: Authority & { personId: string };
  personReassigned: Authority & { seat: string; act: string; from?: string; to: string };
}

/** Something that somebody is in charge of and that another can take over. */
export interface Seat {
  key: string;
  /** The act that is to be done. */
  act: string;
  personId?: string;
  /** What the person must be; a seat without a role is open to any member of the institution. */
  role?: InstitutionRole;
  department?: string;
  /** What somebody is in the case by right: nobody can be put in their place. */
  own?: boolean;
}
