/**
 * Dates as strings and instants as UTC, by integer arithmetic alone. A local `Date` is never used: it would give
 * another day on a machine in another zone, and would silently turn 2026-02-30 into 2 March.
 */
import { TimeError } from './errors.ts';

/** A day in the civil calendar, `YYYY-MM-DD`. Checked by `parseDate` wherever it enters. */
export type CivilDate = string;

const FIRST_YEAR = 1900;
const LAST_YEAR = 2999;
const DAY_MS = 86_400_000;
/** Asia/Shanghai. Fixed: summer time ended in 1991, and instants before 2000 are refused. */
const OFFSET_MS = 8 * 3_600_000;
const FIRST_INSTANT_DATE = '2000-01-01';

const DATE_SHAPE = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT_SHAPE = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})$/;

interface Parts {
  year: number;
  month: number;
  day: number;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** How many days the month has (month 1 to 12). */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function split(text: string): Parts {
  const match = typeof text === 'string' ? DATE_SHAPE.exec(text) : null;
  if (!match) {
    throw new TimeError('date.malformed', `日期须写作 YYYY-MM-DD：${text}`, `A date is written YYYY-MM-DD: ${text}`);
  }
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) {
    throw new TimeError('date.noSuchDay', `没有这一天：${text}`, `There is no such day: ${text}`);
  }
  if (year < FIRST_YEAR || year > LAST_YEAR) throw outOfRange(text);
  return { year, month, day };
}

function outOfRange(what: string): TimeError {
  return new TimeError(
    'date.outOfRange',
    `日期超出 ${FIRST_YEAR} 年至 ${LAST_YEAR} 年：${what}`,
    `The date is outside the years ${FIRST_YEAR} to ${LAST_YEAR}: ${what}`,
  );
}

function join({ year, month, day }: Parts): CivilDate {
  if (year < FIRST_YEAR || year > LAST_YEAR) throw outOfRange(`${year}-${month}-${day}`);
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function whole(n: number): number {
  if (!Number.isSafeInteger(n)) throw new TimeError('number.notWhole', `须为整数：${n}`, `A whole number is needed: ${n}`);
  return n;
}

/** The date, or a TimeError; a day that does not exist is an error and is never rolled into the next month. */
export function parseDate(text: string): CivilDate {
  split(text);
  return text;
}

/** Whether the value is a date that exists. */
export function isDate(value: unknown): value is CivilDate {
  if (typeof value !== 'string') return false;
  try {
    split(value);
    return true;
  } catch {
    return false;
  }
}

/** Days since 1970-01-01. Years begin in March here, so that the leap day is a year's last and needs no case. */
function dayNumber(date: CivilDate): number {
  const { year, month, day } = split(date);
  const y = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + dayOfYear - 719_468;
}

function fromDayNumber(n: number): CivilDate {
  const z = n + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1;
  return join({ year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day });
}

/** The year of the date. */
export function yearOf(date: CivilDate): number {
  return split(date).year;
}

/** The date `n` days later (earlier when negative). */
export function addDays(date: CivilDate, n: number): CivilDate {
  return fromDayNumber(dayNumber(date) + whole(n));
}

/** The same day `n` months later; where that month has no such day, its last day. */
export function addMonths(date: CivilDate, n: number): CivilDate {
  const { year, month, day } = split(date);
  const months = year * 12 + (month - 1) + whole(n);
  const [toYear, toMonth] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  return join({ year: toYear, month: toMonth, day: Math.min(day, daysInMonth(toYear, toMonth)) });
}

/** The same day `n` years later; from 29 February to a common year, 28 February. */
export function addYears(date: CivilDate, n: number): CivilDate {
  return addMonths(date, whole(n) * 12);
}

/** 1 for Monday to 7 for Sunday. */
export function dayOfWeek(date: CivilDate): number {
  return ((((dayNumber(date) + 3) % 7) + 7) % 7) + 1;
}

/** Negative when `a` is before `b`, zero when they are the same day, positive when after. For sorting. */
export function compareDates(a: CivilDate, b: CivilDate): number {
  return dayNumber(a) - dayNumber(b);
}

/** How many days lead from `from` to `to`; negative when `to` is earlier. */
export function daysBetween(from: CivilDate, to: CivilDate): number {
  return dayNumber(to) - dayNumber(from);
}

function malformedInstant(text: string): TimeError {
  return new TimeError(
    'instant.malformed',
    `时刻须为带时区的 ISO 8601：${text}`,
    `An instant is ISO 8601 with its zone: ${text}`,
  );
}

/** Milliseconds since 1970-01-01T00:00Z of an ISO 8601 instant with its zone; finer digits are cut off. */
export function instantMs(iso: string): number {
  const match = typeof iso === 'string' ? INSTANT_SHAPE.exec(iso) : null;
  if (!match) throw malformedInstant(iso);
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) throw malformedInstant(iso);
  const zone = match[6] as string;
  let offsetMinutes = 0;
  if (zone !== 'Z') {
    const [h, m] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
    if (h > 14 || m > 59) throw malformedInstant(iso);
    offsetMinutes = (h * 60 + m) * (zone.startsWith('-') ? -1 : 1);
  }
  const ms = Number((match[5] ?? '').padEnd(3, '0').slice(0, 3));
  return dayNumber(match[1] as string) * DAY_MS + ((hour * 60 + minute - offsetMinutes) * 60 + second) * 1000 + ms;
}

/** Negative when instant `a` is before `b`; compares moments, not spellings. */
export function compareInstants(a: string, b: string): number {
  return instantMs(a) - instantMs(b);
}

function refuseEarly(date: CivilDate): void {
  // Both are checked dates of one width, so their spelling sorts as they do.
  if (date < FIRST_INSTANT_DATE) {
    throw new TimeError(
      'instant.outOfRange',
      `早于 ${FIRST_INSTANT_DATE} 的时刻不予换算：${date}`,
      `Instants before ${FIRST_INSTANT_DATE} are not converted: ${date}`,
    );
  }
}

/** The instant at which the date begins in Asia/Shanghai, as UTC: 2026-03-02 begins at 2026-03-01T16:00:00.000Z. */
export function startOfDay(date: CivilDate): string {
  refuseEarly(parseDate(date));
  return `${addDays(date, -1)}T16:00:00.000Z`;
}

/** The exclusive end of the date in Asia/Shanghai: the instant at which the next day begins. */
export function endOfDay(date: CivilDate): string {
  return startOfDay(addDays(date, 1));
}

/** The date in Asia/Shanghai at the instant. */
export function dateOfInstant(iso: string): CivilDate {
  const date = fromDayNumber(Math.floor((instantMs(iso) + OFFSET_MS) / DAY_MS));
  refuseEarly(date);
  return date;
}

/** Date and time of day in Asia/Shanghai at the instant: 2026-03-02T01:15:00.000Z is 2026-03-02 09:15:00. */
export function timeOfInstant(iso: string): string {
  return new Date(instantMs(iso) + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');
}
