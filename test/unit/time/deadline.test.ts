import { describe, expect, test } from '@jest/globals';
import {
  applyImport,
  computeDeadline,
  isClosed,
  LONGEST,
  recompute,
  previewImport,
  TimeError,
  type Deadline,
  type DeadlineInput,
  type StoredDeadline,
} from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';

type Length = [bound: DeadlineInput['bound'], n: number, unit: DeadlineInput['unit']];

function count(start: string, [bound, n, unit]: Length, countsFirstDay = false): Deadline {
  return computeDeadline({ start, bound, n, unit, countsFirstDay }, shippedCalendar);
}

describe('how a length of time is counted', () => {
  test('15 calendar days from 2026-03-02 end with Tuesday 2026-03-17, at 16:00 UTC: its first day is not counted (cn.civil.201)', () => {
    expect(count('2026-03-02', ['atLeast', 15, 'calendarDay'])).toEqual({
      lastDay: '2026-03-17',
      endsAt: '2026-03-17T16:00:00.000Z',
      provisional: false,
      calendarVersion: 'cn-2026.1',
      skipped: [],
      arithmetic: [
        '自 2026-03-02 起算，当日不计入 / from 2026-03-02, which does not count',
        '不少于 15 日 / at least 15 calendar day(s)',
        '最后一日 2026-03-17，至 24:00 / the last day is 2026-03-17, until 24:00',
      ],
    });
  });

  test('at least 3 calendar days from 2026-04-01 roll from 04-04 over the Tomb-sweeping days to 2026-04-07, at most 3 stay (cn.civil.203)', () => {
    const floor = count('2026-04-01', ['atLeast', 3, 'calendarDay']);
    expect(floor.lastDay).toBe('2026-04-07');
    expect(floor.skipped).toEqual([
      { date: '2026-04-04', reason: '清明 Tomb-sweeping Day' },
      { date: '2026-04-05', reason: '清明 Tomb-sweeping Day' },
      { date: '2026-04-06', reason: '清明 Tomb-sweeping Day' },
    ]);
    expect(count('2026-04-01', ['atMost', 3, 'calendarDay'])).toMatchObject({ lastDay: '2026-04-04', skipped: [] });
  });

  test.each([
    [2, '2026-02-13'],
    [3, '2026-02-14'],
    [4, '2026-02-24'],
  ])('%i calendar days from 2026-02-11 end on %s: Saturday 02-14 is worked, 02-15 to 02-23 are off', (n, lastDay) => {
    expect(count('2026-02-11', ['atLeast', n, 'calendarDay']).lastDay).toBe(lastDay);
  });

  // 以上, 以内 include the number itself (cn.civil.1259).
  test.each([
    [14, '2026-03-20'],
    [15, '2026-03-23'],
    [16, '2026-03-24'],
  ])('%i working days from 2026-03-02 end on %s, as a floor and as a ceiling', (n, lastDay) => {
    expect(count('2026-03-02', ['atLeast', n, 'workingDay']).lastDay).toBe(lastDay);
    expect(count('2026-03-02', ['atMost', n, 'workingDay']).lastDay).toBe(lastDay);
  });

  test('a make-up day that counts is named in the arithmetic', () => {
    const { arithmetic, lastDay } = count('2026-02-13', ['atLeast', 2, 'workingDay']);
    expect(lastDay).toBe('2026-02-24');
    expect(arithmetic).toContain('2026-02-14 为调休上班日，计入 / 2026-02-14 is a make-up day and counts (春节 Spring Festival)');
    expect(arithmetic).toContain('跳过 9 个休息日 / 9 day(s) off are skipped');
  });

  // The corresponding day (cn.civil.202), or as the agreement counts (cn.civil.204).
  test.each<[string, Length, boolean, string]>([
    ['ten years', ['atLeast', 10, 'year'], false, '2036-03-01'],
    ['ten years with the first day counted', ['atLeast', 10, 'year'], true, '2036-02-29'],
    ['at most three years', ['atMost', 3, 'year'], false, '2029-02-28'],
    ['at most three years with the first day counted', ['atMost', 3, 'year'], true, '2029-02-28'],
    ['36 months', ['atMost', 36, 'month'], false, '2029-02-28'],
    ['one calendar day with the first day counted, on Sunday 03-01', ['atMost', 1, 'calendarDay'], true, '2026-03-01'],
    ['one working day with a Sunday as first day counted', ['atLeast', 1, 'workingDay'], true, '2026-03-02'],
    ['at least 14 months, ending on Saturday 2027-05-01', ['atLeast', 14, 'month'], false, '2027-05-01'],
  ])('%s from 2026-03-01', (_title, length, first, lastDay) => {
    expect(count('2026-03-01', length, first)).toMatchObject({ lastDay, provisional: false });
  });

  test.each<[Length, string]>([
    [['atLeast', 1, 'year'], '2025-02-28'],
    [['atMost', 1, 'year'], '2025-02-27'],
    [['atLeast', 12, 'month'], '2025-02-28'],
    [['atLeast', 4, 'year'], '2028-02-29'],
    [['atMost', 4, 'year'], '2028-02-28'],
  ])('from 29 February 2024, %j end on %s', (length, lastDay) => {
    expect(count('2024-02-29', length).lastDay).toBe(lastDay);
  });

  test('a missing corresponding day is named in the arithmetic', () => {
    expect(count('2025-01-31', ['atLeast', 1, 'month']).arithmetic).toContain(
      "无对应日，取月末 2025-02-28 / no corresponding day: the month's last day 2025-02-28",
    );
  });
});

describe('what is provisional', () => {
  test.each<[string, Length, string, boolean]>([
    ['2026-12-30', ['atLeast', 1, 'workingDay'], '2026-12-31', false],
    ['2026-12-30', ['atLeast', 2, 'workingDay'], '2027-01-01', true],
    ['2026-12-31', ['atMost', 1, 'workingDay'], '2027-01-01', true],
    ['2026-12-16', ['atLeast', 15, 'calendarDay'], '2026-12-31', false],
    ['2026-12-17', ['atLeast', 15, 'calendarDay'], '2027-01-01', true],
    ['2026-12-17', ['atMost', 15, 'calendarDay'], '2027-01-01', false],
    ['2026-06-01', ['atLeast', 1, 'year'], '2027-06-01', false],
    ['2003-12-01', ['atLeast', 1, 'workingDay'], '2003-12-02', true],
    ['2026-12-25', ['atLeast', 2_500, 'workingDay'], '2036-07-25', true],
  ])('from %s, %j end on %s; provisional: %s', (start, length, lastDay, provisional) => {
    const deadline = count(start, length);
    expect(deadline).toMatchObject({ lastDay, provisional });
    expect(deadline.arithmetic.some((line) => line.includes('Monday to Friday for now'))).toBe(provisional);
  });
});

describe('what cannot be counted', () => {
  const good: DeadlineInput = { start: '2026-03-02', bound: 'atLeast', n: 15, unit: 'workingDay' };

  test.each<[string, string, Partial<Record<keyof DeadlineInput, unknown>>]>([
    ['start', 'date.noSuchDay', { start: '2026-02-30' }],
    ['start', 'date.malformed', { start: '2026-3-2' }],
    ['start', 'date.malformed', { start: undefined }],
    ['start', 'date.outOfRange', { start: '1999-12-31' }],
    ['start', 'date.outOfRange', { start: '2899-01-01' }],
    ['bound', 'bound.unknown', { bound: 'exactly' }],
    ['unit', 'unit.unknown', { unit: 'week' }],
    ['unit', 'unit.unknown', { unit: 'toString' }],
    ['n', 'n.notPositiveInteger', { n: 0 }],
    ['n', 'n.notPositiveInteger', { n: -1 }],
    ['n', 'n.notPositiveInteger', { n: 1.5 }],
    ['n', 'n.notPositiveInteger', { n: Number.NaN }],
    ['n', 'n.notPositiveInteger', { n: '15' }],
    ['countsFirstDay', 'countsFirstDay.notBoolean', { countsFirstDay: 'yes' }],
  ])('a wrong %s is refused with %s: %j', (field, code, wrong) => {
    const act = () => computeDeadline({ ...good, ...wrong } as DeadlineInput, shippedCalendar);
    expect(act).toThrow(TimeError);
    expect(act).toThrow(expect.objectContaining({ code, field }));
  });

  test.each(Object.entries(LONGEST) as [DeadlineInput['unit'], number][])(
    '%s: %i are counted, one more is refused',
    (unit, n) => {
      expect(computeDeadline({ ...good, start: '2898-12-31', unit, n }, shippedCalendar).lastDay > '2898-12-31').toBe(true);
      expect(() => computeDeadline({ ...good, unit, n: n + 1 }, shippedCalendar)).toThrow(
        expect.objectContaining({ code: 'n.tooLarge' }),
      );
    },
  );
});

const store = (id: string, input: DeadlineInput): StoredDeadline => ({
  id,
  input,
  deadline: computeDeadline(input, shippedCalendar),
  published: true,
});

describe('what another calendar does to a deadline', () => {
  const input: DeadlineInput = { start: '2026-12-25', bound: 'atLeast', n: 5, unit: 'workingDay' };
  const before = computeDeadline(input, shippedCalendar);
  const off = { '2027-01-01': '元旦', '2027-05-03': '劳动节', '2027-10-01': '国庆节' };
  const with2027 = applyImport(shippedCalendar, { version: 'later', years: { 2027: { off, work: {} } } });
  const makeUp = applyImport(shippedCalendar, { version: 'earlier', days: { '2026-12-26': { is: 'work', reason: '元旦' } } });
  const open = '2026-12-28T00:00:00Z';

  test('5 working days from 2026-12-25 end provisionally on 2027-01-01', () => {
    expect(before).toMatchObject({ lastDay: '2027-01-01', provisional: true });
  });

  test('with New Year off, the published window ends on 2027-01-04, is certain, and its addendum names 2027-01-01', () => {
    const result = recompute(before, input, with2027, { at: open, published: true });
    expect(result).toMatchObject({ outcome: 'later', changed: true });
    expect(result.deadline).toMatchObject({ lastDay: '2027-01-04', provisional: false, calendarVersion: 'later' });
    expect(result.addendum).toEqual({
      datedOn: '2026-12-28',
      from: { lastDay: '2027-01-01', endsAt: '2027-01-01T16:00:00.000Z', calendarVersion: 'cn-2026.1' },
      to: { lastDay: '2027-01-04', endsAt: '2027-01-04T16:00:00.000Z', calendarVersion: 'later' },
      newlySkipped: [
        { date: '2027-01-01', reason: '元旦' },
        { date: '2027-01-02', reason: '星期六 Saturday' },
        { date: '2027-01-03', reason: '星期日 Sunday' },
      ],
    });
  });

  test('an unpublished deadline moves later without an addendum', () => {
    const result = recompute(before, input, with2027, { at: open, published: false });
    expect(result.outcome).toBe('later');
    expect(result.addendum).toBeUndefined();
  });

  test('with 2026-12-26 worked it would end on 2026-12-31: a published window is held, an unpublished deadline follows', () => {
    const held = recompute(before, input, makeUp, { at: open, published: true });
    expect(held).toMatchObject({ outcome: 'held', changed: false });
    expect(held.deadline).toMatchObject({
      lastDay: '2027-01-01',
      endsAt: before.endsAt,
      provisional: false,
      calendarVersion: 'cn-2026.1',
    });
    expect(held.deadline.arithmetic.at(-1)).toContain(
      'calendar earlier would end it on 2026-12-31, but 2027-01-01 was made known',
    );
    const again = recompute(held.deadline, input, makeUp, { at: open, published: true });
    expect(again.deadline).toEqual(held.deadline);
    const moved = recompute(before, input, makeUp, { at: open, published: false });
    expect(moved).toMatchObject({ outcome: 'earlier', changed: true, deadline: { lastDay: '2026-12-31' } });
  });

  test('a window is open until 2027-01-01T16:00Z, closed at that instant, and does not move from then on', () => {
    const lastMoment = '2027-01-01T15:59:59.999Z';
    expect(isClosed(before, lastMoment)).toBe(false);
    expect(recompute(before, input, with2027, { at: lastMoment, published: true }).outcome).toBe('later');
    expect(isClosed(before, '2027-01-02T00:00:00+08:00')).toBe(true);
    const closed = recompute(before, input, with2027, { at: before.endsAt, published: true });
    expect(closed).toEqual({ outcome: 'closed', changed: false, deadline: before });
  });

  test('an end that stays is counted anew under the new version', () => {
    const calm: DeadlineInput = { start: '2026-03-02', bound: 'atLeast', n: 15, unit: 'workingDay' };
    const result = recompute(computeDeadline(calm, shippedCalendar), calm, with2027, {
      at: '2026-03-03T00:00:00Z',
      published: true,
    });
    expect(result).toMatchObject({ outcome: 'unchanged', changed: false, deadline: { calendarVersion: 'later' } });
  });

  test('a preview lists what moves and what becomes certain, and leaves out what the import does not touch', () => {
    const certain: DeadlineInput = { start: '2026-12-29', bound: 'atLeast', n: 10, unit: 'calendarDay' };
    const years: DeadlineInput = { start: '2026-12-25', bound: 'atLeast', n: 1, unit: 'year' };
    const patch = { version: 'later', years: { 2027: { off, work: {} } } };
    const stored = [store('moves', input), store('certain', certain), store('years', years)];
    const { changes, warnings } = previewImport(shippedCalendar, patch, stored, open);
    expect(changes.map(({ id, outcome, from, to }) => [id, outcome, from.lastDay, to.lastDay, to.provisional])).toEqual([
      ['moves', 'later', '2027-01-01', '2027-01-04', false],
      ['certain', 'unchanged', '2027-01-08', '2027-01-08', false],
    ]);
    expect(warnings.map((warning) => warning.code)).toEqual(['calendar.fewDaysOff']);
  });

  test('a preview lists a published window that would end earlier as held on 2026-12-31', () => {
    const patch = { version: 'earlier', days: { '2026-12-26': { is: 'work' as const, reason: '元旦' } } };
    const far: DeadlineInput = { start: '2026-12-22', bound: 'atLeast', n: 7, unit: 'workingDay' };
    const { changes } = previewImport(shippedCalendar, patch, [store('held', far)], open);
    expect(changes).toMatchObject([
      { id: 'held', outcome: 'held', changed: false, from: { lastDay: '2026-12-31' }, to: { lastDay: '2026-12-31' } },
    ]);
  });
});
