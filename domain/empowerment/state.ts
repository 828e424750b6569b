import type { Assessment, Substitution } from '../collective/index.ts';
import { noMending, type MendingState } from '../mending/index.ts';
import type { Objection } from '../objection/index.ts';
import type { DeadlineRow, DocumentRef, PersonStatus, RightRow, SealedRef } from '../process.ts';
import type { Notice } from '../publicity/index.ts';
import type { RuleSnapshot } from '../rules.ts';
import type { AgreementText, Application, DecidingBody, DecisionMinutes, Inventor, Ppm, Step } from './acts.ts';
import type { RecordedDeath } from './deaths.ts';

/** A team member in the case. A dead member's share is held until the heirs' papers are in. */
export interface TeamMember extends Inventor {
  status: PersonStatus;
  held: boolean;
}

export interface Amendment {
  version: number;
  inventors: Inventor[];
  unitPpm: Ppm;
  incomeUnitPpm: Ppm;
  /** Of a sale whose price changes: the new one. */
  priceFen?: string;
  grounds: SealedRef;
  mustSign: string[];
  signed: string[];
  /** Those of the new inventors who were dead before they became members; their part is held like any other. */
  deceased: string[];
}

/** Plain JSON: it is folded from the ledger at every start and continue-as-new. */
export interface EmpowermentState {
  caseId: string;
  institutionId: string;
  version: number;
  step: Step;
  stepSince: string;
  /** The time that the institution gives the step, if it gives any. */
  stepTime?: DeadlineRow;
  status: 'open' | 'done' | 'refused' | 'withdrawn' | 'merged';
  rules: RuleSnapshot | null;
  number?: string;
  application: Application | null;
  applicationVersion: number;
  team: TeamMember[];
  /** Deaths that were recorded in this case and not corrected since. */
  deaths: RecordedDeath[];
  representativeId: string;
  consents: string[];
  declined: string[];
  coOwnerConsents: string[];
  submittedOn?: string;
  returns: number;
  returnItems: { at: string; text: SealedRef }[];
  linkedCases: string[];
  reviews: { department: string; outcome: string; opinion: SealedRef }[];
  substitutes: Record<DecidingBody, Substitution[]>;
  assessment?: Assessment;
  decisions: (DecisionMinutes & { round: number; at: string })[];
  /** The body whose approval of the terms as they are stands last; an adopted amendment takes it away. */
  approvedBy?: DecidingBody;
  /** Rounds of publicity; an adopted amendment or new rules begin another. */
  round: number;
  notices: Notice[];
  objections: Objection[];
  /** The step from which an objection that came in time, but was entered later, took the case back. */
  reopenedFrom?: Step;
  /** Objections whose consequence has been carried out. */
  settled: string[];
  amendment?: Amendment;
  /** Who could vote, substitutes included, whenever the case came before a body; they read it from then on. */
  bodyMembers: string[];
  amendments: number;
  /** What the adopted amendment changed against the notice before, for the amended notice. */
  amendedParts: string[];
  statement?: DocumentRef;
  agreement?: {
    version: number;
    text: AgreementText;
    signedBy: string[];
    unitSigned: boolean;
    coOwnersSigned: string[];
    concludedOn?: string;
  };
  agreements: number;
  term?: DeadlineRow;
  rights: RightRow[];
  proposal?: { personId: string; consents: string[] };
  /** Mendings that wait for a second person, the hold, and who is in charge of what. */
  mending: MendingState;
  /** A prevailing rule waits for a recorded transition. */
  raised?: { toHash: string; keys: string[] };
}

/** The state before anything happened. */
export function initialState(caseId: string, institutionId: string): EmpowermentState {
  return {
    caseId,
    institutionId,
    version: 0,
    step: 'draft',
    stepSince: '',
    status: 'open',
    rules: null,
    application: null,
    applicationVersion: 0,
    team: [],
    deaths: [],
    representativeId: '',
    consents: [],
    declined: [],
    coOwnerConsents: [],
    returns: 0,
    returnItems: [],
    linkedCases: [],
    reviews: [],
    substitutes: { leadingGroup: [], leadership: [] },
    decisions: [],
    round: 1,
    notices: [],
    objections: [],
    settled: [],
    bodyMembers: [],
    amendments: 0,
    amendedParts: [],
    agreements: 0,
    rights: [],
    mending: noMending(),
  };
}

/** A state in which the case is open, so that application and rules are there. */
export type OpenState = EmpowermentState & { application: Application; rules: RuleSnapshot };

/** The state if the case was opened. */
export function opened(state: EmpowermentState): OpenState | undefined {
  return state.application && state.rules ? (state as OpenState) : undefined;
}

/**
 * Notices that count in this round: an amendment or new rules begin another, for which all are published anew, as is one that
 * turned out not to suffice.
 */
export const current = ({ notices, round }: EmpowermentState): Notice[] =>
  notices.filter((n) => n.round === round && (n.state === 'open' || (n.state === 'closed' && !n.insufficient)));

/** Whether a notice of this round is over, does not suffice, and is to be published anew. */
export const lacksNotice = ({ notices, round }: EmpowermentState): boolean =>
  notices.some((n) => n.round === round && n.state === 'closed' && n.insufficient);

/** Whether the agreement binds; from then on the case is carried out, not decided. */
export const concluded = (state: EmpowermentState): boolean => state.agreement?.concludedOn !== undefined;

/** A letter that came in time but is known only since: once confirmed it opens the case again, so nothing is sealed before. */
export const unheard = (state: EmpowermentState): boolean => state.objections.some((o) => o.state === 'unconfirmed' && o.inTime);

/** Team members who can still act and sign. */
export const living = (state: EmpowermentState): TeamMember[] => state.team.filter((member) => member.status !== 'deceased');
