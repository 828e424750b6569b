/**
 * Terms of use rights (长期使用权的期限): how long a right was promised, when its stages and it itself end, and what a
 * renewal adds. Pure counting, so that anyone can do it again from the row alone.
 */
import type { DeadlineRow, Refusal } from '../process.ts';
import { deadlineBy } from '../publicity/index.ts';
import { refuse } from '../refusal.ts';
import type { Duration, ResolvedRule } from '../rules.ts';
import { addDays, compareDates, computeDeadline, daysBetween, type Calendar, type CivilDate } from '../time/index.ts';

/** One stage of a staged grant; a conditional one is only held out, not promised. */
export interface Stage {
  years: number;
  unconditional: boolean;
}

/** What fixes a term: its first day, the years promised, and whether the agreement counts the first day (Civil Code 204). */
export interface TermInput {
  startsOn: CivilDate;
  years: number;
  countsFirstDay: boolean;
  /** Last day of the legal protection; a right to use what nobody protects any more ends with it. */
  protectedUntil?: CivilDate;
}

type TermRule = ResolvedRule<'empowerment.useRight.term'>;
/** The clause that a row cites: of the rule that gives the term, or by which a short protection cuts it. */
type Cited = Pick<ResolvedRule, 'cite' | 'reading' | 'source' | 'under'>;

/** The years that are promised for sure: the first stage, and those after it for as long as they are unconditional. */
export function promisedYears(stages: readonly Stage[]): number {
  const held = stages.findIndex((stage, i) => i > 0 && !stage.unconditional);
  return (held < 0 ? stages : stages.slice(0, held)).reduce((sum, stage) => sum + stage.years, 0);
}

/**
 * Why stages cannot stand, or nothing. What is promised must reach the floor by itself: a later stage that depends on a
 * condition may be held out beyond it, never make it up (nm-hei.8b, nm-pilot.3.2a, bt-149.2a).
 */
export function stagesFault(stages: readonly Stage[], rule: TermRule, at: string): { refusal: Refusal } | undefined {
  const cite = { at, clause: rule.cite.clause };
  const odd = stages.findIndex(({ years }) => !Number.isInteger(years) || years < 1);
  if (stages.length === 0 || odd >= 0)
    return refuse('stageInvalid', '每一阶段的年数应为正整数。', 'Every stage lasts a whole number of years, at least one.', {
      ...cite,
      at: odd < 0 ? at : `${at}/${odd}`,
    });
  const floor = rule.value.n;
  const promised = promisedYears(stages);
  if (promised >= floor) return undefined;
  const total = stages.reduce((sum, { years }) => sum + years, 0);
  return total < floor
    ? refuse(
        'termTooShort',
        `各阶段合计 ${total} 年，长期使用权期限不得低于 ${floor} 年。`,
        `The stages add up to ${total} years; a use right lasts at least ${floor} years.`,
        cite,
      )
    : refuse(
        'stageConditional',
        `无条件授予的期限只有 ${promised} 年；后一阶段附条件的，可能低于 ${floor} 年，应改为无条件。`,
        `Only ${promised} years are promised without a condition; a later stage that depends on one could leave the right below ${floor} years.`,
        cite,
      );
}

/** Years are counted without asking which days are worked. */
const unasked: Calendar = { version: '', years: {} };

/** The last day of a term that begins on the day and lasts so many years. Years never roll (Civil Code 202). */
function lastDayOf({ startsOn, years, countsFirstDay }: TermInput): CivilDate {
  return computeDeadline({ start: startsOn, bound: 'atLeast', n: years, unit: 'year', countsFirstDay }, unasked).lastDay;
}

/** Whether the protection ends before the term would; the right then cannot last as long as it was promised. */
export const outlivesProtection = (term: TermInput): boolean =>
  term.protectedUntil !== undefined && compareDates(term.protectedUntil, lastDayOf(term)) < 0;

/**
 * The term's row under the key. Where `cut` is given and the protection ends earlier, the term ends with the protection,
 * and the row cites the rule that says so; it is then counted in the days that are left.
 */
export function termRow(
  key: string,
  term: TermInput,
  rule: Cited & { value: Duration },
  calendar: Calendar,
  cut?: Cited,
): DeadlineRow {
  const { startsOn: start, countsFirstDay, protectedUntil } = term;
  const row = { key, kind: 'term' as const, start, countsFirstDay };
  if (!cut || protectedUntil === undefined || !outlivesProtection(term))
    return deadlineBy({ ...row, duration: { ...rule.value, n: term.years } }, rule, calendar);
  const n = daysBetween(start, protectedUntil) + (countsFirstDay ? 1 : 0);
  return deadlineBy({ ...row, duration: { bound: 'atMost', n, unit: 'calendarDay' } }, cut, calendar);
}

/**
 * The last day of each stage. All are counted from the right's first day, so that no stage loses a day to the one before it,
 * and none outlives the protection.
 */
export function stageEnds(term: Omit<TermInput, 'years'>, stages: readonly Stage[]): CivilDate[] {
  let years = 0;
  return stages.map((stage) => {
    const lastDay = lastDayOf({ ...term, years: (years += stage.years) });
    const { protectedUntil = lastDay } = term;
    return compareDates(protectedUntil, lastDay) < 0 ? protectedUntil : lastDay;
  });
}

/**
 * A renewed term begins on the day after the old end, which is a day of the right already and counts: renewed, a right
 * never ends before the day to which it would have run had all its years been promised at once.
 */
export const renewedFrom = (oldLastDay: CivilDate, years: number, protectedUntil?: CivilDate): TermInput => ({
  startsOn: addDays(oldLastDay, 1),
  years,
  countsFirstDay: true,
  ...(protectedUntil === undefined ? {} : { protectedUntil }),
});
