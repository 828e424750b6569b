/** What somebody is in charge of in a case, by key: tasks of an office, the handling of an objection, a substitute's seat. */
import type { Seat } from '../mending/index.ts';
import type { InstitutionRole } from '../process.ts';
import type { DecidingBody } from './acts.ts';
import { allTasks } from './project.ts';
import type { OpenState } from './state.ts';

const handlerKey = (objectionId: string, personId: string): string => `recordFinding:${objectionId}:${personId}`;
const substituteKey = (body: DecidingBody, member: string): string => `nameSubstitute:${body}:${member}`;

/** Whose handling of which objection the seat is; nothing for another seat. */
export function handlerOf(seat: string): { objectionId: string; personId: string } | undefined {
  const [act, objectionId, personId] = seat.split(':');
  return act === 'recordFinding' && objectionId !== undefined && personId !== undefined ? { objectionId, personId } : undefined;
}

/** For whom in which body the seat's substitute stands; nothing for another seat. */
export function substituteOf(seat: string): { body: DecidingBody; member: string } | undefined {
  const [act, body, member] = seat.split(':');
  return act === 'nameSubstitute' && (body === 'leadingGroup' || body === 'leadership') && member !== undefined
    ? { body, member }
    : undefined;
}

/** Every seat of the case as it stands. */
export function seatsOf(state: OpenState): Seat[] {
  const handlers = state.objections
    .filter((o) => o.state === 'admitted')
    .flatMap((o) => o.handlers.map((personId): Seat => ({ key: handlerKey(o.id, personId), act: 'recordFinding', personId })));
  const substitutes = (['leadingGroup', 'leadership'] as const).flatMap((body) =>
    state.substitutes[body].map(({ for: member, personId }): Seat => ({
      key: substituteKey(body, member),
      act: 'nameSubstitute',
      personId,
    })),
  );
  const known = new Set([...handlers, ...substitutes].map(({ key }) => key));
  const tasks = allTasks(state)
    .filter(({ key }) => !known.has(key))
    .map(({ key, act, role, personId, department }): Seat => {
      if (role === undefined) return { key, act, ...(personId === undefined ? {} : { personId }), own: true };
      const assigned = state.mending.assigned[key];
      return {
        key,
        act,
        role: role as InstitutionRole,
        ...(assigned === undefined ? {} : { personId: assigned }),
        ...(department === undefined ? {} : { department }),
      };
    });
  return [...handlers, ...substitutes, ...tasks];
}
