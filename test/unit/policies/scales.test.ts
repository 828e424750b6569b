import { describe, expect, test } from '@jest/globals';
import type { Duration, Unit } from '../../../domain/rules.ts';
import { addDays, computeDeadline } from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';
import { compareDurations, ruleKeys, scales } from '../../../policies/index.ts';

const floor = (n: number, unit: Unit): Duration => ({ bound: 'atLeast', n, unit });
const ceiling = (n: number, unit: Unit): Duration => ({ bound: 'atMost', n, unit });

const last = (n: number, unit: Unit, start: string): string =>
  computeDeadline({ start, bound: 'atLeast', n, unit }, shippedCalendar).lastDay;

describe('which of two lengths is stricter', () => {
  test.each([
    [floor(14, 'calendarDay'), floor(15, 'calendarDay'), 'laxer'],
    [floor(15, 'calendarDay'), floor(15, 'calendarDay'), 'same'],
    [floor(16, 'calendarDay'), floor(15, 'calendarDay'), 'stricter'],
    [floor(15, 'workingDay'), floor(15, 'calendarDay'), 'stricter'],
    [floor(15, 'calendarDay'), floor(15, 'workingDay'), 'laxer'],
    [floor(14, 'workingDay'), floor(15, 'calendarDay'), 'incomparable'],
    [floor(15, 'calendarDay'), floor(14, 'workingDay'), 'incomparable'],
    [floor(30, 'calendarDay'), floor(15, 'workingDay'), 'incomparable'],
    [ceiling(15, 'calendarDay'), ceiling(15, 'workingDay'), 'stricter'],
    [ceiling(16, 'calendarDay'), ceiling(15, 'workingDay'), 'incomparable'],
    [ceiling(2, 'year'), ceiling(3, 'year'), 'stricter'],
    [ceiling(36, 'month'), ceiling(3, 'year'), 'same'],
    [ceiling(37, 'month'), ceiling(3, 'year'), 'laxer'],
    [floor(3650, 'calendarDay'), floor(10, 'year'), 'incomparable'],
    [floor(31, 'calendarDay'), floor(1, 'month'), 'incomparable'],
    [floor(15, 'calendarDay'), ceiling(15, 'calendarDay'), 'incomparable'],
  ])('%o against %o is %s', (a, b, expected) => {
    expect(compareDurations(a, b)).toBe(expected);
  });

  test('what is called stricter or the same never ends a floor earlier nor a ceiling later, on any start of 2025 and 2026', () => {
    const lengths = [1, 2, 5, 10, 14, 15, 16, 22].flatMap((n) =>
      (['workingDay', 'calendarDay'] as const).map((unit) => ({ n, unit })),
    );
    const starts = Array.from({ length: 650 }, (_, day) => addDays('2025-01-01', day));
    for (const bound of ['atLeast', 'atMost'] as const) {
      const ends = lengths.map((one) =>
        starts.map((start) => computeDeadline({ start, bound, ...one }, shippedCalendar).lastDay),
      );
      lengths.forEach((a, i) => {
        lengths.forEach((b, j) => {
          const found = compareDurations({ bound, ...a }, { bound, ...b });
          if (found !== 'stricter' && found !== 'same') return;
          const kept = starts.every((_, at) => {
            const [mine, other] = [ends[i]?.[at] ?? '', ends[j]?.[at] ?? ''];
            return bound === 'atLeast' ? mine >= other : mine <= other;
          });
          expect([bound, a, b, kept]).toEqual([bound, a, b, true]);
        });
      });
    }
  });

  test('whether 30 calendar days outlast 21 working days depends on the start, so nobody may call them stricter', () => {
    expect([last(30, 'calendarDay', '2026-03-02'), last(21, 'workingDay', '2026-03-02')]).toEqual(['2026-04-01', '2026-03-31']);
    expect(last(30, 'calendarDay', '2026-09-20') < last(21, 'workingDay', '2026-09-20')).toBe(true);
    expect(compareDurations(floor(30, 'calendarDay'), floor(21, 'workingDay'))).toBe('incomparable');
  });
});

describe('other scales', () => {
  test('a list of what must be there is stricter when longer, a list of what is allowed when shorter', () => {
    expect(scales['empowerment.conditions'].compare(['clearTitle', 'strongWill'], ['clearTitle'])).toBe('stricter');
    expect(scales['empowerment.modes'].compare(['useRight'], ['useRight', 'coOwnership'])).toBe('stricter');
    expect(scales['empowerment.modes'].compare(['fullOwnership'], ['useRight', 'coOwnership'])).toBe('incomparable');
  });

  test('barring a secret result is stricter than asking for approval first', () => {
    expect(scales['empowerment.secret'].compare('barred', 'approvalFirst')).toBe('stricter');
    expect(scales['empowerment.secret'].compare('approvalFirst', 'barred')).toBe('laxer');
  });

  test('exclusions that ask less but bar are neither stricter nor laxer, and together ask all and bar', () => {
    const scale = scales['empowerment.exclusions'];
    const a = { asked: ['nationalSecurity' as const], bars: true };
    const b = { asked: ['nationalSecurity' as const, 'publicSecurity' as const], bars: false };
    expect(scale.compare(a, b)).toBe('incomparable');
    expect(scale.combine([a, b])).toEqual({ asked: ['nationalSecurity', 'publicSecurity'], bars: true });
  });

  test('a share of another base is not comparable', () => {
    const scale = scales['distribution.rewardShare'];
    expect(
      scale.compare(
        { bound: 'atLeast', percent: 90, of: 'rewardTotal' },
        { bound: 'atLeast', percent: 5, of: 'conversionIncome' },
      ),
    ).toBe('incomparable');
  });

  test('every key has a scale', () => {
    expect(ruleKeys.filter((key) => !scales[key])).toEqual([]);
  });
});
