/**
 * Objections (异议) as a part that any process can use. The host passes what it knows of the matter; the part answers
 * with its own events, and the host adds what follows for the case.
 */
import { barOf, type Interests } from '../collective/index.ts';
import type { DocumentRef, Envelope, Refusal, SealedRef } from '../process.ts';
import { deadlineBy, windowKey, type Notice } from '../publicity/index.ts';
import { refuse } from '../refusal.ts';
import { ruleOf, type RuleSnapshot } from '../rules.ts';
import { compareInstants, dateOfInstant, type Calendar } from '../time/index.ts';
import { isPending } from './evolve.ts';
import {
  handlingKey,
  reviewingKey,
  reviewKey,
  type Consequence,
  type Finding,
  type Objection,
  type ObjectionEvents,
} from './types.ts';

export interface Matter {
  objections: Objection[];
  notices: Notice[];
  interests: Interests;
  rules: RuleSnapshot;
}

type Answer<T extends keyof ObjectionEvents> = { type: T; data: ObjectionEvents[T] } | { refusal: Refusal };

const notFound = (): { refusal: Refusal } =>
  refuse('objectionNotFound', '没有该异议。', 'There is no such objection.', { status: 404, at: '/objectionId' });

function find(matter: Matter, id: string): Objection | undefined {
  return matter.objections.find((objection) => objection.id === id);
}

const wrongState = (objection: Objection): { refusal: Refusal } =>
  refuse(
    'objectionState',
    `该异议目前为“${objection.state}”，不能办理此事项。`,
    `The objection is ${objection.state}; this cannot be done to it now.`,
    { status: 409 },
  );

/** Who entered a letter, and for whom. */
const entryOf = ({ actor }: Envelope): { enteredBy?: string; enteredFor?: string } =>
  actor.kind === 'person'
    ? { enteredBy: actor.personId, ...(actor.onBehalfOf === undefined ? {} : { enteredFor: actor.onBehalfOf }) }
    : {};

const personOf = (act: Envelope): string =>
  act.actor.kind === 'person' ? (act.actor.onBehalfOf ?? act.actor.personId) : 'system';

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
  const notice = matter.notices.find((n) => n.id === act.body.noticeId);
  if (!notice) return refuse('noticeNotFound', '没有该公示。', 'There is no such notice.', { status: 404, at: '/noticeId' });
  if (notice.state === 'superseded' || notice.state === 'takenDown')
    return refuse(
      'noticeReplaced',
      '该公示已被更正公示取代或撤下，请针对现行公示提出异议。',
      'The notice was replaced or taken down; object to the notice in force.',
      { status: 409, at: '/noticeId' },
    );
  const objectorId = personOf(act);
  const again = matter.objections.find((o) => o.objectorId === objectorId && o.noticeId === notice.id && isPending(o));
  if (again)
    return refuse(
      'alreadyObjected',
      '您对该公示的异议正在处理中，可补充材料。',
      'Your objection to this notice is being handled.',
      { status: 409 },
    );
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
  const notice = matter.notices.find((n) => n.id === act.body.noticeId);
  if (!notice) return refuse('noticeNotFound', '没有该公示。', 'There is no such notice.', { status: 404, at: '/noticeId' });
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
  const objection = find(matter, act.body.objectionId);
  if (!objection) return notFound();
  if (objection.state !== 'unconfirmed') return wrongState(objection);
  const confirmedBy = act.actor.kind === 'person' ? act.actor.personId : 'system';
  // Hand and principal on both sides: a deputy is no second person to the one deputised for, nor to their own entry.
  const entered = [objection.enteredBy, objection.enteredFor];
  if (entered.includes(confirmedBy) || entered.includes(personOf(act)))
    return refuse(
      'secondPersonNeeded',
      '书面异议应由录入人以外的人员复核。',
      'Somebody other than the person who entered it must confirm.',
      { status: 403 },
    );
  // Looked at again: since the entry a new calendar or a gap may have moved the window's end to a later day.
  const notice = matter.notices.find((n) => n.id === objection.noticeId);
  const inTime = objection.inTime || (notice !== undefined && compareInstants(objection.receivedAt, notice.deadline.endsAt) < 0);
  return { type: 'paperObjectionConfirmed', data: { objectionId: objection.id, confirmedBy, inTime } };
}

/** Nobody handles an objection who is an inventor, related to one, a buyer, or the objector. */
function mayHandle(matter: Matter, personId: string): { refusal: Refusal } | undefined {
  const bar = barOf(personId, matter.interests);
  if (!bar) return undefined;
  return refuse(
    'handlerBarred',
    `${personId} 与本事项有利害关系（${bar.bar}），应当回避。`,
    `${personId} has an interest (${bar.bar}) and must stand aside.`,
    { at: '/handlers' },
  );
}

export function admit(
  matter: Matter,
  act: Envelope<string, { objectionId: string; handlers: string[] }>,
): Answer<'objectionAdmitted'> {
  const objection = find(matter, act.body.objectionId);
  if (!objection) return notFound();
  if (objection.state !== 'received') return wrongState(objection);
  if (act.body.handlers.length === 0)
    return refuse('handlerMissing', '受理异议应指定调查人。', 'An objection is admitted with somebody to handle it.', {
      at: '/handlers',
    });
  const handlers = [...new Set(act.body.handlers)];
  for (const personId of handlers) {
    const barred = mayHandle(matter, personId);
    if (barred) return barred;
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
  const objection = find(matter, act.body.objectionId);
  if (!objection) return notFound();
  if (objection.state !== 'received') return wrongState(objection);
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
  const objection = find(matter, act.body.objectionId);
  if (!objection) return notFound();
  if (objection.state !== 'admitted') return wrongState(objection);
  const { personId, replacement } = act.body;
  if (!objection.handlers.includes(personId))
    return refuse('notAHandler', '该人员不是本异议的调查人。', 'That person does not handle this objection.', {
      at: '/personId',
    });
  if (objection.handlers.includes(replacement))
    return refuse('alreadyHandler', '替换人员已是调查人。', 'The replacement handles it already.', { at: '/replacement' });
  return mayHandle(matter, replacement) ?? { type: 'handlerRecused', data: act.body };
}

/** The decision on an objection: one finding for each ground, and what follows. */
export function decideObjection(
  matter: Matter,
  act: Envelope<string, { objectionId: string; findings: Finding[]; consequence: Consequence; reply: SealedRef }>,
): Answer<'objectionDecided'> {
  const objection = find(matter, act.body.objectionId);
  if (!objection) return notFound();
  if (objection.state !== 'admitted') return wrongState(objection);
  if (!objection.handlers.includes(personOf(act)))
    return refuse('notAHandler', '只有本异议的调查人可以作出处理决定。', 'Only a handler of this objection decides it.', {
      status: 403,
    });
  // Somebody fit when named may have come to have an interest since, for example by objecting as well.
  const barred = mayHandle(matter, personOf(act));
  if (barred) return barred;
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

function own(matter: Matter, act: Envelope<string, { objectionId: string }>): Objection | { refusal: Refusal } {
  const objection = find(matter, act.body.objectionId);
  // Whose objection it is stays hidden: somebody else's answers as if it did not exist.
  if (!objection || objection.objectorId !== personOf(act)) return notFound();
  return objection;
}

export function withdrawObjection(matter: Matter, act: Envelope<string, { objectionId: string }>): Answer<'objectionWithdrawn'> {
  const objection = own(matter, act);
  if ('refusal' in objection) return objection;
  if (objection.state !== 'received' && objection.state !== 'admitted') return wrongState(objection);
  return { type: 'objectionWithdrawn', data: { objectionId: objection.id } };
}

/** One review by the higher body that the overlay names, within its time. */
export function requestReview(
  matter: Matter,
  act: Envelope<string, { objectionId: string; grounds: SealedRef }>,
): Answer<'reviewRequested'> {
  const objection = own(matter, act);
  if ('refusal' in objection) return objection;
  if (objection.reviewed) return refuse('reviewedOnce', '复核只进行一次。', 'There is one review only.', { status: 409 });
  if (!objection.review) return wrongState(objection);
  if (objection.review.state !== 'running' || compareInstants(act.receivedAt, objection.review.endsAt) >= 0)
    return refuse('reviewTooLate', '申请复核的期限已过。', 'The time for asking a review is over.', {
      status: 409,
      clause: objection.review.clause,
    });
  const rule = ruleOf(matter.rules, 'objection.review');
  const reviewing = deadlineBy(
    { key: reviewingKey(objection.id), kind: 'handling', start: dateOfInstant(act.receivedAt), duration: rule.value.within },
    rule,
    calendarOf(act),
  );
  return { type: 'reviewRequested', data: { objectionId: objection.id, grounds: act.body.grounds, reviewing } };
}

export function waiveReview(matter: Matter, act: Envelope<string, { objectionId: string }>): Answer<'reviewWaived'> {
  const objection = own(matter, act);
  if ('refusal' in objection) return objection;
  if (objection.review?.state !== 'running') return wrongState(objection);
  return { type: 'reviewWaived', data: { objectionId: objection.id } };
}

export function lapseReview(matter: Matter, act: Envelope<string, { objectionId: string }>): Answer<'reviewLapsed'> {
  const objection = find(matter, act.body.objectionId);
  if (!objection) return notFound();
  if (objection.review?.state !== 'running') return wrongState(objection);
  return { type: 'reviewLapsed', data: { objectionId: objection.id } };
}

export function recordReview(
  matter: Matter,
  act: Envelope<
    string,
    { objectionId: string; body: string; confirmed: boolean; consequence: Consequence; reasons: SealedRef; document: DocumentRef }
  >,
): Answer<'reviewRecorded'> {
  const objection = find(matter, act.body.objectionId);
  if (!objection) return notFound();
  if (objection.state !== 'underReview') return wrongState(objection);
  const { body } = ruleOf(matter.rules, 'objection.review').value;
  if (act.body.body !== body)
    return refuse('wrongReviewBody', `复核机构应为“${body}”。`, `The review belongs to ${body}.`, {
      at: '/body',
      clause: ruleOf(matter.rules, 'objection.review').cite.clause,
    });
  if (act.body.confirmed !== (act.body.consequence === 'none'))
    return refuse(
      'consequenceUnclear',
      '维持原决定时不写处理结果；改变时应写明。',
      'A confirmed decision has no new consequence; a changed one needs one.',
      { at: '/consequence' },
    );
  return { type: 'reviewRecorded', data: act.body };
}
