/** Mending an empowerment case: the shared part, and what only this process knows of its seats. */
import * as mending from '../../mending/index.ts';
import type { Asking, Decision, Envelope, Refusal } from '../../process.ts';
import { isRefusal, refuse } from '../../refusal.ts';
import type { DecidingBody } from '../acts.ts';
import { allDeadlines } from '../deadlines.ts';
import { interestsOf } from '../interests.ts';
import { handlerOf, seatsOf, substituteOf } from '../seats.ts';
import type { OpenState } from '../state.ts';
import { concludeIfSigned } from './agreement.ts';
import { decided, foresee, happened, type Act } from './common.ts';
import { nameSubstitute, substituteFault } from './reviews.ts';

const matterOf = (state: OpenState, act: Asking): mending.Matter => ({
  mending: state.mending,
  deadlines: allDeadlines(state),
  seats: seatsOf(state),
  interests: interestsOf(state, act.facts.relations ?? []),
});

type Fault = { refusal: Refusal } | undefined;

type Taking = { seat: string; to: string };

/** For whom in which body a substitute on record sits by the seat. */
function substitutedBy(state: OpenState, seat: string): { body: DecidingBody; for: string } | undefined {
  const one = substituteOf(seat);
  return one && state.substitutes[one.body].some((s) => s.for === one.member) ? { body: one.body, for: one.member } : undefined;
}

/** What only this process knows against somebody taking a seat over. */
function seatFault(state: OpenState, asking: Asking, { seat, to }: Taking): Fault {
  const handler = handlerOf(seat);
  if (handler && state.objections.some((o) => o.id === handler.objectionId && o.handlers.includes(to)))
    return refuse('alreadyHandler', '该人员已是本异议的调查人。', 'That person handles this objection already.', { at: '/to' });
  const sat = substitutedBy(state, seat);
  const fault = sat && substituteFault(state, asking, { ...sat, personId: to });
  return isRefusal(fault) ? fault : undefined;
}

/** Why these acts are not open whatever their body says, or nothing; whom a seat can go to is known with the body. */
export const holdFault = (state: OpenState, asking: Asking): Fault => mending.holdFault(matterOf(state, asking));
export const resumeFault = (state: OpenState, asking: Asking): Fault => mending.resumeFault(matterOf(state, asking));
export const movingFault = (state: OpenState, asking: Asking, key?: string): Fault =>
  mending.movingFault(matterOf(state, asking), asking, key);
export const reassigningFault = (state: OpenState, asking: Asking, key?: string): Fault =>
  mending.reassigningFault(matterOf(state, asking), key);
export const seatKeys = (state: OpenState): string[] => seatsOf(state).map(({ key }) => key);
export const deadlineKeys = (state: OpenState): string[] => allDeadlines(state).map(({ key }) => key);
export const pendingIds = (state: OpenState): string[] => state.mending.pending.map(({ id }) => id);

/** Why the mending cannot be confirmed by whoever asks, or nothing; for a seat, whether it can still be taken over. */
export function confirmFault(state: OpenState, asking: Asking, id?: string): Fault {
  const fault = mending.confirmFault(matterOf(state, asking), asking, id);
  const found = state.mending.pending.find((one) => one.id === id);
  if (fault || found?.mend.kind !== 'reassign') return fault;
  return seatFault(state, asking, found.mend);
}

export function refusalFault(state: OpenState, asking: Asking, id?: string): Fault {
  const found = mending.pendingOne(matterOf(state, asking), id);
  return 'refusal' in found ? found : undefined;
}

/** What follows in the case when somebody takes a seat over. */
function takeOver(state: OpenState, act: Envelope, { seat, to }: Taking, grounds: mending.Mending['grounds']): Decision {
  const sat = substitutedBy(state, seat);
  if (!sat) return decided([]);
  return nameSubstitute(state, { ...act, type: 'nameSubstitute', body: { ...sat, personId: to, grounds } });
}

function propose(state: OpenState, act: Envelope<string, { grounds: mending.Mending['grounds'] }>, mend: mending.Mend): Decision {
  const answer = mending.propose(matterOf(state, act), act, mend);
  if ('refusal' in answer) return answer;
  const fault = mend.kind === 'reassign' ? seatFault(state, act, mend) : undefined;
  return fault ?? decided([happened(act, answer.type, answer.data)]);
}

export const hold = (state: OpenState, act: Act<'hold'>): Decision =>
  propose(state, act, { kind: 'hold', reason: act.body.reason });

export const resume = (state: OpenState, act: Act<'resume'>): Decision => propose(state, act, { kind: 'resume' });

export const moveDeadline = (state: OpenState, act: Act<'moveDeadline'>): Decision =>
  propose(state, act, { kind: 'moveDeadline', deadline: act.body.deadline, lastDay: act.body.lastDay });

export const reassign = (state: OpenState, act: Act<'reassign'>): Decision =>
  propose(state, act, { kind: 'reassign', seat: act.body.seat, to: act.body.to });

/** The second person's word, by which it takes effect. */
export function confirmMending(state: OpenState, act: Act<'confirmMending'>): Decision {
  const fault = confirmFault(state, act, act.body.mendingId);
  if (fault) return fault;
  const answer = mending.confirm(matterOf(state, act), act);
  if ('refusal' in answer) return answer;
  const effect = happened(act, answer.type, answer.data);
  // Meanwhile nothing may have been left to wait for but the resumption.
  if (answer.type === 'holdEnded') return decided([effect, ...concludeIfSigned(foresee(state, act, [effect]), act)]);
  if (answer.type !== 'personReassigned') return decided([effect]);
  const next = takeOver(state, act, answer.data, answer.data.grounds);
  return 'refusal' in next ? next : decided([effect, ...next.events]);
}

export function refuseMending(state: OpenState, act: Act<'refuseMending'>): Decision {
  const answer = mending.refuseMending(matterOf(state, act), act);
  return 'refusal' in answer ? answer : decided([happened(act, answer.type, answer.data)]);
}
