/** Ends of use rights, written out: expected dates were computed apart from this code. Clauses nm-hei.8b, nm-pilot.3.2a, bt-149.2a. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { ResolvedRule } from '../../../domain/rules.ts';
import { outlivesProtection, promisedYears, renewedFrom, stageEnds, stagesFault, termRow } from '../../../domain/terms/index.ts';
import { addYears, compareDates, computeDeadline, daysBetween, endOfDay } from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';

interface Row {
  startsOn: string;
  countsFirstDay: boolean;
  stages: { years: number; unconditional: boolean }[];
  protectedUntil: string;
  renewals: number[];
  outcome: string;
  stageEnds: string[];
  lastDay: string;
  renewalEnds: string[];
  note: string;
}

const list = (cell: string): string[] => cell.split(' ').filter(Boolean);

const rows = readFileSync(new URL('./terms.csv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line): Row => {
    const [
      startsOn = '',
      counts,
      stages = '',
      protectedUntil = '',
      renewals = '',
      outcome = '',
      ends = '',
      lastDay = '',
      more = '',
      note = '',
    ] = line.split(',');
    return {
      startsOn,
      countsFirstDay: counts === 'true',
      stages: stages.split('+').map((one) => ({ years: parseInt(one, 10), unconditional: !one.endsWith('?') })),
      protectedUntil,
      renewals: list(renewals).map(Number),
      outcome,
      stageEnds: list(ends),
      lastDay,
      renewalEnds: list(more),
      note,
    };
  });

const rule: ResolvedRule<'empowerment.useRight.term'> = {
  key: 'empowerment.useRight.term',
  value: { bound: 'atLeast', n: 10, unit: 'year' },
  force: 'mandatory',
  cite: { clause: 'nm-hei.8b', phrase: '不低于10年' },
  source: { pack: 'nm-hei', version: '1', rank: 'region' },
  from: '2023-01-01',
};
const cut = {
  cite: { clause: 'overlay.9', phrase: '止于保护期届满' },
  source: { pack: 'overlay', version: '1', rank: 'institution' as const },
};

const termOf = ({ startsOn, stages, countsFirstDay, protectedUntil }: Row) => ({
  startsOn,
  years: promisedYears(stages),
  countsFirstDay,
  ...(protectedUntil === '' ? {} : { protectedUntil }),
});

describe('the golden table of use-right terms', () => {
  test('has more than a hundred rows: leap days, month ends, stages, protection, renewals, refusals', () => {
    expect(rows.length).toBeGreaterThanOrEqual(100);
    for (const found of [
      rows.filter((row) => row.startsOn.endsWith('02-29')),
      rows.filter((row) => row.stages.length > 1),
      rows.filter((row) => row.outcome === 'cut'),
      rows.filter((row) => row.renewals.length > 0),
      rows.filter((row) => row.lastDay === ''),
    ])
      expect(found.length).toBeGreaterThanOrEqual(7);
  });

  test.each(
    rows.map((row): [string, Row] => [
      `${row.startsOn}${row.countsFirstDay ? ' counted' : ''}, ${row.stages.map((s) => `${s.years}${s.unconditional ? '' : '?'}`).join('+')} years: ${row.outcome} ${row.lastDay} ${row.renewalEnds.join(' ')} (${row.note})`,
      row,
    ]),
  )('%s', (_, row) => {
    const fault = stagesFault(row.stages, rule, '/stages');
    if (row.lastDay === '') {
      expect(fault?.refusal).toMatchObject({ code: row.outcome, clause: 'nm-hei.8b' });
      return;
    }
    expect(fault).toBeUndefined();
    const term = termOf(row);
    expect(outlivesProtection(term)).toBe(row.outcome === 'cut');
    expect(stageEnds(term, row.stages)).toEqual(row.stageEnds);
    const granted = termRow('term', term, rule, shippedCalendar, cut);
    expect(granted).toMatchObject({
      lastDay: row.lastDay,
      endsAt: endOfDay(row.lastDay),
      clause: row.outcome === 'cut' ? 'overlay.9' : 'nm-hei.8b',
      skipped: [],
    });
    const ends: string[] = [];
    let { lastDay } = granted;
    for (const years of row.renewals) {
      ({ lastDay } = termRow('term', renewedFrom(lastDay, years, term.protectedUntil), rule, shippedCalendar, cut));
      ends.push(lastDay);
    }
    expect(ends).toEqual(row.renewalEnds);
  });
});

const day = fc
  .integer({ min: 0, max: 30_000 })
  .map((n) => computeDeadline({ start: '2019-12-31', bound: 'atMost', n: n + 1, unit: 'calendarDay' }, shippedCalendar).lastDay);
const input = fc.record({ startsOn: day, years: fc.integer({ min: 10, max: 40 }), countsFirstDay: fc.boolean() });

describe('whatever the day and the years', () => {
  test('a row can be counted again from itself alone, cut by the protection or not', () => {
    fc.assert(
      fc.property(input, fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }), (term, protectedFor) => {
        const protectedUntil =
          protectedFor === undefined
            ? {}
            : {
                protectedUntil: computeDeadline(
                  { start: term.startsOn, bound: 'atMost', n: protectedFor, unit: 'calendarDay' },
                  shippedCalendar,
                ).lastDay,
              };
        const row = termRow('term', { ...term, ...protectedUntil }, rule, shippedCalendar, cut);
        const { startDate: start, bound, n, unit, countsFirstDay } = row;
        expect(computeDeadline({ start, bound, n, unit, countsFirstDay }, shippedCalendar).lastDay).toBe(row.lastDay);
      }),
    );
  });

  test('a right promised for ten years or more never ends below ten', () => {
    fc.assert(
      fc.property(input, (term) => {
        const { lastDay } = termRow('term', term, rule, shippedCalendar);
        // The day of the month ten years on, or the one before it where the first day counts.
        expect(compareDates(lastDay, addYears(term.startsOn, 10))).toBeGreaterThanOrEqual(term.countsFirstDay ? -1 : 0);
      }),
    );
  });

  test('renewed, it ends on the day to which it would have run had all been promised at once, or a leap day later', () => {
    fc.assert(
      fc.property(input, fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 3 }), (term, more) => {
        let { lastDay } = termRow('term', term, rule, shippedCalendar);
        for (const years of more) ({ lastDay } = termRow('term', renewedFrom(lastDay, years), rule, shippedCalendar));
        const years = more.reduce((sum, n) => sum + n, term.years);
        const atOnce = termRow('term', { ...term, years }, rule, shippedCalendar).lastDay;
        const later = daysBetween(atOnce, lastDay);
        expect([0, 1]).toContain(later);
        if (later === 1) expect([lastDay.slice(5), atOnce.slice(5)]).toContain('02-29');
      }),
    );
  });
});
