/** What a hold and a move do to a deadline's row: pure counting, so that anyone can do it again from the row alone. */
import type { Adjustment, DeadlineRow } from '../process.ts';
import {
  addDays,
  compareDates,
  compareInstants,
  computeDeadline,
  dateOfInstant,
  daysBetween,
  endOfDay,
  isWorkingDay,
  type Calendar,
  type CivilDate,
} from '../time/index.ts';
import type { DeadlineEffect, Hold } from './types.ts';

/** Who set the deadline: the institution by its own rules, or the law. Unit rules are cited as `overlay.<n>`. */
export const sourceOf = ({ source, clause }: Pick<DeadlineRow, 'source' | 'clause'>): 'institution' | 'law' =>
  source ?? (clause.startsWith('overlay.') ? 'institution' : 'law');

/**
 * What a deadline is. Internal: the institution's own time for its own work. A time that others were given (a window,
 * the time to ask a review) and a right's term are never internal, whoever set their length.
 */
export function natureOf(row: Pick<DeadlineRow, 'kind' | 'bound' | 'source' | 'clause'>): 'internal' | 'floor' | 'ceiling' {
  if ((row.kind === 'handling' || row.kind === 'internal') && sourceOf(row) === 'institution') return 'internal';
  return row.bound === 'atLeast' ? 'floor' : 'ceiling';
}

/** Whether others were told that they have until then. */
export const wasTold = ({ kind }: Pick<DeadlineRow, 'kind'>): boolean => kind === 'window' || kind === 'review';

/** Whether the hold stops the deadline: an internal one that had not run out when the hold began. */
export const isStopped = (row: DeadlineRow, hold: Pick<Hold, 'since'> | undefined): boolean =>
  hold !== undefined && row.state === 'running' && natureOf(row) === 'internal' && compareInstants(hold.since, row.endsAt) < 0;

type Left = NonNullable<DeadlineEffect['left']>;

/** What is left after the day: working days of a deadline in working days, else calendar days. The day itself is used up. */
export function leftAfter(row: Pick<DeadlineRow, 'unit' | 'lastDay'>, day: CivilDate, calendar: Calendar): Left {
  if (row.unit !== 'workingDay') return { n: Math.max(0, daysBetween(day, row.lastDay)), unit: 'calendarDay' };
  let n = 0;
  for (let next = addDays(day, 1); compareDates(next, row.lastDay) <= 0; next = addDays(next, 1))
    if (isWorkingDay(next, calendar).working) n += 1;
  return { n, unit: 'workingDay' };
}

const later = (a: CivilDate, b: CivilDate): CivilDate => (compareDates(a, b) >= 0 ? a : b);

/** The row after a hold from one day to another: what was left is counted on from the day of resumption, which is not counted. */
function afterHold(
  row: DeadlineRow,
  hold: { mendingId: string; from: CivilDate; until: CivilDate },
  calendar: Calendar,
): DeadlineRow {
  const { mendingId, until } = hold;
  // One that began while the case was on hold has not begun to run.
  const from = later(hold.from, row.startDate);
  const left = leftAfter(row, from, calendar);
  const counted =
    left.n === 0 ? undefined : computeDeadline({ start: until, bound: row.bound, n: left.n, unit: left.unit }, calendar);
  // Held on its last day, it has the day of resumption. By another calendar it may turn out to have run out before.
  const lastDay = counted?.lastDay ?? (compareDates(from, row.lastDay) > 0 ? row.lastDay : until);
  const adjustment: Adjustment = { kind: 'hold', mendingId, from, until, left, lastDay };
  return {
    ...row,
    lastDay,
    endsAt: endOfDay(lastDay),
    calendarVersion: calendar.version,
    provisional: counted?.provisional ?? row.provisional,
    skipped: [...row.skipped.filter(({ date }) => compareDates(date, from) <= 0), ...(counted?.skipped ?? [])],
    adjustments: [...(row.adjustments ?? []), adjustment],
  };
}

/** The rows that the hold stopped, running on from the instant of resumption. */
export function resumed(rows: DeadlineRow[], hold: Hold, at: string, calendar: Calendar): DeadlineRow[] {
  const span = { mendingId: hold.mendingId, from: dateOfInstant(hold.since), until: dateOfInstant(at) };
  return rows.filter((row) => isStopped(row, hold)).map((row) => afterHold(row, span, calendar));
}

type Move = Extract<Adjustment, { kind: 'move' }>;

/** The row that ends on the day, with the move as it was ordered. */
function afterMove(row: DeadlineRow, move: Move, lastDay: CivilDate): DeadlineRow {
  return { ...row, lastDay, endsAt: endOfDay(lastDay), adjustments: [...(row.adjustments ?? []), move] };
}

/** The row with its end moved to the day. */
export function moved(row: DeadlineRow, lastDay: CivilDate, mendingId: string, on: CivilDate): DeadlineRow {
  return afterMove(row, { kind: 'move', mendingId, on, lastDay }, lastDay);
}

/**
 * The row counted anew by a calendar: the rule's length first, then holds and moves in their order. A count that goes past
 * the day to which the end was moved stands, but the move stays what was ordered: the next calendar may take the count back.
 */
export function recountRow(row: DeadlineRow, calendar: Calendar): DeadlineRow {
  const { startDate: start, bound, n, unit, countsFirstDay, adjustments = [] } = row;
  const { lastDay, endsAt, provisional, calendarVersion, skipped } = computeDeadline(
    { start, bound, n, unit, countsFirstDay },
    calendar,
  );
  const { adjustments: _, ...plain } = row;
  let counted: DeadlineRow = { ...plain, lastDay, endsAt, provisional, calendarVersion, skipped };
  for (const one of adjustments) {
    if (one.kind === 'hold') counted = afterHold(counted, one, calendar);
    else {
      const ahead = compareDates(one.lastDay, counted.lastDay) * (bound === 'atLeast' ? 1 : -1) > 0;
      counted = afterMove(counted, one, ahead ? one.lastDay : counted.lastDay);
    }
  }
  return counted;
}

/**
 * A running deadline by a new calendar at the instant; undefined where nothing changes. What people were told never ends
 * earlier.
 */
export function recounted(deadline: DeadlineRow, at: string, calendar: Calendar, told: boolean): DeadlineRow | undefined {
  // One that ended before the import is over for every reader, whether or not the case has noted it yet.
  const over = deadline.state !== 'running' || compareInstants(at, deadline.endsAt) >= 0;
  if (over || deadline.calendarVersion === calendar.version) return undefined;
  const counted = recountRow(deadline, calendar);
  const earlier = compareInstants(counted.endsAt, deadline.endsAt) < 0;
  // Held: the end that people were told stands, and so does the count it rests on; only its certainty may change.
  const stands = earlier && told ? { ...deadline, provisional: counted.provisional } : counted;
  return stands.endsAt !== deadline.endsAt || stands.provisional !== deadline.provisional ? stands : undefined;
}

/** What the hold would stop, with what is left of each. */
export const stoppedBy = (rows: DeadlineRow[], at: string, calendar: Calendar): DeadlineEffect[] =>
  rows
    .filter((row) => isStopped(row, { since: at }))
    .map((row) => ({ key: row.key, from: row.lastDay, left: leftAfter(row, later(dateOfInstant(at), row.startDate), calendar) }));
