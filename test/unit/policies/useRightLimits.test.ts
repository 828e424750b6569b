import { describe, expect, test } from '@jest/globals';
import type { RuleKey, RuleValues } from '../../../domain/rules.ts';
import { loadShippedPacks, parseOverlay, validateOverlay, type Institution } from '../../../policies/index.ts';
import { baotouInstitute, hohhotUniversity, overlayWith, pilotUniversity } from './support.ts';

const packs = loadShippedPacks();
const conditions: RuleValues['renewal.conditions'] = ['agreementKept', 'progressMade', 'incomeGood'];

function codes(institution: Institution, key: RuleKey, value: unknown, rest: { from?: string; reading?: string } = {}): string[] {
  const overlay = overlayWith(institution, { [key]: value }, rest);
  return validateOverlay(overlay, institution, packs).errors.map((one) => one.code);
}

describe('what an overlay may say of a use right and its renewal', () => {
  test.each<[string, Institution, RuleKey, unknown, string | undefined]>([
    [
      'two of the three conditions in Baotou (bt-149.2b)',
      baotouInstitute,
      'renewal.conditions',
      conditions.slice(1),
      'overlay.laxer',
    ],
    ['the three conditions in Baotou (bt-149.2b)', baotouInstitute, 'renewal.conditions', conditions, undefined],
    [
      'the three conditions in Hohhot, where no document gives them',
      hohhotUniversity,
      'renewal.conditions',
      conditions,
      'overlay.readingMissing',
    ],
    ['a report every 12 months', hohhotUniversity, 'useRight.report.every', { bound: 'atMost', n: 12, unit: 'month' }, undefined],
    [
      'a report every 365 days, which would drift',
      hohhotUniversity,
      'useRight.report.every',
      { bound: 'atMost', n: 365, unit: 'calendarDay' },
      'overlay.badValue',
    ],
    [
      'at most 30 days to make good a breach',
      hohhotUniversity,
      'useRight.breach.cure',
      { bound: 'atMost', n: 30, unit: 'calendarDay' },
      'overlay.badValue',
    ],
    [
      'at least 30 days to make good a breach',
      hohhotUniversity,
      'useRight.breach.cure',
      { bound: 'atLeast', n: 30, unit: 'calendarDay' },
      undefined,
    ],
    [
      'an opening counted back in working days',
      hohhotUniversity,
      'renewal.opens',
      { bound: 'atLeast', n: 60, unit: 'workingDay' },
      'overlay.badValue',
    ],
    ['renewals of at least 5 and at most 4 years', hohhotUniversity, 'renewal.years', { least: 5, most: 4 }, 'overlay.badValue'],
    ['renewals of 5 years', hohhotUniversity, 'renewal.years', { least: 5, most: 5 }, undefined],
    ['renewals of no year', hohhotUniversity, 'renewal.years', { least: 0, most: 5 }, 'overlay.badValue'],
    ['a right cut down to its protection', hohhotUniversity, 'empowerment.useRight.shortProtection', 'termToExpiry', undefined],
    [
      'a right that outlives its protection',
      hohhotUniversity,
      'empowerment.useRight.shortProtection',
      'ignore',
      'overlay.badValue',
    ],
  ])('%s', (_title, institution, key, value, expected) => {
    expect(codes(institution, key, value)).toEqual(expected ? [expected] : []);
  });

  test('a pilot unit could drop none of the three conditions while the pilot ran (nm-pilot.3.2c)', () => {
    expect(codes(pilotUniversity, 'renewal.conditions', conditions.slice(0, 2), { from: '2022-01-01' })).toContain(
      'overlay.laxer',
    );
  });

  test.each<[RuleValues['renewal.opens'], RuleValues['renewal.opens'], boolean]>([
    [{ bound: 'atLeast', n: 12, unit: 'month' }, { bound: 'atLeast', n: 11, unit: 'month' }, true],
    [{ bound: 'atLeast', n: 12, unit: 'month' }, { bound: 'atLeast', n: 12, unit: 'month' }, false],
    [{ bound: 'atLeast', n: 1, unit: 'month' }, { bound: 'atLeast', n: 27, unit: 'calendarDay' }, true],
    // A month may be no longer than that.
    [{ bound: 'atLeast', n: 1, unit: 'month' }, { bound: 'atLeast', n: 28, unit: 'calendarDay' }, false],
    [{ bound: 'atLeast', n: 1, unit: 'year' }, { bound: 'atLeast', n: 11, unit: 'month' }, true],
    [{ bound: 'atLeast', n: 1, unit: 'year' }, { bound: 'atLeast', n: 12, unit: 'month' }, false],
  ])('an opening %j and a closing %j before the end leave a day to apply on: %s', (opens, closes, left) => {
    const overlay = overlayWith(hohhotUniversity, { 'renewal.opens': opens, 'renewal.closes': closes });
    expect(parseOverlay(overlay).ok).toBe(left);
  });

  test('whoever grants use rights is told what is still missing for their time', () => {
    const { missing } = validateOverlay(overlayWith(hohhotUniversity, {}), hohhotUniversity, packs);
    expect(missing).toEqual(
      expect.arrayContaining([
        'empowerment.useRight.shortProtection',
        'useRight.report.every',
        'useRight.breach.cure',
        'renewal.conditions',
        'renewal.opens',
        'renewal.years',
        'renewal.decidedBy',
      ]),
    );
    // These are an institution's to have or not.
    for (const key of ['renewal.closes', 'renewal.publicity', 'renewal.holdover']) expect(missing).not.toContain(key);
  });
});
