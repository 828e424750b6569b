import type { Hold, MendingEvents, MendingState } from './types.ts';

type MendingEvent = { [T in keyof MendingEvents]: { type: T; data: MendingEvents[T]; effectiveAt: string } }[keyof MendingEvents];

const names: Record<keyof MendingEvents, true> = {
  mendingProposed: true,
  mendingRefused: true,
  holdBegun: true,
  holdEnded: true,
  deadlineMoved: true,
  personReassigned: true,
  deathCorrected: true,
};

/** Whether an event belongs to this part. */
export function isMendingEvent(event: { type: string; data: unknown; effectiveAt: string }): event is MendingEvent {
  return Object.hasOwn(names, event.type);
}

/** Nothing proposed, nothing held, nobody put in charge. */
export const noMending = (): MendingState => ({ pending: [], assigned: {} });

/** The part's state after one of its events; what the event does to deadlines and seats, the process carries out. */
export function evolveMending(before: MendingState, event: MendingEvent): MendingState {
  if (event.type === 'mendingProposed') {
    const { mendingId, ...rest } = event.data;
    return { ...before, pending: [...before.pending, { id: mendingId, ...rest, at: event.effectiveAt }] };
  }
  const pending = before.pending.filter(({ id }) => id !== event.data.mendingId);
  switch (event.type) {
    case 'mendingRefused':
    case 'deadlineMoved':
    case 'deathCorrected':
      return { ...before, pending };
    case 'holdBegun': {
      const { mendingId, reason, grounds, proposedBy, confirmedBy } = event.data;
      const hold: Hold = { mendingId, reason, grounds, proposedBy, confirmedBy, since: event.effectiveAt };
      return { ...before, pending, hold };
    }
    case 'holdEnded': {
      const { hold: _, ...rest } = before;
      return { ...rest, pending };
    }
    case 'personReassigned':
      return { ...before, pending, assigned: { ...before.assigned, [event.data.seat]: event.data.to } };
  }
}
