/**
 * What can be done to an objection as it stands, and by whom, before anything else is said of the act: the deciders refuse
 * by it, and people are offered what it leaves open.
 */
import { barOf, ownMatter, type Interests } from '../collective/index.ts';
import { actingFor, handsOf, isSecondPerson } from '../hands.ts';
import { objectionStateLabels } from '../labels.ts';
import type { Asking, Envelope, Refusal } from '../process.ts';
import type { Notice } from '../publicity/index.ts';
import { refuse } from '../refusal.ts';
import type { RuleSnapshot } from '../rules.ts';
import { compareInstants } from '../time/index.ts';
import { isPending } from './evolve.ts';
import type { Objection } from './types.ts';

export interface Matter {
  objections: Objection[];
  notices: Notice[];
  interests: Interests;
  rules: RuleSnapshot;
  /** Why the act must wait for something in the host, or nothing. */
  waiting(objection: Objection): { refusal: Refusal } | undefined;
}

type Fault = { refusal: Refusal } | undefined;

const find = (matter: Matter, id: string | undefined): Objection | undefined => matter.objections.find((one) => one.id === id);

const notFound = (): { refusal: Refusal } =>
  refuse('objectionNotFound', '没有该异议。', 'There is no such objection.', { status: 404, at: '/objectionId' });

const wrongState = (objection: Objection): { refusal: Refusal } =>
  refuse(
    'objectionState',
    `该异议目前为“${objectionStateLabels[objection.state].zh}”，不能办理此事项。`,
    `The objection is ${objectionStateLabels[objection.state].en}; this cannot be done to it now.`,
    { status: 409 },
  );

/** Why the act cannot be done to the objection of that id by whoever asks, or nothing. */
export type ObjectionFault = (matter: Matter, asking: Asking, id?: string) => Fault;

/** For acts that can be done to any objection in such a state. */
const inState =
  (...states: Objection['state'][]): ObjectionFault =>
  (matter, _, id) => {
    const objection = find(matter, id);
    if (!objection) return notFound();
    return states.includes(objection.state) ? undefined : wrongState(objection);
  };

/** For acts of the objector. Whose objection it is stays hidden: somebody else's answers as if it did not exist. */
const ofOwn =
  (more: (objection: Objection, asking: Asking) => Fault): ObjectionFault =>
  (matter, asking, id) => {
    const objection = find(matter, id);
    return objection && objection.objectorId === actingFor(asking) ? more(objection, asking) : notFound();
  };

/** The objection that the act names, or why the act cannot be done to it. */
export function reach(
  fault: ObjectionFault,
  matter: Matter,
  act: Envelope<string, { objectionId: string }>,
): Objection | { refusal: Refusal } {
  return fault(matter, act, act.body.objectionId) ?? find(matter, act.body.objectionId) ?? notFound();
}

/** Nobody handles an objection who is an inventor, related to one, a buyer, or the objector. `at`: where the act names them. */
export function mayHandle(matter: Matter, personId: string, at?: string): { refusal: Refusal } | undefined {
  if (!barOf(personId, matter.interests)) return undefined;
  // Not which: a handler who proposes one colleague after another would find out who else objects.
  return refuse(
    'handlerBarred',
    '该人员与本事项有利害关系，应当回避，不能调查处理异议。',
    'This person has an interest in the matter, must stand aside, and cannot handle the objection.',
    at === undefined ? { status: 403 } : { at },
  );
}

/** A letter waits for a second person. */
export const toConfirm: ObjectionFault = (matter, asking, id) => {
  const objection = find(matter, id);
  const wrong = inState('unconfirmed')(matter, asking, id);
  if (wrong || !objection) return wrong;
  return isSecondPerson(asking, [objection.enteredBy, objection.enteredFor])
    ? undefined
    : refuse(
        'secondPersonNeeded',
        '书面异议应由录入人以外的人员复核。',
        'Somebody other than the person who entered it must confirm.',
        { status: 403 },
      );
};

/** To decide on an objection in that state, once nothing in the host keeps it waiting. */
const toDecide =
  (state: Objection['state']): ObjectionFault =>
  (matter, asking, id) => {
    const objection = find(matter, id);
    return inState(state)(matter, asking, id) ?? (objection && matter.waiting(objection));
  };

export const toAnswer = toDecide('received');
export const toReview = toDecide('underReview');

/** Why the handler is not this person's to replace, or nothing: officers without an interest replace any, others only themselves. */
export function mayRecuse(matter: Matter, asking: Asking, handlerId: string): Fault {
  const { actor } = asking;
  // What one is in a case is nobody's to lend: a deputy steps aside for nobody.
  if (actor.kind === 'person' && actor.onBehalfOf === undefined && actor.personId === handlerId) return undefined;
  if (handsOf(asking).some((hand) => barOf(hand, matter.interests))) return ownMatter();
  return actor.kind === 'person' && actor.roles.includes('officer')
    ? undefined
    : refuse(
        'notYourAct',
        '调查人只能为本人办理回避，更换其他调查人由转化专员办理。',
        'A handler steps aside only for themselves; another one is for an officer to replace.',
        { status: 403 },
      );
}

/** Some handler of the objection must be theirs to replace. */
export const toRecuse: ObjectionFault = (matter, asking, id) => {
  const wrong = inState('admitted')(matter, asking, id);
  const faults = (find(matter, id)?.handlers ?? []).map((handler) => mayRecuse(matter, asking, handler));
  return wrong ?? (faults.includes(undefined) ? undefined : faults[0]);
};

/** A finding is its handlers' alone. */
export const toFind: ObjectionFault = (matter, asking, id) => {
  const wrong = toDecide('admitted')(matter, asking, id);
  if (wrong) return wrong;
  if (!find(matter, id)?.handlers.includes(actingFor(asking)))
    return refuse('notAHandler', '只有本异议的调查人可以作出处理决定。', 'Only a handler of this objection decides it.', {
      status: 403,
    });
  // Somebody fit when named may have come to have an interest since, for example by objecting as well.
  return mayHandle(matter, actingFor(asking));
};

export const toWithdraw = ofOwn((objection) =>
  objection.state === 'received' || objection.state === 'admitted' ? undefined : wrongState(objection),
);

/** One review, within its time. */
export const toAskReview = ofOwn((objection, { receivedAt }) => {
  if (objection.reviewed) return refuse('reviewedOnce', '复核只进行一次。', 'There is one review only.', { status: 409 });
  const { review } = objection;
  if (!review) return wrongState(objection);
  return review.state !== 'running' || compareInstants(receivedAt, review.endsAt) >= 0
    ? refuse('reviewTooLate', '申请复核的期限已过。', 'The time for asking a review is over.', {
        status: 409,
        clause: review.clause,
      })
    : undefined;
});

export const toWaive = ofOwn((objection) => (objection.review?.state === 'running' ? undefined : wrongState(objection)));

export const toLapse: ObjectionFault = (matter, _, id) => {
  const objection = find(matter, id);
  if (!objection) return notFound();
  return objection.review?.state === 'running' ? undefined : wrongState(objection);
};

/** The notice that an objection is about. */
export const noticeOf = (matter: Matter, id: string | undefined): Notice | { refusal: Refusal } =>
  matter.notices.find((n) => n.id === id) ??
  refuse('noticeNotFound', '没有该公示。', 'There is no such notice.', { status: 404, at: '/noticeId' });

/**
 * Whether the person can object to the notice now: it is in force, no objection of theirs to it is pending, and a late one has
 * not been passed on already. One in time is never turned away for what came before it.
 */
export function objectingFault(matter: Matter, asking: Asking, noticeId?: string): Fault {
  const notice = noticeOf(matter, noticeId);
  if ('refusal' in notice) return notice;
  if (notice.state === 'superseded' || notice.state === 'takenDown')
    return refuse(
      'noticeReplaced',
      '该公示已被更正公示取代或撤下，请针对现行公示提出异议。',
      'The notice was replaced or taken down; object to the notice in force.',
      { status: 409, at: '/noticeId' },
    );
  const objectorId = actingFor(asking);
  const own = matter.objections.filter((o) => o.objectorId === objectorId && o.noticeId === noticeId);
  if (own.some(isPending))
    return refuse(
      'alreadyObjected',
      '您对该公示的异议正在处理中，可补充材料。',
      'Your objection to this notice is being handled.',
      {
        status: 409,
      },
    );
  const { deadline } = notice;
  const inTime = asking.timely?.[deadline.key] ?? compareInstants(asking.receivedAt, deadline.endsAt) < 0;
  return !inTime && own.some(({ state }) => state === 'late')
    ? refuse(
        'lateObjectionKnown',
        '您逾期提出的异议已转监督人员，不再重复受理。',
        'Your late objection to this notice has gone to the supervisors already.',
        { status: 409 },
      )
    : undefined;
}
