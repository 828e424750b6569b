import { unitLabels } from '../labels.ts';
import type { Bound, Duration, Unit } from '../rules.ts';
import { isWorkingDay, type Calendar } from './calendar.ts';
import { addDays, addMonths, addYears, endOfDay, parseDate, type CivilDate } from './civil.ts';
import { TimeError, type DeadlineField } from './errors.ts';

/** What to count: from when, how much, and whether the agreement counts its first day (else it is not counted). */
export interface DeadlineInput extends Duration {
  start: CivilDate;
  countsFirstDay?: boolean;
}

/** A day that was not counted, or that an end rolled over. */
export interface SkippedDay {
  date: CivilDate;
  reason: string;
}

/** An end, with all that is needed to count it again. */
export interface Deadline {
  /** The last day on which one may still act. */
  lastDay: CivilDate;
  /** The exclusive midnight in Asia/Shanghai after the last day, as UTC. */
  endsAt: string;
  /** The count rests on a year whose calendar is not known. */
  provisional: boolean;
  calendarVersion: string;
  skipped: SkippedDay[];
  /** How it was counted, a step a line, Chinese and English. */
  arithmetic: string[];
}

export const BOUNDS: readonly Bound[] = ['atLeast', 'atMost'];
export const UNITS: readonly Unit[] = ['workingDay', 'calendarDay', 'month', 'year'];

/** The longest lengths answered: a hundred years, and some ten years of working days. Longer is a slip of the pen. */
export const LONGEST: Readonly<Record<Unit, number>> = { workingDay: 2_500, calendarDay: 36_500, month: 1_200, year: 100 };

const FIRST_START = '2000-01-01';
/** More than a hundred years before the last date that can be written, so that every accepted length can be counted. */
const LAST_START = '2898-12-31';

const UNIT_WORDS: Readonly<Record<Unit, [zh: string, en: string]>> = {
  workingDay: ['个工作日', 'working day(s)'],
  calendarDay: ['日', 'calendar day(s)'],
  month: ['个月', 'month(s)'],
  year: ['年', 'year(s)'],
};

function refuse(field: DeadlineField, error: TimeError): TimeError {
  return new TimeError(error.code, error.zh, error.en, field);
}

/** The input if it can be counted, else a TimeError whose `field` says which part is wrong. */
export function checkDeadlineInput(input: DeadlineInput): DeadlineInput {
  const { start, bound, n, unit, countsFirstDay } = input;
  try {
    parseDate(start);
  } catch (error) {
    throw error instanceof TimeError ? refuse('start', error) : error;
  }
  if (start < FIRST_START || start > LAST_START) {
    throw new TimeError(
      'date.outOfRange',
      `起算日须在 ${FIRST_START} 至 ${LAST_START} 之间：${start}`,
      `The starting day must lie between ${FIRST_START} and ${LAST_START}: ${start}`,
      'start',
    );
  }
  if (!BOUNDS.includes(bound)) {
    throw new TimeError(
      'bound.unknown',
      `上下限须为 atLeast（不少于）或 atMost（不超过）：${bound}`,
      `The bound must be atLeast or atMost: ${bound}`,
      'bound',
    );
  }
  if (!UNITS.includes(unit)) {
    throw new TimeError(
      'unit.unknown',
      `单位须为 workingDay、calendarDay、month 或 year：${unit}`,
      `The unit must be workingDay, calendarDay, month or year: ${unit}`,
      'unit',
    );
  }
  if (!Number.isSafeInteger(n) || n < 1) {
    throw new TimeError('n.notPositiveInteger', `数量须为正整数：${n}`, `The amount must be a positive whole number: ${n}`, 'n');
  }
  if (n > LONGEST[unit]) {
    throw new TimeError(
      'n.tooLarge',
      `最多为 ${LONGEST[unit]} ${unitLabels[unit].zh}：${n}`,
      `At most ${LONGEST[unit]} ${unitLabels[unit].en} can be counted: ${n}`,
      'n',
    );
  }
  if (countsFirstDay !== undefined && typeof countsFirstDay !== 'boolean') {
    throw new TimeError(
      'countsFirstDay.notBoolean',
      `首日是否计入须为 true 或 false：${JSON.stringify(countsFirstDay)}`,
      `Whether the first day counts must be true or false: ${JSON.stringify(countsFirstDay)}`,
      'countsFirstDay',
    );
  }
  return input;
}

interface Count {
  lastDay: CivilDate;
  skipped: SkippedDay[];
  /** Years that were asked about and are not in the calendar. */
  unknownYears: Set<string>;
  lines: string[];
}

/** Rest days are skipped one by one; the starting day is not counted. @clause cn.civil.201 */
function countWorkingDays(input: DeadlineInput, calendar: Calendar): Count {
  const skipped: SkippedDay[] = [];
  const unknownYears = new Set<string>();
  const lines: string[] = [];
  let day = input.countsFirstDay ? input.start : addDays(input.start, 1);
  for (let counted = 0; ; day = addDays(day, 1)) {
    const status = isWorkingDay(day, calendar);
    if (status.provisional) unknownYears.add(day.slice(0, 4));
    if (!status.working) {
      skipped.push({ date: day, reason: status.reason });
      continue;
    }
    if (status.makeUp) lines.push(`${day} 为调休上班日，计入 / ${day} is a make-up day and counts (${status.reason})`);
    counted += 1;
    if (counted === input.n) break;
  }
  if (skipped.length) lines.push(`跳过 ${skipped.length} 个休息日 / ${skipped.length} day(s) off are skipped`);
  return { lastDay: day, skipped, unknownYears, lines };
}

/** A floor that ends on a day off moves to the day after it; a ceiling takes the earlier reading and stays. @clause cn.civil.203 */
function countCalendarDays(input: DeadlineInput, calendar: Calendar): Count {
  const skipped: SkippedDay[] = [];
  const unknownYears = new Set<string>();
  const lines: string[] = [];
  let lastDay = addDays(input.start, input.countsFirstDay ? input.n - 1 : input.n);
  if (input.bound === 'atMost') return { lastDay, skipped, unknownYears, lines };
  for (; ; lastDay = addDays(lastDay, 1)) {
    const status = isWorkingDay(lastDay, calendar);
    if (status.provisional) unknownYears.add(lastDay.slice(0, 4));
    if (status.working) break;
    skipped.push({ date: lastDay, reason: status.reason });
    lines.push(`${lastDay} 休息，顺延一日 / ${lastDay} is a day off, on to the next day (${status.reason})`);
  }
  return { lastDay, skipped, unknownYears, lines };
}

/** The corresponding day of the last month, or that month's last day. @clause cn.civil.202 */
function countMonths(input: DeadlineInput): Count {
  const { start, n, unit, bound, countsFirstDay } = input;
  const corresponding = unit === 'year' ? addYears(start, n) : addMonths(start, n);
  const exists = corresponding.slice(8) === start.slice(8);
  const none = { skipped: [], unknownYears: new Set<string>() };
  const lines = exists
    ? [`对应日 ${corresponding} / the corresponding day is ${corresponding}`]
    : [`无对应日，取月末 ${corresponding} / no corresponding day: the month's last day ${corresponding}`];
  // A ceiling takes the earlier reading everywhere. A floor that counts its first day takes the later one: without a
  // corresponding day the month's last day is itself the end (decision 0011).
  const dayBefore = bound === 'atMost' || (countsFirstDay === true && exists);
  if (!dayBefore) return { ...none, lastDay: corresponding, lines };
  lines.push(
    bound === 'atMost'
      ? '上限取较早的读法，止于其前一日 / a ceiling takes the earlier reading and ends the day before'
      : '首日计入，止于其前一日 / the first day counts, so it ends the day before',
  );
  return { ...none, lastDay: addDays(corresponding, -1), lines };
}

/**
 * Where a length of time ends. The starting day is not counted (cn.civil.201) unless the agreement says so (cn.civil.204);
 * the last day is included (cn.civil.1259). A floor in calendar days
 * rolls off days off; ceilings, months and years never roll. Same input and calendar, same answer, in any time zone.
 * @clause cn.civil.204, cn.civil.1259
 */
export function computeDeadline(input: DeadlineInput, calendar: Calendar): Deadline {
  const { start, bound, n, unit, countsFirstDay } = checkDeadlineInput(input);
  let count: Count;
  if (unit === 'workingDay') count = countWorkingDays(input, calendar);
  else if (unit === 'calendarDay') count = countCalendarDays(input, calendar);
  else count = countMonths(input);
  const { lastDay, skipped, unknownYears, lines } = count;
  const [zh, en] = UNIT_WORDS[unit];
  const [boundZh, boundEn] = bound === 'atLeast' ? ['不少于', 'at least'] : ['不超过', 'at most'];
  const arithmetic = [
    countsFirstDay
      ? `自 ${start} 起算，当日计入 / from ${start}, which counts`
      : `自 ${start} 起算，当日不计入 / from ${start}, which does not count`,
    `${boundZh} ${n} ${zh} / ${boundEn} ${n} ${en}`,
    ...lines,
    ...[...unknownYears].map((y) => `${y} 年日历未知，暂按周一至周五 / no calendar for ${y}: Monday to Friday for now`),
    `最后一日 ${lastDay}，至 24:00 / the last day is ${lastDay}, until 24:00`,
  ];
  return {
    lastDay,
    endsAt: endOfDay(lastDay),
    provisional: unknownYears.size > 0,
    calendarVersion: calendar.version,
    skipped,
    arithmetic,
  };
}
