import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  addDays,
  addMonths,
  addYears,
  compareDates,
  compareInstants,
  dateOfInstant,
  dayOfWeek,
  daysBetween,
  endOfDay,
  instantMs,
  isDate,
  parseDate,
  startOfDay,
  timeOfInstant,
  TimeError,
  yearOf,
} from '../../../domain/time/index.ts';

/** The code of the TimeError that `act` throws. */
function codeOf(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return error instanceof TimeError ? error.code : String(error);
  }
  return undefined;
}

/** The date of a day number, by the platform's own UTC arithmetic. */
const iso = (day: number): string => new Date(day * 86_400_000).toISOString().slice(0, 10);

describe('dates that exist and dates that do not', () => {
  test.each(['2026-02-28', '2024-02-29', '2000-02-29', '1900-01-01', '2999-12-31'])('%s is a date', (text) => {
    expect(parseDate(text)).toBe(text);
    expect(isDate(text)).toBe(true);
  });

  test.each([
    ['2026-02-30', 'date.noSuchDay'],
    ['2026-02-29', 'date.noSuchDay'],
    ['2100-02-29', 'date.noSuchDay'],
    ['2026-13-01', 'date.noSuchDay'],
    ['2026-00-10', 'date.noSuchDay'],
    ['2026-04-31', 'date.noSuchDay'],
    ['2026-01-00', 'date.noSuchDay'],
    ['1899-12-31', 'date.outOfRange'],
    ['3000-01-01', 'date.outOfRange'],
    ['2026-2-3', 'date.malformed'],
    ['2026/02/03', 'date.malformed'],
    ['2026-02-03T00:00:00Z', 'date.malformed'],
    [' 2026-02-03', 'date.malformed'],
    ['2026-02-03\n', 'date.malformed'],
    ['', 'date.malformed'],
  ])('%j is refused with %s, never rolled to another day', (text, code) => {
    expect(codeOf(() => parseDate(text))).toBe(code);
    expect(isDate(text)).toBe(false);
  });

  test.each([undefined, null, 20_260_302, new Date(0)])('%p is not a date', (value) => {
    expect(isDate(value)).toBe(false);
    expect(codeOf(() => parseDate(value as unknown as string))).toBe('date.malformed');
  });

  test('an error says the same in Chinese and English', () => {
    const error = new TimeError('date.noSuchDay', '没有这一天', 'There is no such day');
    expect(error.message).toBe('没有这一天 / There is no such day');
  });
});

describe('arithmetic', () => {
  test.each([
    ['2024-02-28', 1, '2024-02-29'],
    ['2024-02-28', 2, '2024-03-01'],
    ['2025-12-31', 1, '2026-01-01'],
    ['2026-01-01', -1, '2025-12-31'],
    ['2026-03-01', 0, '2026-03-01'],
    ['2000-01-01', 36_525, '2100-01-01'],
  ])('%s and %i days is %s', (date, n, to) => {
    expect(addDays(date, n)).toBe(to);
    expect(daysBetween(date, to)).toBe(n);
  });

  test.each([
    ['2025-01-31', 1, '2025-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2025-12-31', 2, '2026-02-28'],
    ['2026-03-31', -1, '2026-02-28'],
    ['2026-01-15', -13, '2024-12-15'],
    ['2026-08-31', 6, '2027-02-28'],
  ])('%s and %i months is %s', (date, n, to) => {
    expect(addMonths(date, n)).toBe(to);
  });

  test('29 February 2024 and one year is 28 February 2025, and four years 29 February 2028', () => {
    expect(addYears('2024-02-29', 1)).toBe('2025-02-28');
    expect(addYears('2024-02-29', 4)).toBe('2028-02-29');
  });

  test('2026-03-02 is a Monday, 2026-03-01 a Sunday and 1900-01-01 a Monday', () => {
    expect([dayOfWeek('2026-03-02'), dayOfWeek('2026-03-01'), dayOfWeek('1900-01-01')]).toEqual([1, 7, 1]);
  });

  test('dates sort, and a date knows its year', () => {
    expect(['2026-10-01', '2025-12-31', '2026-02-01'].toSorted(compareDates)).toEqual(['2025-12-31', '2026-02-01', '2026-10-01']);
    expect(compareDates('2026-01-01', '2026-01-01')).toBe(0);
    expect(yearOf('2026-01-01')).toBe(2026);
  });

  test('half a day, and a result after the year 2999, are refused', () => {
    expect(codeOf(() => addDays('2026-01-01', 0.5))).toBe('number.notWhole');
    expect(codeOf(() => addMonths('2026-01-01', Number.NaN))).toBe('number.notWhole');
    expect(codeOf(() => addDays('2999-12-31', 1))).toBe('date.outOfRange');
    expect(codeOf(() => addYears('2000-01-01', -101))).toBe('date.outOfRange');
  });

  test('any date and any number of days agree with UTC Date arithmetic', () => {
    const someDay = fc.integer({ min: -25_000, max: 300_000 });
    fc.assert(
      fc.property(someDay, fc.integer({ min: -500, max: 40_000 }), (a, n) => {
        expect(addDays(iso(a), n)).toBe(iso(a + n));
        expect(dayOfWeek(iso(a)) % 7).toBe(new Date(a * 86_400_000).getUTCDay());
      }),
    );
  });
});

describe('instants in Asia/Shanghai', () => {
  test('2026-03-02 begins at 16:00 UTC of the day before and ends, exclusively, at 16:00 UTC of the day', () => {
    expect(startOfDay('2026-03-02')).toBe('2026-03-01T16:00:00.000Z');
    expect(endOfDay('2026-03-02')).toBe('2026-03-02T16:00:00.000Z');
    expect(endOfDay('2025-12-31')).toBe('2025-12-31T16:00:00.000Z');
  });

  test.each([
    ['2026-03-01T15:59:59.999Z', '2026-03-01'],
    ['2026-03-01T16:00:00.000Z', '2026-03-02'],
    ['2026-03-02T00:00+08:00', '2026-03-02'],
    ['2026-03-01T11:00:00-05:00', '2026-03-02'],
    ['2026-03-01T15:59:59.999999Z', '2026-03-01'],
    ['1999-12-31T16:00:00Z', '2000-01-01'],
  ])('%s falls on %s', (instant, date) => {
    expect(dateOfInstant(instant)).toBe(date);
    expect(timeOfInstant(instant).slice(0, 10)).toBe(date);
  });

  test('at midnight a clock in Beijing shows the day that begins', () => {
    expect(timeOfInstant(startOfDay('2026-03-02'))).toBe('2026-03-02 00:00:00');
    expect(timeOfInstant('2026-03-02T01:15:07.900Z')).toBe('2026-03-02 09:15:07');
  });

  test.each([
    '2026-03-01',
    '2026-03-01T16:00:00',
    '2026-03-01 16:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T16:60:00Z',
    '2026-03-01T16:00:60Z',
    '2026-03-01T16:00:00+15:00',
    'tomorrow',
  ])('%s is refused as an instant', (text) => {
    expect(codeOf(() => instantMs(text))).toBe('instant.malformed');
  });

  test('2026-02-30T00:00:00Z is no instant, because there is no such day', () => {
    expect(codeOf(() => instantMs('2026-02-30T00:00:00Z'))).toBe('date.noSuchDay');
  });

  test('days and instants before 2000 are refused, for the zone once kept summer time', () => {
    expect(codeOf(() => startOfDay('1999-12-31'))).toBe('instant.outOfRange');
    expect(codeOf(() => dateOfInstant('1999-12-31T15:59:59Z'))).toBe('instant.outOfRange');
    expect(startOfDay('2000-01-01')).toBe('1999-12-31T16:00:00.000Z');
  });

  test('one moment written in two zones is one moment', () => {
    expect(compareInstants('2026-03-02T00:00:00+08:00', '2026-03-01T16:00:00Z')).toBe(0);
    expect(compareInstants('2026-03-01T15:59:59Z', '2026-03-01T16:00:00.000Z')).toBeLessThan(0);
  });

  test('every day from 2000 to 2200 has 24 hours, contains its start and not its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 73_000 }), (n) => {
        const date = addDays('2000-01-01', n);
        expect(instantMs(endOfDay(date)) - instantMs(startOfDay(date))).toBe(86_400_000);
        expect(new Date(instantMs(startOfDay(date))).toISOString()).toBe(startOfDay(date));
        expect(dateOfInstant(startOfDay(date))).toBe(date);
        expect(dateOfInstant(endOfDay(date))).toBe(addDays(date, 1));
      }),
    );
  });
});
