/** Collects, for one key, every value that some source holds for the institution, and where each stands on the date. */
import type { Citation, Force, Rank, RuleKey, RuleValues } from '../domain/rules.ts';
import { addDays } from '../domain/time/index.ts';
import { earlier, lastDayOf } from './dates.ts';
import type { Institution, Overlay, Pack, PackEntry, ResolveInput } from './schema.ts';

/** What became of a candidate. Only `won` and `combined` made the value; `under` stands beneath it. */
export type Outcome =
  | 'won'
  | 'combined'
  | 'under'
  | 'displaced'
  | 'lessStrict'
  | 'lessSpecific'
  | 'laxerThanLaw'
  | 'notRepeated'
  | 'yielded'
  | 'superseded'
  | 'conflict'
  | 'draft'
  | 'notYet'
  | 'ended'
  | 'repealed';

/** One value that was considered. `value: null` is a repeal. */
export interface Candidate<K extends RuleKey = RuleKey> {
  pack: string;
  version: string;
  rank: Rank;
  value: RuleValues[K] | null;
  force: Force;
  cite: Citation;
  also?: Citation[];
  reading?: string;
  /** First and last day; a draft has neither. */
  from?: string;
  until?: string;
  outcome?: Outcome;
  /** The clause that displaced it. */
  by?: string;
}

/** A candidate in force, with what its pack says about others. */
export interface Live<K extends RuleKey = RuleKey> extends Candidate<K> {
  value: RuleValues[K];
  from: string;
  /** Whether its pack names its institutions, and so is closer than one that names kinds. */
  named: boolean;
  source?: Pack;
}

/** Whether the pack covers the institution, whatever the date. */
export function covers(pack: Pack, institution: Institution): boolean {
  const { places, kinds, institutions } = pack.scope;
  return (
    kinds.includes(institution.kind) &&
    (!places || places.includes(institution.place.province) || places.includes(institution.place.city)) &&
    (!institutions || institutions.includes(institution.name))
  );
}

/** Whether the pack is in force on the date. A draft never is. */
export function inForce(pack: Pack, on: string): boolean {
  if (pack.status === 'draft' || !pack.from || on < pack.from) return false;
  const last = lastDayOf(pack);
  return !last || on <= last;
}

function standing(from: string | undefined, until: string | undefined, repeals: boolean, on: string): Outcome | undefined {
  if (!from) return 'draft';
  if (on < from) return 'notYet';
  if (until && on > until) return 'ended';
  return repeals ? 'repealed' : undefined;
}

function meets(when: PackEntry['when'], institution: Institution): boolean {
  if (!when) return true;
  const { stateFounded = institution.stateFounded, kinds = [institution.kind] } = when;
  return stateFounded === institution.stateFounded && kinds.includes(institution.kind);
}

/** The entries of one key that hold for the institution, each with its days; a later one ends the one before it. */
function timeline<K extends RuleKey>(pack: Pack, key: K, institution: Institution): Candidate<K>[] {
  const all = pack.rules[key] ?? [];
  const mine = all.filter((one) => meets(one.when, institution));
  const last = lastDayOf(pack);
  const track = (one: PackEntry<K>): string => JSON.stringify(one.when ?? null);
  return mine.map((one) => {
    const from = one.from ?? pack.from;
    const next = mine
      .filter((other) => track(other) === track(one) && from && other.from && other.from > from)
      .map((other) => addDays(other.from as string, -1))
      .sort()[0];
    const until = earlier(earlier(one.until, next), last);
    const { value, force, cite, also, reading } = one;
    return {
      pack: pack.id,
      version: pack.version,
      rank: pack.rank,
      value,
      force,
      cite,
      ...(also && { also }),
      ...(reading && { reading }),
      ...(pack.status !== 'draft' && from && { from }),
      ...(until && { until }),
    };
  });
}

function overlayCandidate<K extends RuleKey>(overlay: Overlay, key: K): Live<K> | undefined {
  const entry = overlay.entries.find((one) => one.key === key);
  if (!entry) return undefined;
  return {
    pack: 'overlay',
    version: String(overlay.version),
    rank: 'institution',
    value: entry.value as RuleValues[K],
    force: entry.force ?? 'mandatory',
    cite: entry.cite,
    ...(entry.reading && { reading: entry.reading }),
    from: overlay.from,
    ...(overlay.until && { until: overlay.until }),
    named: true,
  };
}

/** Everything found for one key. */
export interface Found<K extends RuleKey> {
  /** Values of packs in force on the date. */
  live: Live<K>[];
  /** The unit's own value, if its overlay has one in force. */
  own?: Live<K>;
  /** Drafts, ends, repeals and what is yet to come. */
  idle: Candidate<K>[];
}

/** All candidates of one key, packs that cover the institution only. */
export function findCandidates<K extends RuleKey>(key: K, input: ResolveInput): Found<K> {
  const { institution, on, packs, overlay } = input;
  const found: Found<K> = { live: [], idle: [] };
  for (const pack of packs.filter((one) => covers(one, institution))) {
    for (const one of timeline(pack, key, institution)) {
      const outcome = standing(pack.status === 'draft' ? undefined : one.from, one.until, one.value === null, on);
      if (outcome) found.idle.push({ ...one, outcome });
      else found.live.push({ ...(one as Live<K>), named: Boolean(pack.scope.institutions), source: pack });
    }
  }
  const own = overlay && overlay.institutionId === institution.id ? overlayCandidate(overlay, key) : undefined;
  if (own) {
    const outcome = standing(own.from, own.until, false, on);
    if (outcome) found.idle.push({ ...own, outcome });
    else found.own = own;
  }
  return found;
}
