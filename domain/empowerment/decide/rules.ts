/** New law in a running case: a prevailing rule stops it, and a recorded transition moves it. */
import type { Asking, Decision, NewEvent } from '../../process.ts';
import { isPending } from '../../objection/index.ts';
import type { Notice } from '../../publicity/index.ts';
import { refuse } from '../../refusal.ts';
import { ruleOf, sameRules, valueOf, type RuleSnapshot } from '../../rules.ts';
import type { Bodies } from '../acts.ts';
import { bodyAt } from '../../casework/bodies.ts';
import { finalBody } from '../route.ts';
import { concluded, type OpenState } from '../state.ts';
import { decided, end, enter, fact, foresee, happened, releasing, type Act } from './common.ts';
import { barOfLaw, submissionFault } from './guards.ts';
import { placeOn } from './place.ts';

export function raisePrevailingRules(state: OpenState, act: Act<'raisePrevailingRules'>): Decision {
  const { toHash, keys } = act.body;
  // Rules are resolved anew each day under a hash of their own; what counts is whether another rule has changed.
  const known = state.raised && keys.every((key) => state.raised?.keys.includes(key));
  if (known || state.rules.hash === toHash)
    return refuse('alreadyRaised', '该规则变化已提示。', 'The case is raised already.', { status: 409 });
  return decided([happened(act, 'rulesRaised', act.body)]);
}

/**
 * Whether the notice was on show for as long as the rules ask. As many working days are at least as many calendar days;
 * between other units one cannot tell, so it was not.
 */
function longEnough(notice: Notice, state: OpenState, rules: RuleSnapshot): boolean {
  const key = notice.kind === 'price' ? ('publicity.price' as const) : (`publicity.${state.application.mode}` as const);
  const floor = valueOf(rules, key);
  const { unit, n } = notice.deadline;
  const comparable = unit === floor.unit || (unit === 'workingDay' && floor.unit === 'calendarDay');
  return comparable && n >= floor.n;
}

/** To which rules a case is moved, and whether with a new notice. */
type Move = Pick<Bodies['transitionRules'], 'toHash' | 'newNotice'>;

/** The two ways in which the case could be moved today. */
export const moves = (asking: Asking): Move[] =>
  [false, true].map((newNotice) => ({ toHash: fact(asking, 'currentRules').hash, newNotice }));

/** Notices of this round that were shown, whether or not they still are. */
const shownNow = (state: OpenState): Notice[] => state.notices.filter((n) => n.round === state.round && n.state !== 'takenDown');

/** What the application lacks under the new rules, once it has been submitted. */
const lacking = (state: OpenState, rules: RuleSnapshot): ReturnType<typeof submissionFault> =>
  state.submittedOn === undefined || state.step === 'returned' ? undefined : submissionFault(state.application, rules);

export function transitionFault(state: OpenState, act: Asking, { toHash, newNotice }: Move): Decision | undefined {
  const { application } = state;
  const rules = fact(act, 'currentRules');
  // A case that was raised is moved in any case: the rule that raised it may have been taken back since.
  if (rules.hash === state.rules.hash || (!state.raised && sameRules(rules, state.rules)))
    return refuse('rulesUnchanged', '本案已适用现行规则。', 'The case is under the current rules already.', { status: 409 });
  if (rules.hash !== toHash)
    return refuse(
      'rulesMoved',
      '现行规则与所选版本不一致，请核对后再决定。',
      'The current rules are not the version you chose; look again.',
      { status: 409, at: '/toHash' },
    );
  const binds = concluded(state);
  // What has been agreed lives on under new law; there is nothing left to publicise or to decide.
  if (binds && (newNotice || !state.raised))
    return refuse(
      'agreementBinds',
      '协议已签署完成，只能在上位规则变化时登记适用新规则，不再重新公示。',
      'The agreement is concluded and binds: only a prevailing rule moves the case now, and without a new notice.',
      { status: 409 },
    );
  if (binds) return undefined;
  const open = state.objections.some((o) => isPending(o) || (o.consequence !== 'none' && !state.settled.includes(o.id)));
  const objectionFirst = refuse(
    'objectionPending',
    '有未办结的异议，办结后再变更适用规则。',
    'An objection is pending; decide it first.',
    {
      status: 409,
    },
  );
  const shown = shownNow(state);
  // What is shown anew in any case may still have an objection to what was shown before.
  if (shown.length === 0) return open ? objectionFirst : undefined;
  const order = valueOf(rules, 'publicity.order');
  // What was shown without the approval, or in the order, that the rules ask for now was shown too early.
  const early =
    order !== valueOf(state.rules, 'publicity.order') ||
    (order === 'approveThenPublish' && state.approvedBy !== finalBody(application, rules));
  const short = shown.find((notice) => !longEnough(notice, state, rules));
  // Opting in to a rule of equal rank is a decision with a new notice; only a prevailing rule may leave a notice standing,
  // and only one that satisfies it.
  if (!newNotice && (!state.raised || lacking(state, rules) || early || short))
    return refuse(
      'newNoticeNeeded',
      '已公示的案件改用新规则应重新公示。',
      'A case that has been publicised moves to new rules with a new notice.',
      { at: '/newNotice', ...(short ? { clause: ruleOf(rules, `publicity.${application.mode}`).cite.clause } : {}) },
    );
  return newNotice && open ? objectionFirst : undefined;
}

/** The recorded transition to today's rules, by a collective decision; with a new notice where one had been published. */
export function transitionRules(state: OpenState, act: Act<'transitionRules'>): Decision {
  const { minutesNumber, minutes, grounds, newNotice } = act.body;
  const { application } = state;
  const rules = fact(act, 'currentRules');
  const shut = transitionFault(state, act, act.body);
  if (shut) return shut;
  const move = { fromHash: state.rules.hash, rules, minutesNumber, minutes, grounds };
  if (concluded(state)) return decided([happened(act, 'rulesTransitioned', { ...move, newNotice: false })]);
  const again = newNotice && shownNow(state).length > 0;
  const moved = happened(act, 'rulesTransitioned', { ...move, newNotice: again });
  const next = foresee(state, act, [moved]);
  const bar = state.submittedOn === undefined ? undefined : barOfLaw(application, rules);
  if (bar) {
    const refused = happened(act, 'applicationRefused', { by: 'rule', code: bar.code, clause: bar.clause });
    const events = [moved, refused, ...end(state, act, 'refused').events];
    return decided(events, releasing(state, events));
  }
  const fault = lacking(state, rules);
  if (fault) {
    const items = [{ at: fault.refusal.at ?? '/application', text: grounds }];
    return decided([
      moved,
      happened(act, 'returnedForCorrection', { count: state.returns + 1, items }),
      happened(act, 'stepEntered', { step: 'returned' }),
    ]);
  }
  return decided([moved, ...entering(next, act, again)]);
}

/** Enters the step anew where it changes, or where a body must be assessed by another quorum. */
function entering(next: OpenState, act: Act<'transitionRules'>, again: boolean): NewEvent[] {
  const placed = placeOn(next, again ? 'noticePreparation' : next.step);
  return placed === next.step && !bodyAt(placed) ? [] : [enter(next, act, placed)];
}
