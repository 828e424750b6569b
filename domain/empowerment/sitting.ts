import type { Facts } from '../process.ts';
import type { DecidingBody } from './acts.ts';
import { assessBody } from './decide/common.ts';
import { bodyAt } from './route.ts';
import { opened, type EmpowermentState } from './state.ts';

/** The body that a case waits for, as it could sit today. */
export interface Sitting {
  body: DecidingBody;
  eligible: number;
  quorum: number;
}

/**
 * Whether the body before which the case lies could decide it today. Seats change while a case waits, and what was
 * assessed when it came may hold no more. `absent` are people who hold a seat and have left the institution or died.
 */
export function sittingOf(state: EmpowermentState, facts: Facts, absent: ReadonlySet<string>): Sitting | undefined {
  const open = opened(state);
  const body = open?.status === 'open' ? bodyAt(open.step) : undefined;
  if (!open || !body) return undefined;
  const { eligible, quorum } = assessBody(open, { type: 'recordDecision', facts }, body);
  return { body, eligible: eligible.filter((personId) => !absent.has(personId)).length, quorum };
}
