import { applyImport, calendarWarnings, type CalendarImport, type CalendarProblem } from './calendar-import.ts';
import type { Calendar } from './calendar.ts';
import { compareDates, compareInstants, dateOfInstant, endOfDay, type CivilDate } from './civil.ts';
import { computeDeadline, type Deadline, type DeadlineInput, type SkippedDay } from './deadline.ts';

/**
 * What a new calendar does to a deadline. `closed`: it had ended, nothing moves. `held`: the new count would end
 * earlier, but people were told the later end. `earlier` is possible only for what was never published.
 */
export type RecomputeOutcome = 'closed' | 'unchanged' | 'later' | 'earlier' | 'held';

/** What is added to a notice whose window ends later than it said. */
export interface Addendum {
  /** The date in Asia/Shanghai on which the change was made. */
  datedOn: CivilDate;
  from: { lastDay: CivilDate; endsAt: string; calendarVersion: string };
  to: { lastDay: CivilDate; endsAt: string; calendarVersion: string };
  /** Days that are not counted now and were counted, or not reached, before. */
  newlySkipped: SkippedDay[];
}

export interface Recomputed {
  outcome: RecomputeOutcome;
  /** Whether the end moved. */
  changed: boolean;
  /** The deadline that now stands. */
  deadline: Deadline;
  /** Only when a published window ends later. */
  addendum?: Addendum;
}

export interface RecomputeOptions {
  /** The instant of the change; a deadline that has ended by then is closed. */
  at: string;
  /** Its end was made known, so that it may only move later. */
  published: boolean;
  /** A last day that it was moved to, whatever the count: it ends no earlier. */
  notBefore?: CivilDate;
}

/** Whether the window has ended at the instant; the end itself is outside it. */
export function isClosed(deadline: Pick<Deadline, 'endsAt'>, at: string): boolean {
  return compareInstants(at, deadline.endsAt) >= 0;
}

const versionedEnd = ({ lastDay, endsAt, calendarVersion }: Deadline) => ({ lastDay, endsAt, calendarVersion });
const end = ({ lastDay, endsAt, provisional }: Deadline) => ({ lastDay, endsAt, provisional });

function addendum(previous: Deadline, next: Deadline, at: string): Addendum {
  const before = new Set(previous.skipped.map((day) => day.date));
  return {
    datedOn: dateOfInstant(at),
    from: versionedEnd(previous),
    to: versionedEnd(next),
    newlySkipped: next.skipped.filter((day) => !before.has(day.date)),
  };
}

/** The earlier count is written down; the end that was made known stands, and so does the count it rests on. */
function held(previous: Deadline, next: Deadline): Deadline {
  const line =
    `按日历 ${next.calendarVersion} 应止于 ${next.lastDay}，但已公布至 ${previous.lastDay}，不提前 / ` +
    `calendar ${next.calendarVersion} would end it on ${next.lastDay}, but ${previous.lastDay} was made known and stands`;
  const arithmetic = previous.arithmetic.includes(line) ? previous.arithmetic : [...previous.arithmetic, line];
  return { ...previous, provisional: next.provisional, arithmetic };
}

const notBefore = (counted: Deadline, day: CivilDate | undefined): Deadline =>
  day !== undefined && compareDates(counted.lastDay, day) < 0 ? { ...counted, lastDay: day, endsAt: endOfDay(day) } : counted;

/**
 * The deadline under another calendar. A closed one never moves. A published one never ends earlier than it did, and
 * a later end comes with the addendum its notice needs. One that was never published simply follows the calendar.
 */
export function recompute(previous: Deadline, input: DeadlineInput, calendar: Calendar, options: RecomputeOptions): Recomputed {
  if (isClosed(previous, options.at)) return { outcome: 'closed', changed: false, deadline: previous };
  const next = notBefore(computeDeadline(input, calendar), options.notBefore);
  const moved = compareDates(next.lastDay, previous.lastDay);
  if (moved === 0) return { outcome: 'unchanged', changed: false, deadline: next };
  if (moved > 0) {
    const later: Recomputed = { outcome: 'later', changed: true, deadline: next };
    return options.published ? { ...later, addendum: addendum(previous, next, options.at) } : later;
  }
  if (options.published) return { outcome: 'held', changed: false, deadline: held(previous, next) };
  return { outcome: 'earlier', changed: true, deadline: next };
}

/** A stored deadline, as a preview needs it. */
export interface StoredDeadline {
  id: string;
  input: DeadlineInput;
  deadline: Deadline;
  published: boolean;
  notBefore?: CivilDate;
}

/** A deadline an import touches: its end moves, is held, or stops (or begins) to be provisional. */
export interface DeadlineChange extends Recomputed {
  id: string;
  from: { lastDay: CivilDate; endsAt: string; provisional: boolean };
  to: { lastDay: CivilDate; endsAt: string; provisional: boolean };
}

export interface ImportPreview {
  /** The calendar the import would make. */
  calendar: Calendar;
  changes: DeadlineChange[];
  warnings: CalendarProblem[];
}

/** What the import would do to these deadlines at the instant, without doing it. Untouched ones are left out. */
export function previewImport(base: Calendar, patch: CalendarImport, deadlines: StoredDeadline[], at: string): ImportPreview {
  const calendar = applyImport(base, patch);
  const changes = deadlines.flatMap(({ id, input, deadline, published, notBefore: day }): DeadlineChange[] => {
    const result = recompute(deadline, input, calendar, { at, published, ...(day === undefined ? {} : { notBefore: day }) });
    const touched = result.changed || result.outcome === 'held' || result.deadline.provisional !== deadline.provisional;
    return touched ? [{ id, ...result, from: end(deadline), to: end(result.deadline) }] : [];
  });
  return { calendar, changes, warnings: calendarWarnings(calendar, patch) };
}
