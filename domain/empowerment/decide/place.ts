/** Where a case belongs on its path, when it comes back from an objection or new rules give it another path. */
import { valueOf } from '../../rules.ts';
import type { Step } from '../acts.ts';
import { bodyAt } from '../../casework/bodies.ts';
import { after, finalBody, noticesNeeded, route } from '../route.ts';
import { concluded, current, type OpenState } from '../state.ts';

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
