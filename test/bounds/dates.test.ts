import { describe, expect, test } from '@jest/globals';
import { RuleMissing, valueOf } from '../../domain/rules.ts';
import { explain, inForce, lastDayOf, loadShippedPacks, withDates, type Institution, type Pack } from '../../policies/index.ts';
import {
  baotouInstitute,
  baotouUniversity,
  clauseOf,
  harbinInstitute,
  harbinUniversity,
  hohhotInstitute,
  hohhotUniversity,
  on,
  overlayWith,
  pilotInstitute,
  pilotUniversity,
  testPack,
} from '../unit/policies/support.ts';

const packs = loadShippedPacks();
const packIds = (day: string, institution: Institution, of: readonly Pack[] = packs): string[] =>
  on(day, institution, undefined, of).packs.map(({ id }) => id);

/** Day before the first, first, last, day after the last; nothing where a pack has no end. */
const both: [string, string, string, string | undefined, string | undefined, Institution][] = [
  ['cn', '2015-09-30', '2015-10-01', undefined, undefined, harbinUniversity],
  ['nm-hei', '2020-12-31', '2021-01-01', undefined, undefined, hohhotUniversity],
  ['bt-149', '2023-12-16', '2023-12-17', undefined, undefined, baotouInstitute],
  ['nm-pilot', '2020-11-30', '2020-12-01', '2023-12-31', '2024-01-01', pilotInstitute],
  ['hlj', '2024-12-31', '2025-01-01', '2029-12-31', '2030-01-01', harbinInstitute],
];

describe('both sides of every date of every pack', () => {
  test.each(both)(
    '%s is not in force on %s and is on %s; its last day is %s, and %s is after it',
    (id, before, first, last, after, institution) => {
      expect(packIds(before, institution)).not.toContain(id);
      expect(packIds(first, institution)).toContain(id);
      const pack = packs.find((one) => one.id === id) as Pack;
      expect(lastDayOf(pack)).toBe(last);
      if (last && after) {
        expect(packIds(last, institution)).toContain(id);
        expect(packIds(after, institution)).not.toContain(id);
      } else {
        expect(packIds('2099-12-31', institution)).toContain(id);
      }
    },
  );

  test('every shipped pack stands in that table, save the draft, which is in force on no day', () => {
    const dated = packs.filter((one) => one.status !== 'draft').map((one) => one.id);
    expect(both.map(([id]) => id).toSorted()).toEqual(dated.toSorted());
    const draft = packs.find((one) => one.id === 'nm-tts') as Pack;
    expect(['2020-01-01', '2025-12-31', '2099-12-31'].some((day) => inForce(draft, day))).toBe(false);
  });

  test('the national ceiling on departure begins on 2019-12-27, later than its pack', () => {
    expect(on('2019-12-26', harbinUniversity).gaps?.['departure.term']).toBe('notYet');
    expect(valueOf(on('2019-12-27', harbinUniversity), 'departure.term')).toEqual({ bound: 'atMost', n: 3, unit: 'year' });
  });
});

describe('dates that the text leaves open', () => {
  test('bt-149 counted with its day of issue (bt-149.z2) is in force on 2023-12-16, and not on 2023-12-15', () => {
    const earlier = withDates(packs, { 'bt-149': '2023-12-16' });
    expect(packIds('2023-12-15', baotouInstitute, earlier)).not.toContain('bt-149');
    expect(packIds('2023-12-16', baotouInstitute, earlier)).toContain('bt-149');
    expect(packIds('2023-12-16', baotouInstitute)).not.toContain('bt-149');
  });

  test('bt-149 can take no third date, and cn none at all, since its date stands in the text', () => {
    expect(() => withDates(packs, { 'bt-149': '2023-12-18' })).toThrow('packs.datesFixed');
    expect(() => withDates(packs, { cn: '2016-01-01' })).toThrow('packs.datesFixed');
    expect(() => withDates(packs, { 'nm-hei': '2021-02-30' })).toThrow('packs.datesFixed');
  });

  test('nm-hei moved to 2021-09-01 takes its values along, and the snapshot shows the edited date', () => {
    const moved = withDates(packs, { 'nm-hei': '2021-09-01' });
    expect(clauseOf(on('2021-08-31', hohhotUniversity, undefined, moved), 'publicity.coOwnership')).toBeUndefined();
    const first = on('2021-09-01', hohhotUniversity, undefined, moved);
    expect(clauseOf(first, 'publicity.coOwnership')).toBe('nm-hei.8e');
    expect(first.packs).toContainEqual({ id: 'nm-hei', version: '1@2021-09-01' });
  });

  test('hlj moved to 2025-07-10 ends on 2030-07-09, five years being full (hlj.z1)', () => {
    const moved = withDates(packs, { hlj: '2025-07-10' });
    expect(packIds('2025-07-09', harbinUniversity, moved)).not.toContain('hlj');
    expect(packIds('2025-07-10', harbinUniversity, moved)).toContain('hlj');
    expect(packIds('2030-07-09', harbinUniversity, moved)).toContain('hlj');
    expect(packIds('2030-07-10', harbinUniversity, moved)).not.toContain('hlj');
  });
});

describe('values within a pack', () => {
  const rising = testPack({
    id: 't-region',
    rules: {
      'distribution.rewardShare': [
        { value: { bound: 'atLeast', percent: 60, of: 'netIncomeOrEquity' }, force: 'default' },
        { from: '2025-03-01', value: { bound: 'atLeast', percent: 70, of: 'netIncomeOrEquity' }, force: 'default' },
        { from: '2026-03-01', value: null, force: 'default' },
        {
          from: '2027-03-01',
          until: '2027-12-31',
          value: { bound: 'atLeast', percent: 65, of: 'netIncomeOrEquity' },
          force: 'default',
        },
      ],
    },
  });
  const percent = (day: string): number | undefined =>
    on(day, hohhotUniversity, undefined, [rising]).rules['distribution.rewardShare']?.value.percent;
  const gap = (day: string): string | undefined =>
    on(day, hohhotUniversity, undefined, [rising]).gaps?.['distribution.rewardShare'];

  test.each([
    ['2023-12-31', undefined, 'notYet'],
    ['2024-01-01', 60, undefined],
    ['2025-02-28', 60, undefined],
    ['2025-03-01', 70, undefined],
    ['2026-02-28', 70, undefined],
    ['2026-03-01', undefined, 'repealed'],
    ['2027-02-28', undefined, 'repealed'],
    ['2027-03-01', 65, undefined],
    ['2027-12-31', 65, undefined],
    ['2028-01-01', undefined, 'ended'],
  ])('on %s it is %s (%s)', (day, value, reason) => {
    expect(percent(day)).toBe(value);
    expect(gap(day)).toBe(reason);
  });

  test.each([
    ['2020-12-31', 'notYet', hohhotUniversity, 'publicity.coOwnership'],
    ['2030-01-01', 'ended', harbinUniversity, 'publicity.price'],
    ['2026-03-01', 'noSource', baotouInstitute, 'publicity.price'],
    ['2026-03-01', 'noSource', harbinUniversity, 'publicity.fullOwnership'],
  ] as const)('on %s a reader gets RuleMissing (%s), never a default', (day, reason, institution, key) => {
    const snapshot = on(day, institution);
    expect(() => valueOf(snapshot, key)).toThrow(RuleMissing);
    try {
      valueOf(snapshot, key);
    } catch (error) {
      expect(error).toMatchObject({ key, reason, code: 'rule.missing' });
    }
  });

  test('an overlay counts from its first day, 2024-06-01, to its last, 2025-05-31, and not beside them', () => {
    const overlay = overlayWith(
      baotouInstitute,
      { 'objection.handling': { bound: 'atMost', n: 10, unit: 'workingDay' } },
      { until: '2025-05-31' },
    );
    const at = (day: string): [string | undefined, number] => {
      const snapshot = on(day, baotouInstitute, overlay);
      return [clauseOf(snapshot, 'objection.handling'), snapshot.overlayVersion];
    };
    expect(at('2024-05-31')).toEqual([undefined, 0]);
    expect(at('2024-06-01')).toEqual(['overlay.1', 1]);
    expect(at('2025-05-31')).toEqual(['overlay.1', 1]);
    expect(at('2025-06-01')).toEqual([undefined, 0]);
  });
});

describe('who is covered on 2023-06-01 and on 2026-03-01', () => {
  test.each([
    ['2023-06-01', 'a university in Hohhot', hohhotUniversity, ['cn', 'nm-hei']],
    ['2023-06-01', 'an institute in Hohhot', hohhotInstitute, ['cn']],
    ['2023-06-01', 'the pilot university', pilotUniversity, ['cn', 'nm-hei', 'nm-pilot']],
    ['2023-06-01', 'the pilot institute, not being a university,', pilotInstitute, ['cn', 'nm-pilot']],
    ['2026-03-01', 'the pilot university, the pilot being over,', pilotUniversity, ['cn', 'nm-hei']],
    ['2026-03-01', 'a university in Baotou', baotouUniversity, ['bt-149', 'cn', 'nm-hei']],
    ['2026-03-01', 'an institute in Baotou', baotouInstitute, ['bt-149', 'cn']],
    ['2026-03-01', 'a university in Harbin', harbinUniversity, ['cn', 'hlj']],
    ['2026-03-01', 'an institute in Harbin', harbinInstitute, ['cn', 'hlj']],
  ])('on %s %s is under %s', (day, _who, institution, ids) => {
    expect(packIds(day, institution)).toEqual(ids);
  });

  test('a value that was not yet, has ended or is a draft is shown by explain, with that reason', () => {
    const key = explain({ institution: hohhotUniversity, on: '2026-03-01', packs }).keys.find(
      (one) => one.key === 'pricing.channels',
    );
    expect(key?.candidates.map((one) => [one.pack, one.outcome])).toEqual([
      ['cn', 'won'],
      ['nm-tts', 'draft'],
    ]);
    const before = explain({ institution: hohhotUniversity, on: '2020-12-31', packs }).keys.find(
      (one) => one.key === 'publicity.price',
    );
    expect(before).toMatchObject({ gap: 'notYet', candidates: [{ pack: 'nm-hei', outcome: 'notYet', zh: '尚未施行' }] });
  });
});
