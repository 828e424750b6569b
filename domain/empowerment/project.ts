/** What lists, to-dos and search show of a case: computed from its state alone. */
import { barOf } from '../collective/index.ts';
import { dueBy } from '../casework/stepTimes.ts';
import { isStopped } from '../mending/index.ts';
import { isPending, type Objection } from '../objection/index.ts';
import type { DeadlineRow, NoticeRow, ObjectionRow, PartyRow, Projection, Task } from '../process.ts';
import { valueOf } from '../rules.ts';
import type { ActType } from './acts.ts';
import { allDeadlines } from './deadlines.ts';
import { interestsOf } from './interests.ts';
import { noticesNeeded } from './route.ts';
import { current, living, opened, type EmpowermentState, type OpenState } from './state.ts';
import { waits } from './waiting.ts';

const byRole = (state: OpenState, act: ActType, role: NonNullable<Task['role']>, more: Partial<Task> = {}): Task => ({
  key: act,
  act,
  role,
  since: state.stepSince,
  ...more,
});
const byPerson = (state: OpenState, act: ActType, personId: string, more: Partial<Task> = {}): Task => ({
  key: `${act}:${personId}`,
  act,
  personId,
  since: state.stepSince,
  ...more,
});

/** The representative's task, if the representative can still act; else the team must name another. */
function forRepresentative(state: OpenState, act: ActType, more: Partial<Task> = {}): Task[] {
  return living(state).some((m) => m.personId === state.representativeId)
    ? [byPerson(state, act, state.representativeId, more)]
    : [];
}

function stepTasks(state: OpenState): Task[] {
  switch (state.step) {
    case 'consent': {
      const silent = living(state).filter((m) => !state.consents.includes(m.personId));
      const owners = state.application.coOwners.filter((o) => !state.coOwnerConsents.includes(o.id));
      const version = state.applicationVersion;
      if (state.declined.length > 0) return forRepresentative(state, 'amendApplication', { alert: 'consentDeclined' });
      if (silent.length + owners.length === 0) return forRepresentative(state, 'submit');
      return [
        ...silent.map((m) => byPerson(state, 'consent', m.personId, { key: `consent:${version}:${m.personId}` })),
        ...owners.map((o) =>
          byRole(state, 'recordCoOwnerConsent', 'officer', { key: `recordCoOwnerConsent:${version}:${o.id}` }),
        ),
      ];
    }
    case 'check':
      return [byRole(state, 'passCheck', 'officer')];
    case 'returned':
      return forRepresentative(state, 'amendApplication', { key: `amendApplication:${state.returns}` });
    case 'departmentReview': {
      const done = new Set(state.reviews.map((r) => r.department));
      const open = valueOf(state.rules, 'review.departments').departments.filter((d) => !done.has(d));
      return open.map((department) =>
        byRole(state, 'reviewAsDepartment', 'departmentReviewer', { key: `reviewAsDepartment:${department}`, department }),
      );
    }
    case 'groupDecision':
    case 'leadershipDecision': {
      const lost = state.assessment && !state.assessment.enough;
      const lacks = state.assessment && state.assessment.missingDepartments.length > 0;
      return [
        byRole(state, 'recordDecision', 'secretary', lacks ? { alert: 'bodyLacksDepartment' } : {}),
        ...(lost ? [byRole(state, 'nameSubstitute', 'administrator', { alert: 'quorumLost' })] : []),
      ];
    }
    case 'noticePreparation': {
      const shown = current(state).map((n) => n.kind);
      const missing = noticesNeeded(state.application).filter((kind) => !shown.includes(kind));
      return missing.map((kind) =>
        byRole(state, 'publishNotice', 'officer', {
          key: `publishNotice:${kind}:${state.round}`,
          ...(state.linkedCases.length > 0 ? { alert: 'linked' } : {}),
        }),
      );
    }
    case 'amendment': {
      const { amendment } = state;
      if (!amendment) return forRepresentative(state, 'proposeAmendment');
      return amendment.mustSign
        .filter((id) => !amendment.signed.includes(id))
        .map((id) => byPerson(state, 'signAmendment', id, { key: `signAmendment:${amendment.version}:${id}` }));
    }
    case 'statement':
      return [byRole(state, 'stateResult', 'officer')];
    case 'agreement': {
      const { agreement } = state;
      if (!agreement) return [byRole(state, 'proposeAgreement', 'officer')];
      const v = agreement.version;
      return [
        ...living(state)
          .filter((m) => !agreement.signedBy.includes(m.personId))
          .map((m) => byPerson(state, 'signAgreement', m.personId, { key: `signAgreement:${v}:${m.personId}` })),
        ...(agreement.unitSigned ? [] : [byRole(state, 'signAgreement', 'signatory', { key: `signAgreement:${v}:unit` })]),
        ...state.application.coOwners
          .filter((o) => !agreement.coOwnersSigned.includes(o.id))
          .map((o) => byRole(state, 'recordCoOwnerSignature', 'officer', { key: `recordCoOwnerSignature:${v}:${o.id}` })),
      ];
    }
    case 'titleChange':
      return [byRole(state, 'recordTitleChange', 'officer')];
    case 'useRightGrant':
      return [byRole(state, 'grantUseRight', 'officer')];
    case 'registration':
      return [byRole(state, 'tagLedger', 'officer')];
    default:
      return [];
  }
}

function objectionTasks(state: OpenState, objections = state.objections): Task[] {
  const interests = interestsOf(state, []);
  const dueOf = (row: DeadlineRow | undefined): Pick<Task, 'due'> => dueBy(row, state.mending.hold);
  return objections.flatMap((o): Task[] => {
    const since = o.receivedAt;
    if (o.state === 'unconfirmed')
      return [byRole(state, 'confirmPaperObjection', 'officer', { key: `confirmPaperObjection:${o.id}`, since })];
    if (o.state === 'received') return [byRole(state, 'admitObjection', 'officer', { key: `admitObjection:${o.id}`, since })];
    if (o.state === 'admitted') {
      const due = dueOf(o.handling);
      const admitted = { since: o.admittedAt ?? since };
      const fit = o.handlers.filter((h) => !barOf(h, interests));
      // Whoever handled it has come to have an interest of their own: somebody else must.
      return fit.length > 0
        ? fit.map((h) => byPerson(state, 'recordFinding', h, { key: `recordFinding:${o.id}:${h}`, ...admitted, ...due }))
        : [
            byRole(state, 'recuseHandler', 'officer', {
              key: `recuseHandler:${o.id}`,
              alert: 'handlerBarred',
              ...admitted,
              ...due,
            }),
          ];
    }
    return o.state === 'underReview'
      ? [
          byRole(state, 'recordReview', 'officer', {
            key: `recordReview:${o.id}`,
            since,
            ...dueOf(o.reviewing),
          }),
        ]
      : [];
  });
}

const heirTasks = (state: OpenState): Task[] =>
  state.team.filter((m) => m.held).map((m) => byRole(state, 'recordHeirs', 'officer', { key: `recordHeirs:${m.personId}` }));

function anyStepTasks(state: OpenState): Task[] {
  const alive = living(state);
  const lost = !alive.some((m) => m.personId === state.representativeId);
  const { proposal } = state;
  return [
    ...(state.linkedCases.length > 0 &&
    ['check', 'departmentReview', 'groupDecision', 'leadershipDecision', 'noticePreparation'].includes(state.step)
      ? [byRole(state, 'resolveLink', 'officer', { alert: 'linked' })]
      : []),
    ...(lost && !proposal
      ? alive.map((m) => byPerson(state, 'proposeRepresentative', m.personId, { alert: 'representativeLost' }))
      : []),
    ...(proposal
      ? alive
          .filter((m) => !proposal.consents.includes(m.personId))
          .map((m) =>
            byPerson(state, 'consentToRepresentative', m.personId, {
              key: `consentToRepresentative:${proposal.personId}:${m.personId}`,
            }),
          )
      : []),
    ...heirTasks(state),
    ...(state.raised ? [byRole(state, 'transitionRules', 'secretary', { alert: 'rulesPrevail' })] : []),
  ];
}

/** Mendings that wait for a second person, and the hold that waits to be ended. */
function mendingTasks(state: OpenState): Task[] {
  const { pending, hold } = state.mending;
  return [
    ...pending.map((m) => byRole(state, 'confirmMending', m.asked, { key: `confirmMending:${m.id}`, since: m.at })),
    ...(hold ? [byRole(state, 'resume', 'officer', { since: hold.since, alert: 'onHold' })] : []),
  ];
}

/** What is asked for at the step, within the time that the institution gives it. */
function timedTasks(state: OpenState): Task[] {
  const due = dueBy(state.stepTime, state.mending.hold);
  return stepTasks(state).map((task) => ({ ...task, ...due }));
}

/** Everything that there is to do, whether or not the case is on hold. */
export const allTasks = (state: OpenState): Task[] => [...timedTasks(state), ...objectionTasks(state), ...anyStepTasks(state)];

/** What there is to do on hold: nobody is asked for what waits. */
const tasksOnHold = (state: OpenState): Task[] => [
  ...[...timedTasks(state), ...anyStepTasks(state)].filter(({ act }) => !waits(state, act)),
  ...state.objections.flatMap((one) => objectionTasks(state, [one]).filter(({ act }) => !waits(state, act, one))),
];

/** Whoever was put in charge of what is else everybody's with the role, unless it has become a matter of their own. */
function inCharge(state: OpenState, task: Task): Task {
  const personId = state.mending.assigned[task.key];
  const named = task.role !== undefined && personId !== undefined && !barOf(personId, interestsOf(state, []));
  return named ? { ...task, personId } : task;
}

/** The open to-dos of a case; nobody deceased is ever asked. */
export function tasksOf(state: EmpowermentState): Task[] {
  const open = opened(state);
  if (!open) return [];
  if (open.status !== 'open') return [...heirTasks(open), ...mendingTasks(open)];
  const asked = open.mending.hold ? tasksOnHold(open) : allTasks(open);
  return [...asked.map((task) => inCharge(open, task)), ...mendingTasks(open)];
}

function parties(state: EmpowermentState): PartyRow[] {
  const inventors = new Set([
    ...state.team.filter((m) => m.status !== 'deceased').map((m) => m.personId),
    ...(state.amendment?.mustSign ?? []),
  ]);
  const rows: PartyRow[] = [...inventors].map((personId) => ({ personId, role: 'inventor' }));
  if (state.representativeId && inventors.has(state.representativeId))
    rows.push({ personId: state.representativeId, role: 'representative' });
  for (const { personId, status } of state.team) if (status === 'deceased') rows.push({ personId, role: 'deceased' });
  const objectors = new Set(state.objections.flatMap((o) => (o.objectorId ? [o.objectorId] : [])));
  const handlers = new Set(state.objections.flatMap((o) => o.handlers));
  for (const personId of objectors) rows.push({ personId, role: 'objector' });
  for (const personId of handlers) rows.push({ personId, role: 'handler' });
  // Whoever has objected since, or has become an inventor, sees what that part gives them and no more.
  const open = opened(state);
  const interests = open && interestsOf(open, []);
  for (const personId of state.bodyMembers)
    if (!interests || !barOf(personId, interests)) rows.push({ personId, role: 'bodyMember' });
  return rows;
}

const objectionRow = (o: Objection): ObjectionRow => ({
  id: o.id,
  noticeId: o.noticeId,
  ...(o.objectorId === undefined ? {} : { objectorId: o.objectorId }),
  receivedAt: o.receivedAt,
  inTime: o.inTime,
  onPaper: o.onPaper,
  state: o.state,
  handlers: o.handlers,
});

/** All rows of a case. */
export function project(state: EmpowermentState): Projection {
  const { hold } = state.mending;
  const deadlines = allDeadlines(state).map((row): DeadlineRow => (isStopped(row, hold) ? { ...row, state: 'paused' } : row));
  const notices: NoticeRow[] = state.notices.map((n) => ({
    id: n.id,
    kind: n.kind,
    edition: n.edition,
    ...(state.number === undefined ? {} : { number: state.number }),
    audience: n.audience,
    publishedAt: n.publishedAt,
    deadlineKey: n.deadline.key,
    content: n.content,
    contentDigest: n.contentDigest,
    state: n.state,
    addenda: n.addenda,
  }));
  return {
    step: state.step,
    status: state.status,
    mode: state.application?.mode ?? '',
    achievementId: state.application?.achievementId ?? '',
    ...(state.number === undefined ? {} : { number: state.number }),
    ...(hold ? { heldSince: hold.since } : {}),
    parties: parties(state),
    tasks: tasksOf(state),
    deadlines,
    notices,
    objections: state.objections.map(objectionRow),
    rights: state.rights,
  };
}

/** Instants that the case waits for by itself: windows that end, reviews that nobody asked for. */
export function nextWake(state: EmpowermentState): { at: string; type: ActType; body: unknown } | undefined {
  if (state.status !== 'open') return undefined;
  const windows = state.notices
    .filter((n) => n.state === 'open')
    .map((n) => ({ at: n.deadline.endsAt, type: 'closeWindow' as const, body: { noticeId: n.id } }));
  const reviews = state.objections
    .filter((o) => isPending(o) && o.review?.state === 'running')
    .map((o) => ({ at: o.review?.endsAt ?? '', type: 'lapseReview' as const, body: { objectionId: o.id } }));
  return [...windows, ...reviews].toSorted((a, b) => (a.at < b.at ? -1 : 1))[0];
}
