import { isWorkingDay, type Calendar, type YearCalendar } from './calendar.ts';
import { dayOfWeek, isDate, type CivilDate } from './civil.ts';
import { TimeError, type Explained } from './errors.ts';

/** A change to single days of a known year; `weekly` lets the day follow the week again. */
export interface DayAmendment {
  is: 'off' | 'work' | 'weekly';
  reason: string;
}

/**
 * What an operator imports: whole years, which replace those of the base, then single days, for a notice that amends a
 * year already known (in 2020 the Spring Festival was lengthened while it ran). A whole calendar is an import too.
 */
export interface CalendarImport {
  version: string;
  years?: Record<string, YearCalendar>;
  days?: Record<CivilDate, DayAmendment>;
}

/** One thing wrong with, or odd about, an imported calendar, and where in it. */
export interface CalendarProblem extends Explained {
  path: string;
}

/** Thrown for a calendar that cannot be used; carries every problem, not only the first. */
export class CalendarError extends TimeError {
  readonly problems: CalendarProblem[];
  constructor(problems: CalendarProblem[]) {
    const list = (pick: (problem: CalendarProblem) => string) => problems.map((p) => `${p.path || '/'}: ${pick(p)}`).join('; ');
    super('calendar.invalid', `日历不可用：${list((p) => p.zh)}`, `The calendar cannot be used: ${list((p) => p.en)}`);
    this.name = 'CalendarError';
    this.problems = problems;
  }
}

type Table = Record<string, unknown>;

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

const YEAR_SHAPE = /^(20|21)\d{2}$/;

function unknownKeys(table: Table, known: string[], path: string): CalendarProblem[] {
  return Object.keys(table)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      code: 'calendar.unknownKey',
      path: `${path}/${key}`,
      zh: `不识别的项，只认 ${known.join('、')}`,
      en: `not a known entry; known are ${known.join(', ')}`,
    }));
}

function weekendProblem(date: string, path: string): CalendarProblem[] {
  if (!isDate(date) || dayOfWeek(date) > 5) return [];
  return [
    {
      code: 'calendar.makeUpOnWeekday',
      path,
      zh: '调休上班日须为星期六或星期日',
      en: 'a make-up day must be a Saturday or a Sunday',
    },
  ];
}

function dayProblems(date: string, year: string, reason: unknown, path: string): CalendarProblem[] {
  const found: CalendarProblem[] = [];
  if (!isDate(date))
    found.push({ code: 'calendar.noSuchDay', path, zh: '不是真实的日期（YYYY-MM-DD）', en: 'is not a real date (YYYY-MM-DD)' });
  else if (!date.startsWith(`${year}-`)) {
    found.push({ code: 'calendar.otherYear', path, zh: `不属于 ${year} 年`, en: `does not belong to ${year}` });
  }
  if (!isText(reason)) found.push({ code: 'calendar.noReason', path, zh: '缺少事由', en: 'has no reason' });
  return found;
}

function yearProblems(year: string, value: unknown): CalendarProblem[] {
  const path = `/years/${year}`;
  if (!YEAR_SHAPE.test(year))
    return [
      { code: 'calendar.badYear', path, zh: '年份须为四位数（2000 至 2199）', en: 'a year has four digits (2000 to 2199)' },
    ];
  if (!isTable(value) || !isTable(value['off']) || !isTable(value['work'])) {
    return [
      {
        code: 'calendar.badShape',
        path,
        zh: '须为 {off: {日期: 事由}, work: {日期: 事由}}',
        en: 'must be {off: {date: reason}, work: {date: reason}}',
      },
    ];
  }
  const { off, work } = value as { off: Table; work: Table };
  const found = unknownKeys(value, ['off', 'work'], path);
  for (const [date, reason] of Object.entries(off)) found.push(...dayProblems(date, year, reason, `${path}/off/${date}`));
  for (const [date, reason] of Object.entries(work)) {
    const at = `${path}/work/${date}`;
    found.push(...dayProblems(date, year, reason, at), ...weekendProblem(date, at));
    if (Object.hasOwn(off, date)) {
      found.push({ code: 'calendar.offAndWork', path: at, zh: '同一天既放假又上班', en: 'is both a day off and a make-up day' });
    }
  }
  // A year without any day off is a forgotten table, and would make its deadlines look certain.
  if (Object.keys(off).length === 0) {
    found.push({ code: 'calendar.emptyYear', path, zh: '全年没有放假日', en: 'has no day off in the whole year' });
  }
  return found;
}

function amendmentProblems(date: string, value: unknown, knownYears: Set<string>): CalendarProblem[] {
  const path = `/days/${date}`;
  if (!isTable(value) || !['off', 'work', 'weekly'].includes(value['is'] as string)) {
    return [
      {
        code: 'calendar.badShape',
        path,
        zh: '须为 {is: off|work|weekly, reason: 事由}',
        en: 'must be {is: off|work|weekly, reason: text}',
      },
    ];
  }
  const year = date.slice(0, 4);
  const found = [...unknownKeys(value, ['is', 'reason'], path), ...dayProblems(date, year, value['reason'], path)];
  if (value['is'] === 'work') found.push(...weekendProblem(date, path));
  // Amending one day must not make an unknown year pass for a known one.
  if (!knownYears.has(year)) {
    found.push({
      code: 'calendar.amendsUnknownYear',
      path,
      zh: `没有 ${year} 年的日历，不能只改一天`,
      en: `the calendar has no ${year}, so one day of it cannot be amended`,
    });
  }
  return found;
}

function shapeProblems(value: unknown, known: string[]): CalendarProblem[] {
  if (!isTable(value))
    return [{ code: 'calendar.badShape', path: '', zh: '日历须为 JSON 对象', en: 'a calendar is a JSON object' }];
  const found = unknownKeys(value, known, '');
  if (!isText(value['version']))
    found.push({ code: 'calendar.noVersion', path: '/version', zh: '缺少版本', en: 'has no version' });
  for (const part of ['years', 'days']) {
    if (value[part] !== undefined && !isTable(value[part])) {
      found.push({ code: 'calendar.badShape', path: `/${part}`, zh: '须为对象', en: 'must be an object' });
    }
  }
  const years = value['years'];
  if (isTable(years)) for (const [year, table] of Object.entries(years)) found.push(...yearProblems(year, table));
  return found;
}

/** The value as a calendar, or a CalendarError with everything that is wrong. */
export function checkCalendar(value: unknown): Calendar {
  const found = shapeProblems(value, ['version', 'years']);
  if (isTable(value) && value['years'] === undefined) {
    found.push({ code: 'calendar.badShape', path: '/years', zh: '缺少年份', en: 'has no years' });
  }
  if (found.length) throw new CalendarError(found);
  return value as Calendar;
}

/** The value as an import into `base`, or a CalendarError with everything that is wrong. */
export function checkImport(base: Calendar, value: unknown): CalendarImport {
  const found = shapeProblems(value, ['version', 'years', 'days']);
  if (isTable(value)) {
    const years = isTable(value['years']) ? value['years'] : {};
    const days = isTable(value['days']) ? value['days'] : {};
    const known = new Set([...Object.keys(base.years), ...Object.keys(years)]);
    for (const [date, amendment] of Object.entries(days)) found.push(...amendmentProblems(date, amendment, known));
    if (Object.keys(years).length + Object.keys(days).length === 0) {
      found.push({ code: 'calendar.emptyImport', path: '', zh: '没有年份也没有日期', en: 'holds neither years nor days' });
    }
    // Deadlines name the version they were counted by: two calendars of one name could not be told apart.
    if (value['version'] === base.version) {
      found.push({
        code: 'calendar.sameVersion',
        path: '/version',
        zh: `须不同于现行版本 ${base.version}`,
        en: `must differ from the version in force, ${base.version}`,
      });
    }
  }
  if (found.length) throw new CalendarError(found);
  return value as CalendarImport;
}

/** The base with the import laid over it: a new calendar under the import's version. Neither argument is changed. */
export function applyImport(base: Calendar, patch: CalendarImport): Calendar {
  checkImport(base, patch);
  const years: Calendar['years'] = { ...base.years, ...patch.years };
  for (const [date, { is, reason }] of Object.entries(patch.days ?? {})) {
    const key = date.slice(0, 4);
    const { [date]: _off, ...off } = years[key]?.off ?? {};
    const { [date]: _work, ...work } = years[key]?.work ?? {};
    if (is === 'off') off[date] = reason;
    if (is === 'work') work[date] = reason;
    years[key] = { off, work };
  }
  return { version: patch.version, years };
}

/** Days that are days off in every year by the State Council's regulation on holidays. */
const ALWAYS_OFF = ['01-01', '05-01', '10-01', '10-02', '10-03'];
/** The fewest weekdays lost in any year from 2004 on, make-up days subtracted. */
const FEWEST_DAYS_LOST = 9;

/** What looks incomplete in the years an import touches. A person decides: a notice may have its reasons. */
export function calendarWarnings(calendar: Calendar, patch: CalendarImport): CalendarProblem[] {
  const touched = new Set([...Object.keys(patch.years ?? {}), ...Object.keys(patch.days ?? {}).map((date) => date.slice(0, 4))]);
  const found: CalendarProblem[] = [];
  for (const year of [...touched].toSorted()) {
    const path = `/years/${year}`;
    const missing = ALWAYS_OFF.map((day) => `${year}-${day}`).filter((date) => isWorkingDay(date, calendar).working);
    if (missing.length) {
      found.push({
        code: 'calendar.holidayMissing',
        path,
        zh: `法定节假日未列为放假：${missing.join('、')}`,
        en: `statutory holidays are not days off: ${missing.join(', ')}`,
      });
    }
    const table = calendar.years[year] as YearCalendar;
    const lost = Object.keys(table.off).filter((date) => dayOfWeek(date) <= 5).length - Object.keys(table.work).length;
    if (lost < FEWEST_DAYS_LOST) {
      found.push({
        code: 'calendar.fewDaysOff',
        path,
        zh: `扣除调休后全年只有 ${lost} 个工作日放假，可能不完整`,
        en: `only ${lost} weekdays off after make-up days; perhaps incomplete`,
      });
    }
  }
  return found;
}
