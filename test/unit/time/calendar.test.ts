import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  applyImport,
  CalendarError,
  calendarWarnings,
  checkCalendar,
  checkImport,
  isWorkingDay,
  type Calendar,
  type CalendarImport,
} from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';

function problemsOf(act: () => unknown): string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof CalendarError) return error.problems.map(({ code, path }) => `${code} ${path}`);
    throw error;
  }
  return [];
}

describe('the shipped calendar', () => {
  test('is a calendar, knows 2004 to 2026 and not 2027, and nothing in it looks incomplete', () => {
    expect(checkCalendar(shippedCalendar)).toBe(shippedCalendar);
    const years = Object.keys(shippedCalendar.years).map(Number);
    expect([Math.min(...years), Math.max(...years), years.length]).toEqual([2004, 2026, 23]);
    expect(calendarWarnings(shippedCalendar, shippedCalendar)).toEqual([]);
  });

  test('has the days of its source, year by year', () => {
    const folder = join(dirname(createRequire(import.meta.url).resolve('chinese-days')), 'years');
    for (const [year, { off, work }] of Object.entries(shippedCalendar.years)) {
      const source = JSON.parse(readFileSync(join(folder, `${year}.json`), 'utf8')) as Record<'holidays' | 'workdays', object>;
      expect(Object.keys(off)).toEqual(Object.keys(source.holidays).toSorted());
      expect(Object.keys(work)).toEqual(Object.keys(source.workdays).toSorted());
    }
  });

  test.each([
    ['2026-02-14', true, '春节 Spring Festival', true],
    ['2026-02-17', false, '春节 Spring Festival', false],
    ['2026-02-28', true, '春节 Spring Festival', true],
    ['2026-03-02', true, '星期一 Monday', false],
    ['2026-03-07', false, '星期六 Saturday', false],
    ['2026-03-08', false, '星期日 Sunday', false],
    ['2025-10-06', false, '中秋 Mid-autumn Festival', false],
    ['2020-02-01', false, '春节 Spring Festival', false],
  ])('%s: working is %s, because of %s', (date, working, reason, makeUp) => {
    expect(isWorkingDay(date, shippedCalendar)).toEqual({ working, provisional: false, reason, makeUp });
  });

  test('2027 is Monday to Friday and provisional, even on National Day', () => {
    expect(isWorkingDay('2027-10-01', shippedCalendar)).toEqual({
      working: true,
      provisional: true,
      reason: '星期五 Friday',
      makeUp: false,
    });
    expect(isWorkingDay('2027-10-02', shippedCalendar)).toMatchObject({ working: false, provisional: true });
  });

  test('a day that does not exist is neither', () => {
    expect(() => isWorkingDay('2026-02-29', shippedCalendar)).toThrow(
      '没有这一天：2026-02-29 / There is no such day: 2026-02-29',
    );
  });
});

const base: Calendar = {
  version: 'base',
  years: { 2026: { off: { '2026-10-01': '国庆节', '2026-10-02': '国庆节' }, work: { '2026-10-10': '国庆节' } } },
};

describe('importing', () => {
  test('a whole year is added, a known year is replaced, and the base stays as it was', () => {
    const before = structuredClone(base);
    const patch: CalendarImport = {
      version: 'next',
      years: { 2026: { off: { '2026-10-01': '国庆节' }, work: {} }, 2027: { off: { '2027-01-01': '元旦' }, work: {} } },
    };
    const made = applyImport(base, patch);
    expect(made.version).toBe('next');
    expect(isWorkingDay('2026-10-02', made)).toMatchObject({ working: true, provisional: false });
    expect(isWorkingDay('2026-10-10', made)).toMatchObject({ working: false });
    expect(isWorkingDay('2027-01-01', made)).toMatchObject({ working: false, provisional: false });
    expect(base).toEqual(before);
  });

  test('single days are taken off, made up, and returned to the week', () => {
    const made = applyImport(base, {
      version: 'amended',
      days: {
        '2026-10-10': { is: 'off', reason: '延长' },
        '2026-10-11': { is: 'work', reason: '调休' },
        '2026-10-02': { is: 'weekly', reason: '更正' },
      },
    });
    expect(made.years['2026']).toEqual({
      off: { '2026-10-01': '国庆节', '2026-10-10': '延长' },
      work: { '2026-10-11': '调休' },
    });
    expect(checkCalendar(made)).toBe(made);
  });

  test('a year and an amendment of the year before come in one import', () => {
    const made = applyImport(base, {
      version: '2027',
      years: { 2027: { off: { '2027-01-01': '元旦' }, work: {} } },
      days: { '2026-12-31': { is: 'off', reason: '元旦' }, '2027-01-02': { is: 'off', reason: '元旦' } },
    });
    expect(isWorkingDay('2026-12-31', made).reason).toBe('元旦');
    expect(isWorkingDay('2027-01-02', made).reason).toBe('元旦');
  });

  test('an import is no calendar it could be mistaken for: the version must be new', () => {
    expect(problemsOf(() => applyImport(base, { ...base }))).toEqual(['calendar.sameVersion /version']);
  });

  test('one day of 2027 cannot be amended while 2027 is unknown, for the year would then look known', () => {
    const patch = { version: 'x', days: { '2027-01-01': { is: 'off', reason: '元旦' } } };
    expect(problemsOf(() => checkImport(base, patch))).toEqual(['calendar.amendsUnknownYear /days/2027-01-01']);
  });

  test.each<[string, unknown, string[]]>([
    ['nothing at all', null, ['calendar.badShape ']],
    ['a list', [], ['calendar.badShape ']],
    ['no version and no content', {}, ['calendar.noVersion /version', 'calendar.emptyImport ']],
    ['a blank version', { version: ' ', years: {} }, ['calendar.noVersion /version', 'calendar.emptyImport ']],
    ['an entry it does not know', { version: 'x', holidays: {} }, ['calendar.unknownKey /holidays', 'calendar.emptyImport ']],
    ['years as text', { version: 'x', years: '2027' }, ['calendar.badShape /years', 'calendar.emptyImport ']],
    ['a year of two digits', { version: 'x', years: { 27: { off: {}, work: {} } } }, ['calendar.badYear /years/27']],
    ['a year without make-up days', { version: 'x', years: { 2027: { off: {} } } }, ['calendar.badShape /years/2027']],
    ['a year without a day off', { version: 'x', years: { 2027: { off: {}, work: {} } } }, ['calendar.emptyYear /years/2027']],
    [
      '29 February 2027',
      { version: 'x', years: { 2027: { off: { '2027-02-29': '春节' }, work: {} } } },
      ['calendar.noSuchDay /years/2027/off/2027-02-29'],
    ],
    [
      'a day of another year',
      { version: 'x', years: { 2027: { off: { '2028-01-01': '元旦' }, work: {} } } },
      ['calendar.otherYear /years/2027/off/2028-01-01'],
    ],
    [
      'a day without a reason',
      { version: 'x', years: { 2027: { off: { '2027-01-01': '' }, work: {} } } },
      ['calendar.noReason /years/2027/off/2027-01-01'],
    ],
    [
      'a make-up day on Monday 2027-01-04',
      { version: 'x', years: { 2027: { off: { '2027-01-01': '元旦' }, work: { '2027-01-04': '元旦' } } } },
      ['calendar.makeUpOnWeekday /years/2027/work/2027-01-04'],
    ],
    [
      'a Saturday both off and worked',
      { version: 'x', years: { 2027: { off: { '2027-01-02': '元旦' }, work: { '2027-01-02': '元旦' } } } },
      ['calendar.offAndWork /years/2027/work/2027-01-02'],
    ],
    [
      'a holiday list under an unknown name',
      { version: 'x', years: { 2027: { off: { '2027-01-01': '元旦' }, work: {}, rest: {} } } },
      ['calendar.unknownKey /years/2027/rest'],
    ],
    [
      'a day that is neither',
      { version: 'x', days: { '2026-10-10': { is: 'maybe', reason: 'x' } } },
      ['calendar.badShape /days/2026-10-10'],
    ],
    [
      'two mistakes at once',
      { version: 'x', days: { '2026-02-30': { is: 'off', reason: 'x' }, '2026-10-12': { is: 'work', reason: 'x' } } },
      ['calendar.noSuchDay /days/2026-02-30', 'calendar.makeUpOnWeekday /days/2026-10-12'],
    ],
  ])('%s is refused, and each mistake is named', (_title, value, problems) => {
    expect(problemsOf(() => checkImport(base, value))).toEqual(problems);
  });

  test('a whole calendar has years, and no single days', () => {
    expect(problemsOf(() => checkCalendar({ version: 'x' }))).toEqual(['calendar.badShape /years']);
    expect(problemsOf(() => checkCalendar({ version: 'x', years: {}, days: {} }))).toEqual(['calendar.unknownKey /days']);
  });

  test('the error says it in Chinese and in English', () => {
    expect(() => checkImport(base, { version: 'x', years: { 2027: { off: {}, work: {} } } })).toThrow(
      '日历不可用：/years/2027: 全年没有放假日 / The calendar cannot be used: /years/2027: has no day off',
    );
  });

  test('a 2027 that holds New Year alone is taken, with a warning for 2027-10-01', () => {
    const patch: CalendarImport = { version: 'x', years: { 2027: { off: { '2027-01-01': '元旦' }, work: {} } } };
    const warnings = calendarWarnings(applyImport(shippedCalendar, patch), patch);
    expect(warnings.map((warning) => warning.code)).toEqual(['calendar.holidayMissing', 'calendar.fewDaysOff']);
    // 1 May and 2 and 3 October 2027 fall on weekends, and are off in any case.
    expect(warnings[0]?.en).toBe('statutory holidays are not days off: 2027-10-01');
  });
});
