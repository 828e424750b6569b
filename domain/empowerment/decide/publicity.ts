/** Publicity and objections of an empowerment: the shared parts, and what follows from them for the case. */
import { inWords, noticeItemLabels, unitLabels } from '../../labels.ts';
import { recounted } from '../../mending/index.ts';
import * as objection from '../../objection/index.ts';
import type { Asking, Decision, DeadlineRow, Envelope, Guard, NewEvent, Refusal } from '../../process.ts';
import { missingItems, openWindow, type Notice } from '../../publicity/index.ts';
import { refuse } from '../../refusal.ts';
import { ruleOf, valueOf, type Duration, type ResolvedRule } from '../../rules.ts';
import type { EmpowermentEvents, EventType } from '../events.ts';
import { noticesNeeded } from '../route.ts';
import { interestsOf } from '../interests.ts';
import { current, type OpenState } from '../state.ts';
import { concludeIfSigned } from './agreement.ts';
import { adoptIfSigned } from './amendment.ts';
import { holdRefusal } from '../waiting.ts';
import { calendarOf, decided, end, enter, foresee, happened, releasing, type Act } from './common.ts';
import { afterObjections } from './place.ts';

function windowRule(
  state: OpenState,
  kind: Notice['kind'],
): Pick<ResolvedRule, 'cite' | 'reading' | 'source' | 'under'> & { value: Duration } {
  return kind === 'price' ? ruleOf(state.rules, 'publicity.price') : ruleOf(state.rules, `publicity.${state.application.mode}`);
}

export function publishingFault(state: OpenState, _: Asking, kind?: Notice['kind']): Decision | undefined {
  if (!kind || !noticesNeeded(state.application).includes(kind))
    return refuse('noticeNotAsked', '本案不需要该类公示。', 'This case needs no such notice.', { at: '/kind' });
  return current(state).some((notice) => notice.kind === kind)
    ? refuse(
        'alreadyPublished',
        '该公示已发布；发布后不得修改。',
        'This notice is published, and what is published does not change.',
        { status: 409, at: '/kind' },
      )
    : undefined;
}

export function publishNotice(state: OpenState, act: Act<'publishNotice'>): Decision {
  const { kind, content, contentDigest, items, place, n } = act.body;
  const { application, rules } = state;
  const fault = publishingFault(state, act, kind);
  if (fault) return fault;
  const shown = current(state).map((notice) => notice.kind);
  const before = state.notices.findLast((notice) => notice.kind === kind);
  const again = before?.insufficient && before.round === state.round;
  const contents = ruleOf(rules, kind === 'price' ? 'publicity.price.contents' : 'publicity.empowerment.contents');
  const missing = missingItems(contents.value, items);
  if (missing.length > 0) {
    const { zh, en } = inWords(noticeItemLabels, missing);
    return refuse('noticeIncomplete', `公示内容缺少：${zh}。`, `The notice lacks: ${en}.`, {
      at: '/items',
      clause: contents.cite.clause,
    });
  }
  const rule = windowRule(state, kind);
  if (n !== undefined && n < rule.value.n) {
    const { zh, en } = unitLabels[rule.value.unit];
    return refuse(
      'windowTooShort',
      `公示期不得少于 ${rule.value.n} ${zh}。`,
      `The window cannot be shorter than ${rule.value.n} ${en}.`,
      { at: '/n', clause: rule.cite.clause },
    );
  }
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
    // One that merely did not suffice says the same as before.
    ...(before ? { supersedes: before.id, changed: again ? [] : state.amendedParts } : {}),
  });
  const all = noticesNeeded(application).every((needed) => needed === kind || shown.includes(needed));
  return decided(
    [published, ...(all ? [happened(act, 'stepEntered', { step: 'publicity' })] : [])],
    [{ kind: 'soleClaim', achievementId: application.achievementId }],
  );
}

export const noticeMissing = (): { refusal: Refusal } =>
  refuse('noticeNotFound', '没有该公示。', 'There is no such notice.', { status: 404, at: '/noticeId' });

const openNotice = (state: OpenState, id: string | undefined): Notice | undefined =>
  state.notices.find((n) => n.id === id && n.state === 'open');

export function takingDownFault(state: OpenState, _: Asking, noticeId?: string): Decision | undefined {
  const notice = openNotice(state, noticeId);
  if (!notice) return noticeMissing();
  const pending = state.objections.some((o) => o.noticeId === notice.id && objection.isPending(o));
  return pending
    ? refuse('objectionPending', '该公示有未办结的异议，不能撤下。', 'An objection to this notice is pending.', {
        status: 409,
      })
    : undefined;
}

/** Takes a notice down; its time does not count, so that it must be published anew. */
export function takeDownNotice(state: OpenState, act: Act<'takeDownNotice'>): Decision {
  const fault = takingDownFault(state, act, act.body.noticeId);
  if (fault) return fault;
  return decided([happened(act, 'noticeTakenDown', act.body), happened(act, 'stepEntered', { step: 'noticePreparation' })]);
}

/** By time alone. The record refuses it before the end, and while an earlier receipt is undelivered. */
export function closeWindow(state: OpenState, act: Act<'closeWindow'>): Decision {
  const notice = openNotice(state, act.body.noticeId);
  if (!notice) return noticeMissing();
  const { endsAt, key } = notice.deadline;
  const closed: NewEvent[] = [happened(act, 'windowClosed', { noticeId: notice.id, endsAt })];
  const events = [...closed, ...settle(state, act, closed)];
  return decided(events, [{ kind: 'windowOver', key, endsAt }, ...releasing(state, events)]);
}

/** A new calendar: running deadlines are counted anew; notices get an addendum where their window ends later. */
export function applyCalendar(state: OpenState, act: Act<'applyCalendar'>): Decision {
  const events: NewEvent[] = [];
  const meant = ({ key }: DeadlineRow): boolean => act.body.deadline === undefined || act.body.deadline === key;
  for (const notice of state.notices.filter((n) => n.state === 'open' && meant(n.deadline))) {
    const deadline = recounted(notice.deadline, act.receivedAt, calendarOf(act), true);
    if (deadline) events.push(happened(act, 'deadlineRecounted', { key: deadline.key, noticeId: notice.id, deadline }));
  }
  for (const { id, handling, review, reviewing } of state.objections) {
    for (const [row, told] of [
      [handling, false],
      [review, true],
      [reviewing, false],
    ] as const) {
      const deadline = row && meant(row) && recounted(row, act.receivedAt, calendarOf(act), told);
      if (deadline) events.push(happened(act, 'deadlineRecounted', { key: deadline.key, objectionId: id, deadline }));
    }
  }
  const time = state.stepTime;
  const deadline = time && meant(time) && recounted(time, act.receivedAt, calendarOf(act), false);
  if (deadline) events.push(happened(act, 'deadlineRecounted', { key: deadline.key, deadline }));
  if (events.length === 0)
    return refuse('nothingToRecount', '没有因新日历而变化的期限。', 'The new calendar changes no deadline of this case.', {
      status: 409,
    });
  return decided(events);
}

/** What follows once windows and objections allow it: while one is open or pending, nothing. */
function settle(before: OpenState, act: Envelope, events: NewEvent[]): NewEvent[] {
  const state = foresee(before, act, events);
  if (state.step !== 'publicity' && state.step !== 'objectionHandling') return [];
  if (current(state).some((notice) => notice.state === 'open')) return [];
  const live = state.objections.filter((o) => !state.settled.includes(o.id));
  if (live.some(objection.isPending))
    return state.step === 'publicity' ? [happened(act, 'stepEntered', { step: 'objectionHandling' })] : [];
  const next = afterObjections(state);
  if (next === 'refused') {
    const code = live.some((o) => o.consequence === 'refuse') ? 'objectionUpheld' : 'noInventorLives';
    return [happened(act, 'applicationRefused', { by: 'objection', code }), ...end(state, act, 'refused').events];
  }
  if (next === 'amendment') {
    const signed = adoptIfSigned(state, act);
    return signed.length > 0 ? signed : [happened(act, 'stepEntered', { step: 'amendment' })];
  }
  // A body that sits again is assessed again: the objector may be one of its members.
  const entered = enter(state, act, next);
  // What had waited at the agreement only for somebody who died meanwhile goes on.
  return [entered, ...concludeIfSigned(foresee(state, act, [entered]), act)];
}

export const matterOf = (state: OpenState, act: Pick<Envelope, 'type' | 'facts'>): objection.Matter => ({
  objections: state.objections,
  notices: state.notices,
  interests: interestsOf(state, act.facts.relations ?? []),
  rules: state.rules,
  waiting: (one) => holdRefusal(state, act.type, one),
});

type Part = {
  [T in keyof objection.ObjectionEvents]: { type: T; data: objection.ObjectionEvents[T] };
}[keyof objection.ObjectionEvents];

/** A review lapses by time alone: not before its end, nor while a request that came before it is undelivered. */
function lapsing(state: OpenState, answer: Part): Guard[] {
  if (answer.type !== 'reviewLapsed') return [];
  const review = state.objections.find((o) => o.id === answer.data.objectionId)?.review;
  return review ? [{ kind: 'windowOver', key: review.key, endsAt: review.endsAt }] : [];
}

/** Whether the case has left publicity behind; between the first and the second of two notices it has not. */
function reopens(state: OpenState, objectionId: string): boolean {
  if (state.step === 'publicity' || state.step === 'objectionHandling') return false;
  const noticeId = state.objections.find((o) => o.id === objectionId)?.noticeId;
  return state.step !== 'noticePreparation' || state.notices.some((n) => n.id === noticeId && n.round !== state.round);
}

/** Runs one decider of the objection part and adds what follows for the case. */
export function onObjection<A extends Envelope>(decide: (matter: objection.Matter, act: A) => Part | { refusal: Refusal }) {
  return (state: OpenState, act: A): Decision => {
    const answer = decide(matterOf(state, act), act);
    if ('refusal' in answer) return answer;
    const events: NewEvent[] = [happened(act, answer.type as EventType, answer.data as EmpowermentEvents[EventType])];
    if (answer.type === 'paperObjectionConfirmed' && answer.data.inTime && reopens(state, answer.data.objectionId))
      return decided([...events, happened(act, 'stepEntered', { step: 'objectionHandling' })]);
    const all = [...events, ...settle(state, act, events)];
    return decided(all, [...lapsing(state, answer), ...releasing(state, all)]);
  };
}
