/** A case folded from its ledger, as one caller may see it. */
import type { PrismaClient } from '../prisma/generated/client.ts';
import type { EmpowermentEvent, EmpowermentState } from '../domain/empowerment/index.ts';
import { processOf, type SomeProcess, type SomeState } from '../domain/index.ts';
import type { MendingState } from '../domain/mending/index.ts';
import type { DeadlineRow, LedgerEvent, Task } from '../domain/process.ts';
import type { Assessment, Bar } from '../domain/collective/index.ts';
import type { Mend } from '../domain/mending/index.ts';
import { substituteOf } from '../domain/empowerment/seats.ts';
import { isObjectionEvent, type Objection } from '../domain/objection/index.ts';
import { compareInstants } from '../domain/time/index.ts';
import type { Caller } from './access.ts';
import type { Sight } from './caseAccess.ts';
import { Problem } from './problems.ts';

/** A case of any process at one moment. */
export interface SomeRecord {
  process: SomeProcess;
  state: SomeState;
  events: LedgerEvent[];
  /** The database's clock when it was read: what is closed by then is closed for this reader. */
  now: string;
  /** Ends of deadlines that an imported calendar has moved and the case has not counted anew yet. */
  moved: Record<string, Moved>;
}

/** An empowerment case at one moment. */
export interface CaseRecord extends SomeRecord {
  state: EmpowermentState;
}

/** What an imported calendar has made of a window that its case has not counted anew yet. */
type Moved = Pick<DeadlineRow, 'lastDay' | 'endsAt' | 'provisional' | 'calendarVersion' | 'skipped'>;

interface Read {
  loaded: { institutionId: string; kind: string; events: LedgerEvent[] } | null;
  moved: Record<string, Moved> | null;
  now: string;
}

/**
 * Ledger and clock of the case, read at one moment and folded. A calendar moves rows at once, and each case follows
 * later: until then the row says when a window ends.
 */
export async function readSome(prisma: PrismaClient, institutionId: string, caseId: string): Promise<SomeRecord> {
  const rows = await prisma.$queryRaw<Read[]>`
    SELECT load_case(${caseId}::uuid, 0) AS loaded, iso(service_clock()) AS now,
           (SELECT jsonb_object_agg(d.key, jsonb_build_object('lastDay', d.last_day, 'endsAt', iso(d.ends_at),
                     'provisional', d.provisional, 'calendarVersion', d.calendar_version, 'skipped', d.skipped))
              FROM deadline d WHERE d.case_id = ${caseId}::uuid AND d.moved_to IS NOT NULL AND d.state = 'running') AS moved`;
  const row = rows[0];
  if (!row?.loaded || row.loaded.institutionId !== institutionId) throw new Problem('notFound');
  const { events, kind } = row.loaded;
  const process = processOf(kind);
  if (!process) throw new Problem('notFound');
  const state = events.reduce((before, event) => process.evolve(before, event), process.initial(caseId, institutionId));
  return { process, events, state, now: row.now, moved: row.moved ?? {} };
}

/** An empowerment case; what is asked of it other processes do not have. */
export async function readCase(prisma: PrismaClient, institutionId: string, caseId: string): Promise<CaseRecord> {
  const found = await readSome(prisma, institutionId, caseId);
  if (found.process.kind !== 'empowerment') throw new Problem('notFound');
  return { ...found, state: withMoved(found.state as EmpowermentState, found.moved) };
}

/** The deadlines of the case as they stand for this reader. */
export const deadlinesOf = ({ process, state, moved }: SomeRecord): DeadlineRow[] =>
  process.project(state).deadlines.map((row) => (row.state === 'running' ? { ...row, ...moved[row.key] } : row));

function withMoved(state: EmpowermentState, moved: Record<string, Moved>): EmpowermentState {
  const notices = state.notices.map((notice) => {
    const { deadline } = notice;
    return notice.state === 'open' ? { ...notice, deadline: { ...deadline, ...moved[deadline.key] } } : notice;
  });
  return { ...state, notices };
}

/** A deadline or window is over for every reader from its end on, whoever has or has not closed it by then. */
export function stateAt(row: { state: string; endsAt: string }, now: string): string {
  const running = row.state === 'running' || row.state === 'open';
  return running && compareInstants(now, row.endsAt) >= 0 ? 'closed' : row.state;
}

/** Whether the caller may know who filed the objection: whoever handles it, works it as officer, oversees it, or filed it. */
function knowsObjector(caller: Caller, sight: Sight, objection: Pick<Objection, 'objectorId' | 'handlers'>): boolean {
  if (objection.objectorId === caller.personId) return true;
  if (sight.kind !== 'whole' || sight.objectors === 'none') return false;
  return sight.objectors === 'all' || objection.handlers.includes(caller.personId);
}

/** What is left of an objection for those who must not know whose it is. */
export interface HiddenObjection {
  id: string;
  noticeId: string;
  receivedAt: string;
  inTime: boolean;
  onPaper: boolean;
  state: Objection['state'];
  handlers: string[];
  grounds: number;
  findings: Objection['findings'];
  consequence: Objection['consequence'];
  handling?: Objection['handling'];
  review?: Objection['review'];
  reviewed: boolean;
}

/** The objection without a word of its author's and without the reply that is meant for them. */
function hideObjector(objection: Objection): HiddenObjection {
  const { id, noticeId, receivedAt, inTime, onPaper, state, handlers, findings, consequence, handling, review, reviewed } =
    objection;
  return {
    id,
    noticeId,
    receivedAt,
    inTime,
    onPaper,
    state,
    handlers,
    grounds: objection.grounds.length,
    findings,
    consequence,
    reviewed,
    ...(handling ? { handling } : {}),
    ...(review ? { review } : {}),
  };
}

/** A case to which somebody may object; of many processes nobody can. */
export interface Objected {
  objections?: Objection[];
}

/** The objections of the case as the caller may see them; an objector sees their own alone. */
export function objectionsFor(caller: Caller, sight: Sight, { objections = [] }: Objected): (Objection | HiddenObjection)[] {
  const seen = sight.kind === 'whole' ? objections : objections.filter((o) => o.objectorId === caller.personId);
  return seen.map((objection) => (knowsObjector(caller, sight, objection) ? objection : hideObjector(objection)));
}

const onObjections: ReadonlySet<string> = new Set([
  'confirmPaperObjection',
  'admitObjection',
  'recuseHandler',
  'recordFinding',
  'recordReview',
]);

/**
 * The to-dos of the case as the caller may see them. A handler, or who was put in charge of an office's task, is asked no
 * more once they object: by a task that is there or not, or is nobody's again, one could tell.
 */
export function tasksFor(sight: Sight, tasks: readonly Task[]): Task[] {
  if (sight.kind === 'objector') return [];
  if (sight.objectors === 'all') return [...tasks];
  return tasks
    .filter(({ act }) => !onObjections.has(act))
    .map(({ personId, ...task }) => (task.role !== undefined || personId === undefined ? task : { ...task, personId }));
}

/** Fields of an objection's events that tell nothing of its author. A field that is not named here stays hidden. */
const plain = new Set([
  'objectionId',
  'noticeId',
  'receivedAt',
  'inTime',
  'onPaper',
  'outcome',
  'consequence',
  'confirmed',
  'body',
  'handlers',
  'personId',
  'replacement',
  'handling',
  'review',
  'findings',
]);

type Shown = Omit<LedgerEvent, 'data' | 'actor'> & { actor: unknown; data: unknown };

function withoutObjector(event: EmpowermentEvent): Shown {
  const data = Object.fromEntries(Object.entries(event.data).filter(([key]) => plain.has(key)));
  return { ...event, actor: { kind: 'hidden' }, data };
}

export type AssessmentTold = Omit<Assessment, 'barred'> & { barred: { personId: string; bar: Bar | 'interest' }[] };

/**
 * That a member of a body stands aside can be told; that they do as objector cannot, nor as kin, or whoever is neither
 * inventor nor kin would be known for the objector.
 */
export function barsTold(assessment: Assessment): AssessmentTold {
  const barred = assessment.barred.map((one) =>
    one.bar === 'objector' || one.bar === 'related' ? { personId: one.personId, bar: 'interest' as const } : one,
  );
  return { ...assessment, barred };
}

function withoutBars(event: EmpowermentEvent): Shown {
  if (!('assessment' in event.data) || !event.data.assessment) return event;
  return { ...event, data: { ...event.data, assessment: barsTold(event.data.assessment) } };
}

const without = (data: object, ...fields: string[]): object =>
  Object.fromEntries(Object.entries(data).filter(([field]) => !fields.includes(field)));

/** For whom a substitute sits is a member who stands aside. */
const ofSubstitute = (seat: string): boolean => substituteOf(seat) !== undefined;

/** What a mending is to do, without whom a substitute's seat is about. */
const mendTold = (mend: Mend): object => (mend.kind === 'reassign' && ofSubstitute(mend.seat) ? { kind: mend.kind } : mend);

/** Nobody who knows the objectors may have read the grounds of what is only proposed. */
const proposalTold = (one: { mend: Mend }): object => ({ ...without(one, 'grounds'), mend: mendTold(one.mend) });

/** The event's data for those who are told numbers alone of who may vote. */
function numbersOf({ type, data }: EmpowermentEvent): object {
  switch (type) {
    case 'mendingProposed':
      return proposalTold(data);
    case 'mendingRefused':
      return without(data, 'grounds');
    case 'personReassigned':
      return ofSubstitute(data.seat) ? without(data, 'seat', 'from', 'to', 'grounds') : data;
    case 'substituteNamed':
      return { ...without(data, 'for', 'personId', 'grounds'), assessment: counted(data.assessment) };
    case 'decisionRecorded':
      return { ...without(data, 'present', 'votes', 'recusals', 'substitutes'), assessment: counted(data.assessment) };
    default:
      return 'assessment' in data && data.assessment ? { ...data, assessment: counted(data.assessment) } : data;
  }
}

/** How many may vote, for those who are told numbers alone. */
export type Counted = Pick<Assessment, 'quorum' | 'enough'> & { eligible: number };

export const counted = ({ quorum, enough, eligible }: Assessment): Counted => ({ quorum, enough, eligible: eligible.length });

/** Mendings that wait, as the caller may see them. */
export function mendingsFor(sight: Sight, numbersAlone: boolean, { mending }: { mending: MendingState }): object[] {
  if (sight.kind === 'objector') return [];
  return sight.objectors === 'all' || !numbersAlone ? mending.pending : mending.pending.map(proposalTold);
}

/** The ledger's events as the caller may see them. What follows from an act on an objection names nobody either. */
export function eventsFor(
  caller: Caller,
  sight: Sight,
  numbersAlone: boolean,
  record: { state: Objected; events: LedgerEvent[] },
): Shown[] {
  if (sight.kind === 'objector') return [];
  const hidden = (event: EmpowermentEvent): boolean => {
    if (!isObjectionEvent(event)) return false;
    const objection = record.state.objections?.find(({ id }) => id === event.data.objectionId);
    return !objection || !knowsObjector(caller, sight, objection);
  };
  // Events that other processes share with empowerment have its shapes; any other is shown as it is.
  const events = record.events as EmpowermentEvent[];
  const acts = new Set(events.filter(hidden).map(({ actId }) => actId));
  return events.map((event) => {
    if (hidden(event)) return withoutObjector(event);
    const shown = sight.objectors === 'all' ? event : numbersAlone ? { ...event, data: numbersOf(event) } : withoutBars(event);
    return acts.has(event.actId) ? { ...shown, actor: { kind: 'hidden' } } : shown;
  });
}
