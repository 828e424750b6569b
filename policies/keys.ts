/**
 * What each key is for: which process reads it, when an institution cannot do without it, who is to give it where no
 * document does, and which steps of a running case a change of it touches.
 */
import type { Step } from '../domain/empowerment/acts.ts';
import type { RuleKey, RuleSnapshot } from '../domain/rules.ts';
import { forStepTimes } from '../domain/timedSteps.ts';

/** When a key must have a value: always, with a mode or the price matter, only where a document gives it, or later. */
type Needed = 'always' | 'coOwnership' | 'fullOwnership' | 'useRight' | 'titleMoves' | 'priceMatter' | 'whereGiven' | 'later';

export interface KeyInfo {
  needed: Needed;
  /** `law`: documents speak of it, so an overlay that fills a gap must say that it is a reading. */
  givenBy: 'law' | 'institution';
  /** Steps whose acts read the key. */
  steps: Step[];
  /** Whether a published notice shows what the key decides, so that a change calls for a new one. */
  inNotice: boolean;
}

function info(needed: Needed, givenBy: KeyInfo['givenBy'], steps: Step[], inNotice = false): KeyInfo {
  return { needed, givenBy, steps, inNotice };
}

/** Read while a use right lasts, by no step of an empowerment. */
const duringRight = (givenBy: KeyInfo['givenBy']): KeyInfo => info('useRight', givenBy, []);
const whereGiven = (givenBy: KeyInfo['givenBy'], inNotice = false): KeyInfo => info('whereGiven', givenBy, [], inNotice);
const later = (givenBy: KeyInfo['givenBy'], inNotice = false): KeyInfo => info('later', givenBy, [], inNotice);

/** Every key, in the order in which a case meets them. */
export const keyTable: Record<RuleKey, KeyInfo> = {
  'empowerment.modes': info('always', 'law', ['consent', 'check'], true),
  'empowerment.fullOwnership.road': info('fullOwnership', 'law', ['consent', 'check', 'agreement'], true),
  'empowerment.exclusions': info('always', 'law', ['check']),
  'empowerment.secret': info('always', 'law', ['check']),
  'empowerment.kinds': info('always', 'law', ['check']),
  'empowerment.conditions': info('always', 'law', ['check', 'departmentReview']),
  'empowerment.exportCheck': info('whereGiven', 'law', ['consent']),
  'empowerment.ethicsCheck': info('whereGiven', 'law', ['consent']),
  'empowerment.teamConsent': info('always', 'law', ['consent']),
  'empowerment.coOwnership.writtenAgreement': info('coOwnership', 'law', ['agreement']),
  'empowerment.useRight.plan': info('useRight', 'law', ['check']),
  'empowerment.useRight.term': info('useRight', 'law', ['check', 'agreement', 'useRightGrant'], true),
  'empowerment.useRight.survivesLeaving': info('useRight', 'law', ['agreement']),
  'empowerment.useRight.shortProtection': info('useRight', 'institution', ['check', 'agreement', 'useRightGrant'], true),
  'empowerment.agreement.terms': info('always', 'law', ['agreement']),
  'empowerment.titleChange': info('titleMoves', 'law', ['titleChange']),
  'empowerment.titleChange.reminderDays': info('titleMoves', 'institution', ['titleChange']),
  'publicity.coOwnership': info('coOwnership', 'law', ['noticePreparation', 'publicity'], true),
  'publicity.fullOwnership': info('fullOwnership', 'law', ['noticePreparation', 'publicity'], true),
  'publicity.useRight': info('useRight', 'law', ['noticePreparation', 'publicity'], true),
  'publicity.price': info('always', 'law', ['noticePreparation', 'publicity'], true),
  'publicity.empowerment.contents': info('always', 'law', ['noticePreparation'], true),
  'publicity.price.contents': info('always', 'law', ['noticePreparation'], true),
  'publicity.order': info('always', 'law', ['groupDecision', 'leadershipDecision', 'noticePreparation']),
  'publicity.audience': info('always', 'law', ['noticePreparation', 'publicity'], true),
  'publicity.gapLengthens': info('always', 'institution', ['publicity']),
  'decision.group.departments': info('always', 'institution', ['groupDecision']),
  'decision.group.quorum': info('always', 'institution', ['groupDecision']),
  'decision.majority': info('always', 'institution', ['groupDecision', 'leadershipDecision']),
  'decision.leadership.form': info('always', 'institution', ['leadershipDecision']),
  'decision.leadership.quorum': info('always', 'institution', ['leadershipDecision']),
  'decision.collective': info('always', 'law', ['groupDecision', 'leadershipDecision']),
  'decision.majorMatters': info('always', 'institution', ['groupDecision', 'leadershipDecision']),
  'decision.majorPriceFen': info('priceMatter', 'institution', ['groupDecision', 'leadershipDecision']),
  'review.departments': info('always', 'institution', ['departmentReview']),
  'objection.handling': info('always', 'institution', ['objectionHandling']),
  'objection.review': info('always', 'institution', ['objectionHandling']),
  ...forStepTimes((step) => info('whereGiven', 'institution', [step])),
  'overlay.covers': info('whereGiven', 'law', []),

  'useRight.report.every': duringRight('institution'),
  'useRight.income.payWithin': duringRight('institution'),
  'useRight.reminderDays': duringRight('institution'),
  'useRight.breach.cure': duringRight('institution'),
  'useRight.breach.decidedBy': duringRight('institution'),
  'renewal.conditions': duringRight('law'),
  'renewal.arrearsToleranceFen': duringRight('institution'),
  'renewal.opens': duringRight('institution'),
  'renewal.closes': whereGiven('institution'),
  'renewal.years': duringRight('institution'),
  'renewal.decidedBy': duringRight('institution'),
  'renewal.publicity': whereGiven('institution', true),
  'renewal.holdover': whereGiven('institution'),
  'renewal.reminderDays': duringRight('institution'),

  'pricing.channels': later('law'),
  'distribution.rewardShare': later('law', true),
  'distribution.officeShareOfReward': later('law'),
  'distribution.officeShareOfIncome': later('law'),
  'distribution.serviceReward': later('law'),
  'distribution.ownImplementation': later('law'),
  'distribution.surplusShare': later('law'),
  'distribution.fundShare': later('law'),
  'distribution.fundFrom': later('institution'),
  'distribution.publicity': later('institution', true),
  'distribution.payment': later('institution'),
  'distribution.deductedCosts': later('institution'),
  'distribution.incomeBasis': later('institution'),
  'distribution.ratioDate': later('institution'),
  'departure.term': later('law'),
  'departure.extension': later('law'),
  'departure.earlierTerms': later('law'),
  'leader.chiefEquity': later('law'),
  'leader.divestment': later('institution'),
  'leader.restrictionMonthsAfterOffice': later('institution'),
  'horizontal.keyProject': later('law'),
  'horizontal.thresholdScope': later('institution'),
  'secret.filing': later('law'),
  'report.annualDue': later('institution'),
};

/** All keys, in the table's order. */
export const ruleKeys = Object.keys(keyTable) as RuleKey[];

/** Keys of processes that do not run yet: listed, never asked for. */
export const notYetUsed = ruleKeys.filter((key) => keyTable[key].needed === 'later');

/** Whether the text names a key. */
export function isRuleKey(text: string): text is RuleKey {
  return Object.hasOwn(keyTable, text);
}

/** Keys that this institution cannot do without, given the modes and major matters that its snapshot holds. */
export function neededKeys(rules: RuleSnapshot['rules']): RuleKey[] {
  const modes = rules['empowerment.modes']?.value ?? [];
  const matters = rules['decision.majorMatters']?.value ?? [];
  return ruleKeys.filter((key) => {
    const { needed } = keyTable[key];
    switch (needed) {
      case 'always':
        return true;
      case 'titleMoves':
        return modes.includes('coOwnership') || modes.includes('fullOwnership');
      case 'priceMatter':
        return matters.includes('priceAtOrAbove');
      case 'whereGiven':
      case 'later':
        return false;
      default:
        return modes.includes(needed);
    }
  });
}

/** Needed keys without a value: an empowerment under this snapshot would stop at each of them. */
export function missingKeys(snapshot: Pick<RuleSnapshot, 'rules'>): RuleKey[] {
  return neededKeys(snapshot.rules).filter((key) => !snapshot.rules[key]);
}
