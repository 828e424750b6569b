/**
 * What a process may ask of the law. `policies/` resolves packs and overlay into one snapshot of these values,
 * each with the clause that gives it; deciders read nothing else, and no number lives in code.
 */

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
export type MajorMatter = 'fullOwnership' | 'coOwnership' | 'useRight' | 'priceAtOrAbove' | 'relatedParty' | 'secret' | 'exclusionAnswered';

export type NoticeKind = 'empowerment' | 'price';

/** Every value a process reads, by key. Lists are closed unless their key says otherwise. */
export interface RuleValues {
  /** Modes this institution may use on the date. */
  'empowerment.modes': Mode[];
  'empowerment.fullOwnership.road': FullOwnershipRoad;
  'empowerment.exclusions': { asked: Exclusion[]; bars: boolean };
  /** What a state secret does to an application. */
  'empowerment.secret': 'barred' | 'approvalFirst';
  'empowerment.kinds': ResultKind[];
  'empowerment.conditions': Condition[];
  /** Inventors agree, split 100 % among them in writing, and name a representative. */
  'empowerment.teamConsent': { unanimous: boolean };
  'empowerment.coOwnership.writtenAgreement': boolean;
  'empowerment.useRight.plan': boolean;
  'empowerment.useRight.term': Duration;
  /** A use right survives its holder's transfer, retirement or leaving; a default clause outside the pilot. */
  'empowerment.useRight.survivesLeaving': boolean;
  'empowerment.agreement.terms': AgreementTerm[];
  'empowerment.titleChange': { required: boolean; withoutRegistry: 'handoverRecord' };
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
  'decision.leadership.form': 'presidentsMeeting' | 'partyCommittee';
  'decision.leadership.quorum': number;
  'decision.collective': { groupFirst: boolean; leadershipForMajor: boolean };
  'decision.majorMatters': MajorMatter[];
  /** Fen at or above which a price makes the matter major; with `priceAtOrAbove` only. */
  'decision.majorPriceFen': number;
  'review.departments': { departments: string[]; rule: 'all' | 'any' };
  /** Office-set time for handling an objection and for a review by a higher body. */
  'objection.handling': Duration;
  'objection.review': { body: string; within: Duration };
  /** The five subjects a unit's rule set must cover (nm-hei.6b); named, missing ones are shown. */
  'overlay.covers': string[];
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
  source: { pack: string; version: string; rank: 'state' | 'region' | 'city' | 'institution' };
  from: string;
}

/** The rules of one institution on one date. `hash` is SHA-256 over the canonical JSON of everything else. */
export interface RuleSnapshot {
  hash: string;
  institutionId: string;
  /** The date the rules were resolved for. */
  on: string;
  packs: { id: string; version: string }[];
  overlayVersion: number;
  rules: { [K in RuleKey]?: ResolvedRule<K> };
}

/** Thrown when no source gives a value on the date: an error, never a built-in default. */
export class RuleMissing extends Error {
  readonly key: RuleKey;
  constructor(key: RuleKey) {
    super(`No rule gives ${key} for this institution on this date`);
    this.name = 'RuleMissing';
    this.key = key;
  }
}

/** The resolved rule, or RuleMissing. */
export function ruleOf<K extends RuleKey>(snapshot: RuleSnapshot, key: K): ResolvedRule<K> {
  const found = snapshot.rules[key];
  if (!found) throw new RuleMissing(key);
  return found as ResolvedRule<K>;
}

/** The value alone, or RuleMissing. */
export function valueOf<K extends RuleKey>(snapshot: RuleSnapshot, key: K): RuleValues[K] {
  return ruleOf(snapshot, key).value;
}
