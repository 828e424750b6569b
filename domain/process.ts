/**
 * The shape every process shares: a person's act comes in an envelope, a pure decider answers with events or a
 * refusal, events are recorded in the ledger, state evolves from what was recorded, and everything that people
 * see in lists is projected from state. The same functions run in the workflow, in tests and in a rebuild.
 */
import type { Calendar } from './time/index.ts';
import type { RuleSnapshot } from './rules.ts';

/** Roles that an administrator gives. The supervisor (discipline, audit) reads everything and changes nothing. @clause hlj.g7 */
export const institutionRoles = [
  'officer',
  'departmentReviewer',
  'secretary',
  'signatory',
  'administrator',
  'supervisor',
] as const;

/** Roles a membership of an institution gives; everyone there is a member. */
export type InstitutionRole = (typeof institutionRoles)[number] | 'member';

/**
 * Roles a person has in one case only; `handler` handles one objection, `objector` filed it, `bodyMember` may vote, or might
 * have voted, in a body that the case came before; `holder` has the right, `applicant` asks for leave, `leader` is who holds
 * the post.
 */
export type CaseRole = 'representative' | 'inventor' | 'objector' | 'handler' | 'bodyMember' | 'holder' | 'applicant' | 'leader';

/** Roles outside any institution. `interestedParty` may be anybody with a token; `platformOperator` keeps packs and calendars. */
export const globalRoles = ['interestedParty', 'platformOperator'] as const;

export type GlobalRole = (typeof globalRoles)[number];

export type Role = InstitutionRole | CaseRole | GlobalRole;

/** Who acts. Under a delegation both names are kept: `personId` acts, `onBehalfOf` is whose right it is. */
export type Actor =
  { kind: 'person'; personId: string; onBehalfOf?: string; roles: Role[]; departments: string[] } | { kind: 'system' };

/** A personal or sealable value kept apart, encrypted per subject; the ledger holds only its id and salted digest. */
export interface SealedRef {
  sealed: string;
  digest: string;
}

/** An uploaded file by the SHA-256 of its bytes. */
export interface DocumentRef {
  document: string;
  name?: SealedRef;
}

export type PersonStatus = 'active' | 'retired' | 'left' | 'deceased';

/** A deciding body as it is on the day: members with their department, substitutes with whom they may stand for. */
export interface BodyFacts {
  members: { personId: string; department?: string }[];
  substitutes: { personId: string; department?: string; for?: string }[];
}

/** What the dispatcher reads for an act at delivery. What an event relies on is written into the event. */
export interface Facts {
  calendar?: Calendar;
  bodies?: { leadingGroup?: BodyFacts; leadership?: BodyFacts };
  /** Pairs of persons declared related (marriage, kinship, interest). */
  relations?: [string, string][];
  /** `roles` are those in the institution; nobody without a membership has any. */
  people?: Record<string, { status: PersonStatus; departments: string[]; roles?: InstitutionRole[] }>;
  /** The snapshot pinned with the opening act; it goes into the ledger with the first event. */
  pinnedRules?: RuleSnapshot;
  /** The rules as they would resolve on the day of receipt, for a transition. */
  currentRules?: RuleSnapshot;
  /** Rights on record in the institution, by achievement. */
  rightsOnFile?: Record<string, { kind: RightRow['kind']; holders: string[]; startDate: string; lastDay?: string }[]>;
  /** Leave taken, by person: spells here, and days elsewhere as far as both institutions agreed to tell. */
  leave?: Record<string, { caseId?: string; from: string; until: string; elsewhere?: true }[]>;
  /** Posts of leadership, by person. */
  posts?: Record<string, { chief: boolean; from: string; until?: string }[]>;
  /** By notice, counted days of the window on which no check could read it; nothing where none are made. */
  unreadDays?: Record<string, string[]>;
}

/** One act on its way to a case. `receivedAt` is PostgreSQL's clock when the inbox row was written. */
export interface Envelope<T extends string = string, B = unknown> {
  actId: string;
  type: T;
  receivedAt: string;
  actor: Actor;
  body: B;
  /** For each open window of the case, by its deadline key: whether the act came in time. Fixed at receipt. */
  timely: Record<string, boolean>;
  facts: Facts;
  /** How far the case's ledger had come when the act was taken up; whoever knows less has something to read first. */
  ledgerVersion?: number;
  /** The trace of the request that brought it, for logs alone. */
  traceId?: string;
}

/** An act before its body is known: who asks, when, and the facts that the table promises it; `timely` once it was received. */
export type Asking = Pick<Envelope, 'type' | 'actor' | 'receivedAt' | 'facts'> & Partial<Pick<Envelope, 'timely'>>;

/** A refusal: stable code, both languages, HTTP status the API answers with (409 lost race or wrong step, 422 rule, 403). */
export interface Refusal {
  code: string;
  status: 403 | 404 | 409 | 422;
  zh: string;
  en: string;
  /** Where in the body the fault lies (JSON pointer), and the clause that asks for it. */
  at?: string;
  clause?: string;
  /** Persons whom it is about, by id, for whoever must enter or ask them; never in its words. */
  persons?: string[];
}

/** An event as the decider says it; the record adds sequence, time of record and hash. */
export interface NewEvent<T extends string = string, D = unknown> {
  type: T;
  /** Version of `data`'s shape; upcasters lift older ones. */
  v: number;
  /** When it takes effect in law; usually the receipt of the act. */
  effectiveAt: string;
  data: D;
}

/** An event as the ledger holds it. */
export interface LedgerEvent<T extends string = string, D = unknown> extends NewEvent<T, D> {
  seq: number;
  recordedAt: string;
  actId: string;
  actor: Actor;
}

/** Conditions across cases that the record checks under row locks, in the same transaction as the events. */
export type Guard =
  /** Claims the achievement; another live claim does not refuse but links both (an `applicationLinked` event is appended). */
  | { kind: 'claimAchievement'; achievementId: string; effectiveAt: string }
  /** Refused while another live case claims the same achievement. */
  | { kind: 'soleClaim'; achievementId: string }
  | { kind: 'releaseAchievement'; achievementId: string }
  /** The next number of the institution and year, without gaps; appends a `caseNumbered` event. */
  | { kind: 'assignNumber'; series: string; year: number; effectiveAt: string }
  /**
   * Not yet before `endsAt` by the database's clock, nor before the end in the deadline's own row (an imported calendar
   * moves the row first), nor while a receipt earlier than that end is undelivered.
   */
  | { kind: 'windowOver'; key: string; endsAt: string }
  /**
   * Opens another case by an act of the system, in the same transaction. Its id follows from this case and the key, so that it
   * is opened once; `createdBy` is whoever the case is put down to.
   */
  | { kind: 'openCase'; process: string; key: string; createdBy: string; act: { type: string; body: unknown } }
  /** Days of leave are taken by a person; refused while the person's account would be overdrawn. */
  | {
      kind: 'spendLeave';
      personId: string;
      from: string;
      until: string;
      most: number;
      scope: 'sameInstitution' | 'allInstitutions';
    };

/** What a decider answers. */
export type Decision<E extends NewEvent = NewEvent> = { events: E[]; guards?: Guard[] } | { refusal: Refusal };

export interface Task {
  /** Stable within the case while the task stays the same one. */
  key: string;
  /** The act that fulfils it. */
  act: string;
  /** Who must do it: one person, or everybody with the role (and the department). */
  personId?: string;
  role?: Role;
  department?: string;
  since: string;
  /** Instant by which it must be done, if there is one. */
  due?: string;
  /** Why it stands out, for example `quorumLost`; shown in the stalled list. */
  alert?: string;
}

/**
 * What moved a deadline's end after it was counted by its rule: a hold, with what was left when it stopped, or a move to
 * a day. In their order they give the end, together with the rule's count; a move's day is what was ordered, which a count by
 * a later calendar may go past. The reason stands with the mending.
 */
export type Adjustment =
  | {
      kind: 'hold';
      mendingId: string;
      from: string;
      until: string;
      left: { n: number; unit: 'workingDay' | 'calendarDay' };
      lastDay: string;
    }
  | { kind: 'move'; mendingId: string; on: string; lastDay: string };

/** A deadline with all that is needed to recount it. */
export interface DeadlineRow {
  key: string;
  kind: 'window' | 'handling' | 'review' | 'term' | 'internal';
  startDate: string;
  lastDay: string;
  /** Exclusive end, UTC. A window counts as closed for every reader from this instant. */
  endsAt: string;
  bound: 'atLeast' | 'atMost';
  n: number;
  unit: 'workingDay' | 'calendarDay' | 'month' | 'year';
  countsFirstDay: boolean;
  clause: string;
  phrase: string;
  reading?: string;
  calendarVersion: string;
  provisional: boolean;
  skipped: { date: string; reason: string }[];
  /** Who set it; older rows tell by their clause. */
  source?: 'institution' | 'law';
  /** Absent while the end is the rule's own. */
  adjustments?: Adjustment[];
  /** `paused` while a hold stops it; its end is counted anew when the case is resumed. */
  state: 'running' | 'paused' | 'closed' | 'cancelled';
}

/** What a person is in a case by its rows. Who died in it has no part in it any more; it stays a matter of their kin. */
export type PartyRole = CaseRole | 'deceased';

export interface PartyRow {
  personId: string;
  role: PartyRole;
}

export interface NoticeRow {
  id: string;
  kind: 'empowerment' | 'price' | 'renewal';
  /** 1 for the first, 2 for the amended one; the old one is kept. */
  edition: number;
  number?: string;
  audience: 'institution' | 'public';
  publishedAt: string;
  deadlineKey: string;
  content: SealedRef;
  contentDigest: string;
  state: 'open' | 'closed' | 'superseded' | 'takenDown';
  addenda: { on: string; lastDay: string; endsAt: string; reason: string }[];
}

export interface ObjectionRow {
  id: string;
  noticeId: string;
  /** Hidden from applicants and everyone who does not handle it. */
  objectorId?: string;
  receivedAt: string;
  inTime: boolean;
  onPaper: boolean;
  state:
    | 'unconfirmed'
    | 'received'
    | 'admitted'
    | 'inadmissible'
    | 'dismissed'
    | 'upheldInPart'
    | 'upheld'
    | 'withdrawn'
    | 'late'
    | 'underReview';
  handlers: string[];
}

/** A right that came into being; rights live on in processes of their own. */
export interface RightRow {
  key: string;
  kind: 'coOwnership' | 'fullOwnership' | 'useRight';
  startDate: string;
  /** Last day of a use right. */
  lastDay?: string;
  receipt: { kind: 'registry' | 'handoverRecord' | 'agreement'; number?: string; on: string };
  holders: { personId: string; ppm: number; held: boolean }[];
}

/** Everything that lists, search and reports read of a case; computed from state alone, so it can be dropped and rebuilt. */
export interface Projection {
  step: string;
  status: 'open' | 'done' | 'refused' | 'withdrawn' | 'merged';
  mode: string;
  /** Absent where the case is about no result. */
  achievementId?: string;
  number?: string;
  /** Since when the case is on hold. */
  heldSince?: string;
  /** What time brings next, where not every instant is a window's or a review's end. */
  wake?: { at: string; type: string };
  parties: PartyRow[];
  tasks: Task[];
  deadlines: DeadlineRow[];
  notices: NoticeRow[];
  objections: ObjectionRow[];
  rights: RightRow[];
}

/** Something to tell somebody, by template; delivered at least once with a stable id (case, seq, index). */
export interface Message {
  template: string;
  to: { personId: string } | { role: InstitutionRole; department?: string };
  /** Values for the template: codes, dates, numbers and sealed refs, never personal text. */
  values: Record<string, string | number | SealedRef>;
}

/** A process as pure functions. */
export interface Process<S, E extends LedgerEvent = LedgerEvent> {
  kind: string;
  initial(caseId: string, institutionId: string): S;
  decide(state: S, act: Envelope): Decision;
  evolve(state: S, event: E): S;
  project(state: S): Projection;
  /** Messages that follow from one newly recorded event; `state` is the state after it. */
  tell(state: S, event: E): Message[];
  /** The system act to perform next and the instant for it, if the case waits for time. */
  nextWake(state: S): { at: string; type: string; body: unknown } | undefined;
  /** Whether the case is over. */
  isOver(state: S): boolean;
}
