/** What a mending changes in a case beside the part's own state: deadlines with their notices, handlers, members. */
import { evolveMending, type MendingEvents } from '../mending/index.ts';
import type { LedgerEvent } from '../process.ts';
import { changeNotice, withDeadline } from './deadlines.ts';
import { alive } from './deaths.ts';
import { handlerOf } from './seats.ts';
import type { EmpowermentState } from './state.ts';

type MendingEvent = { [T in keyof MendingEvents]: LedgerEvent<T, MendingEvents[T]> }[keyof MendingEvents];

/** The state after one event of the mending part. */
export function evolveMended(before: EmpowermentState, event: MendingEvent): EmpowermentState {
  const state = { ...before, mending: evolveMending(before.mending, event) };
  switch (event.type) {
    case 'holdEnded':
      return event.data.deadlines.reduce(withDeadline, state);
    case 'deadlineMoved': {
      const { deadline, mendingId } = event.data;
      const notice = state.notices.find((n) => n.deadline.key === deadline.key);
      if (!notice) return withDeadline(state, deadline);
      const { lastDay, endsAt } = deadline;
      const addendum = { on: event.effectiveAt, lastDay, endsAt, reason: `moved:${mendingId}` };
      return changeNotice(state, notice.id, (n) => ({ ...n, deadline, addenda: [...n.addenda, addendum] }));
    }
    case 'personReassigned': {
      const { seat, to } = event.data;
      const handler = handlerOf(seat);
      if (!handler) return state;
      const objections = state.objections.map((o) =>
        o.id === handler.objectionId ? { ...o, handlers: o.handlers.map((h) => (h === handler.personId ? to : h)) } : o,
      );
      return { ...state, objections };
    }
    case 'deathCorrected':
      return alive(state, event.data.personId);
    default:
      return state;
  }
}
