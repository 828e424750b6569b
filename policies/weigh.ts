/**
 * Decides one key. In this order:
 *  1. a pack that another one in force supersedes is out;
 *  2. among measures of one family whose pack says so (bt-149.z1), the higher counts, then the newer, never both;
 *  3. a pack that yields to later rules of higher rank (bt-149.z3, hlj.z2) gives way to them;
 *  4. mandatory values of what remains must all be satisfied: by the strictest, or by all of a list together;
 *  5. the unit's own value displaces defaults, and counts unless it is laxer than what is mandatory (hlj.g16: earlier
 *     unit rules that contradict give way);
 *  6. without one, defaults apply where they are no laxer than what is mandatory: of floors and ceilings the
 *     strictest, of anything else the closest in rank.
 * Permissions are the exception to 4: documents permit independently, so what they permit adds up.
 */
import type { Citation, GapReason, ResolvedRule, RuleKey, RuleValues } from '../domain/rules.ts';
import { covers, findCandidates, inForce, type Candidate, type Live } from './candidates.ts';
import { scales, type Scale } from './scales.ts';
import type { Pack, ResolveInput } from './schema.ts';

/** One key decided: its value or why there is none, and everything that was considered. */
export interface Weighed<K extends RuleKey = RuleKey> {
  key: K;
  rule?: ResolvedRule<K>;
  gap?: GapReason;
  candidates: Candidate<K>[];
}

type Displacements = Map<string, { pack: string; cite: Citation }[]>;

const rankOrder = ['state', 'region', 'city', 'institution'] as const;

/** Closest first: by rank, then packs that name their units, then the newer, then by id so that the order is total. */
function closest(a: Live, b: Live): number {
  return (
    rankOrder.indexOf(b.rank) - rankOrder.indexOf(a.rank) ||
    Number(b.named) - Number(a.named) ||
    b.from.localeCompare(a.from) ||
    a.pack.localeCompare(b.pack)
  );
}

function lose<K extends RuleKey>(one: Live<K>, outcome: Candidate['outcome'], by?: string): void {
  if (outcome) one.outcome = outcome;
  if (by) one.by = by;
}

/** Packs in force that cover the unit: what another one says of itself and others does not reach this unit. */
function speaking({ packs, institution, on }: ResolveInput): Pack[] {
  return packs.filter((pack) => covers(pack, institution) && inForce(pack, on));
}

function dropSuperseded<K extends RuleKey>(live: Live<K>[], input: ResolveInput): Live<K>[] {
  const out = new Set(speaking(input).flatMap((pack) => pack.supersedes ?? []));
  for (const one of live) if (out.has(one.pack)) lose(one, 'superseded');
  return live.filter((one) => !out.has(one.pack));
}

/**
 * 从高从新不重复. "Higher" means something of floors and ceilings only; of other values the newer counts, and what is
 * merely permitted repeats nothing. Mandatory and default values are weighed apart: a default must not push a mandatory
 * floor aside.
 */
function dropRepeated<K extends RuleKey>(live: Live<K>[], scale: Scale<RuleValues[K]>, input: ResolveInput): Live<K>[] {
  if (scale.adds) return live;
  const declared = speaking(input).flatMap((pack) => pack.notRepeatedWithin ?? []);
  const gone = new Set<Live<K>>();
  for (const { family, cite } of declared) {
    for (const force of ['mandatory', 'default'] as const) {
      const mine = live
        .filter((one) => one.source?.family === family && one.force === force)
        .sort((a, b) => b.from.localeCompare(a.from));
      const highest = mine.find((one) => mine.every((other) => scale.compare(one.value, other.value) !== 'laxer'));
      const best = (scale.bounds ? highest : undefined) ?? mine[0];
      for (const one of mine) {
        if (one === best) continue;
        lose(one, 'notRepeated', cite.clause);
        gone.add(one);
      }
    }
  }
  return live.filter((one) => !gone.has(one));
}

function dropYielding<K extends RuleKey>(live: Live<K>[], displacements: Displacements): Live<K>[] {
  return live.filter((one) => {
    const yields = one.source?.yieldsTo;
    const over = yields && live.find((other) => (yields.ranks as string[]).includes(other.rank) && other.from > one.from);
    if (!yields || !over) return true;
    lose(one, 'yielded', yields.cite.clause);
    displacements.set(over.pack, [...(displacements.get(over.pack) ?? []), { pack: one.pack, cite: yields.cite }]);
    return false;
  });
}

interface Chosen<K extends RuleKey> {
  value: RuleValues[K];
  /** The candidate that is cited. */
  lead: Live<K>;
  /** Others whose clauses the value rests on too. */
  with: Live<K>[];
}

/** The one value that satisfies all, cited from the closest candidate that holds it (or from the closest of all). */
function together<K extends RuleKey>(all: Live<K>[], scale: Scale<RuleValues[K]>): Chosen<K> | undefined {
  const sorted = [...all].sort(closest);
  const value = scale.combine(sorted.map((one) => one.value));
  const first = sorted[0];
  if (value === undefined || !first) return undefined;
  const lead = scale.adds ? undefined : sorted.find((one) => scale.compare(one.value, value) === 'same');
  return { value, lead: lead ?? first, with: lead ? [] : sorted.filter((one) => one !== first) };
}

/** Mandatory values that contradict each other: a pack that names its units is the exception; otherwise nothing decides. */
function mandatoryOf<K extends RuleKey>(all: Live<K>[], scale: Scale<RuleValues[K]>): Chosen<K> | undefined | 'conflict' {
  if (all.length === 0) return undefined;
  const chosen = together(all, scale);
  if (chosen) return chosen;
  const named = all.filter((one) => one.named);
  const special = !scale.bounds && named.length < all.length ? together(named, scale) : undefined;
  if (special) {
    for (const one of all) if (!one.named) lose(one, 'lessSpecific', special.lead.cite.clause);
    return special;
  }
  for (const one of all) lose(one, 'conflict');
  return 'conflict';
}

function defaultOf<K extends RuleKey>(all: Live<K>[], scale: Scale<RuleValues[K]>): Chosen<K> | undefined {
  const first = [...all].sort(closest)[0];
  if (!first) return undefined;
  return (scale.bounds ? together(all, scale) : undefined) ?? { value: first.value, lead: first, with: [] };
}

function build<K extends RuleKey>(key: K, chosen: Chosen<K>, under: Live<K>[], displacements: Displacements): ResolvedRule<K> {
  const { lead, value } = chosen;
  const also = [...(lead.also ?? []), ...chosen.with.flatMap((one) => [one.cite, ...(one.also ?? [])])];
  const readings = [...new Set([lead, ...chosen.with].flatMap((one) => one.reading ?? []))];
  const prevails = displacements.get(lead.pack);
  return {
    key,
    value,
    // What several documents permit is closed as soon as one of them closes it.
    force: [lead, ...chosen.with].some((one) => one.force === 'mandatory') ? 'mandatory' : 'default',
    cite: lead.cite,
    ...(readings.length > 0 && { reading: readings.join(' | ') }),
    source: { pack: lead.pack, version: lead.version, rank: lead.rank },
    from: lead.from,
    ...(also.length > 0 && { also }),
    ...(under.length > 0 && { under: under.map((one) => ({ value: one.value, cite: one.cite, pack: one.pack })) }),
    ...(prevails && { prevailsOver: prevails }),
  };
}

/** Writes down what became of everyone who did not win. */
function settle<K extends RuleKey>(live: Live<K>[], chosen: Chosen<K>, under: Live<K>[], bounds: boolean): void {
  for (const one of live) {
    if (one === chosen.lead) one.outcome = 'won';
    else if (chosen.with.includes(one)) one.outcome = 'combined';
    else if (under.includes(one)) lose(one, 'under', chosen.lead.cite.clause);
    else if (!one.outcome) {
      lose(
        one,
        chosen.lead.rank === 'institution' ? 'displaced' : bounds ? 'lessStrict' : 'lessSpecific',
        chosen.lead.cite.clause,
      );
    }
  }
}

/**
 * The unit's own value against what is mandatory; documents' permissions may be widened only where none is mandatory.
 * @clause hlj.g16
 */
function ownHolds<K extends RuleKey>(own: Live<K>, base: Chosen<K> | undefined, scale: Scale<RuleValues[K]>): boolean {
  return !base || ['same', 'stricter'].includes(scale.compare(own.value, base.value));
}

/** Mandatory and default values together: both must hold where they can, and where they cannot the default gives way. */
function withDefault<K extends RuleKey>(
  base: Chosen<K> | undefined,
  fallback: Chosen<K> | undefined,
  scale: Scale<RuleValues[K]>,
): Chosen<K> | undefined {
  if (!base || !fallback) return base ?? fallback;
  const value = scale.combine([base.value, fallback.value]);
  if (value === undefined || scale.compare(value, base.value) === 'same') return base;
  if (scale.compare(value, fallback.value) === 'same') return fallback;
  return { value, lead: base.lead, with: [...base.with, fallback.lead, ...fallback.with] };
}

/** What the documents alone make mandatory for a key, with everything that stands in it; used to judge overlays too. */
export function mandatoryBase<K extends RuleKey>(key: K, live: Live<K>[]): Chosen<K> | undefined | 'conflict' {
  const scale = scales[key] as Scale<RuleValues[K]>;
  const mandatory = live.filter((one) => one.force === 'mandatory');
  // What one document permits, another need not repeat; closed is the sum as soon as one of them closes it.
  return mandatoryOf(scale.adds && mandatory.length > 0 ? live : mandatory, scale);
}

/** What remains of the packs' values after supersession, 从高从新不重复 and yielding. */
export function binding<K extends RuleKey>(
  key: K,
  all: Live<K>[],
  input: ResolveInput,
  displacements: Displacements = new Map(),
): Live<K>[] {
  const scale = scales[key] as Scale<RuleValues[K]>;
  return dropYielding(dropRepeated(dropSuperseded(all, input), scale, input), displacements);
}

/** What a newer document superseded without replacing counts as repealed. */
function gapOf(candidates: Candidate[]): GapReason {
  const outcomes = candidates.map((one) => (one.outcome === 'superseded' ? 'repealed' : one.outcome));
  return (['repealed', 'ended', 'notYet'] as const).find((reason) => outcomes.includes(reason)) ?? 'noSource';
}

/** One key, decided. */
export function weigh<K extends RuleKey>(key: K, input: ResolveInput): Weighed<K> {
  const scale = scales[key] as Scale<RuleValues[K]>;
  const { live: all, own, idle } = findCandidates(key, input);
  const candidates = [...all, ...(own ? [own] : []), ...idle];
  const displacements: Displacements = new Map();
  const live = binding(key, all, input, displacements);
  const base = mandatoryBase(key, live);
  if (base === 'conflict') return { key, gap: 'conflict', candidates };

  let chosen: Chosen<K> | undefined;
  if (own && ownHolds(own, base, scale)) chosen = { value: own.value, lead: own, with: [] };
  else if (own && base) lose(own, 'laxerThanLaw', base.lead.cite.clause);
  if (!chosen) {
    const fallback = defaultOf(
      live.filter((one) => one.force === 'default'),
      scale,
    );
    chosen = scale.adds ? (base ?? together(live, scale)) : withDefault(base, fallback, scale);
  }
  if (!chosen) return { key, gap: gapOf(candidates), candidates };
  const winner = chosen;
  const under = live.filter(
    (one) => one.force === 'mandatory' && one !== winner.lead && !winner.with.includes(one) && !one.outcome,
  );
  settle([...live, ...(own ? [own] : [])], winner, under, scale.bounds);
  return { key, rule: build(key, winner, under, displacements), candidates };
}
