/**
 * What a person can do to an empowerment case: every act with its body, as the decider receives it. Texts that may
 * hold personal or sealable content arrive as SealedRef; the API takes them as plain text (contracts/schemas.ts).
 */
import type { HoldReason } from '../mending/index.ts';
import type { CivilDate } from '../time/index.ts';
import type { AgreementTerm, Condition, Exclusion, FullOwnershipRoad, Mode, NoticeKind, ResultKind } from '../rules.ts';
import type { DocumentRef, SealedRef } from '../process.ts';
import type { Stage } from '../terms/index.ts';

/** Parts per million; 1_000_000 is the whole, so that four decimals of a percent are exact. */
export type Ppm = number;

export interface Inventor {
  personId: string;
  /** Share of the inventors' own part; all of them together are exactly 1_000_000. */
  ppm: Ppm;
}

/** Another unit or person that owns part of the result and must consent. */
export interface CoOwner {
  id: string;
  name: SealedRef;
}

export interface Application {
  mode: Mode;
  road?: FullOwnershipRoad;
  achievementId: string;
  /** Title and short description of the result; the summary is shown only where a notice must hold one. */
  title: SealedRef;
  summary?: SealedRef;
  resultKind: ResultKind;
  otherKindGrounds?: SealedRef;
  /** Patent or registration number; absent for know-how and technical secrets. */
  resultNumber?: string;
  /** Last day of the legal protection, where the kind has one. */
  protectedUntil?: CivilDate;
  inventors: Inventor[];
  coOwners: CoOwner[];
  representativeId: string;
  /** The unit's part of the title (coOwnership, fullOwnership); the inventors hold the rest. */
  unitPpm: Ppm;
  /** How conversion income is split between unit and inventors. */
  incomeUnitPpm: Ppm;
  exclusions: Record<Exclusion, boolean>;
  secrecy: { secret: boolean; screened: DocumentRef; approval?: DocumentRef };
  conditions: Partial<Record<Condition, { affirmed: boolean; evidence: DocumentRef[] }>>;
  /** Licences and pledges that already burden the result; declared even when there are none. */
  burdens: { kind: 'licence' | 'pledge'; description: SealedRef; consent?: DocumentRef }[];
  exportCheck: { needed: boolean; document?: DocumentRef };
  ethicsCheck: { needed: boolean; document?: DocumentRef };
  /** For a use right: how it will be put to use, alone or with named partners. */
  plan?: { document: DocumentRef; partners: SealedRef[] };
  /** For a use right: years asked for. */
  years?: number;
  /** For full ownership by sale: what the inventors will pay for the unit's share, in fen. */
  price?: { intendedFen: string; buyerIds: string[] };
}

export interface Vote {
  personId: string;
  vote: 'approve' | 'reject' | 'abstain';
}

export type DecidingBody = 'leadingGroup' | 'leadership';

export interface DecisionMinutes {
  body: DecidingBody;
  heldOn: CivilDate;
  minutesNumber: string;
  minutes: DocumentRef;
  present: string[];
  substitutes: { personId: string; for: string }[];
  recusals: { personId: string; reason: SealedRef }[];
  votes: Vote[];
  outcome: 'approved' | 'rejected';
  conditions: SealedRef[];
  grounds?: SealedRef;
}

export interface AgreementText {
  document: DocumentRef;
  terms: Partial<Record<AgreementTerm, SealedRef>>;
  /** An agreement may count its first day (Civil Code 204): ten years from 03-01 then end on the last of February. */
  countsFirstDay: boolean;
  /** First day of the use right. */
  startsOn?: CivilDate;
  years?: number;
  /** A staged grant; without a condition it must reach the term by itself. */
  stages?: Stage[];
  /** Which part of the fees that keep the title alive the unit bears; the holders bear the rest. */
  maintenance?: { unitPpm: Ppm };
  /** Whether the right outlives its holder's transfer, retirement or leaving. */
  survivesLeaving?: boolean;
  /** For a sale: the agreed price in fen, which must be the published one. */
  priceFen?: string;
}

export interface Receipt {
  kind: 'registry' | 'handoverRecord';
  number?: string;
  on: CivilDate;
  document: DocumentRef;
  /** Who signed a handover record. */
  signedBy?: string[];
}

/** One entry per act; the key is the act's name everywhere (API, table, ledger, pages). */
export interface Bodies {
  /** The representative sends the draft to everyone whose consent is needed; this opens the case. */
  sendForConsent: { application: Application };
  /** Consent is to one version of the application; an amended one asks anew. */
  consent: { applicationVersion: number };
  declineConsent: { grounds: SealedRef };
  recordCoOwnerConsent: { coOwnerId: string; document: DocumentRef };
  amendApplication: { application: Application };
  submit: { representationConfirmed: true };
  returnForCorrection: { items: { at: string; text: SealedRef }[] };
  passCheck: { conditions: Condition[]; secrecyChecked: true; remarks?: SealedRef };
  /** Once a body has approved, the refusal is that of the body which decides such a matter, by its minutes. */
  refuseApplication: { grounds: SealedRef; decision?: Pick<DecisionMinutes, 'body' | 'minutesNumber' | 'minutes'> };
  reviewAsDepartment: { department: string; outcome: 'agree' | 'agreeOnConditions' | 'object'; opinion: SealedRef };
  nameSubstitute: { body: DecidingBody; for: string; personId: string; grounds: SealedRef };
  recordDecision: DecisionMinutes;
  publishNotice: {
    kind: Exclude<NoticeKind, 'renewal'>;
    /** What is shown, as composed by the service and confirmed by the officer. */
    content: SealedRef;
    contentDigest: string;
    items: string[];
    place: string;
    /** Longer than the rule's floor if the officer wants it, in the rule's own unit. */
    n?: number;
  };
  closeWindow: { noticeId: string };
  recordPublicityGap: { noticeId: string; days: CivilDate[]; grounds: SealedRef };
  takeDownNotice: { noticeId: string; grounds: SealedRef };
  fileObjection: { noticeId: string; name: SealedRef; contact: SealedRef; grounds: SealedRef[]; evidence: DocumentRef[] };
  enterPaperObjection: {
    noticeId: string;
    name: SealedRef;
    contact: SealedRef;
    grounds: SealedRef[];
    evidence: DocumentRef[];
    /** Moment of receipt by the unit, or of the postmark, whichever the proof shows; an instant. */
    receivedAt: string;
    proof: DocumentRef;
    objectorId?: string;
  };
  confirmPaperObjection: { objectionId: string };
  admitObjection: { objectionId: string; handlers: string[] };
  rejectObjection: {
    objectionId: string;
    reason: 'anonymous' | 'noGrounds' | 'notAboutNotice' | 'duplicate';
    explanation: SealedRef;
  };
  recuseHandler: { objectionId: string; personId: string; replacement: string; grounds: SealedRef };
  recordFinding: {
    objectionId: string;
    findings: { ground: number; upheld: boolean; reasons: SealedRef }[];
    /** What follows when a ground is upheld. */
    consequence: 'none' | 'amend' | 'refuse';
    reply: SealedRef;
  };
  withdrawObjection: { objectionId: string };
  requestReview: { objectionId: string; grounds: SealedRef };
  waiveReview: { objectionId: string };
  /** By time alone, when nobody asked for a review. */
  lapseReview: { objectionId: string };
  recordReview: {
    objectionId: string;
    body: string;
    confirmed: boolean;
    consequence: 'none' | 'amend' | 'refuse';
    reasons: SealedRef;
    document: DocumentRef;
  };
  /** `priceFen` in a sale alone: the intended price from now on, where the objection changes it. */
  proposeAmendment: { inventors: Inventor[]; unitPpm: Ppm; incomeUnitPpm: Ppm; priceFen?: string; grounds: SealedRef };
  signAmendment: { amendmentVersion: number };
  stateResult: { document: DocumentRef; remarks?: SealedRef };
  proposeAgreement: AgreementText;
  signAgreement: { agreementVersion: number };
  recordCoOwnerSignature: { agreementVersion: number; coOwnerId: string; document: DocumentRef };
  recordTitleChange: Receipt;
  grantUseRight: { startsOn: CivilDate };
  tagLedger: {
    attribute: 'granted' | 'notGranted';
    stage: 'research' | 'development' | 'undistinguished';
    conversion: 'notConverted' | 'intended' | 'converted';
    place?: string;
  };
  withdraw: { grounds: SealedRef };
  proposeRepresentative: { personId: string };
  consentToRepresentative: { personId: string };
  recordLifeEvent: { personId: string; kind: 'died' | 'retired' | 'left'; on: CivilDate; document: DocumentRef };
  recordHeirs: { personId: string; document: DocumentRef; heirs: SealedRef[] };
  resolveLink: { outcome: 'merged' | 'split' | 'refused'; otherCaseId: string; newAchievementId?: string; grounds: SealedRef };
  transitionRules: { toHash: string; minutesNumber: string; minutes: DocumentRef; grounds: SealedRef; newNotice: boolean };
  /** The acts that mend a case are proposed by one person and take effect once a second has confirmed. */
  hold: { reason: HoldReason; grounds: SealedRef };
  resume: { grounds: SealedRef };
  /** `deadline` by its key. A floor moves only later, a ceiling only earlier. */
  moveDeadline: { deadline: string; lastDay: CivilDate; grounds: SealedRef };
  /** `seat` is a task by its key, or `nameSubstitute:<body>:<member>`. */
  reassign: { seat: string; to: string; grounds: SealedRef };
  /** The person is a member as before, unless something was settled without them since. */
  correctDeath: { personId: string; grounds: SealedRef };
  confirmMending: { mendingId: string };
  /** Also by whoever proposed it, to take it back. */
  refuseMending: { mendingId: string; grounds: SealedRef };
  /** By the platform: another live case claims the same result, or has ceased to. */
  noteLink: { otherCaseId: string; ended: boolean };
  /** By the platform after a calendar import: the named deadline, or each, is counted anew; what was told never ends earlier. */
  applyCalendar: { calendarVersion: string; deadline?: string };
  /** Raised by the platform when a prevailing rule of higher rank takes effect. */
  raisePrevailingRules: { toHash: string; keys: string[] };
}

export type ActType = keyof Bodies;

/** Where a case stands. `draft` is rows only; from `consent` on there is a workflow. */
export type Step =
  | 'draft'
  | 'consent'
  | 'check'
  | 'returned'
  | 'departmentReview'
  | 'groupDecision'
  | 'leadershipDecision'
  | 'noticePreparation'
  | 'publicity'
  | 'objectionHandling'
  | 'amendment'
  | 'statement'
  | 'agreement'
  | 'titleChange'
  | 'useRightGrant'
  | 'registration'
  | 'done'
  | 'refused'
  | 'withdrawn'
  | 'merged';
