/** What has changed between the rules a case stands on and the rules of today, and how a case is moved to them. */
import type { Step } from '../domain/empowerment/acts.ts';
import type { Citation, Rank, ResolvedRule, RuleKey, RuleSnapshot } from '../domain/rules.ts';
import { canonicalJson } from './hash.ts';
import { keyTable, ruleKeys } from './keys.ts';

/** One key that is different. `from` or `to` is absent where the key had or has no value. */
export interface RuleChange {
  key: RuleKey;
  from?: ResolvedRule;
  to?: ResolvedRule;
  /** Whether the new rule reaches the case of itself: a later one of higher rank, not one of equal rank. */
  prevails: boolean;
  /** The clause by which it prevails, or that brings the change. */
  because?: Citation;
}

export type SnapshotDifference = { same: true } | { same: false; changed: RuleChange[]; prevails: boolean };

const rankOrder: Rank[] = ['state', 'region', 'city', 'institution'];

/** What a case feels of a rule: its value, whether it can be displaced, and what stands under it. Not who is cited. */
function effect(rule: ResolvedRule | undefined): string {
  return rule ? canonicalJson([rule.value, rule.force, (rule.under ?? []).map((one) => one.value)]) : 'none';
}

/**
 * Whether the new rule prevails over the old one. Either the old one's document yields to later rules of higher rank
 * (then that clause says why), or the new one is mandatory, later and of higher rank. What a unit changes in its own
 * rules, and what its own issuer changes, never prevails.
 */
function prevailing(from: ResolvedRule, to: ResolvedRule): Citation | undefined {
  const yielding = to.prevailsOver?.find((one) => one.pack === from.source.pack);
  if (yielding) return yielding.cite;
  const newlyBeneath = mandatoryBeneath(from, to);
  if (newlyBeneath) return newlyBeneath;
  const higher = rankOrder.indexOf(to.source.rank) < rankOrder.indexOf(from.source.rank);
  return higher && to.force === 'mandatory' && to.from > from.from ? to.cite : undefined;
}

/**
 * A unit that adopts a stricter rule on the day a mandatory one of higher rank begins hides it: it then stands beneath
 * the unit's own. It prevails all the same over what the case stands on, where that is another value.
 */
function mandatoryBeneath(from: ResolvedRule, to: ResolvedRule): Citation | undefined {
  if (from.source.rank !== 'institution' || canonicalJson(from.value) === canonicalJson(to.value)) return undefined;
  const before = new Set((from.under ?? []).map(({ value, pack }) => canonicalJson([value, pack])));
  return (to.under ?? []).find(({ value, pack }) => !before.has(canonicalJson([value, pack])))?.cite;
}

/** What differs between the snapshot a case stands on and another of the same institution. */
export function compareSnapshots(pinned: RuleSnapshot, now: RuleSnapshot): SnapshotDifference {
  const changed: RuleChange[] = [];
  for (const key of ruleKeys) {
    const [from, to] = [pinned.rules[key] as ResolvedRule | undefined, now.rules[key] as ResolvedRule | undefined];
    if (effect(from) === effect(to)) continue;
    const by = from && to ? prevailing(from, to) : undefined;
    const because = by ?? to?.cite ?? from?.cite;
    changed.push({ key, ...(from && { from }), ...(to && { to }), prevails: Boolean(by), ...(because && { because }) });
  }
  return changed.length === 0 ? { same: true } : { same: false, changed, prevails: changed.some((one) => one.prevails) };
}

/** What moving a case to the next snapshot would touch. */
export interface TransitionPlan {
  fromHash: string;
  toHash: string;
  changed: RuleChange[];
  /** Steps whose acts read a changed key; those that a case has behind it stay as they were. */
  touches: Step[];
  /** Whether a published notice shows something that changes, so that the case needs a new one. */
  newNotice: boolean;
  /** Whether the case must not go on before it is moved. */
  prevails: boolean;
}

/** What a transition from `pinned` to `next` touches; decides nothing. */
export function planTransition(pinned: RuleSnapshot, next: RuleSnapshot): TransitionPlan {
  const difference = compareSnapshots(pinned, next);
  const changed = difference.same ? [] : difference.changed;
  return {
    fromHash: pinned.hash,
    toHash: next.hash,
    changed,
    touches: [...new Set(changed.flatMap((one) => keyTable[one.key].steps))],
    newNotice: changed.some((one) => keyTable[one.key].inNotice),
    prevails: !difference.same && difference.prevails,
  };
}
