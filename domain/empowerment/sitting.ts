import { bodyAt } from '../casework/bodies.ts';
import type { Assessment } from '../collective/index.ts';
import type { Facts } from '../process.ts';
import type { DecidingBody } from './acts.ts';
import { assessBody } from './decide/common.ts';
import { opened, type EmpowermentState } from './state.ts';

/**
 * The body before which a case lies, as it could sit today. Seats change while a case waits, and what was assessed when it
 * came may hold no more.
 */
export function sitting(state: EmpowermentState, facts: Facts): { body: DecidingBody; assessment: Assessment } | undefined {
  const open = opened(state);
  const body = open?.status === 'open' ? bodyAt(open.step) : undefined;
  return open && body && { body, assessment: assessBody(open, { type: 'recordDecision', facts }, body) };
}
