import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  addDays,
  applyImport,
  BOUNDS,
  computeDeadline,
  dateOfInstant,
  dayOfWeek,
  daysBetween,
  isWorkingDay,
  recompute,
  UNITS,
  type Calendar,
  type DayAmendment,
  type DeadlineInput,
} from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';

/** 2016 to 2028: most starts in known years, some after them. */
const anyDate = fc.integer({ min: 0, max: 4_600 }).map((n) => addDays('2016-01-01', n));
const anyInput: fc.Arbitrary<DeadlineInput> = fc.record({
  start: anyDate,
  bound: fc.constantFrom(...BOUNDS),
  n: fc.integer({ min: 1, max: 90 }),
  unit: fc.constantFrom(...UNITS),
  countsFirstDay: fc.boolean(),
});
const dayInput = anyInput.map((input) => ({
  ...input,
  unit: input.unit === 'year' ? ('workingDay' as const) : ('calendarDay' as const),
}));

/** A few days near the input's count, off or (weekends only) worked, as an import. */
function importNear(input: DeadlineInput): fc.Arbitrary<Calendar> {
  const day = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.boolean());
  return fc.array(day, { minLength: 1, maxLength: 12 }).map((picks) => {
    const days: Record<string, DayAmendment> = {};
    for (const [offset, off] of picks) {
      const date = addDays(input.start, offset);
      if (!shippedCalendar.years[date.slice(0, 4)]) continue;
      if (off) days[date] = { is: 'off', reason: 'x' };
      else if (dayOfWeek(date) > 5) days[date] = { is: 'work', reason: 'x' };
    }
    return Object.keys(days).length ? applyImport(shippedCalendar, { version: 'random', days }) : shippedCalendar;
  });
}

const inputAndCalendar = dayInput.chain((input) => fc.tuple(fc.constant(input), importNear(input)));
const last = (input: DeadlineInput, calendar = shippedCalendar): string => computeDeadline(input, calendar).lastDay;

describe('for any start from 2016 to 2028 and any length up to 90', () => {
  test('the end is the exclusive midnight in Shanghai after the last day', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { lastDay, endsAt } = computeDeadline(input, shippedCalendar);
        expect(endsAt).toBe(`${lastDay}T16:00:00.000Z`);
        expect(dateOfInstant(endsAt)).toBe(addDays(lastDay, 1));
      }),
    );
  });

  test('a floor never ends before its count: as many (working) days as it says lie between start and end', () => {
    fc.assert(
      fc.property(inputAndCalendar, ([raw, calendar]) => {
        const input = { ...raw, bound: 'atLeast' as const };
        const { lastDay, skipped } = computeDeadline(input, calendar);
        const first = input.countsFirstDay ? 0 : 1;
        const days = Array.from({ length: daysBetween(input.start, lastDay) + 1 - first }, (_, i) =>
          addDays(input.start, i + first),
        );
        const counted =
          input.unit === 'workingDay' ? days.filter((day) => isWorkingDay(day, calendar).working).length : days.length;
        expect(counted).toBe(input.unit === 'workingDay' ? input.n : input.n + skipped.length);
        expect(isWorkingDay(lastDay, calendar).working).toBe(true);
      }),
    );
  });

  test('a ceiling never ends after the floor of the same length', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(last({ ...input, bound: 'atMost' }) <= last({ ...input, bound: 'atLeast' })).toBe(true);
      }),
    );
  });

  test('one more never ends earlier, and in working days, months and years ends later', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const [now, more] = [last(input), last({ ...input, n: input.n + 1 })];
        expect(now <= more).toBe(true);
        if (input.unit !== 'calendarDay' || input.bound === 'atMost') expect(now < more).toBe(true);
      }),
    );
  });

  test('a later start never ends earlier', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 40 }), (input, later) => {
        expect(last(input) <= last({ ...input, start: addDays(input.start, later) })).toBe(true);
      }),
    );
  });

  test('counting the first day never ends later, and never before the start', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const counted = last({ ...input, countsFirstDay: true });
        expect(counted <= last({ ...input, countsFirstDay: false })).toBe(true);
        expect(counted >= input.start).toBe(true);
      }),
    );
  });

  test('one more day off never ends a deadline in days earlier', () => {
    fc.assert(
      fc.property(dayInput, fc.integer({ min: 0, max: 150 }), (input, offset) => {
        const date = addDays(input.start, offset);
        fc.pre(shippedCalendar.years[date.slice(0, 4)] !== undefined);
        const more = applyImport(shippedCalendar, { version: 'more', days: { [date]: { is: 'off', reason: 'x' } } });
        expect(last(input, more) >= last(input)).toBe(true);
      }),
    );
  });

  test('it is provisional exactly when the years asked about are not all known; months and years never are', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { provisional, lastDay, skipped } = computeDeadline(input, shippedCalendar);
        const asks = input.unit === 'workingDay' || (input.unit === 'calendarDay' && input.bound === 'atLeast');
        const touched = [lastDay, ...skipped.map((day) => day.date)];
        expect(provisional).toBe(asks && touched.some((date) => date > '2026-12-31'));
      }),
    );
  });

  test('a published window under any import ends no earlier; what is said to have changed has', () => {
    fc.assert(
      fc.property(inputAndCalendar, ([input, calendar]) => {
        const before = computeDeadline(input, shippedCalendar);
        const result = recompute(before, input, calendar, { at: `${input.start}T00:00:00Z`, published: true });
        expect(result.deadline.lastDay >= before.lastDay).toBe(true);
        expect(result.changed).toBe(result.deadline.lastDay !== before.lastDay);
        expect(result.addendum !== undefined).toBe(result.changed);
      }),
    );
  });
});
