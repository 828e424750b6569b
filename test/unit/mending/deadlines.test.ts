import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { stalledCauses } from '../../../contracts/stalled.ts';
import { leftAfter, moved, movingFault, natureOf, recountRow, resumed, type Hold } from '../../../domain/mending/index.ts';
import type { Asking, DeadlineRow } from '../../../domain/process.ts';
import { deadlineBy } from '../../../domain/publicity/index.ts';
import type { Duration } from '../../../domain/rules.ts';
import { addDays, applyImport, compareDates, type Calendar } from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';
import { stalledWords } from '../../../letters/stalled.ts';
import { sealed, shanghai } from '../empowerment/world.ts';

/** The institution's own time for its own work, from Monday 2 March 2026; no days off but weekends until April. */
function internal(duration: Duration, start = '2026-03-02', calendar: Calendar = shippedCalendar): DeadlineRow {
  const rule = { cite: { clause: 'overlay.9', phrase: '…' }, source: { rank: 'institution' as const } };
  return deadlineBy({ key: 'handling:o', kind: 'handling', start, duration }, rule, calendar);
}

const held = (since: string): Hold => ({
  mendingId: 'm',
  reason: 'papers',
  grounds: sealed('g'),
  proposedBy: 'officer',
  confirmedBy: 'administrator',
  since: shanghai(since),
});

function after(row: DeadlineRow, from: string, until: string): DeadlineRow | undefined {
  return resumed([row], held(from), shanghai(until), shippedCalendar)[0];
}

const tenDays: Duration = { bound: 'atMost', n: 10, unit: 'workingDay' };

describe('what a deadline is', () => {
  const row = internal(tenDays);
  it.each([
    ['the unit’s time for its work', row, 'internal'],
    ['the same, told by its clause alone', { ...row, source: undefined }, 'internal'],
    ['a statutory ceiling', { ...row, source: 'law' as const }, 'ceiling'],
    ['a clause of law in an older row', { ...row, source: undefined, clause: 'nm-hei.8c' }, 'ceiling'],
    ['time that somebody else was given', { ...row, kind: 'review' as const }, 'ceiling'],
    ['a window that the unit’s rule made longer', { ...row, kind: 'window' as const, bound: 'atLeast' as const }, 'floor'],
  ])('%s: %s', (_, one, nature) => {
    expect(natureOf(one)).toBe(nature);
  });

  it('the unit’s own rule over a mandatory one is not internal: the law’s time runs on', () => {
    const rule = { cite: { clause: 'overlay.9', phrase: '' }, source: { rank: 'institution' as const }, under: [{}] };
    const input = { key: 'k', kind: 'handling' as const, start: '2026-03-02', duration: tenDays };
    expect(natureOf(deadlineBy(input, rule, shippedCalendar))).toBe('ceiling');
  });
});

describe('a hold', () => {
  it('leaves what was left, in working days, and counts it on from the day of resumption', () => {
    const row = internal(tenDays);
    expect(row.lastDay).toBe('2026-03-16');
    // Held on Thursday 5th: three of ten are used, the day itself among them.
    expect(leftAfter(row, '2026-03-05', shippedCalendar)).toEqual({ n: 7, unit: 'workingDay' });
    const on = after(row, '2026-03-05 15:00', '2026-03-23 09:00');
    expect(on).toMatchObject({
      lastDay: '2026-04-01',
      endsAt: '2026-04-01T16:00:00.000Z',
      adjustments: [
        {
          kind: 'hold',
          mendingId: 'm',
          from: '2026-03-05',
          until: '2026-03-23',
          left: { n: 7, unit: 'workingDay' },
          lastDay: '2026-04-01',
        },
      ],
    });
  });

  it.each([
    ['calendar days', { bound: 'atMost', n: 10, unit: 'calendarDay' }, '2026-03-12', 7, '2026-03-30'],
    ['months', { bound: 'atMost', n: 1, unit: 'month' }, '2026-04-01', 27, '2026-04-19'],
  ] as const)('counts %s in calendar days', (_, duration, before, left, lastDay) => {
    const row = internal(duration);
    expect(row.lastDay).toBe(before);
    expect(leftAfter(row, '2026-03-05', shippedCalendar)).toEqual({ n: left, unit: 'calendarDay' });
    expect(after(row, '2026-03-05 09:00', '2026-03-23 09:00')?.lastDay).toBe(lastDay);
  });

  it.each([
    ['2026-03-13 23:59:59.999', 1, '2026-03-24'],
    ['2026-03-16 00:00', 0, '2026-03-23'],
    ['2026-03-16 23:59:59.999', 0, '2026-03-23'],
  ])('begun at %s leaves %i', (since, left, lastDay) => {
    const row = internal(tenDays);
    expect(leftAfter(row, since.slice(0, 10), shippedCalendar).n).toBe(left);
    expect(after(row, since, '2026-03-23 09:00')?.lastDay).toBe(lastDay);
  });

  it('begun when the time had run out gives none back', () => {
    expect(after(internal(tenDays), '2026-03-17 00:00', '2026-03-23 09:00')).toBeUndefined();
  });

  it('a time that began while the case was on hold begins to run with the resumption', () => {
    const row = internal(tenDays, '2026-03-10');
    expect(after(row, '2026-03-05 09:00', '2026-03-23 09:00')?.lastDay).toBe('2026-04-07');
  });

  it('whenever it begins and ends: never earlier, unchanged within one day, and recounted from the row alone', () => {
    const units = fc.constantFrom<Duration['unit']>('workingDay', 'calendarDay', 'month');
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 30 }), fc.nat(40), fc.nat(60), (unit, n, a, b) => {
        const row = internal({ bound: 'atMost', n, unit });
        const from = addDays('2026-03-02', a);
        const one = after(row, `${from} 10:00`, `${addDays(from, b)} 10:00`);
        if (!one) return compareDates(from, row.lastDay) > 0;
        const again = after(one, `${addDays(from, b)} 11:00`, `${addDays(from, b)} 12:00`);
        expect(compareDates(one.lastDay, row.lastDay)).toBeGreaterThanOrEqual(0);
        expect(b > 0 || one.lastDay === row.lastDay).toBe(true);
        expect(again?.lastDay).toBe(one.lastDay);
        expect(recountRow(one, shippedCalendar)).toEqual(one);
        return true;
      }),
    );
  });
});

describe('a row with holds and moves under another calendar', () => {
  const holiday = applyImport(shippedCalendar, {
    version: 'later',
    days: { '2026-03-30': { is: 'off', reason: 'holiday' } },
  });

  it('counts what was left by the new one', () => {
    const row = after(internal(tenDays), '2026-03-05 15:00', '2026-03-23 09:00') as DeadlineRow;
    expect(recountRow(row, holiday)).toMatchObject({ lastDay: '2026-04-02', calendarVersion: 'later' });
    expect(recountRow(row, holiday).skipped).toContainEqual({ date: '2026-03-30', reason: 'holiday' });
  });

  it.each([
    ['a floor keeps the later of move and count', 'atLeast', '2026-03-31', '2026-03-31'],
    ['a floor that the count overtakes follows it', 'atLeast', '2026-03-27', '2026-03-31'],
    ['a ceiling keeps the earlier of move and count', 'atMost', '2026-03-27', '2026-03-27'],
  ] as const)('%s', (_, bound, lastDay, end) => {
    const row = internal({ bound, n: 20, unit: 'workingDay' });
    expect(row.lastDay).toBe('2026-03-30');
    expect(recountRow(moved(row, lastDay, 'm', '2026-03-05'), holiday).lastDay).toBe(end);
  });

  it.each([
    ['a ceiling', 'atMost', '2026-03-13', { '2026-03-07': 'work', '2026-03-08': 'work' }, '2026-03-12'],
    ['a floor', 'atLeast', '2026-03-17', { '2026-03-10': 'off', '2026-03-11': 'off' }, '2026-03-18'],
  ] as const)(
    '%s that one calendar takes past what was ordered comes back to that with the next',
    (_, bound, ordered, days, end) => {
      const row = moved(internal({ bound, n: 10, unit: 'workingDay' }), ordered, 'm', '2026-03-05');
      const changes = Object.entries(days).map(([day, is]) => [day, { is, reason: is === 'off' ? 'holiday' : 'shifted' }]);
      const other = applyImport(shippedCalendar, { version: 'c2', days: Object.fromEntries(changes) });
      const there = recountRow(row, other);
      expect(there).toMatchObject({ lastDay: end, adjustments: [{ kind: 'move', mendingId: 'm', lastDay: ordered }] });
      expect(recountRow(there, shippedCalendar)).toEqual(row);
    },
  );

  it('however it was held and moved, a calendar that is taken back leaves no trace', () => {
    const days = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 20 });
    const change = fc.tuple(fc.nat(20), fc.nat(20), fc.boolean());
    const bounds = fc.constantFrom<Duration['bound']>('atLeast', 'atMost');
    fc.assert(
      fc.property(bounds, fc.integer({ min: 5, max: 30 }), fc.array(change, { maxLength: 4 }), days, (bound, n, changes, off) => {
        let row = internal({ bound, n, unit: 'workingDay' });
        let day = '2026-03-03';
        for (const [wait, length, isHold] of changes) {
          const from = addDays(day, wait);
          day = addDays(from, length);
          if (isHold) row = after(row, `${from} 10:00`, `${day} 10:00`) ?? row;
          else row = moved(row, addDays(row.lastDay, bound === 'atLeast' ? length : -length), 'm', from);
        }
        const free = off.map((one) => [addDays('2026-03-02', one), { is: 'off', reason: 'holiday' }]);
        const other = applyImport(shippedCalendar, { version: 'c2', days: Object.fromEntries(free) });
        expect(recountRow(recountRow(row, other), shippedCalendar)).toEqual(recountRow(row, shippedCalendar));
      }),
    );
  });
});

it('what is overdue moves to no other day, so it is not advised', () => {
  const row = internal(tenDays);
  const interests = { inventors: [], buyers: [], objectors: [], relations: [] };
  const matter = { mending: { pending: [], assigned: {} }, deadlines: [row], seats: [], interests };
  const codeAt = (receivedAt: string): string | undefined => movingFault(matter, { receivedAt } as Asking, row.key)?.refusal.code;
  expect(codeAt(shanghai('2026-03-10 09:00'))).toBeUndefined();
  expect(codeAt(row.endsAt)).toBe('deadlineClosed');
  expect(stalledCauses.taskOverdue.repairs).not.toContain('moveDeadline');
  const { todo } = stalledWords('taskOverdue', { act: 'admitObjection' }, 'officer');
  expect(`${todo.zh} ${todo.en}`).not.toMatch(/期限|deadline/);
});
