import { describe, expect, test } from '@jest/globals';
import type { RuleValues } from '../../../domain/rules.ts';
import { loadShippedPacks, type Pack } from '../../../policies/index.ts';
import { baotouInstitute, clauseOf, harbinUniversity, on, testPack } from './support.ts';

const packs = loadShippedPacks();
const share = (percent: number): RuleValues['distribution.rewardShare'] => ({
  bound: 'atLeast',
  percent,
  of: 'netIncomeOrEquity',
});

/** The shipped packs and an invented one with a share of its own. */
const withReward = (id: 't-region' | 't-city', from: string, percent: number, family?: string): Pack[] => [
  ...packs,
  testPack({
    id,
    from,
    scope: { kinds: ['institute'] },
    ...(family && { family }),
    rules: { 'distribution.rewardShare': [{ value: share(percent), force: 'default' }] },
  }),
];

/** The shipped packs and an invented mandatory price window of 10 days from 2027-01-01. */
const withWindow = (id: 't-state' | 't-region'): Pack[] => [
  ...packs,
  testPack({
    id,
    from: '2027-01-01',
    rules: { 'publicity.price': [{ value: { bound: 'atLeast', n: 10, unit: 'calendarDay' }, force: 'mandatory' }] },
  }),
];

const clause = (from: string): string | undefined =>
  clauseOf(on('2027-01-01', baotouInstitute, undefined, withReward('t-region', from, 60)), 'distribution.rewardShare');

const percent = (n: number): number | undefined =>
  on('2027-01-01', baotouInstitute, undefined, withReward('t-city', '2027-01-01', n, 'baotou')).rules['distribution.rewardShare']
    ?.value.percent;

const days = (day: string, id: 't-state' | 't-region'): number | undefined =>
  on(day, harbinUniversity, undefined, withWindow(id)).rules['publicity.price']?.value.n;

describe('what later rules do to the shipped documents', () => {
  test('a regional 60 % of 2027-01-01 prevails over the 80 % of Baotou from that day (bt-149.z3)', () => {
    const later = withReward('t-region', '2027-01-01', 60);
    expect(on('2026-12-31', baotouInstitute, undefined, later).rules['distribution.rewardShare']?.value).toEqual(share(80));
    expect(on('2027-01-01', baotouInstitute, undefined, later).rules['distribution.rewardShare']).toMatchObject({
      value: share(60),
      prevailsOver: [{ pack: 'bt-149', cite: { clause: 'bt-149.z3' } }],
    });
  });

  test('a regional 60 % of 2023-12-17 is no later than bt-149 and does not prevail; one of 2023-12-18 does', () => {
    expect([clause('2023-12-17'), clause('2023-12-18')]).toEqual(['bt-149.8a', 't-region.1']);
  });

  test("another of Baotou's own measures counts from 2027-01-01 if it gives 85 %, and not if it gives 75 % (bt-149.z1)", () => {
    expect([percent(75), percent(80), percent(85)]).toEqual([80, 80, 85]);
  });

  test('a national change of 2027-01-01 prevails in Heilongjiang, a provincial one does not (hlj.z2)', () => {
    expect([days('2026-12-31', 't-state'), days('2027-01-01', 't-state'), days('2027-01-01', 't-region')]).toEqual([15, 10, 15]);
  });
});
