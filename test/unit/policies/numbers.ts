/** The numbers in a rule's value: where they stand, how to write another in their place, and which keys have any. */
import { z } from 'zod';
import type { RuleKey } from '../../../domain/rules.ts';
import { loadSample, loadShippedPacks, ruleKeys, sampleNames, valueSchemas } from '../../../policies/index.ts';

/** Where a number stands in a value, as `share/percent`; a value that is a number itself has an empty path. */
export type Place = string;

const below = (place: Place, name: string): Place => (place === '' ? name : `${place}/${name}`);

/** Every number of a value. */
export function numbersIn(value: unknown, place: Place = ''): Place[] {
  if (typeof value === 'number') return [place];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => numbersIn(inner, below(place, name)));
}

const steps = (place: Place): string[] => (place === '' ? [] : place.split('/'));

/** What stands at the place. */
export const at = (value: unknown, place: Place): unknown =>
  steps(place).reduce((inner, step) => (inner as Record<string, unknown>)[step], value);

/** What the place stands in: `share` for `share/percent`. */
export const around = (value: unknown, place: Place): unknown => at(value, steps(place).slice(0, -1).join('/'));

/** The value with another number at the place. */
export function withNumber(value: unknown, place: Place, n: number): unknown {
  if (place === '') return n;
  const copy = structuredClone(value);
  (around(copy, place) as Record<string, number>)[steps(place).at(-1) ?? ''] = n;
  return copy;
}

interface JsonShape {
  type?: string;
  properties?: Record<string, JsonShape>;
  items?: JsonShape;
}

/** Every place at which the key's schema has a number; all of a list are one place, `*`. */
function numbersOf(shape: JsonShape, place: Place = ''): Place[] {
  if (shape.type === 'number' || shape.type === 'integer') return [place];
  const inner = Object.entries(shape.properties ?? {}).flatMap(([name, one]) => numbersOf(one, below(place, name)));
  return shape.items ? [...inner, ...numbersOf(shape.items, below(place, '*'))] : inner;
}

/** Every key whose value holds numbers, with their places. */
export const numericKeys: { key: RuleKey; places: Place[] }[] = ruleKeys
  .map((key) => ({ key, places: numbersOf(z.toJSONSchema(valueSchemas[key]) as JsonShape) }))
  .filter(({ places }) => places.length > 0);

/** Some value of the key that a pack or a sample gives; undefined where nothing gives one. */
export function exampleOf(key: RuleKey): unknown {
  const given = loadShippedPacks().flatMap((pack) => (pack.rules[key] ?? []).map(({ value }) => value as unknown));
  const own = sampleNames.flatMap((name) => loadSample(name).overlay.entries.filter((entry) => entry.key === key));
  return [...given, ...own.map(({ value }) => value as unknown)].find((value) => value !== null);
}
