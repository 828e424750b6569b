/** Acts to try at random: some that the case waits for, some that are possible, some that are nonsense. */
import { actTable, empowerment, type ActType, type Bodies } from '../../../domain/empowerment/index.ts';
import { addDays, dateOfInstant, daysBetween } from '../../../domain/time/index.ts';
import { applicationOf, changed, paper, sealed } from './world.ts';
import { better, type Case } from './case.ts';

/** Chooses a number below n. */
export type Pick = (n: number) => number;

export interface Try {
  who: string;
  type: ActType;
  body: unknown;
}

export const people = ['an', 'bo', 'chen', 'ding', 'eva', 'fang', 'g1', 'g2', 'l1', 'nobody'];
export const staff = [
  'officer',
  'officer2',
  'secretary',
  'signatory',
  'administrator',
  'supervisor',
  'system',
  'reviewer-research',
  'reviewer-stateAssets',
  'outsider',
];

const from = <T>(list: readonly T[], pick: Pick): T => list[pick(list.length)] as T;

/** A split of the whole among some people, sometimes a millionth off. */
function split(pick: Pick): { personId: string; ppm: number }[] {
  const team = people.slice(0, 6).filter((id) => id === 'an' || pick(2) === 0);
  const each = Math.floor(1_000_000 / team.length);
  const off = pick(12) === 0 ? 1 : 0;
  return team.map((personId, i) => ({ personId, ppm: i === 0 ? 1_000_000 - each * (team.length - 1) + off : each }));
}

type Makers = { [T in ActType]: (one: Case, pick: Pick) => Bodies[T] };

/** One of those there are, now and then one that there is not. */
const known = (ids: string[], pick: Pick): string => (ids.length === 0 || pick(15) === 0 ? 'none' : from(ids, pick));
const noticeOf = (one: Case, pick: Pick): string =>
  known(
    one.state.notices.map((n) => n.id),
    pick,
  );
const objectionOf = (one: Case, pick: Pick): string =>
  known(
    one.state.objections.map((o) => o.id),
    pick,
  );
const mendingOf = (one: Case, pick: Pick): string =>
  known(
    one.state.mending.pending.map((m) => m.id),
    pick,
  );
const filed = (one: Case, pick: Pick) => ({
  noticeId: noticeOf(one, pick),
  name: sealed('n'),
  contact: sealed('c'),
  grounds: Array.from({ length: 1 + pick(3) }, () => sealed('g')),
  evidence: [],
});

function findings(one: Case, pick: Pick): Bodies['recordFinding'] {
  const objectionId = objectionOf(one, pick);
  const grounds = one.state.objections.find((o) => o.id === objectionId)?.grounds ?? [];
  const found = grounds.map((_, i) => ({ ground: i + 1, upheld: pick(2) === 0, reasons: sealed('r') }));
  const upheld = found.some((f) => f.upheld);
  return {
    objectionId,
    findings: found,
    consequence: upheld ? from(['amend', 'amend', 'refuse', 'none'] as const, pick) : 'none',
    reply: sealed('x'),
  };
}

const makers: Makers = {
  sendForConsent: (_, pick) => ({
    application: applicationOf({ mode: from(['coOwnership', 'useRight'] as const, pick), unitPpm: pick(1_000_001) }),
  }),
  consent: (one) => ({ applicationVersion: one.state.applicationVersion }),
  declineConsent: () => ({ grounds: sealed('g') }),
  recordCoOwnerConsent: () => ({ coOwnerId: 'hospital', document: paper('d') }),
  amendApplication: (one, pick) => ({
    application: pick(2) === 0 ? better(one, `${pick(5)}`) : { ...one.application, inventors: split(pick) },
  }),
  submit: () => ({ representationConfirmed: true }),
  returnForCorrection: () => ({ items: [{ at: '/x', text: sealed('x') }] }),
  passCheck: () => ({ conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'], secrecyChecked: true }),
  refuseApplication: (one, pick) => ({
    grounds: sealed('g'),
    ...(pick(2) === 0
      ? {
          decision: {
            body: from(['leadingGroup', 'leadership'] as const, pick),
            minutesNumber: `m${pick(one.ledger.length)}`,
            minutes: paper('m'),
          },
        }
      : {}),
  }),
  reviewAsDepartment: (_, pick) => ({
    department: from(['research', 'stateAssets', 'legal'], pick),
    outcome: from(['agree', 'agree', 'agreeOnConditions', 'object'] as const, pick),
    opinion: sealed('o'),
  }),
  nameSubstitute: (_, pick) => ({
    body: from(['leadingGroup', 'leadership'] as const, pick),
    for: from(['g1', 'g2', 'l1'], pick),
    personId: from(['gs1', 'gs2', 'ls1', 'an'], pick),
    grounds: sealed('g'),
  }),
  recordDecision: (one, pick) => {
    const minutes = one.minutes({ minutesNumber: `m${one.ledger.length}`, outcome: pick(6) === 0 ? 'rejected' : 'approved' });
    return pick(5) === 0 ? { ...minutes, votes: minutes.votes.slice(1) } : minutes;
  },
  publishNotice: (one, pick) =>
    one.noticeBody(from(['empowerment', 'empowerment', 'price'] as const, pick), pick(4) === 0 ? 14 + pick(4) : undefined),
  closeWindow: (one, pick) => ({ noticeId: noticeOf(one, pick) }),
  recordPublicityGap: (one, pick) => {
    const noticeId = noticeOf(one, pick);
    // A window may be long over: a day of it, or one around now.
    const window = pick(2) === 0 ? one.state.notices.find(({ id }) => id === noticeId)?.deadline : undefined;
    const day = window
      ? addDays(window.startDate, pick(daysBetween(window.startDate, window.lastDay) + 1))
      : addDays(dateOfInstant(one.now), -pick(pick(3) === 0 ? 40 : 5));
    return { noticeId, days: [day], grounds: sealed('g') };
  },
  takeDownNotice: (one, pick) => ({ noticeId: noticeOf(one, pick), grounds: sealed('g') }),
  fileObjection: filed,
  enterPaperObjection: (one, pick) => ({
    ...filed(one, pick),
    receivedAt: new Date(Date.parse(one.now) - pick(40) * 86_400_000).toISOString(),
    proof: paper('p'),
    ...(pick(2) === 0 ? { objectorId: from(people, pick) } : {}),
  }),
  confirmPaperObjection: (one, pick) => ({ objectionId: objectionOf(one, pick) }),
  admitObjection: (one, pick) => ({
    objectionId: objectionOf(one, pick),
    handlers: [from(people, pick), ...(pick(2) === 0 ? [from(people, pick)] : [])],
  }),
  rejectObjection: (one, pick) => ({ objectionId: objectionOf(one, pick), reason: 'noGrounds', explanation: sealed('x') }),
  recuseHandler: (one, pick) => ({
    objectionId: objectionOf(one, pick),
    personId: from(people, pick),
    replacement: from(people, pick),
    grounds: sealed('g'),
  }),
  recordFinding: findings,
  withdrawObjection: (one, pick) => ({ objectionId: objectionOf(one, pick) }),
  requestReview: (one, pick) => ({ objectionId: objectionOf(one, pick), grounds: sealed('g') }),
  waiveReview: (one, pick) => ({ objectionId: objectionOf(one, pick) }),
  lapseReview: (one, pick) => ({ objectionId: objectionOf(one, pick) }),
  recordReview: (one, pick) => {
    const consequence = from(['none', 'none', 'amend', 'refuse'] as const, pick);
    return {
      objectionId: objectionOf(one, pick),
      body: one.state.rules?.rules['objection.review']?.value.body ?? '',
      confirmed: consequence === 'none',
      consequence,
      reasons: sealed('r'),
      document: paper('d'),
    };
  },
  proposeAmendment: (one, pick) => ({
    inventors: pick(3) === 0 ? one.application.inventors : split(pick),
    unitPpm: pick(3) === 0 ? pick(1_000_001) : one.application.unitPpm,
    incomeUnitPpm: pick(3) === 0 ? pick(1_000_001) : one.application.incomeUnitPpm,
    ...(pick(3) === 0 ? { priceFen: from(['1', '120000000', '200000000'], pick) } : {}),
    grounds: sealed('g'),
  }),
  signAmendment: (one) => ({ amendmentVersion: one.state.amendments }),
  stateResult: () => ({ document: paper('d') }),
  proposeAgreement: (one, pick) => one.agreementText(pick(5) === 0 ? { terms: {} } : {}),
  signAgreement: (one) => ({ agreementVersion: one.state.agreements }),
  recordCoOwnerSignature: (one) => ({ agreementVersion: one.state.agreements, coOwnerId: 'hospital', document: paper('d') }),
  recordTitleChange: (one, pick) => ({
    kind: from(['registry', 'registry', 'handoverRecord'] as const, pick),
    number: 'r',
    on: addDays(dateOfInstant(one.now), 1 - pick(3)),
    document: paper('r'),
    signedBy: one.state.team.map((m) => m.personId),
  }),
  grantUseRight: (one) => ({ startsOn: one.state.agreement?.text.startsOn ?? '2026-01-01' }),
  tagLedger: () => ({ attribute: 'granted', stage: 'research', conversion: 'intended' }),
  withdraw: () => ({ grounds: sealed('g') }),
  proposeRepresentative: (_, pick) => ({ personId: from(people, pick) }),
  consentToRepresentative: (one, pick) => ({ personId: one.state.proposal?.personId ?? from(people, pick) }),
  recordLifeEvent: (one, pick) => ({
    personId: from(people, pick),
    kind: from(['died', 'died', 'retired', 'left'] as const, pick),
    on: dateOfInstant(one.now),
    document: paper('c'),
  }),
  recordHeirs: (_, pick) => ({ personId: from(people, pick), document: paper('h'), heirs: [sealed('h')] }),
  resolveLink: (_, pick) => ({
    outcome: from(['merged', 'split', 'refused'] as const, pick),
    otherCaseId: from(['other', 'third'], pick),
    newAchievementId: `achievement-${1 + pick(3)}`,
    grounds: sealed('g'),
  }),
  transitionRules: (one, pick) => ({
    toHash: one.rules.hash,
    minutesNumber: 'm',
    minutes: paper('m'),
    grounds: sealed('g'),
    newNotice: pick(2) === 0,
  }),
  hold: (_, pick) => ({ reason: from(['dispute', 'papers'] as const, pick), grounds: sealed('g') }),
  resume: () => ({ grounds: sealed('g') }),
  moveDeadline: (one, pick) => {
    const all = empowerment.project(one.state).deadlines;
    const rows = pick(4) === 0 ? all : all.filter((row) => row.state === 'running');
    const row = rows.length === 0 || pick(15) === 0 ? undefined : from(rows, pick);
    return {
      deadline: row?.key ?? 'none',
      lastDay: addDays(row?.lastDay ?? dateOfInstant(one.now), pick(9) - 4),
      grounds: sealed('g'),
    };
  },
  reassign: (one, pick) => ({
    seat: known(
      [
        ...one.tasks.map(({ key }) => key),
        ...one.state.substitutes.leadingGroup.map((s) => `nameSubstitute:leadingGroup:${s.for}`),
      ],
      pick,
    ),
    to: from([...people, 'officer', 'officer2', 'secretary', 'gs1'], pick),
    grounds: sealed('g'),
  }),
  correctDeath: (one, pick) => ({
    personId: known(
      one.state.deaths.map((death) => death.personId),
      pick,
    ),
    grounds: sealed('g'),
  }),
  confirmMending: (one, pick) => ({ mendingId: mendingOf(one, pick) }),
  refuseMending: (one, pick) => ({ mendingId: mendingOf(one, pick), grounds: sealed('g') }),
  noteLink: (_, pick) => ({ otherCaseId: from(['other', 'third'], pick), ended: pick(2) === 0 }),
  applyCalendar: () => ({ calendarVersion: 'x' }),
  raisePrevailingRules: (one) => ({ toHash: one.rules.hash, keys: ['x'] }),
};

/** A body for the act, such as somebody might send. */
export const bodyFor = <T extends ActType>(one: Case, type: T, pick: Pick): Bodies[T] => makers[type](one, pick);

const types = Object.keys(actTable) as ActType[];
/** Rare ones end a case, or a person. */
const rare = new Set<ActType>([
  'noteLink',
  'withdraw',
  'recordLifeEvent',
  'refuseApplication',
  'resolveLink',
  'declineConsent',
  'returnForCorrection',
  'takeDownNotice',
]);

/** Somebody whom the table lets do it, most often. */
function whoFor(one: Case, type: ActType, pick: Pick): string {
  const { roles } = actTable[type];
  const by: Record<string, readonly string[]> = {
    system: ['system'],
    representative: [one.state.representativeId],
    inventor: one.state.team.map((m) => m.personId),
    handler: one.state.objections.flatMap((o) => o.handlers),
    objector: one.state.objections.flatMap((o) => (o.objectorId ? [o.objectorId] : [])),
    departmentReviewer: ['reviewer-research', 'reviewer-stateAssets'],
    member: people,
    interestedParty: ['outsider'],
  };
  const able = roles.flatMap((role) => by[role] ?? [role, role === 'officer' ? 'officer2' : role]);
  return able.length > 0 && pick(12) > 0 ? from(able, pick) : from([...people, ...staff], pick);
}

/** Those that make a case long. */
const telling = new Set<ActType>([
  'fileObjection',
  'enterPaperObjection',
  'confirmPaperObjection',
  'admitObjection',
  'recordFinding',
  'requestReview',
  'waiveReview',
  'proposeAmendment',
  'signAmendment',
  'recordPublicityGap',
  'transitionRules',
  'proposeRepresentative',
  'moveDeadline',
  'confirmMending',
]);

/** How often the act is tried where it is possible, of twenty. */
function weight({ state }: Case, type: ActType): number {
  if (type === 'correctDeath') return state.deaths.length > 0 ? 20 : 1;
  return rare.has(type) ? 1 : telling.has(type) ? 20 : 4;
}

/** What somebody tries next: in every second case what it waits for. */
export function next(one: Case, pick: Pick): Try {
  // The end is put off, so that more can happen before it.
  const tasks = one.tasks.filter((t) => t.act !== 'tagLedger' || pick(6) === 0);
  const task = tasks.length > 0 && pick(2) > 0 ? from(tasks, pick) : undefined;
  if (task) {
    const type = task.act as ActType;
    const who = task.personId ?? (task.department === undefined ? whoFor(one, type, pick) : `reviewer-${task.department}`);
    const body = makers[type](one, pick);
    return { who, type, body: task.department === undefined ? body : { ...body, department: task.department } };
  }
  const here = types.filter((type) => actTable[type].steps.includes(one.state.step) && pick(20) < weight(one, type));
  const type = pick(12) === 0 || here.length === 0 ? from(types, pick) : from(here, pick);
  const needsCase = type !== 'sendForConsent' && !one.state.application;
  return { who: whoFor(one, type, pick), type, body: needsCase ? {} : makers[type](one, pick) };
}

/** What changes about the case now and then: days pass, and rules change. */
export function surroundings(one: Case, pick: Pick): void {
  const hours = from([0, 1, 5, 24, 24 * 4, 24 * 20], pick);
  const until = new Date(Date.parse(one.now) + hours * 3_600_000).toISOString();
  one.wakeUntil(until);
  if (until > one.now) one.now = until;
  if (pick(40) > 0) return;
  const rules = one.state.rules ?? one.rules;
  one.rules = changed(
    rules,
    from(
      [
        { 'publicity.order': 'publishThenApprove' as const },
        { 'publicity.order': 'approveThenPublish' as const },
        { 'publicity.coOwnership': { bound: 'atLeast' as const, n: 20, unit: 'calendarDay' as const } },
        { 'decision.majorMatters': ['coOwnership' as const, 'useRight' as const] },
        { 'review.departments': { departments: [], rule: 'all' as const } },
        { 'decision.collective': { groupFirst: false, leadershipForMajor: true } },
      ],
      pick,
    ),
  );
}
