/** Which rules apply to an institution on a date: one snapshot, and for every key why. */
import type { ResolvedRule, RuleKey, RuleSnapshot } from '../domain/rules.ts';
import { covers, inForce, type Candidate, type Outcome } from './candidates.ts';
import { compareSnapshots, type SnapshotDifference } from './compare.ts';
import { snapshotHash } from './hash.ts';
import { missingKeys, notYetUsed, ruleKeys } from './keys.ts';
import type { ResolveInput } from './schema.ts';
import { weigh } from './weigh.ts';

/** Thrown where a pinned snapshot is not what it says, or is another institution's. */
export class PinnedSnapshotBroken extends Error {
  readonly code = 'snapshot.broken';
  readonly zh = '案件所依据的规则快照与其哈希或单位不符';
  readonly en = 'The rule snapshot that the case stands on does not match its hash or its institution';
  constructor() {
    super('The rule snapshot that the case stands on does not match its hash or its institution');
    this.name = 'PinnedSnapshotBroken';
  }
}

function fresh(input: ResolveInput): RuleSnapshot {
  const { institution, on, packs, overlay } = input;
  const rules: RuleSnapshot['rules'] = {};
  const gaps: NonNullable<RuleSnapshot['gaps']> = {};
  for (const key of ruleKeys) {
    const { rule, gap } = weigh(key, input);
    // The table of rules is typed per key; a loop over keys cannot show that to the compiler.
    if (rule) (rules as Record<string, ResolvedRule>)[key] = rule;
    else if (gap && gap !== 'noSource') gaps[key] = gap;
  }
  const ownInForce =
    overlay && overlay.institutionId === institution.id && on >= overlay.from && (!overlay.until || on <= overlay.until);
  const body: Omit<RuleSnapshot, 'hash'> = {
    institutionId: institution.id,
    on,
    packs: packs
      .filter((pack) => covers(pack, institution) && inForce(pack, on))
      .map(({ id, version }) => ({ id, version }))
      .sort((a, b) => a.id.localeCompare(b.id)),
    overlayVersion: ownInForce ? overlay.version : 0,
    rules,
    ...(Object.keys(gaps).length > 0 && { gaps }),
  };
  return { hash: snapshotHash(body), ...body };
}

/**
 * The rules of the institution on the date. A key that nothing gives is absent (`valueOf` then throws RuleMissing with
 * the reason): there is no default. With `pinned`, the case stands on that snapshot whatever has changed since; use
 * `explain` to see what would be different. Throws PinnedSnapshotBroken if it was altered.
 */
export function resolve(input: ResolveInput): RuleSnapshot {
  const { pinned, institution } = input;
  if (!pinned) return fresh(input);
  if (pinned.institutionId !== institution.id || snapshotHash(pinned) !== pinned.hash) throw new PinnedSnapshotBroken();
  return pinned;
}

const reasons: Record<Outcome, readonly [string, string]> = {
  won: ['适用', 'applies'],
  combined: ['与其他依据一并适用', 'applies together with others'],
  under: ['仍是不可突破的底线', 'still stands underneath; nothing may fall below it'],
  displaced: ['默认值，被本单位规定替代', "a default, displaced by the unit's own rule"],
  lessStrict: ['另有更严的规定，满足它即满足本条', 'a stricter rule applies, and meeting it meets this'],
  lessSpecific: ['另有更贴近本单位的规定', 'a closer rule applies'],
  laxerThanLaw: ['比强制性规定宽，不适用', 'laxer than a mandatory rule, does not apply'],
  notRepeated: ['从高从新不重复', 'the higher, then the newer of the same issuer applies, never both'],
  yielded: ['从其规定：让位于上级后来的规定', 'gives way to a later rule of higher rank'],
  superseded: ['已被新文件替代', 'superseded by a newer document'],
  conflict: ['与另一强制性规定冲突', 'contradicts another mandatory rule'],
  draft: ['征求意见稿，仅供参考', 'a draft: informs, never binds'],
  notYet: ['尚未施行', 'not in force yet'],
  ended: ['已到期', 'has ended'],
  repealed: ['已废止', 'was repealed'],
};

/** Why one key has the value it has, or none. */
export interface KeyExplanation {
  key: RuleKey;
  rule?: ResolvedRule;
  gap?: NonNullable<RuleSnapshot['gaps']>[RuleKey];
  candidates: (Candidate & { zh: string; en: string })[];
}

export interface Explanation {
  snapshot: RuleSnapshot;
  keys: KeyExplanation[];
  /** Keys that an empowerment needs and nothing gives. */
  missing: RuleKey[];
  /** Keys of processes that do not run yet. */
  notYetUsed: RuleKey[];
  /** With a pinned snapshot: what is different today. */
  sincePinned?: SnapshotDifference;
}

/** Every key with every candidate and what became of it; resolves as of `on`, and compares with `pinned` if given. */
export function explain(input: ResolveInput): Explanation {
  const snapshot = fresh(input);
  const keys = ruleKeys.map((key): KeyExplanation => {
    const { rule, gap, candidates } = weigh(key, input);
    return {
      key,
      ...(rule && { rule }),
      ...(gap && { gap }),
      candidates: candidates.map((one) => {
        const { source: _source, named: _named, ...plain } = one as Candidate & { source?: unknown; named?: unknown };
        const [zh, en] = reasons[one.outcome ?? 'lessSpecific'];
        return { ...plain, zh, en };
      }),
    };
  });
  return {
    snapshot,
    keys,
    missing: missingKeys(snapshot),
    notYetUsed,
    ...(input.pinned && { sincePinned: compareSnapshots(input.pinned, snapshot) }),
  };
}
