/**
 * Publicity (公示) as a part that any process can use: what a notice must hold, its window by the rule, gaps on which it
 * could not be read, closing. A notice never changes once published; a later end is a dated addendum.
 */
import type { DeadlineRow, SealedRef } from '../process.ts';
import type { Citation, Duration, NoticeItem, NoticeKind, Rank } from '../rules.ts';
import {
  compareDates,
  compareInstants,
  computeDeadline,
  dateOfInstant,
  daysBetween,
  type Calendar,
  type CivilDate,
} from '../time/index.ts';

export interface Notice {
  id: string;
  kind: NoticeKind;
  edition: number;
  /** Which round of the case it belongs to; each amendment begins one. */
  round: number;
  content: SealedRef;
  contentDigest: string;
  place: string;
  audience: 'institution' | 'public';
  publishedAt: string;
  deadline: DeadlineRow;
  state: 'open' | 'closed' | 'superseded' | 'takenDown';
  addenda: { on: string; lastDay: string; endsAt: string; reason: string }[];
  gapDays: string[];
  /** Over, and found afterwards not to have been readable on all its days: it is to be published anew. */
  insufficient?: true;
}

export const windowKey = (noticeId: string): string => `window:${noticeId}`;

/** Which of the items that the rule asks for the notice lacks. */
export function missingItems(required: NoticeItem[], shown: string[]): NoticeItem[] {
  return required.filter((item) => !shown.includes(item));
}

/** The rule that gives a length: its clause, and whether the law or the institution set it. */
interface CitedRule {
  cite: Citation;
  reading?: string;
  source?: { rank: Rank };
  under?: unknown[];
}

/** The institution's own only where no mandatory value stands under it: what the law bounds too runs on in law. */
export const setBy = ({ source, under }: CitedRule): Pick<DeadlineRow, 'source'> =>
  source ? { source: source.rank === 'institution' && !under?.length ? 'institution' : 'law' } : {};

/** A deadline row counted from `start` by the rule; `n` may lengthen a floor, never shorten it. */
export function deadlineBy(
  input: { key: string; kind: DeadlineRow['kind']; start: CivilDate; duration: Duration; countsFirstDay?: boolean },
  rule: CitedRule,
  calendar: Calendar,
): DeadlineRow {
  const { key, kind, start, duration, countsFirstDay = false } = input;
  const counted = computeDeadline({ start, ...duration, countsFirstDay }, calendar);
  return {
    key,
    kind,
    startDate: start,
    lastDay: counted.lastDay,
    endsAt: counted.endsAt,
    bound: duration.bound,
    n: duration.n,
    unit: duration.unit,
    countsFirstDay,
    clause: rule.cite.clause,
    phrase: rule.cite.phrase,
    ...(rule.reading === undefined ? {} : { reading: rule.reading }),
    calendarVersion: counted.calendarVersion,
    provisional: counted.provisional,
    skipped: counted.skipped,
    ...setBy(rule),
    state: 'running',
  };
}

/** The window of a notice published at `publishedAt`: the publishing day is not counted. */
export function openWindow(
  noticeId: string,
  publishedAt: string,
  duration: Duration,
  rule: CitedRule,
  calendar: Calendar,
): DeadlineRow {
  return deadlineBy({ key: windowKey(noticeId), kind: 'window', start: dateOfInstant(publishedAt), duration }, rule, calendar);
}

/**
 * The window after `days` on which the notice could not be read are made good: as many more days of the rule's unit,
 * and always a later end than before. Where the longer count would end no later (days off had swallowed the difference),
 * or the rule counts months, the missing days are counted on from the old last day, and the row says how many calendar
 * days that makes from the start, so that it can still be recounted.
 */
export function lengthen(deadline: DeadlineRow, days: number, calendar: Calendar): DeadlineRow {
  const { startDate: start, bound, unit, countsFirstDay } = deadline;
  const recount = (length: Duration): DeadlineRow => {
    const { lastDay, endsAt, provisional, calendarVersion, skipped } = computeDeadline(
      { start, ...length, countsFirstDay },
      calendar,
    );
    return { ...deadline, ...length, lastDay, endsAt, provisional, calendarVersion, skipped };
  };
  if (unit === 'workingDay' || unit === 'calendarDay') {
    const longer = recount({ bound, n: deadline.n + days, unit });
    if (compareInstants(longer.endsAt, deadline.endsAt) > 0) return longer;
  }
  const onward = computeDeadline({ start: deadline.lastDay, bound: 'atLeast', n: days, unit: 'calendarDay' }, calendar);
  const n = daysBetween(start, onward.lastDay) + (countsFirstDay ? 1 : 0);
  return recount({ bound: 'atLeast', n, unit: 'calendarDay' });
}

/** Whether the day counts towards the window; that of publication does not. */
export const isCounted = ({ startDate, countsFirstDay }: DeadlineRow, day: CivilDate): boolean =>
  countsFirstDay || compareDates(day, startDate) > 0;

/** Whether a reader at `at` sees the window closed; arithmetic, whatever timers have done. */
export function isOver(deadline: Pick<DeadlineRow, 'endsAt'>, at: string): boolean {
  return compareInstants(at, deadline.endsAt) >= 0;
}
