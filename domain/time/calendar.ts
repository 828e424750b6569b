import { dayOfWeek, parseDate, type CivilDate } from './civil.ts';

/** One year as the State Council arranged it: days off, and make-up days (weekend days that are worked), each with its reason. */
export interface YearCalendar {
  off: Record<CivilDate, string>;
  work: Record<CivilDate, string>;
}

/** Plain JSON. A year that is absent is not known: Monday to Friday, and provisional. */
export interface Calendar {
  version: string;
  years: Record<string, YearCalendar>;
}

/** Whether a day is worked, why, and whether its year is only assumed. */
export interface DayStatus {
  working: boolean;
  /** The calendar does not have this day's year. */
  provisional: boolean;
  /** The holiday, the make-up day's holiday, or the day of the week; Chinese and English. */
  reason: string;
  /** A weekend day that is worked. */
  makeUp: boolean;
}

const WEEK = [
  '星期一 Monday',
  '星期二 Tuesday',
  '星期三 Wednesday',
  '星期四 Thursday',
  '星期五 Friday',
  '星期六 Saturday',
  '星期日 Sunday',
] as const;

/** Whether the date is a working day by this calendar. */
export function isWorkingDay(date: CivilDate, calendar: Calendar): DayStatus {
  const year = calendar.years[parseDate(date).slice(0, 4)];
  const off = year?.off[date];
  if (off !== undefined) return { working: false, provisional: false, reason: off, makeUp: false };
  const makeUp = year?.work[date];
  if (makeUp !== undefined) return { working: true, provisional: false, reason: makeUp, makeUp: true };
  const weekday = dayOfWeek(date);
  return { working: weekday <= 5, provisional: !year, reason: WEEK[weekday - 1] as string, makeUp: false };
}
