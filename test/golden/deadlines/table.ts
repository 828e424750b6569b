import { readFileSync } from 'node:fs';
import type { Bound, Unit } from '../../../domain/rules.ts';
import {
  applyImport,
  checkCalendar,
  computeDeadline,
  type Calendar,
  type CalendarImport,
  type DeadlineInput,
} from '../../../domain/time/index.ts';
import { shippedCalendar } from '../../../domain/time/data/calendar.ts';

/** What a row of the table says must come out. */
interface Expectation {
  lastDay: string;
  endsAt: string;
  provisional: boolean;
  skipped: string[];
}

/** One row of deadlines.csv. */
export interface GoldenRow {
  input: DeadlineInput;
  calendar: 'shipped' | 'original2020';
  expected: Expectation;
  note: string;
}

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8');

/** 2020 as first announced: Spring Festival 24 to 30 January, with 1 February a make-up day. */
export const asAnnounced: Calendar = applyImport(
  shippedCalendar,
  checkCalendar(JSON.parse(read('./calendar-2020-as-announced.json'))),
);

/** The notice that lengthened it to 2 February while it ran. */
export const lengthening = JSON.parse(read('./import-2020-spring-festival.json')) as CalendarImport;

const calendars = { shipped: shippedCalendar, original2020: asAnnounced };

/** The rows of deadlines.csv. Its cells hold no comma and no quote, so a split is enough. */
export function goldenRows(): GoldenRow[] {
  const [header, ...lines] = read('./deadlines.csv').trimEnd().split('\n');
  const names = (header as string).split(',');
  return lines.map((line) => {
    const values = line.split(',');
    const cell = (name: string): string => values[names.indexOf(name)] as string;
    const input: DeadlineInput = {
      start: cell('start'),
      bound: cell('bound') as Bound,
      n: Number(cell('n')),
      unit: cell('unit') as Unit,
      countsFirstDay: cell('countsFirstDay') === 'true',
    };
    const expected = {
      lastDay: cell('lastDay'),
      endsAt: cell('endsAt'),
      provisional: cell('provisional') === 'true',
      skipped: cell('skipped').split(' ').filter(Boolean),
    };
    return { input, calendar: cell('calendar') as GoldenRow['calendar'], expected, note: cell('note') };
  });
}

/** What the code answers for the row, in the shape of its expectation. */
export function answer({ input, calendar }: GoldenRow): Expectation {
  const { lastDay, endsAt, provisional, skipped } = computeDeadline(input, calendars[calendar]);
  return { lastDay, endsAt, provisional, skipped: skipped.map((day) => day.date) };
}
