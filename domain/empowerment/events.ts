/** Everything that can happen to an empowerment case, as the ledger keeps it. Shapes are versioned by `v`. */
import type { Assessment, Tally } from '../collective/index.ts';
import type { MendingEvents } from '../mending/index.ts';
import type { ObjectionEvents } from '../objection/types.ts';
import type { DeadlineRow, DocumentRef, LedgerEvent, RightRow, SealedRef } from '../process.ts';
import type { Condition, NoticeKind, RuleSnapshot } from '../rules.ts';
import type { CivilDate } from '../time/index.ts';
import type { AgreementText, Application, Bodies, DecidingBody, DecisionMinutes, Inventor, Ppm, Receipt, Step } from './acts.ts';

export interface EmpowermentEvents extends ObjectionEvents, MendingEvents {
  /** The case begins: the application as sent, and the rules that it is pinned to. */
  caseOpened: { application: Application; openedBy: string; rules: RuleSnapshot };
  consentGiven: { personId: string; applicationVersion: number };
  consentDeclined: { personId: string; grounds: SealedRef };
  coOwnerConsented: { coOwnerId: string; document: DocumentRef };
  /** `changed` names the parts that differ; consents fall away when the team's own terms changed. */
  applicationAmended: { application: Application; version: number; changed: string[]; consentsFallAway: boolean };
  applicationSubmitted: { on: CivilDate };
  /** Appended by the record: the number of the institution and year. */
  caseNumbered: { number: string; year: number; seq: number };
  /** Appended by the record: other live cases claim the same achievement. */
  applicationLinked: { achievementId: string; otherCaseIds: string[] };
  /** The earlier application learns of a later one for the same result. */
  linkNoted: { otherCaseId: string };
  /** A linked application has ended or turned to another result. */
  linkEnded: { otherCaseId: string };
  returnedForCorrection: { count: number; items: { at: string; text: SealedRef }[] };
  checkPassed: { conditions: Condition[]; remarks?: SealedRef };
  /** Refused with grounds; `by` says at which point and `clause` what bars it, where a rule does; `decision` whose it was after an approval. */
  applicationRefused: {
    by: 'rule' | 'check' | 'office' | 'departments' | 'decision' | 'objection' | 'link';
    code: string;
    clause?: string;
    grounds?: SealedRef;
    decision?: Bodies['refuseApplication']['decision'];
  };
  departmentReviewed: { department: string; outcome: 'agree' | 'agreeOnConditions' | 'object'; opinion: SealedRef };
  /** Where the case stands from now on. For a deciding body: who may vote and whether that is a quorum. `deadline` where the institution gives the step a time. */
  stepEntered: { step: Step; assessment?: Assessment; deadline?: DeadlineRow };
  substituteNamed: { body: DecidingBody; for: string; personId: string; grounds: SealedRef; assessment: Assessment };
  decisionRecorded: DecisionMinutes & { assessment: Assessment; tally: Tally; round: number };
  noticePublished: {
    noticeId: string;
    kind: NoticeKind;
    edition: number;
    round: number;
    content: SealedRef;
    contentDigest: string;
    items: string[];
    place: string;
    audience: 'institution' | 'public';
    deadline: DeadlineRow;
    /** The edition that this one replaces, and the parts that changed. */
    supersedes?: string;
    changed?: string[];
  };
  /** What a gap does: a running window is lengthened; a notice that is over does not suffice. */
  publicityGapRecorded: {
    noticeId: string;
    days: CivilDate[];
    grounds: SealedRef;
    lengthened?: DeadlineRow;
    insufficient?: true;
  };
  /** A new calendar version counts a running deadline anew; for a published window it is a dated addendum to the notice. */
  deadlineRecounted: { key: string; noticeId?: string; objectionId?: string; deadline: DeadlineRow };
  noticeTakenDown: { noticeId: string; grounds: SealedRef };
  windowClosed: { noticeId: string; endsAt: string };
  amendmentProposed: {
    version: number;
    inventors: Inventor[];
    unitPpm: Ppm;
    incomeUnitPpm: Ppm;
    /** Only where the intended price of a sale changes. */
    priceFen?: string;
    grounds: SealedRef;
    mustSign: string[];
    /** Those of the new inventors who are on file as deceased. */
    deceased?: string[];
  };
  amendmentSigned: { version: number; personId: string };
  amendmentAdopted: { version: number; changed: string[] };
  resultStated: { document: DocumentRef; remarks?: SealedRef; objections: number };
  agreementProposed: { version: number; text: AgreementText };
  agreementSigned: { version: number; personId: string; as: 'unit' | 'inventor' };
  coOwnerSigned: { version: number; coOwnerId: string; document: DocumentRef };
  agreementConcluded: { version: number; on: CivilDate };
  titleChanged: Receipt;
  useRightGranted: { startsOn: CivilDate; term: DeadlineRow };
  rightRecorded: RightRow;
  ledgerTagged: Bodies['tagLedger'];
  caseClosed: { status: 'done' | 'refused' | 'withdrawn' | 'merged' };
  caseWithdrawn: { grounds: SealedRef };
  representativeProposed: { personId: string; by: string };
  representativeConsented: { personId: string; by: string };
  representativeChanged: { from: string; to: string };
  lifeEventRecorded: { personId: string; kind: 'died' | 'retired' | 'left'; on: CivilDate; document: DocumentRef };
  heirsRecorded: { personId: string; document: DocumentRef; heirs: SealedRef[] };
  linkResolved: Bodies['resolveLink'];
  /** A rule of higher rank prevails: the case stands still at its next legal step until it is moved. */
  rulesRaised: { toHash: string; keys: string[] };
  rulesTransitioned: {
    fromHash: string;
    rules: RuleSnapshot;
    minutesNumber: string;
    minutes: DocumentRef;
    grounds: SealedRef;
    newNotice: boolean;
  };
}

export type EventType = keyof EmpowermentEvents;

export type EmpowermentEvent = { [T in EventType]: LedgerEvent<T, EmpowermentEvents[T]> }[EventType];
