/** What the tests of the law share: units, fixtures, and the invented documents' register. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import {
  loadShippedPacks,
  packSetProblems,
  parsePack,
  registerFromYaml,
  resolve,
  type Institution,
  type Overlay,
  type Pack,
  type Parsed,
  type Register,
} from '../../../policies/index.ts';
import type { RuleKey, RuleSnapshot, RuleValues } from '../../../domain/rules.ts';

export const fixture = (path: string): string => readFileSync(new URL(`./fixtures/${path}`, import.meta.url), 'utf8');

export function good<T>(parsed: Parsed<T>): T {
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.value;
}

/** The register of the invented documents. */
export const testRegister: Register = good(registerFromYaml(fixture('register.yaml')));

/** Packs of a fixture file, checked one by one and together. */
export function fixturePacks(path: string): Pack[] {
  const packs = (parse(fixture(path)) as unknown[]).map((raw) => good(parsePack(raw, testRegister)));
  const problems = packSetProblems(packs);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return packs;
}

interface TestPack extends Omit<Partial<Pack>, 'rules'> {
  id: 't-state' | 't-region' | 't-region-new' | 't-city' | 't-city-new' | 't-unit';
  rules: Partial<Record<RuleKey, { value: unknown; force: 'mandatory' | 'default'; from?: string; until?: string }[]>>;
}

/** An invented document for universities of Baotou and above; in force from 2024-01-01 unless said otherwise. */
export function testPack({ id, rules, ...rest }: TestPack): Pack {
  const rank = id.startsWith('t-state') ? 'state' : id.startsWith('t-region') ? 'region' : 'city';
  const cited = Object.fromEntries(
    Object.entries(rules).map(([key, all]) => [
      key,
      all.map((one) => ({ ...one, cite: { clause: `${id}.1`, phrase: '不低于若干' } })),
    ]),
  );
  const dates = rest.status === 'draft' ? {} : { from: '2024-01-01' };
  const raw = {
    id,
    title: id,
    version: '1',
    rank,
    scope: { kinds: ['university'] },
    status: 'inForce',
    ...dates,
    ...rest,
    rules: cited,
  };
  return good(parsePack(raw, testRegister));
}

const unit = (id: string, name: string, kind: Institution['kind'], province: string, city: string): Institution => ({
  id,
  name,
  kind,
  place: { province, city },
  stateFounded: true,
});

export const hohhotUniversity = unit('u1', '某大学', 'university', '150000', '150100');
export const hohhotInstitute = unit('i1', '某研究院', 'institute', '150000', '150100');
export const baotouUniversity = unit('u2', '某包头大学', 'university', '150000', '150200');
export const baotouInstitute = unit('i2', '某包头研究院', 'institute', '150000', '150200');
export const harbinUniversity = unit('u3', '某哈尔滨大学', 'university', '230000', '230100');
export const harbinInstitute = unit('i3', '某哈尔滨研究院', 'institute', '230000', '230100');
export const pilotUniversity = unit('p1', '内蒙古工业大学', 'university', '150000', '150100');
export const pilotInstitute = unit('p2', '内蒙古农牧业科学院', 'institute', '150000', '150100');

/** An overlay with just these entries, each citing an article of its own, in force from 2024-06-01. */
export function overlayWith(
  institution: Institution,
  values: { [K in RuleKey]?: RuleValues[K] },
  rest: Partial<Overlay> & { reading?: string; force?: 'mandatory' | 'default' } = {},
): Overlay {
  const { reading, force, ...head } = rest;
  const entries = Object.entries(values).map(([key, value], index) => ({
    key,
    value,
    ...(reading && { reading }),
    ...(force && { force }),
    cite: { clause: `overlay.${index + 1}`, phrase: '本单位规定' },
  }));
  return {
    institutionId: institution.id,
    version: 1,
    title: '示例办法',
    from: '2024-06-01',
    covers: [],
    ...head,
    entries: entries as Overlay['entries'],
  };
}

/** The rules of the unit on the day under the shipped packs, or others. */
export function on(
  day: string,
  institution: Institution,
  overlay?: Overlay,
  packs: readonly Pack[] = loadShippedPacks(),
): RuleSnapshot {
  return resolve({ institution, on: day, packs, overlay });
}

/** The clause that gives the key, or nothing. */
export const clauseOf = (snapshot: RuleSnapshot, key: RuleKey): string | undefined => snapshot.rules[key]?.cite.clause;
