import type { DeadlineRow, DocumentRef, ObjectionRow, SealedRef } from '../process.ts';

export type Consequence = 'none' | 'amend' | 'refuse';

export interface Finding {
  ground: number;
  upheld: boolean;
  reasons: SealedRef;
}

export interface Objection {
  id: string;
  noticeId: string;
  objectorId?: string;
  name: SealedRef;
  contact: SealedRef;
  grounds: SealedRef[];
  evidence: DocumentRef[];
  receivedAt: string;
  /** Since when it waits for the finding; states of earlier releases lack it. */
  admittedAt?: string;
  inTime: boolean;
  onPaper: boolean;
  /** Who entered a paper objection; a second person confirms it. */
  enteredBy?: string;
  /** Whose right the entry was, under a delegation. */
  enteredFor?: string;
  proof?: DocumentRef;
  state: ObjectionRow['state'];
  handlers: string[];
  handling?: DeadlineRow;
  findings: Finding[];
  consequence: Consequence;
  reply?: SealedRef;
  /** Time within which the objector may ask a higher body for one review; runs only after a dismissal of some ground. */
  review?: DeadlineRow;
  /** The higher body's own time, once it was asked. */
  reviewing?: DeadlineRow;
  reviewed: boolean;
}

/** What the part adds to a process's ledger. Times are instants; the objector's words are sealed. */
export interface ObjectionEvents {
  objectionReceived: {
    objectionId: string;
    noticeId: string;
    objectorId?: string;
    name: SealedRef;
    contact: SealedRef;
    grounds: SealedRef[];
    evidence: DocumentRef[];
    receivedAt: string;
    inTime: boolean;
    onPaper: boolean;
    enteredBy?: string;
    enteredFor?: string;
    proof?: DocumentRef;
  };
  paperObjectionConfirmed: { objectionId: string; confirmedBy: string; inTime: boolean };
  objectionAdmitted: { objectionId: string; handlers: string[]; handling: DeadlineRow };
  objectionRejected: { objectionId: string; reason: string; explanation: SealedRef; review: DeadlineRow };
  handlerRecused: { objectionId: string; personId: string; replacement: string; grounds: SealedRef };
  objectionDecided: {
    objectionId: string;
    outcome: 'dismissed' | 'upheldInPart' | 'upheld';
    findings: Finding[];
    consequence: Consequence;
    reply: SealedRef;
    review?: DeadlineRow;
  };
  objectionWithdrawn: { objectionId: string };
  reviewRequested: { objectionId: string; grounds: SealedRef; reviewing: DeadlineRow };
  reviewWaived: { objectionId: string };
  reviewLapsed: { objectionId: string };
  reviewRecorded: {
    objectionId: string;
    body: string;
    confirmed: boolean;
    consequence: Consequence;
    reasons: SealedRef;
    document: DocumentRef;
  };
}

export const reviewKey = (objectionId: string): string => `review:${objectionId}`;
export const reviewingKey = (objectionId: string): string => `reviewing:${objectionId}`;
export const handlingKey = (objectionId: string): string => `handling:${objectionId}`;
