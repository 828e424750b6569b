/** Mending an empowerment case: the shared part, and what only this process knows of its seats. */
import { inWords, relianceLabels } from '../../labels.ts';
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

/** Why the death cannot be corrected, or nothing: it is on record here, and nothing was settled without the person since. */
function deathFault(state: OpenState, personId: string | undefined): Fault {
  const death = state.deaths.find((one) => one.personId === personId);
  if (!death)
    return refuse('deathNotRecorded', '本案没有登记该人员去世。', 'No death of that person is on record in this case.', {
      status: 404,
      at: '/personId',
    });
  if (death.restsOnIt.length === 0) return undefined;
  const { zh, en } = inWords(relianceLabels, death.restsOnIt);
  return refuse(
    'deathReliedOn',
    `登记去世之后，下列事项已在没有该人员参与的情况下办定，不能在本案更正：${zh}。`,
    `Since the death was recorded this was settled without that person, so it cannot be corrected in this case: ${en}.`,
    { status: 409, at: '/personId' },
  );
}

/** Why these acts are not open whatever their body says, or nothing; whom a seat can go to is known with the body. */
export const holdFault = (state: OpenState, asking: Asking): Fault => mending.holdFault(matterOf(state, asking));
export const resumeFault = (state: OpenState, asking: Asking): Fault => mending.resumeFault(matterOf(state, asking));
export const movingFault = (state: OpenState, asking: Asking, key?: string): Fault =>
  mending.movingFault(matterOf(state, asking), asking, key);
export const reassigningFault = (state: OpenState, asking: Asking, key?: string): Fault =>
  mending.reassigningFault(matterOf(state, asking), key);
export const correctionFault = (state: OpenState, asking: Asking, personId?: string): Fault =>
  deathFault(state, personId) ?? mending.pendingFault(matterOf(state, asking), `death ${personId}`);
export const deadKeys = (state: OpenState): string[] => state.deaths.map(({ personId }) => personId);
export const seatKeys = (state: OpenState): string[] => seatsOf(state).map(({ key }) => key);
export const deadlineKeys = (state: OpenState): string[] => allDeadlines(state).map(({ key }) => key);
export const pendingIds = (state: OpenState): string[] => state.mending.pending.map(({ id }) => id);

/** Why the mending cannot be confirmed by whoever asks, or nothing; for a seat, whether it can still be taken over. */
export function confirmFault(state: OpenState, asking: Asking, id?: string): Fault {
  const fault = mending.confirmFault(matterOf(state, asking), asking, id);
  const found = state.mending.pending.find((one) => one.id === id);
  return fault ?? (found && ownFault(state, asking, found.mend));
}

export function refusalFault(state: OpenState, asking: Asking, id?: string): Fault {
  const found = mending.pendingOne(matterOf(state, asking), id);
  return 'refusal' in found ? found : undefined;
}

/** What only this process knows against the mending. */
function ownFault(state: OpenState, asking: Asking, mend: mending.Mend): Fault {
  if (mend.kind === 'reassign') return seatFault(state, asking, mend);
  return mend.kind === 'correctDeath' ? deathFault(state, mend.personId) : undefined;
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
  return ownFault(state, act, mend) ?? decided([happened(act, answer.type, answer.data)]);
}

export const hold = (state: OpenState, act: Act<'hold'>): Decision =>
  propose(state, act, { kind: 'hold', reason: act.body.reason });

export const resume = (state: OpenState, act: Act<'resume'>): Decision => propose(state, act, { kind: 'resume' });

export const moveDeadline = (state: OpenState, act: Act<'moveDeadline'>): Decision =>
  propose(state, act, { kind: 'moveDeadline', deadline: act.body.deadline, lastDay: act.body.lastDay });

export const reassign = (state: OpenState, act: Act<'reassign'>): Decision =>
  propose(state, act, { kind: 'reassign', seat: act.body.seat, to: act.body.to });

export const correctDeath = (state: OpenState, act: Act<'correctDeath'>): Decision =>
  propose(state, act, { kind: 'correctDeath', personId: act.body.personId });

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
