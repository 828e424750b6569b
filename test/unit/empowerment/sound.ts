/** What must hold of a case after every event, in every story and in every random run. */
import { isDeepStrictEqual } from 'node:util';
import {
  actTable,
  empowerment,
  type ActType,
  type EmpowermentEvent,
  type EmpowermentState,
} from '../../../domain/empowerment/index.ts';
import { allDeadlines } from '../../../domain/empowerment/deadlines.ts';
import type { LedgerEvent, Message, Projection } from '../../../domain/process.ts';
import { valueOf, type RuleKey } from '../../../domain/rules.ts';

/** Acts that do not bring the case further: a case that waits for these alone stands still. */
const besides = new Set<string>(['recordHeirs', 'resolveLink', 'confirmMending']);

/** A right outlives its case, and with it who holds it. */
const afterTheEnd = ['recordHeirs', 'confirmMending'];
const eventsAfterTheEnd = [
  'heirsRecorded',
  'lifeEventRecorded',
  'caseNumbered',
  'mendingProposed',
  'mendingRefused',
  'deathCorrected',
];

const deceasedOf = (state: EmpowermentState): string[] => [
  ...state.team.filter((m) => m.status === 'deceased').map((m) => m.personId),
  ...(state.amendment?.deceased ?? []),
];

function taskFaults(state: EmpowermentState, { tasks, status, parties }: Projection): string[] {
  const faults: string[] = [];
  const dead = deceasedOf(state);
  for (const task of tasks) {
    if (task.personId !== undefined && dead.includes(task.personId)) faults.push(`task ${task.key} for the dead`);
    const row = actTable[task.act as ActType];
    if (!row.steps.includes(state.step)) faults.push(`task ${task.key} cannot be done at ${state.step}`);
    if (task.role !== undefined && !row.roles.includes(task.role)) faults.push(`task ${task.key} is not ${task.role}'s`);
  }
  if (new Set(tasks.map((t) => t.key)).size !== tasks.length) faults.push('two tasks of one key');
  // Who objected stays on record; nobody dead is one of those who apply.
  const applicants = parties.filter((party) => party.role === 'inventor' || party.role === 'representative');
  for (const { personId } of applicants) if (dead.includes(personId)) faults.push(`the dead ${personId} is a party`);
  const wake = empowerment.nextWake(state);
  if (wake && !actTable[wake.type as ActType].steps.includes(state.step)) faults.push(`wakes for ${wake.type} at ${state.step}`);
  if (status === 'open' && !wake && tasks.every((t) => besides.has(t.act))) faults.push(`stands still at ${state.step}`);
  // On hold nobody is asked for what waits, and somebody is asked to resume.
  if (state.mending.hold && !tasks.some((t) => t.act === 'resume')) faults.push('on hold, and nobody to resume');
  if (status !== 'open' && (wake || tasks.some((t) => !afterTheEnd.includes(t.act)))) faults.push('goes on although it is over');
  if (status !== 'open' && (tasks.length === 0) !== empowerment.isOver(state)) faults.push('over or not?');
  return faults;
}

function rightFaults(state: EmpowermentState): string[] {
  if (state.rights.length === 0 || !state.application || !state.rules) return [];
  const faults: string[] = [];
  if (state.rights.length > 1) faults.push('two rights');
  for (const right of state.rights) {
    const unit = right.kind === 'useRight' ? 0 : state.application.unitPpm;
    const total = right.holders.reduce((sum, h) => sum + h.ppm, unit);
    if (state.step !== 'amendment' && total !== 1_000_000 && state.settled.length === 0) faults.push(`shares total ${total}`);
    if (right.holders.some((h) => h.ppm < 0 || !Number.isInteger(h.ppm))) faults.push('a broken share');
  }
  return faults;
}

/** At the moment a right is recorded: a window as long as the law asks has closed, and a quorum has approved these terms. */
function groundFaults(state: EmpowermentState, events: readonly EmpowermentEvent[], recorded: EmpowermentEvent): string[] {
  if (recorded.type !== 'rightRecorded' || !state.rules || !state.application) return [];
  const faults: string[] = [];
  const { data: right } = recorded;
  const unit = right.kind === 'useRight' ? 0 : state.application.unitPpm;
  if (right.holders.reduce((sum, h) => sum + h.ppm, unit) !== 1_000_000) faults.push('shares do not total the whole');
  const round = state.notices.filter((n) => n.round === state.round && n.state === 'closed' && !n.insufficient);
  const needed = state.application.price ? ['empowerment', 'price'] : ['empowerment'];
  for (const kind of needed) {
    const notice = round.find((n) => n.kind === kind);
    if (!notice) {
      faults.push(`no closed ${kind} notice`);
      continue;
    }
    if (notice.deadline.endsAt > recorded.effectiveAt) faults.push('the window is not over');
    const published = events.find((e) => e.type === 'noticePublished' && e.data.noticeId === notice.id);
    if (published?.type === 'noticePublished' && notice.deadline.n < published.data.deadline.n)
      faults.push('a window was shortened');
  }
  const since = events.findLastIndex((e) => e.type === 'amendmentAdopted');
  const approval = events.findLast((e, i) => i > since && e.type === 'decisionRecorded' && e.data.outcome === 'approved');
  if (approval?.type !== 'decisionRecorded') faults.push('nobody approved these terms');
  else {
    const { tally, assessment } = approval.data;
    const voters = tally.approve + tally.reject + tally.abstain;
    if (voters < assessment.quorum) faults.push('approved without a quorum');
    const rule = valueOf(state.rules, 'decision.majority');
    if (tally.approve * rule.denominator < tally.base * rule.numerator) faults.push('approved without a majority');
  }
  return faults;
}

/** A window that is over stays as it is, and no result is stated of notices that do not suffice. */
function noticeFaults(before: EmpowermentState, state: EmpowermentState, last: EmpowermentEvent): string[] {
  const faults: string[] = [];
  for (const { id, state: stood, deadline } of before.notices) {
    const now = state.notices.find((n) => n.id === id)?.deadline;
    if (stood === 'closed' && !isDeepStrictEqual(now, deadline)) faults.push(`the closed window of ${id} moved`);
  }
  if (last.type !== 'resultStated') return faults;
  const lacking = state.notices.filter((n) => n.round === state.round && n.insufficient && n.state === 'closed');
  return [...faults, ...lacking.map(({ id }) => `the result is stated of ${id}, which does not suffice`)];
}

/** What does not happen on hold: what only an act that waits can bring about, and what binds. */
const waitingOnHold = new Set<string>([
  'checkPassed',
  'returnedForCorrection',
  'departmentReviewed',
  'decisionRecorded',
  'noticePublished',
  'objectionAdmitted',
  'objectionRejected',
  'objectionDecided',
  'reviewRecorded',
  'resultStated',
  'agreementProposed',
  'agreementSigned',
  'coOwnerSigned',
  'agreementConcluded',
  'titleChanged',
  'useRightGranted',
  'ledgerTagged',
  'rulesTransitioned',
]);

/** Whether the event decides on an objection within a time that the law sets. */
function timedByLaw({ objections, rules }: EmpowermentState, { type, data }: EmpowermentEvent): boolean {
  const of = 'objectionId' in data ? objections.find((o) => o.id === data.objectionId) : undefined;
  const ofAdmission = rules?.rules['objection.handling']?.source.rank !== 'institution';
  if (type === 'objectionDecided') return of?.handling?.source === 'law';
  if (type === 'reviewRecorded') return of?.reviewing?.source === 'law';
  return (type === 'objectionAdmitted' || type === 'objectionRejected') && ofAdmission;
}

/** Mending: two persons, no window earlier, no ceiling later but by a hold, nothing of the office's while on hold. */
function mendingFaults(before: EmpowermentState, state: EmpowermentState, last: EmpowermentEvent): string[] {
  const faults: string[] = [];
  if ('confirmedBy' in last.data && 'proposedBy' in last.data && last.data.confirmedBy === last.data.proposedBy)
    faults.push('one person mended alone');
  if (before.mending.hold && waitingOnHold.has(last.type) && !timedByLaw(before, last)) faults.push(`${last.type} while on hold`);
  const rows = new Map(allDeadlines(state).map((row) => [row.key, row]));
  for (const row of allDeadlines(before)) {
    const now = rows.get(row.key);
    if (!now || now.endsAt === row.endsAt) continue;
    if (row.state !== 'running') faults.push(`${row.key} was over and moved`);
    if (row.kind === 'window' && now.endsAt < row.endsAt) faults.push(`${row.key} ends earlier than was said`);
    if (row.bound === 'atMost' && now.endsAt > row.endsAt && !['holdEnded', 'deadlineRecounted'].includes(last.type))
      faults.push(`${row.key} ends later`);
    const told = last.type === 'deadlineMoved' && row.kind === 'window';
    if (told && !state.notices.some((n) => n.deadline.key === row.key && n.addenda.at(-1)?.endsAt === now.endsAt))
      faults.push(`${row.key} moved without an addendum`);
  }
  return faults;
}

/** A step that is entered has the time that the rules give it, and no other has any. */
function stepTimeFaults({ step, rules, stepTime }: EmpowermentState, last: EmpowermentEvent): string[] {
  if (last.type !== 'stepEntered') return [];
  const given = rules?.rules[`stepTime.${step}` as RuleKey];
  const right =
    given === undefined ? stepTime === undefined : stepTime?.clause === given.cite.clause && stepTime.state === 'running';
  return right ? [] : [`${step} is entered without its time, or with one of its own`];
}

/** Whatever is wrong with the case after the last event; nothing if all is well. */
export function faultsOf(
  before: EmpowermentState,
  state: EmpowermentState,
  ledger: readonly LedgerEvent[],
  told: readonly Message[],
): string[] {
  const events = ledger as readonly EmpowermentEvent[];
  const last = events.at(-1);
  const faults: string[] = [];
  if (state.version !== ledger.length || last?.seq !== state.version) faults.push('the version does not count events');
  if (before.status !== 'open' && last && !eventsAfterTheEnd.includes(last.type)) faults.push(`${last.type} after the end`);
  // The rules are what was given; they are large, and another test looks at them.
  if (!isDeepStrictEqual({ ...state, rules: null }, JSON.parse(JSON.stringify({ ...state, rules: null }))))
    faults.push('state is not plain JSON');
  const dead = deceasedOf(state);
  for (const { to, template } of told) if ('personId' in to && dead.includes(to.personId)) faults.push(`${template} to the dead`);
  if (last)
    faults.push(
      ...groundFaults(state, events, last),
      ...mendingFaults(before, state, last),
      ...stepTimeFaults(state, last),
      ...noticeFaults(before, state, last),
    );
  return faults;
}

/** Whatever is wrong with the case once an act is done; between two events of one act a case may look odd. */
export function restingFaults(state: EmpowermentState): string[] {
  if (!state.application) return [];
  return [...taskFaults(state, empowerment.project(state)), ...rightFaults(state)];
}
