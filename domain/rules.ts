/**
 * What a process may ask of the law. `policies/` resolves packs and overlay into one snapshot of these values,
 * each with the clause that gives it; deciders read nothing else, and no number lives in code.
 */
import { ruleKeyLabels } from './ruleLabels.ts';
import type { TimedStep } from './timedSteps.ts';

/** Calendar and counting units. Months and years never roll; days do as their bound says (see domain/time). */
export type Unit = 'workingDay' | 'calendarDay' | 'month' | 'year';

/** A floor ("at least", 不少于) or a ceiling ("at most", 不超过). */
export type Bound = 'atLeast' | 'atMost';

/** A length of time as the law states it, for example at least 15 calendar days. */
export interface Duration {
  bound: Bound;
  n: number;
  unit: Unit;
}

/** Mandatory values cannot be displaced; a contract or a unit rule may displace a default. */
export type Force = 'mandatory' | 'default';

/** A clause of the register and the words of it that carry the value. Overlay values cite the unit's own rule. */
export interface Citation {
  clause: string;
  phrase: string;
}

export type Mode = 'coOwnership' | 'fullOwnership' | 'useRight';

/** How full ownership is reached: agreed income first (Heilongjiang), or sale of the unit's retained share (Baotou). */
export type FullOwnershipRoad = 'agreedIncome' | 'saleOfRetainedShare';

/** The five interests a result must not endanger; asked everywhere, barring where `bars` says so. */
export type Exclusion = 'nationalSecurity' | 'defenceSecurity' | 'publicSecurity' | 'economicSecurity' | 'socialStability';

/** Kinds of result (nm-pilot.3.1b); `other` needs grounds. */
export type ResultKind =
  | 'patent'
  | 'softwareCopyright'
  | 'circuitLayout'
  | 'plantOrAnimalVariety'
  | 'biomedicalVariety'
  | 'veterinaryMedicine'
  | 'animalVaccine'
  | 'technicalSecret'
  | 'other';

/** The four conditions of nm-hei.8c, each affirmed with evidence and checked at review. */
export type Condition = 'clearTitle' | 'clearProspects' | 'definiteRecipient' | 'strongWill';

/** The four terms without which an agreement cannot be signed (nm-hei.8f). */
export type AgreementTerm = 'incomeSplit' | 'decisionMechanism' | 'costSharing' | 'maintenanceFees';

/** What a notice must show; a notice that lacks one cannot be published. */
export type NoticeItem =
  | 'resultName'
  | 'resultNumber'
  | 'inventors'
  | 'mode'
  | 'sharesOrTerm'
  | 'incomeSplit'
  | 'period'
  | 'objectionRoute'
  | 'intendedPrice'
  | 'relatedParty'
  | 'summary';

/** Matters the overlay may list as major (重大事项), so that the leadership decides them after the leading group. */
export type MajorMatter =
  'fullOwnership' | 'coOwnership' | 'useRight' | 'priceAtOrAbove' | 'relatedParty' | 'secret' | 'exclusionAnswered';

export type NoticeKind = 'empowerment' | 'price' | 'renewal';

/** What a share is a share of; two floors on different bases are two rules, never one. */
export type ShareBase =
  | 'netIncomeOrEquity'
  | 'rewardTotal'
  | 'conversionIncome'
  | 'netServiceIncome'
  | 'operatingProfit'
  | 'horizontalSurplus'
  | 'netConversionIncome';

/** A share as the law states it, for example at least 70 percent of net income or equity. */
export interface Share {
  bound: Bound;
  percent: number;
  of: ShareBase;
}

/** How a price may be found (nm-pilot.3.7a, bt-149.10a). */
export type PricingChannel = 'negotiation' | 'listing' | 'auction';

/** The three conditions for renewing a use right (bt-149.2b), each evidenced. */
export type RenewalCondition = 'agreementKept' | 'progressMade' | 'incomeGood';

/** The tier that decides a matter which is not an empowerment. */
export type DecidedBy = 'leadingGroup' | 'leadership';

/**
 * Every value a process reads, by key. Lists are closed unless their key says otherwise. `stepTime.<step>` is the time that
 * the institution gives itself for a step, if it gives any; no document does.
 */
export interface RuleValues extends Record<`stepTime.${TimedStep}`, Duration> {
  /** Modes this institution may use on the date. */
  'empowerment.modes': Mode[];
  'empowerment.fullOwnership.road': FullOwnershipRoad;
  'empowerment.exclusions': { asked: Exclusion[]; bars: boolean };
  /** What a state secret does to an application. */
  'empowerment.secret': 'barred' | 'approvalFirst';
  'empowerment.kinds': ResultKind[];
  'empowerment.conditions': Condition[];
  /** Laws that documents recall. An application that says it needs the check must hold it, recalled or not. */
  'empowerment.exportCheck': boolean;
  'empowerment.ethicsCheck': boolean;
  /** Inventors agree, split 100 % among them in writing, and name a representative. */
  'empowerment.teamConsent': { unanimous: boolean };
  'empowerment.coOwnership.writtenAgreement': boolean;
  'empowerment.useRight.plan': boolean;
  'empowerment.useRight.term': Duration;
  /** A use right survives its holder's transfer, retirement or leaving; a default clause outside the pilot. */
  'empowerment.useRight.survivesLeaving': boolean;
  /** What becomes of a use right whose legal protection would end before its term: it ends with it, or is not granted. */
  'empowerment.useRight.shortProtection': 'termToExpiry' | 'refuse';
  'empowerment.agreement.terms': AgreementTerm[];
  /** Kinds for which no registry exists change hands by a signed handover record (nm-hei.8g). */
  'empowerment.titleChange': { required: boolean; withoutRegistry: 'handoverRecord'; kindsWithoutRegistry: ResultKind[] };
  /** Days after the agreement on which the open title change is recalled; the institution's. */
  'empowerment.titleChange.reminderDays': number[];
  'publicity.coOwnership': Duration;
  'publicity.fullOwnership': Duration;
  'publicity.useRight': Duration;
  'publicity.price': Duration;
  'publicity.empowerment.contents': NoticeItem[];
  'publicity.price.contents': NoticeItem[];
  'publicity.order': 'approveThenPublish' | 'publishThenApprove';
  'publicity.audience': 'institution' | 'public';
  /** Whether days on which the notice could not be read lengthen its window. */
  'publicity.gapLengthens': boolean;
  /** Who may hold what when the decision is taken. */
  'decision.group.departments': string[];
  'decision.group.quorum': number;
  /** What approves: so many of the votes of those present, or of all members who may vote. */
  'decision.majority': { of: 'present' | 'eligible'; numerator: number; denominator: number; compare: 'moreThan' | 'atLeast' };
  'decision.leadership.form': 'presidentsMeeting' | 'partyCommittee';
  'decision.leadership.quorum': number;
  'decision.collective': { groupFirst: boolean; leadershipForMajor: boolean };
  'decision.majorMatters': MajorMatter[];
  /** Fen at or above which a price makes the matter major; with `priceAtOrAbove` only. */
  'decision.majorPriceFen': number;
  'review.departments': { departments: string[]; rule: 'all' | 'any' };
  /** Office-set time for handling an objection and for a review by a higher body. */
  'objection.handling': Duration;
  /** The higher body, the time within which the objector may ask it, and the time it has (no source gives any of them). */
  'objection.review': { body: string; askWithin: Duration; within: Duration };
  /** The five subjects a unit's rule set must cover (nm-hei.6b); named, missing ones are shown. */
  'overlay.covers': string[];
  /** How often the holders of a use right report on its progress, counted from its first day (nm-pilot.3.8b). */
  'useRight.report.every': Duration;
  /** Time after an income statement within which the unit's share is paid. */
  'useRight.income.payWithin': Duration;
  /** Days before a report or a payment is due on which it is recalled. */
  'useRight.reminderDays': number[];
  /** Time that the holders are given to make good a breach of the agreement. */
  'useRight.breach.cure': Duration;
  'useRight.breach.decidedBy': DecidedBy;
  'renewal.conditions': RenewalCondition[];
  /** Fen that may be owed at renewal without counting as a breach. */
  'renewal.arrearsToleranceFen': number;
  /** So long before a right's end its renewal can be applied for, */
  'renewal.opens': Duration;
  /** and so long before it no more; without it, until the end. */
  'renewal.closes': Duration;
  /** For how many years a right can be renewed at a time. */
  'renewal.years': { least: number; most: number };
  'renewal.decidedBy': DecidedBy;
  /** How long an approved renewal is made public, where the institution wants it. */
  'renewal.publicity': Duration;
  /** How long a right lasts beyond its end while a renewal applied for in time is under way; without it, not at all. */
  'renewal.holdover': Duration;
  /** Days before the end of a right, and of the time to apply, on which they are recalled. */
  'renewal.reminderDays': number[];

  // Below: carried by packs and overlays for processes that do not run yet. Nothing reads them so far.
  'pricing.channels': PricingChannel[];
  /** Reward total where no contract or unit rule says otherwise; the state's floor stands under it. */
  'distribution.rewardShare': Share;
  /** Two documents give the transfer office a floor on two bases; one payment of the larger amount meets both. */
  'distribution.officeShareOfReward': Share;
  'distribution.officeShareOfIncome': Share;
  'distribution.serviceReward': Share;
  'distribution.ownImplementation': { share: Share; years: number };
  'distribution.surplusShare': Share;
  'distribution.fundShare': Share;
  'distribution.fundFrom': 'unitShare' | 'wholeIncome';
  'distribution.publicity': Duration;
  'distribution.payment': Duration;
  'distribution.deductedCosts': string[];
  'distribution.incomeBasis': 'received' | 'contracted';
  'distribution.ratioDate': 'contract' | 'receipt' | 'decision';
  'departure.term': Duration;
  'departure.extension': { allowed: boolean };
  'departure.earlierTerms': 'thisInstitution' | 'everyInstitution' | 'none';
  /** How a chief leader may come to hold equity: as a recorded exception, or with the competent department's approval. */
  'leader.chiefEquity': 'exception' | 'withApproval';
  'leader.divestment': Duration;
  'leader.restrictionMonthsAfterOffice': number;
  /** Fen received at which a horizontal project counts like a regional key project: for one project, for a year. */
  'horizontal.keyProject': { projectFen: number; yearFen: number };
  'horizontal.thresholdScope': 'project' | 'person' | 'institution';
  'secret.filing': Duration;
  /** Month and day (MM-DD) by which the annual report is due. */
  'report.annualDue': string;
}

export type RuleKey = keyof RuleValues;

/** One resolved value: where it came from, why it won, and what it displaced. */
export interface ResolvedRule<K extends RuleKey = RuleKey> {
  key: K;
  value: RuleValues[K];
  force: Force;
  cite: Citation;
  /** Set where the text does not say it outright; shown wherever the value is. */
  reading?: string;
  /** Pack id and version, or `overlay`. */
  source: { pack: string; version: string; rank: Rank };
  from: string;
  /** Further clauses that carry the value, for example one for each mode of a list. */
  also?: Citation[];
  /** Mandatory values that stand under this one: no contract, unit rule or act may fall below them. */
  under?: { value: RuleValues[K]; cite: Citation; pack: string }[];
  /** Set where this value displaced a pack that yields to later rules of higher rank; `cite` is the yielding clause. */
  prevailsOver?: { pack: string; cite: Citation }[];
}

/** Who issued a rule, from the widest to the closest. */
export type Rank = 'state' | 'region' | 'city' | 'institution';

/**
 * Why a key has no value on a date: no source speaks of it, none does yet, those that did have ended or were
 * repealed, or mandatory rules contradict each other.
 */
export type GapReason = 'noSource' | 'notYet' | 'ended' | 'repealed' | 'conflict';

/** The rules of one institution on one date. `hash` is SHA-256 over the canonical JSON of everything else. */
export interface RuleSnapshot {
  hash: string;
  institutionId: string;
  /** The date the rules were resolved for. */
  on: string;
  packs: { id: string; version: string }[];
  overlayVersion: number;
  rules: { [K in RuleKey]?: ResolvedRule<K> };
  /** Keys that some source speaks of, but not on this date. A key in neither list has no source at all. */
  gaps?: { [K in RuleKey]?: GapReason };
}

/** Thrown when no source gives a value on the date: an error, never a built-in default. */
export class RuleMissing extends Error {
  readonly code = 'rule.missing';
  readonly key: RuleKey;
  readonly reason: GapReason;
  readonly zh: string;
  readonly en: string;
  constructor(key: RuleKey, reason: GapReason = 'noSource') {
    super(`No rule gives ${key} for this institution on this date (${reason})`);
    this.name = 'RuleMissing';
    this.key = key;
    this.reason = reason;
    this.zh = `本单位在该日没有关于“${ruleKeyLabels[key].zh}”的规定（${GAP_ZH[reason]}）`;
    this.en = `No rule on "${ruleKeyLabels[key].en}" for this institution on this date (${GAP_EN[reason]})`;
  }
}

const GAP_ZH: Record<GapReason, string> = {
  noSource: '没有任何依据',
  notYet: '依据尚未施行',
  ended: '依据已到期',
  repealed: '依据已废止',
  conflict: '强制性规定相互冲突',
};

const GAP_EN: Record<GapReason, string> = {
  noSource: 'no source speaks of it',
  notYet: 'its source is not in force yet',
  ended: 'its source has ended',
  repealed: 'its source was repealed',
  conflict: 'mandatory rules contradict each other',
};

/** The resolved rule, or RuleMissing. */
export function ruleOf<K extends RuleKey>(snapshot: RuleSnapshot, key: K): ResolvedRule<K> {
  const found = snapshot.rules[key];
  if (!found) throw new RuleMissing(key, snapshot.gaps?.[key]);
  return found;
}

/** The value alone, or RuleMissing. */
export function valueOf<K extends RuleKey>(snapshot: RuleSnapshot, key: K): RuleValues[K] {
  return ruleOf(snapshot, key).value;
}

/** Plain JSON values that say the same, whatever the order of their keys. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    Array.isArray(a) === Array.isArray(b) &&
    left.length === right.length &&
    left.every(([key, value]) => Object.hasOwn(b, key) && sameValue(value, (b as Record<string, unknown>)[key]))
  );
}

/** What a case feels of a rule: its value, whether it can be displaced, and what stands under it. Not who is cited. */
const effect = (rule: ResolvedRule | undefined): unknown =>
  rule && [rule.value, rule.force, (rule.under ?? []).map(({ value }) => value)];

/** Whether two snapshots rule alike. Another day or another citation is no change, though the hash differs. */
export function sameRules(a: RuleSnapshot, b: RuleSnapshot): boolean {
  const keys = [...new Set([...Object.keys(a.rules), ...Object.keys(b.rules)])] as RuleKey[];
  return keys.every((key) => sameValue(effect(a.rules[key]), effect(b.rules[key])));
}

/**
 * The clause for a refusal to cite: of a mandatory value that stands under the rule, else the rule's own; nothing where no
 * source of this institution gives one.
 */
export function citing(snapshot: RuleSnapshot, key: RuleKey): { clause?: string } {
  const rule = snapshot.rules[key];
  return rule ? { clause: rule.under?.[0]?.cite.clause ?? rule.cite.clause } : {};
}
