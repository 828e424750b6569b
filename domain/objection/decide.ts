/**
 * Objections (异议) as a part that any process can use. The host passes what it knows of the matter; the part answers
 * with its own events, and the host adds what follows for the case.
 */
import { actingFor } from '../hands.ts';
import { inWords, reviewBodyLabels } from '../labels.ts';
import type { DocumentRef, Envelope, Refusal, SealedRef } from '../process.ts';
import { deadlineBy, windowKey } from '../publicity/index.ts';
import { refuse } from '../refusal.ts';
import { ruleOf } from '../rules.ts';
import { compareInstants, dateOfInstant, type Calendar } from '../time/index.ts';
import {
  mayHandle,
  mayRecuse,
  noticeOf,
  objectingFault,
  reach,
  toAnswer,
  toAskReview,
  toConfirm,
  toFind,
  toLapse,
  toRecuse,
  toReview,
  toWaive,
  toWithdraw,
  type Matter,
} from './open.ts';
import {
  handlingKey,
  reviewingKey,
  reviewKey,
  type Consequence,
  type Finding,
  type Objection,
  type ObjectionEvents,
} from './types.ts';

type Answer<T extends keyof ObjectionEvents> = { type: T; data: ObjectionEvents[T] } | { refusal: Refusal };

/** Who entered a letter, and for whom. */
const entryOf = ({ actor }: Envelope): { enteredBy?: string; enteredFor?: string } =>
  actor.kind === 'person'
    ? { enteredBy: actor.personId, ...(actor.onBehalfOf === undefined ? {} : { enteredFor: actor.onBehalfOf }) }
    : {};

function calendarOf(act: Envelope): Calendar {
  if (!act.facts.calendar) throw new Error(`Act ${act.type} was delivered without its calendar`);
  return act.facts.calendar;
}

interface Filed {
  noticeId: string;
  name: SealedRef;
  contact: SealedRef;
  grounds: SealedRef[];
  evidence: DocumentRef[];
}

/** Receives an objection. Whether it is in time was fixed when it was received; a late one is kept for the supervisors. */
export function receiveObjection(matter: Matter, act: Envelope<string, Filed>): Answer<'objectionReceived'> {
  const fault = objectingFault(matter, act, act.body.noticeId);
  if (fault) return fault;
  const objectorId = actingFor(act);
  const { noticeId, name, contact, grounds, evidence } = act.body;
  const inTime = act.timely[windowKey(noticeId)] ?? false;
  return {
    type: 'objectionReceived',
    data: {
      objectionId: act.actId,
      noticeId,
      objectorId,
      name,
      contact,
      grounds,
      evidence,
      receivedAt: act.receivedAt,
      inTime,
      onPaper: false,
    },
  };
}

/** Enters a letter, with its own moment of receipt and the proof of it; it counts once a second person confirms. */
export function enterOnPaper(
  matter: Matter,
  act: Envelope<string, Filed & { receivedAt: string; proof: DocumentRef; objectorId?: string }>,
): Answer<'objectionReceived'> {
  const notice = noticeOf(matter, act.body.noticeId);
  if ('refusal' in notice) return notice;
  const { noticeId, name, contact, grounds, evidence, receivedAt, proof, objectorId } = act.body;
  if (compareInstants(receivedAt, act.receivedAt) > 0)
    return refuse('receiptInFuture', '收到时间不能晚于录入时间。', 'The moment of receipt cannot lie after the entry.', {
      at: '/receivedAt',
    });
  if (compareInstants(receivedAt, notice.publishedAt) < 0)
    return refuse(
      'receiptBeforeNotice',
      '收到时间早于公示发布时间。',
      'The moment of receipt lies before the notice was published.',
      { at: '/receivedAt' },
    );
  const inTime = compareInstants(receivedAt, notice.deadline.endsAt) < 0;
  return {
    type: 'objectionReceived',
    data: {
      objectionId: act.actId,
      noticeId,
      ...(objectorId === undefined ? {} : { objectorId }),
      name,
      contact,
      grounds,
      evidence,
      receivedAt,
      inTime,
      onPaper: true,
      ...entryOf(act),
      proof,
    },
  };
}

export function confirmOnPaper(
  matter: Matter,
  act: Envelope<string, { objectionId: string }>,
): Answer<'paperObjectionConfirmed'> {
  const objection = reach(toConfirm, matter, act);
  if ('refusal' in objection) return objection;
  const confirmedBy = act.actor.kind === 'person' ? act.actor.personId : 'system';
  // Looked at again: since the entry a new calendar or a gap may have moved the window's end to a later day.
  const notice = matter.notices.find((n) => n.id === objection.noticeId);
  const inTime = objection.inTime || (notice !== undefined && compareInstants(objection.receivedAt, notice.deadline.endsAt) < 0);
  return { type: 'paperObjectionConfirmed', data: { objectionId: objection.id, confirmedBy, inTime } };
}

/** Why the person cannot be given an objection to handle: not there, or with an interest in the matter. */
function cannotTakeOver(matter: Matter, act: Envelope, personId: string, at: string): { refusal: Refusal } | undefined {
  // Acts recorded by earlier releases were delivered without the people.
  const { people } = act.facts;
  const person = people?.[personId];
  const here = person?.status === 'active' && person.roles?.length !== 0;
  if (people && !here)
    return refuse(
      'handlerUnknown',
      '该人员不在本单位在岗人员之中，不能调查处理异议。',
      'This person is not an active member of the institution and cannot handle the objection.',
      { at },
    );
  return mayHandle(matter, personId, at);
}

export function admit(
  matter: Matter,
  act: Envelope<string, { objectionId: string; handlers: string[] }>,
): Answer<'objectionAdmitted'> {
  const objection = reach(toAnswer, matter, act);
  if ('refusal' in objection) return objection;
  if (act.body.handlers.length === 0)
    return refuse('handlerMissing', '受理异议应指定调查人。', 'An objection is admitted with somebody to handle it.', {
      at: '/handlers',
    });
  const handlers = [...new Set(act.body.handlers)];
  for (const [n, personId] of act.body.handlers.entries()) {
    const unfit = cannotTakeOver(matter, act, personId, `/handlers/${n}`);
    if (unfit) return unfit;
  }
  const rule = ruleOf(matter.rules, 'objection.handling');
  const handling = deadlineBy(
    { key: handlingKey(objection.id), kind: 'handling', start: dateOfInstant(act.receivedAt), duration: rule.value },
    rule,
    calendarOf(act),
  );
  return { type: 'objectionAdmitted', data: { objectionId: objection.id, handlers, handling } };
}

function reviewDeadline(matter: Matter, objection: Objection, act: Envelope): ReturnType<typeof deadlineBy> {
  const rule = ruleOf(matter.rules, 'objection.review');
  return deadlineBy(
    { key: reviewKey(objection.id), kind: 'review', start: dateOfInstant(act.receivedAt), duration: rule.value.askWithin },
    rule,
    calendarOf(act),
  );
}

export function reject(
  matter: Matter,
  act: Envelope<string, { objectionId: string; reason: string; explanation: SealedRef }>,
): Answer<'objectionRejected'> {
  const objection = reach(toAnswer, matter, act);
  if ('refusal' in objection) return objection;
  const { reason, explanation } = act.body;
  return {
    type: 'objectionRejected',
    data: { objectionId: objection.id, reason, explanation, review: reviewDeadline(matter, objection, act) },
  };
}

export function recuse(
  matter: Matter,
  act: Envelope<string, { objectionId: string; personId: string; replacement: string; grounds: SealedRef }>,
): Answer<'handlerRecused'> {
  const objection = reach(toRecuse, matter, act);
  if ('refusal' in objection) return objection;
  const { personId, replacement } = act.body;
  const theirs = mayRecuse(matter, act, personId);
  if (theirs) return theirs;
  if (!objection.handlers.includes(personId))
    return refuse('notAHandler', '该人员不是本异议的调查人。', 'That person does not handle this objection.', {
      at: '/personId',
    });
  if (objection.handlers.includes(replacement))
    return refuse('alreadyHandler', '替换人员已是调查人。', 'The replacement handles it already.', { at: '/replacement' });
  return cannotTakeOver(matter, act, replacement, '/replacement') ?? { type: 'handlerRecused', data: act.body };
}

/** The decision on an objection: one finding for each ground, and what follows. */
export function decideObjection(
  matter: Matter,
  act: Envelope<string, { objectionId: string; findings: Finding[]; consequence: Consequence; reply: SealedRef }>,
): Answer<'objectionDecided'> {
  const objection = reach(toFind, matter, act);
  if ('refusal' in objection) return objection;
  const { findings, consequence, reply } = act.body;
  const answered = objection.grounds.every((_, i) => findings.filter((finding) => finding.ground === i + 1).length === 1);
  if (!answered || findings.length !== objection.grounds.length)
    return refuse(
      'findingPerGround',
      `该异议有 ${objection.grounds.length} 项理由，应逐项作出认定（从 1 起编号）。`,
      `The objection has ${objection.grounds.length} grounds; give exactly one finding for each (numbered from 1).`,
      { at: '/findings' },
    );
  const upheld = findings.filter((finding) => finding.upheld).length;
  if (upheld > 0 !== (consequence !== 'none'))
    return refuse(
      'consequenceUnclear',
      '异议成立（含部分成立）时应写明处理结果；不成立时不得写。',
      'A ground upheld needs a consequence, and none upheld has none.',
      { at: '/consequence' },
    );
  const outcome = upheld === 0 ? 'dismissed' : upheld === findings.length ? 'upheld' : 'upheldInPart';
  const review = outcome === 'upheld' || objection.reviewed ? undefined : reviewDeadline(matter, objection, act);
  return {
    type: 'objectionDecided',
    data: { objectionId: objection.id, outcome, findings, consequence, reply, ...(review ? { review } : {}) },
  };
}

export function withdrawObjection(matter: Matter, act: Envelope<string, { objectionId: string }>): Answer<'objectionWithdrawn'> {
  const objection = reach(toWithdraw, matter, act);
  if ('refusal' in objection) return objection;
  return { type: 'objectionWithdrawn', data: { objectionId: objection.id } };
}

/** One review by the higher body that the overlay names, within its time. */
export function requestReview(
  matter: Matter,
  act: Envelope<string, { objectionId: string; grounds: SealedRef }>,
): Answer<'reviewRequested'> {
  const objection = reach(toAskReview, matter, act);
  if ('refusal' in objection) return objection;
  const rule = ruleOf(matter.rules, 'objection.review');
  const reviewing = deadlineBy(
    { key: reviewingKey(objection.id), kind: 'handling', start: dateOfInstant(act.receivedAt), duration: rule.value.within },
    rule,
    calendarOf(act),
  );
  return { type: 'reviewRequested', data: { objectionId: objection.id, grounds: act.body.grounds, reviewing } };
}

export function waiveReview(matter: Matter, act: Envelope<string, { objectionId: string }>): Answer<'reviewWaived'> {
  const objection = reach(toWaive, matter, act);
  if ('refusal' in objection) return objection;
  return { type: 'reviewWaived', data: { objectionId: objection.id } };
}

export function lapseReview(matter: Matter, act: Envelope<string, { objectionId: string }>): Answer<'reviewLapsed'> {
  const objection = reach(toLapse, matter, act);
  if ('refusal' in objection) return objection;
  return { type: 'reviewLapsed', data: { objectionId: objection.id } };
}

export function recordReview(
  matter: Matter,
  act: Envelope<
    string,
    { objectionId: string; body: string; confirmed: boolean; consequence: Consequence; reasons: SealedRef; document: DocumentRef }
  >,
): Answer<'reviewRecorded'> {
  const objection = reach(toReview, matter, act);
  if ('refusal' in objection) return objection;
  const { body } = ruleOf(matter.rules, 'objection.review').value;
  if (act.body.body !== body) {
    const { zh, en } = inWords(reviewBodyLabels, [body]);
    return refuse('wrongReviewBody', `复核机构应为“${zh}”。`, `The review belongs to another body: ${en}.`, {
      at: '/body',
      clause: ruleOf(matter.rules, 'objection.review').cite.clause,
    });
  }
  if (act.body.confirmed !== (act.body.consequence === 'none'))
    return refuse(
      'consequenceUnclear',
      '维持原决定时不写处理结果；改变时应写明。',
      'A confirmed decision has no new consequence; a changed one needs one.',
      { at: '/consequence' },
    );
  return { type: 'reviewRecorded', data: act.body };
}
