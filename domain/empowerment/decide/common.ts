import { assessBody as assess } from '../../casework/bodies.ts';
import { fact } from '../../casework/events.ts';
import type { Assessment } from '../../collective/index.ts';
import type { Decision, Envelope, Guard, NewEvent } from '../../process.ts';
import type { Calendar } from '../../time/index.ts';
import type { ActType, Bodies, DecidingBody, Step } from '../acts.ts';
import { evolve } from '../evolve.ts';
import type { EmpowermentEvent, EmpowermentEvents, EventType } from '../events.ts';
import { interestsOf } from '../interests.ts';
import { bodyAt } from '../../casework/bodies.ts';
import { opened, type OpenState } from '../state.ts';

export type Act<T extends ActType> = Envelope<T, Bodies[T]>;

/** An event that takes effect when the act was received. */
export function happened<T extends EventType>(
  act: Envelope,
  type: T,
  data: EmpowermentEvents[T],
): NewEvent<T, EmpowermentEvents[T]> {
  return { type, v: 1, effectiveAt: act.receivedAt, data };
}

export { fact };

export const decided = (events: NewEvent[], guards: Guard[] = []): Decision => ({ events, guards });

export const calendarOf = (act: Envelope): Calendar => fact(act, 'calendar');

/** The body as it can sit on this case, with substitutes on record. */
export const assessBody = (state: OpenState, act: Pick<Envelope, 'type' | 'facts'>, body: DecidingBody): Assessment => {
  const { rules, stepSince, substitutes, decisions } = state;
  const sat = { rules, stepSince, bodies: { substitutes, decisions } };
  return assess(sat, act, body, interestsOf(state, fact(act, 'relations')));
};

/** Enters a step; before a deciding body it is assessed at once, so that a lost quorum shows before the meeting. */
export function enter(state: OpenState, act: Envelope, step: Step): NewEvent {
  const body = bodyAt(step);
  return happened(act, 'stepEntered', body ? { step, assessment: assessBody(state, act, body) } : { step });
}

/** The state as it will be, to see what follows from the events just decided. */
export function foresee(state: OpenState, act: Envelope, events: NewEvent[]): OpenState {
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

/** The achievement is given free whenever the events end the case, by whichever way they came to it. */
export const releasing = (state: OpenState, events: NewEvent[]): Guard[] =>
  events.some((event) => event.type === 'caseClosed')
    ? [{ kind: 'releaseAchievement', achievementId: state.application.achievementId }]
    : [];

/** Ends the case and gives the achievement free. */
export function end(
  state: OpenState,
  act: Envelope,
  status: EmpowermentEvents['caseClosed']['status'],
): { events: NewEvent[]; guards: Guard[] } {
  return {
    events: [happened(act, 'caseClosed', { status })],
    guards: [{ kind: 'releaseAchievement', achievementId: state.application.achievementId }],
  };
}
