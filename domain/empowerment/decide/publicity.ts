/** Publicity and objections of an empowerment: the shared parts, and what follows from them for the case. */
import * as objection from '../../objection/index.ts';
import type { Decision, Envelope, NewEvent, Refusal } from '../../process.ts';
import { deadlineBy, lengthen, missingItems, openWindow, type Notice } from '../../publicity/index.ts';
import { refuse } from '../../refusal.ts';
import { ruleOf, valueOf, type Citation, type Duration } from '../../rules.ts';
import { compareDates, compareInstants, dateOfInstant } from '../../time/index.ts';
import { evolve } from '../evolve.ts';
import type { EmpowermentEvent, EmpowermentEvents, EventType } from '../events.ts';
import { after, noticesNeeded } from '../route.ts';
import { opened, type OpenState } from '../state.ts';
import { splitFault } from './guards.ts';
import { actingFor, bodyAt, calendarOf, decided, end, enter, fact, happened, interestsOf, type Act } from './common.ts';

function windowRule(state: OpenState, kind: Notice['kind']): { value: Duration; cite: Citation; reading?: string } {
  return kind === 'price' ? ruleOf(state.rules, 'publicity.price') : ruleOf(state.rules, `publicity.${state.application.mode}`);
}

/** Notices that count in this round: an amendment or new rules begin another, for which all are published anew. */
const current = (state: OpenState): Notice[] =>
  state.notices.filter((n) => n.round === state.round && (n.state === 'open' || n.state === 'closed'));

export function publishNotice(state: OpenState, act: Act<'publishNotice'>): Decision {
  const { kind, content, contentDigest, items, place, n } = act.body;
  const { application, rules } = state;
  if (!noticesNeeded(application).includes(kind))
    return refuse('noticeNotAsked', '本案不需要该类公示。', 'This case needs no such notice.', { at: '/kind' });
  const shown = current(state).map((notice) => notice.kind);
  const before = state.notices.findLast((notice) => notice.kind === kind);
  if (shown.includes(kind))
    return refuse(
      'alreadyPublished',
      '该公示已发布；发布后不得修改。',
      'This notice is published, and what is published does not change.',
      { status: 409, at: '/kind' },
    );
  const contents = ruleOf(rules, kind === 'price' ? 'publicity.price.contents' : 'publicity.empowerment.contents');
  const missing = missingItems(contents.value, items);
  if (missing.length > 0)
    return refuse('noticeIncomplete', `公示内容缺少：${missing.join('、')}。`, `The notice lacks: ${missing.join(', ')}.`, {
      at: '/items',
      clause: contents.cite.clause,
    });
  const rule = windowRule(state, kind);
  if (n !== undefined && n < rule.value.n)
    return refuse('windowTooShort', `公示期不得少于 ${rule.value.n}。`, `The window cannot be shorter than ${rule.value.n}.`, {
      at: '/n',
      clause: rule.cite.clause,
    });
  const deadline = openWindow(
    act.actId,
    act.receivedAt,
    n === undefined ? rule.value : { ...rule.value, n },
    rule,
    calendarOf(act),
  );
  const published = happened(act, 'noticePublished', {
    noticeId: act.actId,
    kind,
    edition: (before?.edition ?? 0) + 1,
    round: state.round,
    content,
    contentDigest,
    items,
    place,
    audience: valueOf(rules, 'publicity.audience'),
    deadline,
    ...(before ? { supersedes: before.id, changed: state.amendedParts } : {}),
  });
  const all = noticesNeeded(application).every((needed) => needed === kind || shown.includes(needed));
  return decided(
    [published, ...(all ? [happened(act, 'stepEntered', { step: 'publicity' })] : [])],
    [{ kind: 'soleClaim', achievementId: application.achievementId }],
  );
}

const noticeMissing = (): Decision =>
  refuse('noticeNotFound', '没有该公示。', 'There is no such notice.', { status: 404, at: '/noticeId' });

/** Days on which the notice could not be read; they lengthen the window where the overlay says so. */
export function recordPublicityGap(state: OpenState, act: Act<'recordPublicityGap'>): Decision {
  const notice = state.notices.find((n) => n.id === act.body.noticeId && n.state === 'open');
  if (!notice) return noticeMissing();
  const days = [...new Set(act.body.days)].filter((day) => !notice.gapDays.includes(day)).toSorted();
  const outside = days.find(
    (day) =>
      compareDates(day, notice.deadline.startDate) < 0 ||
      compareDates(day, notice.deadline.lastDay) > 0 ||
      compareDates(day, dateOfInstant(act.receivedAt)) > 0,
  );
  if (outside)
    return refuse('dayOutsideWindow', `${outside} 不在公示期内或尚未到来。`, `${outside} is not a past day of the window.`, {
      at: '/days',
    });
  if (days.length === 0)
    return refuse('gapKnown', '这些日期的中断已登记。', 'These days are on record already.', { status: 409, at: '/days' });
  const lengthened = valueOf(state.rules, 'publicity.gapLengthens')
    ? lengthen(notice.deadline, days.length, calendarOf(act))
    : undefined;
  return decided([
    happened(act, 'publicityGapRecorded', {
      noticeId: notice.id,
      days,
      grounds: act.body.grounds,
      ...(lengthened ? { lengthened } : {}),
    }),
  ]);
}

/** Takes a notice down; its time does not count, so that it must be published anew. */
export function takeDownNotice(state: OpenState, act: Act<'takeDownNotice'>): Decision {
  const notice = state.notices.find((n) => n.id === act.body.noticeId && n.state === 'open');
  if (!notice) return noticeMissing();
  const pending = state.objections.some((o) => o.noticeId === notice.id && objection.isPending(o));
  if (pending)
    return refuse('objectionPending', '该公示有未办结的异议，不能撤下。', 'An objection to this notice is pending.', {
      status: 409,
    });
  return decided([
    happened(act, 'noticeTakenDown', { noticeId: notice.id, grounds: act.body.grounds }),
    happened(act, 'stepEntered', { step: 'noticePreparation' }),
  ]);
}

/** By time alone. The record refuses it before the end, and while an earlier receipt is undelivered. */
export function closeWindow(state: OpenState, act: Act<'closeWindow'>): Decision {
  const notice = state.notices.find((n) => n.id === act.body.noticeId && n.state === 'open');
  if (!notice) return noticeMissing();
  const { endsAt, key } = notice.deadline;
  const events: NewEvent[] = [happened(act, 'windowClosed', { noticeId: notice.id, endsAt })];
  return decided([...events, ...settle(state, act, events)], [{ kind: 'windowOver', key, endsAt }]);
}

/** A new calendar: each running window is counted anew, and never ends earlier than its notice said. */
export function applyCalendar(state: OpenState, act: Act<'applyCalendar'>): Decision {
  const calendar = calendarOf(act);
  const events: NewEvent[] = [];
  for (const notice of state.notices.filter((n) => n.state === 'open')) {
    const { deadline } = notice;
    // A window that ended before the import is closed for every reader, whether or not the case has noted it yet.
    if (compareInstants(act.receivedAt, deadline.endsAt) >= 0 || deadline.calendarVersion === calendar.version) continue;
    const rule = {
      cite: { clause: deadline.clause, phrase: deadline.phrase },
      ...(deadline.reading === undefined ? {} : { reading: deadline.reading }),
    };
    const { bound, n, unit, startDate, countsFirstDay } = deadline;
    const counted = deadlineBy(
      { key: deadline.key, kind: deadline.kind, start: startDate, duration: { bound, n, unit }, countsFirstDay },
      rule,
      calendar,
    );
    if (compareInstants(counted.endsAt, deadline.endsAt) > 0)
      events.push(happened(act, 'deadlineRecounted', { key: deadline.key, noticeId: notice.id, deadline: counted }));
  }
  if (events.length === 0)
    return refuse('nothingToRecount', '没有因新日历而延后的期限。', 'No deadline of this case ends later by the new calendar.', {
      status: 409,
    });
  return decided(events);
}

/** The state as it will be, to see what follows from the events just decided. */
function foresee(state: OpenState, act: Envelope, events: NewEvent[]): OpenState {
  let next: OpenState = state;
  for (const event of events) {
    const recorded = {
      ...event,
      seq: next.version + 1,
      recordedAt: act.receivedAt,
      actId: act.actId,
      actor: act.actor,
    } as EmpowermentEvent;
    next = opened(evolve(next, recorded)) ?? next;
  }
  return next;
}

/**
 * Where the case goes once windows and objections allow it: still open or pending, nothing; a ground upheld, to the
 * amendment or the end; else back to where a late-entered objection took it from, or on along the path.
 */
function settle(before: OpenState, act: Envelope, events: NewEvent[]): NewEvent[] {
  const state = foresee(before, act, events);
  if (state.step !== 'publicity' && state.step !== 'objectionHandling') return [];
  if (current(state).some((notice) => notice.state === 'open')) return [];
  const live = state.objections.filter((o) => !state.settled.includes(o.id));
  if (live.some(objection.isPending))
    return state.step === 'publicity' ? [happened(act, 'stepEntered', { step: 'objectionHandling' })] : [];
  if (live.some((o) => o.consequence === 'refuse'))
    return [
      happened(act, 'applicationRefused', { by: 'objection', code: 'objectionUpheld' }),
      ...end(state, act, 'refused').events,
    ];
  if (live.some((o) => o.consequence === 'amend')) return [happened(act, 'stepEntered', { step: 'amendment' })];
  const back = state.reopenedFrom;
  // The bodies were assessed before this objection; one that sits again is assessed again at its next substitute or vote.
  if (back)
    return [
      happened(act, 'stepEntered', { step: back, ...(bodyAt(back) && state.assessment ? { assessment: state.assessment } : {}) }),
    ];
  return [happened(act, 'stepEntered', { step: after('publicity', state.application, state.rules) })];
}

const matterOf = (state: OpenState, act: Envelope): objection.Matter => ({
  objections: state.objections,
  notices: state.notices,
  interests: interestsOf(state, act.facts.relations ?? []),
  rules: state.rules,
});

type Part = {
  [T in keyof objection.ObjectionEvents]: { type: T; data: objection.ObjectionEvents[T] };
}[keyof objection.ObjectionEvents];

/** Runs one decider of the objection part and adds what follows for the case. */
export function onObjection<A extends Envelope>(decide: (matter: objection.Matter, act: A) => Part | { refusal: Refusal }) {
  return (state: OpenState, act: A): Decision => {
    const answer = decide(matterOf(state, act), act);
    if ('refusal' in answer) return answer;
    const events: NewEvent[] = [happened(act, answer.type as EventType, answer.data as EmpowermentEvents[EventType])];
    const reopening =
      answer.type === 'paperObjectionConfirmed' &&
      answer.data.inTime &&
      state.step !== 'publicity' &&
      state.step !== 'objectionHandling';
    if (reopening) return decided([...events, happened(act, 'stepEntered', { step: 'objectionHandling' })]);
    const settled = settle(state, act, events);
    const closing = settled.some((event) => event.type === 'caseClosed');
    return decided([...events, ...settled], closing ? end(state, act, 'refused').guards : []);
  };
}

/** The new split after an upheld objection: everybody whose part changes signs it, joiners and leavers included. */
export function proposeAmendment(state: OpenState, act: Act<'proposeAmendment'>): Decision {
  const { inventors, unitPpm, incomeUnitPpm, grounds } = act.body;
  const { application } = state;
  const fault = splitFault(inventors);
  if (fault) return fault;
  const unknown = inventors.find((i) => fact(act, 'people')[i.personId] === undefined);
  if (unknown)
    return refuse(
      'inventorUnknown',
      `完成人 ${unknown.personId} 不在人员名册中。`,
      `Inventor ${unknown.personId} is not on file.`,
      { at: '/inventors' },
    );
  if (application.mode === 'coOwnership' && (unitPpm <= 0 || unitPpm >= 1_000_000))
    return refuse(
      'coOwnershipNeedsBoth',
      '共同所有应由单位与完成人均持有份额。',
      'In co-ownership both the unit and the inventors hold a part.',
      { at: '/unitPpm' },
    );
  if (application.mode !== 'coOwnership' && unitPpm !== application.unitPpm)
    return refuse(
      'unitShareFixed',
      '该赋权方式下单位份额不因异议而变。',
      'In this mode an objection does not change the unit’s part.',
      { at: '/unitPpm' },
    );
  const before = new Map(application.inventors.map((i) => [i.personId, i.ppm]));
  const now = new Map(inventors.map((i) => [i.personId, i.ppm]));
  const termsForAll = unitPpm !== application.unitPpm || incomeUnitPpm !== application.incomeUnitPpm;
  const touched = [...new Set([...before.keys(), ...now.keys()])].filter((id) => termsForAll || before.get(id) !== now.get(id));
  if (touched.length === 0) return refuse('nothingChanged', '新方案与原方案相同。', 'The proposal changes nothing.');
  const dead = new Set(state.team.filter((m) => m.status === 'deceased').map((m) => m.personId));
  const mustSign = touched.filter((id) => !dead.has(id));
  return decided([
    happened(act, 'amendmentProposed', { version: state.amendments + 1, inventors, unitPpm, incomeUnitPpm, grounds, mustSign }),
  ]);
}

export function signAmendment(state: OpenState, act: Act<'signAmendment'>): Decision {
  const { amendment } = state;
  const personId = actingFor(act);
  if (!amendment || amendment.version !== act.body.amendmentVersion)
    return refuse('versionChanged', '没有该版本的分配方案。', 'There is no such version of the amendment.', {
      status: 409,
      at: '/amendmentVersion',
    });
  if (!amendment.mustSign.includes(personId))
    return refuse('signatureNotNeeded', '该方案不改变您的权益，无需签署。', 'The amendment does not touch your part.', {
      status: 409,
    });
  if (amendment.signed.includes(personId))
    return refuse('alreadySigned', '您已签署。', 'You have signed already.', { status: 409 });
  const events: NewEvent[] = [happened(act, 'amendmentSigned', { version: amendment.version, personId })];
  const open = amendment.mustSign.filter((id) => id !== personId && !amendment.signed.includes(id));
  if (open.length > 0) return decided(events);
  const { application } = state;
  const changed = [
    ...(JSON.stringify(application.inventors) === JSON.stringify(amendment.inventors) ? [] : ['inventors', 'sharesOrTerm']),
    ...(application.unitPpm === amendment.unitPpm ? [] : ['sharesOrTerm']),
    ...(application.incomeUnitPpm === amendment.incomeUnitPpm ? [] : ['incomeSplit']),
  ];
  const adopted = [...events, happened(act, 'amendmentAdopted', { version: amendment.version, changed: [...new Set(changed)] })];
  const again =
    state.approvedBy === 'leadership'
      ? 'leadershipDecision'
      : state.approvedBy === 'leadingGroup'
        ? 'groupDecision'
        : 'noticePreparation';
  return decided([...adopted, enter(foresee(state, act, adopted), act, again)]);
}

/** 公示情况说明: the result of the publicity in writing, after every window is closed and every objection answered. */
export function stateResult(state: OpenState, act: Act<'stateResult'>): Decision {
  const { document, remarks } = act.body;
  const objections = state.objections.filter((o) => o.inTime).length;
  return decided([
    happened(act, 'resultStated', { document, ...(remarks ? { remarks } : {}), objections }),
    enter(state, act, after('statement', state.application, state.rules)),
  ]);
}
