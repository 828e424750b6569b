/** Where a case belongs on its path, when it comes back from an objection or new rules give it another path. */
import { valueOf } from '../../rules.ts';
import type { Step } from '../acts.ts';
import { bodyAt, stepOf } from '../../casework/bodies.ts';
import { after, finalBody, noticesNeeded, route } from '../route.ts';
import { concluded, current, lacksNotice, living, type OpenState } from '../state.ts';

/** The step, or the one before it that the path asks for and the case has not been through: no decision and no publicity is passed over. */
export function placeOn(state: OpenState, step: Step): Step {
  const { application, rules } = state;
  if (concluded(state) || ['consent', 'check', 'returned', 'objectionHandling', 'amendment'].includes(step)) return step;
  const path = route(application, rules);
  if (step === 'departmentReview') return path.includes(step) ? step : after('check', application, rules);
  const approved = state.approvedBy === finalBody(application, rules);
  const decision = bodyAt(step) && path.includes(step) ? step : (path.find((one) => bodyAt(one)) ?? step);
  if (valueOf(rules, 'publicity.order') === 'approveThenPublish') {
    if (!approved) return decision;
    return bodyAt(step) ? 'noticePreparation' : step;
  }
  if (step !== 'agreement' && !bodyAt(step)) return step;
  const shown = noticesNeeded(application).every((kind) => current(state).some((n) => n.kind === kind && n.state === 'closed'));
  if (!shown) return 'noticePreparation';
  return approved ? 'agreement' : decision;
}

/** Where amended terms are decided again: by the body that decides such a matter, or shown first, as the order is. */
export const decidedAnewAt = ({ application, rules }: OpenState): Step =>
  valueOf(rules, 'publicity.order') === 'approveThenPublish' ? stepOf(finalBody(application, rules)) : 'noticePreparation';

/**
 * Where the case goes once no window runs and no objection is pending: a ground upheld, to the end or the amendment; a notice
 * that does not suffice, to be published anew; else back to where a late-entered objection took it from, or on along the path.
 */
export function afterObjections(state: OpenState): Step {
  const live = state.objections.filter((o) => !state.settled.includes(o.id));
  if (live.some((o) => o.consequence === 'refuse')) return 'refused';
  // New terms need somebody to propose and to sign them.
  if (live.some((o) => o.consequence === 'amend')) return living(state).length === 0 ? 'refused' : 'amendment';
  if (lacksNotice(state)) return 'noticePreparation';
  if (state.reopenedFrom) return placeOn(state, state.reopenedFrom);
  return after('publicity', state.application, state.rules);
}
