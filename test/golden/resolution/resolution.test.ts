/**
 * The whole of the law as it resolves from 2020 to 2031, written out: for each unit, every day on which something
 * changes, with the value, its force and its clauses. Whoever changes a pack, an overlay or the way they are weighed
 * sees here what it does to whom. To write the tables anew after reading the difference: UPDATE_GOLDEN=1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { ResolvedRule } from '../../../domain/rules.ts';
import {
  boundaries,
  loadSample,
  loadShippedPacks,
  resolve,
  ruleKeys,
  sampleNames,
  type Institution,
  type Overlay,
} from '../../../policies/index.ts';

const packs = loadShippedPacks();
const pilot = (id: string, name: string, kind: Institution['kind']): { institution: Institution; overlay?: Overlay } => ({
  institution: { id, name, kind, place: { province: '150000', city: '150100' }, stateFounded: true },
});

const units: Record<string, { institution: Institution; overlay?: Overlay }> = {
  ...Object.fromEntries(sampleNames.map((name) => [name, loadSample(name)])),
  // The two pilot units without any overlay: what the documents alone give them.
  'pilot-university': pilot('pilot-university', '内蒙古工业大学', 'university'),
  'pilot-institute': pilot('pilot-institute', '内蒙古农牧业科学院', 'institute'),
};

function line(rule: ResolvedRule): string {
  const clauses = [rule.cite, ...(rule.also ?? [])].map((one) => one.clause);
  const under = (rule.under ?? []).map((one) => `${one.cite.clause} ${JSON.stringify(one.value)}`);
  return [
    `${JSON.stringify(rule.value)}  ${rule.force}  ${[...new Set(clauses)].join(' ')}`,
    ...(rule.reading ? ['reading'] : []),
    ...(under.length > 0 ? [`over ${under.join(', ')}`] : []),
  ].join('  ');
}

/** One block for each day on which a key changes; in it only what changed since the block before. */
function table({ institution, overlay }: { institution: Institution; overlay?: Overlay }): string {
  const days = ['2020-01-01', ...boundaries(packs), ...(overlay ? [overlay.from] : [])];
  const blocks: string[] = [];
  let before: Record<string, string> = {};
  for (const on of [...new Set(days)].filter((day) => day >= '2020-01-01' && day <= '2031-12-31').sort()) {
    const snapshot = resolve({ institution, on, packs, overlay });
    const now = Object.fromEntries(
      ruleKeys.map((key) => {
        const rule = snapshot.rules[key] as ResolvedRule | undefined;
        return [key, rule ? line(rule) : `none (${snapshot.gaps?.[key] ?? 'noSource'})`];
      }),
    );
    const changed = ruleKeys.filter(
      (key) => now[key] !== before[key] && !(on === '2020-01-01' && now[key] === 'none (noSource)'),
    );
    if (changed.length > 0) {
      const head = `${on}  ${snapshot.packs.map((one) => `${one.id}@${one.version}`).join(' ')}  overlay ${snapshot.overlayVersion}`;
      blocks.push([head, ...changed.map((key) => `  ${key} = ${now[key]}`)].join('\n'));
    }
    before = now;
  }
  return `${blocks.join('\n\n')}\n`;
}

describe('how the law resolves from 2020-01-01 to 2031-12-31', () => {
  test.each(Object.keys(units))('%s has on every day the values of its table', (name) => {
    const file = new URL(`./${name}.txt`, import.meta.url);
    const found = table(units[name] as { institution: Institution });
    if (process.env['UPDATE_GOLDEN']) writeFileSync(file, found);
    expect(found).toBe(readFileSync(file, 'utf8'));
  });
});
