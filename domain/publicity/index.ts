/**
 * Publicity (公示) as a part that any process can use: what a notice must hold, its window by the rule, gaps on which it
 * could not be read, closing. A notice never changes once published; a later end is a dated addendum.
 */
import type { DeadlineRow, SealedRef } from '../process.ts';
import type { Citation, Duration, NoticeItem, NoticeKind } from '../rules.ts';
import {
  addDays,
  compareInstants,
  computeDeadline,
  dateOfInstant,
  endOfDay,
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
}

export const windowKey = (noticeId: string): string => `window:${noticeId}`;

/** Which of the items that the rule asks for the notice lacks. */
export function missingItems(required: NoticeItem[], shown: string[]): NoticeItem[] {
  return required.filter((item) => !shown.includes(item));
}

/** A deadline row counted from `start` by the rule; `n` may lengthen a floor, never shorten it. */
export function deadlineBy(
  input: { key: string; kind: DeadlineRow['kind']; start: CivilDate; duration: Duration; countsFirstDay?: boolean },
  rule: { cite: Citation; reading?: string },
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
    state: 'running',
  };
}

/** The window of a notice published at `publishedAt`: the publishing day is not counted. */
export function openWindow(
  noticeId: string,
  publishedAt: string,
  duration: Duration,
  rule: { cite: Citation; reading?: string },
  calendar: Calendar,
): DeadlineRow {
  return deadlineBy({ key: windowKey(noticeId), kind: 'window', start: dateOfInstant(publishedAt), duration }, rule, calendar);
}

/**
 * The window after `days` on which the notice could not be read are made good: as many more days of the rule's unit,
 * and never an earlier end than before.
 */
export function lengthen(deadline: DeadlineRow, days: number, calendar: Calendar): DeadlineRow {
  const n = deadline.n + days;
  const counted = computeDeadline(
    { start: deadline.startDate, bound: deadline.bound, n, unit: deadline.unit, countsFirstDay: deadline.countsFirstDay },
    calendar,
  );
  if (compareInstants(counted.endsAt, deadline.endsAt) <= 0) {
    // Rolling over days off can swallow the added days: then each missing day is added behind the old last day.
    const lastDay = addDays(deadline.lastDay, days);
    return { ...deadline, n, lastDay, endsAt: endOfDay(lastDay) };
  }
  return {
    ...deadline,
    n,
    lastDay: counted.lastDay,
    endsAt: counted.endsAt,
    provisional: counted.provisional,
    calendarVersion: counted.calendarVersion,
    skipped: counted.skipped,
  };
}

/** Whether a reader at `at` sees the window closed; arithmetic, whatever timers have done. */
export function isOver(deadline: Pick<DeadlineRow, 'endsAt'>, at: string): boolean {
  return compareInstants(at, deadline.endsAt) >= 0;
}
