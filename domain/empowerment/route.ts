/** The path of a case: which steps come, in which order, by its mode and the rules it is pinned to. */
import { valueOf, type NoticeKind, type RuleSnapshot } from '../rules.ts';
import type { Application, DecidingBody, Step } from './acts.ts';

/** Fen as an integer; amounts travel as strings of digits. */
const fen = (text: string): bigint => BigInt(text);

/** Whether the leadership must decide: the overlay lists what is major (nm-hei.6a). */
export function isMajor(application: Application, rules: RuleSnapshot): boolean {
  const matters = valueOf(rules, 'decision.majorMatters');
  const { mode, price, secrecy, exclusions } = application;
  if (matters.includes(mode)) return true;
  if (matters.includes('secret') && secrecy.secret) return true;
  if (matters.includes('exclusionAnswered') && Object.values(exclusions).some(Boolean)) return true;
  if (!price) return false;
  // The inventors themselves buy: a sale of the retained share is always between related parties.
  if (matters.includes('relatedParty')) return true;
  return matters.includes('priceAtOrAbove') && fen(price.intendedFen) >= BigInt(valueOf(rules, 'decision.majorPriceFen'));
}

/** The body whose vote decides: on a major matter the group's vote is its opinion, and the leadership decides (nm-hei.6a). */
export function finalBody(application: Application, rules: RuleSnapshot): DecidingBody {
  return valueOf(rules, 'decision.collective').leadershipForMajor && isMajor(application, rules) ? 'leadership' : 'leadingGroup';
}

/** Which notices the case must publish: its empowerment, and for a sale the price too (bt-149.1b). */
export function noticesNeeded(application: Application): NoticeKind[] {
  return application.price ? ['empowerment', 'price'] : ['empowerment'];
}

/** All steps from consent to the end, detours left out. */
export function route(application: Application, rules: RuleSnapshot): Step[] {
  const { groupFirst } = valueOf(rules, 'decision.collective');
  const major = finalBody(application, rules) === 'leadership';
  const decision: Step[] = [
    ...(groupFirst || !major ? (['groupDecision'] as const) : []),
    ...(major ? (['leadershipDecision'] as const) : []),
  ];
  const publicity: Step[] = ['noticePreparation', 'publicity', 'statement'];
  const review: Step[] = valueOf(rules, 'review.departments').departments.length > 0 ? ['departmentReview'] : [];
  const middle =
    valueOf(rules, 'publicity.order') === 'approveThenPublish' ? [...decision, ...publicity] : [...publicity, ...decision];
  return [
    'consent',
    'check',
    ...review,
    ...middle,
    'agreement',
    application.mode === 'useRight' ? 'useRightGrant' : 'titleChange',
    'registration',
    'done',
  ];
}

/** The step that follows `step` on the path. */
export function after(step: Step, application: Application, rules: RuleSnapshot): Step {
  const path = route(application, rules);
  const next = path[path.indexOf(step) + 1];
  if (!path.includes(step) || next === undefined) throw new Error(`No step follows ${step}`);
  return next;
}
