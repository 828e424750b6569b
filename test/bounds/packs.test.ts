/**
 * The bounds of every number in the packs, computed from the packs themselves: an overlay one unit below, at and above each.
 * A new number is tested as soon as a pack gives it, and one of which nobody said what it bounds fails.
 */
import { describe, expect, test } from '@jest/globals';
import type { RuleKey } from '../../domain/rules.ts';
import {
  findCandidates,
  institutionKinds,
  loadShippedPacks,
  parseOverlay,
  resolve,
  validateOverlay,
  type Institution,
  type Overlay,
  type Pack,
  type PackEntry,
} from '../../policies/index.ts';
import { around, at, exampleOf, numbersIn, numericKeys, withNumber, type Place } from '../unit/policies/numbers.ts';
import { overlayWith } from '../unit/policies/support.ts';

type Bounds = 'floor' | 'ceiling' | 'fixed';

/** What numbers bound that do not stand beside a `bound` of their own. */
const said: Record<string, Bounds> = {
  // For at least so many years in a row (cn.conversion.45.1, bt-149.6).
  'distribution.ownImplementation years': 'floor',
  // The amount from which a project counts as a regional one is the region's, neither to be raised nor lowered (nm-hei.3a).
  'horizontal.keyProject projectFen': 'fixed',
  'horizontal.keyProject yearFen': 'fixed',
};

function boundOf(key: RuleKey, value: unknown, place: Place): Bounds | undefined {
  const { bound } = (place === '' ? {} : around(value, place)) as { bound?: string };
  if (bound === 'atLeast') return 'floor';
  return bound === 'atMost' ? 'ceiling' : said[`${key} ${place}`];
}

interface Limit {
  pack: Pack;
  key: RuleKey;
  entry: PackEntry;
  place: Place;
  n: number;
}

const limits: Limit[] = loadShippedPacks()
  .filter(({ status }) => status !== 'draft')
  .flatMap((pack) =>
    (Object.entries(pack.rules) as [RuleKey, PackEntry[]][]).flatMap(([key, entries]) =>
      entries.flatMap((entry) =>
        numbersIn(entry.value).map((place) => ({ pack, key, entry, place, n: at(entry.value, place) as number })),
      ),
    ),
  );

/** A city where one is named, else the first city of the province, else somewhere. */
function placeOf([code = '150000']: string[] = []): Institution['place'] {
  const province = `${code.slice(0, 2)}0000`;
  return { province, city: code === province ? `${code.slice(0, 2)}0100` : code };
}

/** A unit that this entry alone binds on its first day; beside a mandatory one its pack may have a default for others. */
function unitUnder({ pack, key, entry }: Limit): { institution: Institution; on: string } {
  const on = entry.from ?? pack.from ?? '';
  const { places, institutions } = pack.scope;
  for (const kind of institutionKinds)
    for (const stateFounded of [true, false]) {
      const institution = { id: 'unit', name: institutions?.[0] ?? '某单位', kind, place: placeOf(places), stateFounded };
      const { live } = findCandidates(key, { institution, on, packs: [pack] });
      const others = live.filter((one) => one.cite !== entry.cite);
      if (others.length < live.length && others.every(({ force }) => force === 'default' && entry.force === 'mandatory'))
        return { institution, on };
    }
  throw new Error(`No unit falls under ${entry.cite.clause} alone`);
}

/** What becomes of an overlay with this number, and which value then rules. */
function outcome(limit: Limit, n: number): { codes: string[]; clause: string | undefined; ruling: unknown; under: unknown } {
  const { pack, key, entry, place } = limit;
  const { institution, on } = unitUnder(limit);
  const values = { [key]: withNumber(entry.value, place, n) };
  const overlay = overlayWith(institution, values, { from: on, until: on, reading: '本单位的理解' });
  const { errors } = validateOverlay(overlay, institution, [pack]);
  const rule = resolve({ institution, on, packs: [pack], overlay }).rules[key];
  return {
    codes: errors.map(({ code }) => code),
    clause: errors.find(({ en }) => en.includes(`(${entry.cite.clause},`)) && entry.cite.clause,
    ruling: rule && [rule.source.pack, at(rule.value, place)],
    under: rule?.under?.map((one) => one.cite.clause),
  };
}

/** The code with which a number so far from a mandatory one is turned away, or nothing. */
function refusalOf(bound: Bounds, step: number): string | undefined {
  if (step === 0) return undefined;
  if (bound === 'fixed') return 'overlay.contradicts';
  return step < 0 === (bound === 'floor') ? 'overlay.laxer' : undefined;
}

describe('the numbers that the packs give', () => {
  test('all say what they bound, and nothing is said of a number that no pack gives', () => {
    expect(limits.filter(({ key, entry, place }) => !boundOf(key, entry.value, place)).map(({ key }) => key)).toEqual([]);
    const given = new Set(limits.map(({ key, place }) => `${key} ${place}`));
    expect(Object.keys(said).filter((one) => !given.has(one))).toEqual([]);
  });

  const rows = limits.flatMap((limit) =>
    [-1, 0, 1].map((step) => {
      const { key, entry, place, n } = limit;
      return [entry.cite.clause, entry.force, key, place, n + step, { limit, step }] as const;
    }),
  );

  test.each(rows)('%s (%s), %s %s: an overlay of %d', (clause, force, key, place, n, { limit, step }) => {
    const { pack, entry } = limit;
    const bound = boundOf(key, entry.value, place);
    if (!bound) throw new Error(`Nobody says what ${key} ${place} bounds`);
    const code = force === 'mandatory' ? refusalOf(bound, step) : undefined;
    expect(outcome(limit, n)).toEqual(
      code
        ? // The law stands, and the refusal says which clause.
          { codes: [code], clause, ruling: [pack.id, n - step], under: undefined }
        : { codes: [], clause: undefined, ruling: ['overlay', n], under: force === 'mandatory' ? [clause] : undefined },
    );
  });
});

type Quantity = { least: number; most?: number; whole: boolean };

const count: Quantity = { least: 1, whole: true };
const amount: Quantity = { least: 0, whole: true };
// Nothing is no share: the least is a hundredth above it, and the whole is the most.
const share: Quantity = { least: 0.01, most: 100, whole: false };

/** What kind of quantity stands at a place, by how the key and the place end. */
const quantities: [RegExp, Quantity][] = [
  [/\/(n|numerator|denominator)$|\.quorum$|reminderDays\/\*$|ownImplementation\/years$/, count],
  [/^renewal\.years\//, { ...count, most: 100 }],
  [/\/percent$/, share],
  [/Fen$|MonthsAfterOffice$/, amount],
];

const quantityOf = (key: RuleKey, place: Place): Quantity | undefined =>
  quantities.find(([end]) => end.test(place === '' ? key : `${key}/${place}`))?.[1];

/** Refused as a value of the key, whatever the law says. */
function refusedAsValue(key: RuleKey, value: unknown): boolean {
  const overlay: Overlay = overlayWith({ id: 'unit' } as Institution, { [key]: value });
  const parsed = parseOverlay(overlay);
  if (!parsed.ok) expect(parsed.problems.map(({ code }) => code)).toEqual(['overlay.badValue']);
  return !parsed.ok;
}

// One end as far from the other as can be, so that each meets its own bound alone.
const widest: Partial<Record<RuleKey, unknown>> = { 'renewal.years': { least: 1, most: 100 } };

describe('the numbers that an overlay may give', () => {
  const places = numericKeys.flatMap(({ key, places: all }) => all.map((place) => [key, place] as const));

  test.each(places)('%s %s: about the least that it can be, and about the most', (key, place) => {
    const example = widest[key] ?? exampleOf(key);
    const quantity = quantityOf(key, place);
    if (example === undefined || !quantity) throw new Error(`Nothing gives ${key}, or nobody says what kind of number it is`);
    const refused = (n: number): boolean => refusedAsValue(key, withNumber(example, place.replace('*', '0'), n));
    const { least, most, whole } = quantity;
    const unit = whole ? 1 : least;
    expect([least - unit, least, least + unit].map(refused)).toEqual([true, false, false]);
    expect(refused(least + unit / 2)).toBe(whole);
    if (most !== undefined) expect([most - unit, most, most + unit].map(refused)).toEqual([false, false, true]);
  });

  test.each([
    ['decision.majority', 'numerator', 'denominator'],
    ['renewal.years', 'least', 'most'],
  ] as const)('%s: the %s up to the %s, and no further', (key, lower, upper) => {
    const example = exampleOf(key);
    const end = at(example, upper) as number;
    const refused = (n: number): boolean => refusedAsValue(key, withNumber(example, lower, n));
    expect([end - 1, end, end + 1].map(refused)).toEqual([false, false, true]);
  });
});
