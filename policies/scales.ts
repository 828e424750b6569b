/**
 * How two values of one key compare. "Stricter" is what satisfies both: a longer floor, a shorter ceiling, a longer
 * list of what must be there, a shorter list of what is allowed. Where neither provably satisfies the other the answer
 * is `incomparable`, and nobody may take it for stricter.
 */
import type { Duration, Exclusion, RuleValues, Share } from '../domain/rules.ts';
import { forStepTimes } from '../domain/timedSteps.ts';

export type Comparison = 'same' | 'stricter' | 'laxer' | 'incomparable';

/** Order of one key's values. `combine` gives the one value that satisfies all, or nothing where there is none. */
export interface Scale<T = never> {
  /** Permissions of several documents add up; everything else must hold together. */
  readonly adds: boolean;
  /** Floors and ceilings: of several defaults the strictest applies, since it meets them all. */
  readonly bounds: boolean;
  compare(a: T, b: T): Comparison;
  combine(values: T[]): T | undefined;
}

function flip(one: Comparison): Comparison {
  if (one === 'stricter') return 'laxer';
  return one === 'laxer' ? 'stricter' : one;
}

/** Both halves must agree; a half that is the same leaves the answer to the other. */
function both(a: Comparison, b: Comparison): Comparison {
  if (a === 'same') return b;
  if (b === 'same' || a === b) return a;
  return 'incomparable';
}

function byNumber(a: number, b: number): Comparison {
  if (a === b) return 'same';
  return a > b ? 'stricter' : 'laxer';
}

function scale<T>(compare: (a: T, b: T) => Comparison, options: Partial<Scale<T>> = {}): Scale<T> {
  return {
    adds: false,
    bounds: false,
    compare,
    combine: (values) => values.find((one) => values.every((other) => ['same', 'stricter'].includes(compare(one, other)))),
    ...options,
  };
}

const family = { workingDay: 'days', calendarDay: 'days', month: 'months', year: 'months' } as const;

/**
 * Whether a length surely lasts at least as long as another. Working days are some of the calendar days, so n working
 * days never end before n calendar days; the reverse holds of no numbers without a calendar. Days against months or
 * years are never compared.
 */
function surelyAsLong(a: Duration, b: Duration): boolean {
  if (family[a.unit] !== family[b.unit]) return false;
  if (family[a.unit] === 'months') return a.n * (a.unit === 'year' ? 12 : 1) >= b.n * (b.unit === 'year' ? 12 : 1);
  return (a.unit === b.unit || a.unit === 'workingDay') && a.n >= b.n;
}

/** Strictness of `a` against `b`. A floor and a ceiling are incomparable. */
export function compareDurations(a: Duration, b: Duration): Comparison {
  if (a.bound !== b.bound) return 'incomparable';
  const [longer, shorter] = [surelyAsLong(a, b), surelyAsLong(b, a)];
  if (longer && shorter) return 'same';
  if (!longer && !shorter) return 'incomparable';
  return longer === (a.bound === 'atLeast') ? 'stricter' : 'laxer';
}

function compareShares(a: Share, b: Share): Comparison {
  if (a.bound !== b.bound || a.of !== b.of) return 'incomparable';
  const byPercent = byNumber(a.percent, b.percent);
  return a.bound === 'atLeast' ? byPercent : flip(byPercent);
}

function compareSets<T>(a: T[], b: T[]): Comparison {
  const [covers, covered] = [b.every((one) => a.includes(one)), a.every((one) => b.includes(one))];
  if (covers && covered) return 'same';
  if (covers) return 'stricter';
  return covered ? 'laxer' : 'incomparable';
}

function union<T>(lists: T[][]): T[] {
  return [...new Set(lists.flat())];
}

const duration = scale<Duration>(compareDurations, { bounds: true });
const share = scale<Share>(compareShares, { bounds: true });

/** A list that must hold at least these. */
function contains<T>(): Scale<T[]> {
  return scale<T[]>(compareSets, { combine: union });
}

/** A list of what is allowed: fewer is stricter, several documents add up. */
function allows<T>(): Scale<T[]> {
  return scale<T[]>((a, b) => flip(compareSets(a, b)), { adds: true, combine: union });
}

/** One of a few, from the laxest to the strictest. */
function ordered<T extends string>(...order: T[]): Scale<T> {
  return scale<T>((a, b) => byNumber(order.indexOf(a), order.indexOf(b)));
}

/** Yes or no, yes being stricter; several of them are compared together. */
function flags<T extends object>(...names: (keyof T)[]): Scale<T> {
  return scale<T>((a, b) => names.map((name) => byNumber(Number(a[name]), Number(b[name]))).reduce(both, 'same'), {
    combine: (values) => {
      const first = values[0];
      if (!first) return undefined;
      return { ...first, ...Object.fromEntries(names.map((name) => [name, values.some((one) => one[name])])) };
    },
  });
}

/** No order at all: two different values contradict each other. */
function free<T>(): Scale<T> {
  return scale<T>((a, b) => (JSON.stringify(a) === JSON.stringify(b) ? 'same' : 'incomparable'));
}

const flag = scale<boolean>((a, b) => byNumber(Number(a), Number(b)));

const exclusions = scale<{ asked: Exclusion[]; bars: boolean }>(
  (a, b) => both(compareSets(a.asked, b.asked), byNumber(Number(a.bars), Number(b.bars))),
  { combine: (values) => ({ asked: union(values.map((one) => one.asked)), bars: values.some((one) => one.bars) }) },
);

/** The scale of every key. */
export const scales: { [K in keyof RuleValues]: Scale<RuleValues[K]> } = {
  'empowerment.modes': allows(),
  'empowerment.fullOwnership.road': free(),
  'empowerment.exclusions': exclusions,
  'empowerment.secret': ordered('approvalFirst', 'barred'),
  'empowerment.kinds': allows(),
  'empowerment.conditions': contains(),
  'empowerment.exportCheck': flag,
  'empowerment.ethicsCheck': flag,
  'empowerment.teamConsent': flags('unanimous'),
  'empowerment.coOwnership.writtenAgreement': flag,
  'empowerment.useRight.plan': flag,
  'empowerment.useRight.term': duration,
  'empowerment.useRight.survivesLeaving': flag,
  'empowerment.useRight.shortProtection': free(),
  'empowerment.agreement.terms': contains(),
  'empowerment.titleChange': flags('required'),
  'empowerment.titleChange.reminderDays': free(),
  'publicity.coOwnership': duration,
  'publicity.fullOwnership': duration,
  'publicity.useRight': duration,
  'publicity.price': duration,
  'publicity.empowerment.contents': contains(),
  'publicity.price.contents': contains(),
  'publicity.order': free(),
  'publicity.audience': ordered('institution', 'public'),
  'publicity.gapLengthens': flag,
  'decision.group.departments': contains(),
  'decision.group.quorum': scale(byNumber),
  'decision.majority': free(),
  'decision.leadership.form': free(),
  'decision.leadership.quorum': scale(byNumber),
  'decision.collective': flags('groupFirst', 'leadershipForMajor'),
  'decision.majorMatters': contains(),
  'decision.majorPriceFen': scale((a, b) => flip(byNumber(a, b))),
  'review.departments': free(),
  'objection.handling': duration,
  'objection.review': free(),
  ...forStepTimes(() => duration),
  'overlay.covers': contains(),
  'useRight.report.every': duration,
  'useRight.income.payWithin': duration,
  'useRight.reminderDays': free(),
  'useRight.breach.cure': duration,
  'useRight.breach.decidedBy': free(),
  'renewal.conditions': contains(),
  'renewal.arrearsToleranceFen': scale((a, b) => flip(byNumber(a, b))),
  'renewal.opens': duration,
  'renewal.closes': duration,
  'renewal.years': free(),
  'renewal.decidedBy': free(),
  'renewal.publicity': duration,
  'renewal.holdover': duration,
  'renewal.reminderDays': free(),
  'pricing.channels': allows(),
  'distribution.rewardShare': share,
  'distribution.officeShareOfReward': share,
  'distribution.officeShareOfIncome': share,
  'distribution.serviceReward': share,
  'distribution.ownImplementation': scale((a, b) => both(compareShares(a.share, b.share), byNumber(a.years, b.years)), {
    bounds: true,
  }),
  'distribution.surplusShare': share,
  'distribution.fundShare': share,
  'distribution.fundFrom': free(),
  'distribution.publicity': duration,
  'distribution.payment': duration,
  'distribution.deductedCosts': free(),
  'distribution.incomeBasis': free(),
  'distribution.ratioDate': free(),
  'departure.term': duration,
  'departure.extension': scale((a, b) => byNumber(Number(b.allowed), Number(a.allowed))),
  'departure.earlierTerms': free(),
  'leader.chiefEquity': free(),
  'leader.divestment': duration,
  'leader.restrictionMonthsAfterOffice': scale(byNumber),
  'horizontal.keyProject': free(),
  'horizontal.thresholdScope': free(),
  'secret.filing': duration,
  'report.annualDue': free(),
};
