/**
 * The path that lies before a case, as its applicants read it before they send anything, for each mode and road: the text,
 * and the JSON beside it. To write them anew after reading the difference: UPDATE_GOLDEN=1.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { toldPreview, type VotersTold } from '../../../api/preview.ts';
import { previewText, type Language } from '../../../api/previewText.ts';
import { preview, type Directory, type Preview } from '../../../domain/empowerment/preview.ts';
import type { SampleName } from '../../../policies/index.ts';
import { applicationOf, rolesOf, rulesOf, World, type Plan } from '../../unit/empowerment/world.ts';

const now = '2026-03-02T01:00:00.000Z';

/** The people of the tests with a name each; g3 is kin of an inventor. */
function directory(): Directory {
  const { people, bodies } = new World();
  const ids = [...Object.keys(people), 'reviewer1', 'reviewer2'];
  const roles: Directory['roles'] = {};
  const departments = ['research', 'finance', 'stateAssets', 'legal'];
  for (const personId of ids) for (const role of rolesOf(personId)) (roles[role] ??= []).push({ personId, departments });
  return { people, bodies, roles, relations: [['bo', 'g3']] };
}

const names = new Map(
  [...Object.values(directory().roles).flat(), ...Object.values(directory().bodies).flatMap((body) => body.members)].map(
    ({ personId }) => [personId, `${personId.toUpperCase()}某`] as const,
  ),
);

function previewOf(name: SampleName, plan: Plan): Preview {
  const world = new World();
  return preview(applicationOf(plan), rulesOf(name, '2026-03-02'), world.calendar, directory(), now);
}

const paths: Record<string, [SampleName, Plan]> = {
  coOwnership: ['hohhot-university', { mode: 'coOwnership' }],
  'fullOwnership-agreedIncome': ['harbin-university', { mode: 'fullOwnership', road: 'agreedIncome' }],
  'fullOwnership-saleOfRetainedShare': [
    'baotou-university',
    { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '300000000' },
  ],
  useRight: ['hohhot-university', { mode: 'useRight' }],
};

/** Equal to the file, or written to it. */
function golden(file: string, text: string): void {
  const url = new URL(file, import.meta.url);
  if (process.env['UPDATE_GOLDEN']) writeFileSync(url, text);
  expect(text).toBe(readFileSync(url, 'utf8'));
}

const text = (found: Preview, voters: VotersTold, language?: Language, ofInstitution = true): string =>
  previewText(toldPreview(found, voters, ofInstitution), names, language);

describe('the path before a case', () => {
  test.each(Object.keys(paths))('of %s, as text in both languages and as JSON', (path) => {
    const found = previewOf(...(paths[path] as [SampleName, Plan]));
    golden(`${path}.txt`, text(found, 'numbers'));
    golden(`${path}.json`, `${JSON.stringify(toldPreview(found, 'numbers', true), undefined, 2)}\n`);
  });

  test.each(['zh', 'en'] as const)('in %s has every label in that language alone', (language) => {
    const found = previewOf(...(paths['coOwnership'] as [SampleName, Plan]));
    golden(`coOwnership.${language}.txt`, text(found, 'all', language));
  });

  test('names no code of a step, role, body, department or unit', () => {
    for (const path of Object.values(paths)) {
      const words = text(previewOf(...path), 'all', 'zh').replaceAll(/「.*|[a-z]+-?\w*\.\w[\w.]*/g, '');
      expect(words.match(/\b[a-z]{2,}\w*/g) ?? []).toEqual([]);
    }
  });
});

describe('who may vote', () => {
  const found = previewOf('hohhot-university', { mode: 'coOwnership' });
  const assessed = (voters: VotersTold): object | undefined =>
    toldPreview(found, voters, true).steps.find(({ step }) => step === 'groupDecision')?.assessment;

  test('is told in numbers to applicants, by persons to the office, and with the reason to who may know it', () => {
    expect(assessed('numbers')).toEqual({ quorum: 5, enough: true, eligible: 6 });
    expect(assessed('interest')).toMatchObject({ barred: [{ personId: 'g3', bar: 'interest' }] });
    expect(assessed('all')).toMatchObject({ barred: [{ personId: 'g3', bar: 'related', through: 'bo' }] });
    expect(text(found, 'numbers')).not.toContain('回避');
  });

  test('who sits in the bodies is told to nobody outside the institution', () => {
    expect(text(found, 'numbers')).toContain('领导小组 / the leading group：G1某、G2某');
    expect(text(found, 'numbers', undefined, false)).not.toContain('G1某');
  });
});
