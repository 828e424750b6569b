import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isOver, lengthen, missingItems, openWindow } from '../../../domain/publicity/index.ts';
import type { Duration } from '../../../domain/rules.ts';
import { addDays, computeDeadline, daysBetween, isWorkingDay } from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';

const rule = { cite: { clause: 'nm-hei.8e', phrase: '公示期不少于15日' } };
const days15: Duration = { bound: 'atLeast', n: 15, unit: 'calendarDay' };
const at = (date: string): string => `${date}T02:00:00.000Z`;
const window = (published: string, duration = days15) => openWindow('n1', at(published), duration, rule, shippedCalendar);

describe('a window', () => {
  it.each([
    ['2026-03-02', '2026-03-17', 'a Tuesday'],
    ['2026-03-06', '2026-03-23', 'not Saturday the 21st but Monday'],
    ['2026-09-16', '2026-10-08', 'not National Day but the first day after the holiday'],
  ])('of 15 calendar days from %s ends on %s: %s', (from, lastDay) => {
    expect(window(from)).toMatchObject({ lastDay, startDate: from, key: 'window:n1', state: 'running' });
  });

  it('does not count the day of publication, whatever the hour: 23:59 on 03-02 is as good as 00:00', () => {
    const late = openWindow('n1', '2026-03-02T15:59:59.999Z', days15, rule, shippedCalendar);
    const early = openWindow('n1', '2026-03-01T16:00:00.000Z', days15, rule, shippedCalendar);
    expect([late.lastDay, early.lastDay]).toEqual(['2026-03-17', '2026-03-17']);
  });

  it('is over for every reader from midnight on, and not a millisecond before', () => {
    const { endsAt } = window('2026-03-02');
    expect(isOver({ endsAt }, '2026-03-17T15:59:59.999Z')).toBe(false);
    expect(isOver({ endsAt }, '2026-03-17T16:00:00.000Z')).toBe(true);
  });

  it('names what a notice lacks', () => {
    expect(missingItems(['resultName', 'period', 'summary'], ['period', 'more'])).toEqual(['resultName', 'summary']);
  });
});

describe('days on which the notice could not be read', () => {
  it('are made good in the rule’s unit: one working day on 15 ends one working day later', () => {
    const price = window('2026-04-10', { bound: 'atLeast', n: 15, unit: 'workingDay' });
    expect(price.lastDay).toBe('2026-05-06');
    expect(lengthen(price, 1, shippedCalendar)).toMatchObject({ lastDay: '2026-05-07', n: 16, unit: 'workingDay' });
  });

  it('count on from the old last day where days off had swallowed them: 03-21 rolled to Monday 03-23, two days make 03-25', () => {
    const rolled = window('2026-03-06');
    expect(lengthen(rolled, 1, shippedCalendar)).toMatchObject({ lastDay: '2026-03-24', n: 18, unit: 'calendarDay' });
    expect(lengthen(rolled, 2, shippedCalendar).lastDay).toBe('2026-03-25');
  });

  it('never end on a day off: after the National Day holiday three more days reach Sunday 10-11, so it is Monday 10-12', () => {
    expect(lengthen(window('2026-09-16'), 3, shippedCalendar).lastDay).toBe('2026-10-12');
  });

  it('count in days where the rule counts months', () => {
    const month = window('2026-03-02', { bound: 'atLeast', n: 1, unit: 'month' });
    expect(month.lastDay).toBe('2026-04-02');
    expect(lengthen(month, 1, shippedCalendar)).toMatchObject({ lastDay: '2026-04-03', unit: 'calendarDay', n: 32 });
  });

  it('always end later, leave the window long enough without them, never on a day off, and can be recounted', () => {
    const units = fc.constantFrom<Duration['unit']>('calendarDay', 'workingDay', 'month');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 700 }),
        fc.integer({ min: 1, max: 40 }),
        units,
        fc.integer({ min: 1, max: 20 }),
        (offset, length, unit, gap) => {
          const duration: Duration = { bound: 'atLeast', n: unit === 'month' ? 1 + (length % 3) : length, unit };
          const before = window(addDays('2025-01-01', offset), duration);
          const after = lengthen(before, gap, shippedCalendar);
          const { startDate: start, bound, n, countsFirstDay } = after;
          expect(after.endsAt > before.endsAt).toBe(true);
          expect(computeDeadline({ start, bound, n, unit: after.unit, countsFirstDay }, shippedCalendar)).toMatchObject({
            lastDay: after.lastDay,
            endsAt: after.endsAt,
          });
          expect(isWorkingDay(after.lastDay, shippedCalendar).working).toBe(true);
          if (unit === 'calendarDay') expect(daysBetween(start, after.lastDay) - gap).toBeGreaterThanOrEqual(length);
        },
      ),
    );
  });
});
