/** The result of the publicity, once it is known that the notice could be read. */
import type { Asking, Decision } from '../../process.ts';
import { refuse } from '../../refusal.ts';
import { after } from '../route.ts';
import { current, type OpenState } from '../state.ts';
import { decided, enter, happened, type Act } from './common.ts';

/**
 * The result is stated of a notice that was readable on every counted day, but for those on record: after an outage the
 * service first finds out what it missed, so that nobody states the result in between.
 */
export function statingFault(state: OpenState, { facts }: Asking): Decision | undefined {
  const unproved = current(state).flatMap(({ id, gapDays }) =>
    (facts.unreadDays?.[id] ?? []).filter((day) => !gapDays.includes(day)),
  );
  const days = [...new Set(unproved)].toSorted();
  return days.length === 0
    ? undefined
    : refuse(
        'publicityUnproved',
        `公示在下列日期是否可读尚无证明，也未登记中断：${days.join('、')}。系统检查后会自行登记；也可以先登记公示中断。`,
        `It is not proved that the notice could be read on these days, and no gap is on record: ${days.join(', ')}. The service records them at its next check; an officer may record the gap before.`,
        { status: 409 },
      );
}

/** 公示情况说明: the result of the publicity in writing, after every window is closed and every objection answered. */
export function stateResult(state: OpenState, act: Act<'stateResult'>): Decision {
  const fault = statingFault(state, act);
  if (fault) return fault;
  const { document, remarks } = act.body;
  const objections = state.objections.filter((o) => o.inTime).length;
  return decided([
    happened(act, 'resultStated', { document, ...(remarks ? { remarks } : {}), objections }),
    enter(state, act, after('statement', state.application, state.rules)),
  ]);
}
