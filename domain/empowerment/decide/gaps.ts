/** Days on which a notice could not be read: they lengthen a running window; one that is over never moves, but may not suffice. */
import { isPending } from '../../objection/index.ts';
import type { Asking, Decision, NewEvent, Refusal } from '../../process.ts';
import { isCounted, lengthen, type Notice } from '../../publicity/index.ts';
import { isRefusal, refuse } from '../../refusal.ts';
import { valueOf } from '../../rules.ts';
import { addDays, compareDates, dateOfInstant, type CivilDate } from '../../time/index.ts';
import type { OpenState } from '../state.ts';
import { calendarOf, decided, happened, type Act } from './common.ts';
import { noticeMissing } from './publicity.ts';

/** The notice whose days can still go on record: it is on show, or was and the result is not stated yet. */
function recordable(state: OpenState, id: string | undefined): Notice | { refusal: Refusal } {
  const notice = state.notices.find((one) => one.id === id);
  if (notice?.state === 'open') return notice;
  if (notice?.state !== 'closed' || notice.round !== state.round) return noticeMissing();
  return state.statement
    ? refuse(
        'resultStated',
        '公示情况说明已出具，不再登记公示中断。',
        "The publicity's result is stated; days of the notice no longer go on record.",
        { status: 409 },
      )
    : notice;
}

/** Whether a day of the window has come that is not on record as a gap. */
function daysLeft({ deadline, gapDays }: Notice, today: CivilDate): boolean {
  for (let day = deadline.startDate; compareDates(day, today) <= 0; day = addDays(day, 1)) {
    if (compareDates(day, deadline.lastDay) > 0) return false;
    if (!gapDays.includes(day)) return true;
  }
  return false;
}

const gapKnown = (): Decision =>
  refuse('gapKnown', '这些日期的中断已登记。', 'These days are on record already.', { status: 409, at: '/days' });

export function gapFault(state: OpenState, { receivedAt }: Asking, noticeId?: string): Decision | undefined {
  const notice = recordable(state, noticeId);
  if (isRefusal(notice)) return notice;
  return daysLeft(notice, dateOfInstant(receivedAt)) ? undefined : gapKnown();
}

/**
 * Puts days on record on which the notice could not be read. Where the unit's rules say so, counted ones lengthen a window
 * that runs; found after its end, they leave the notice insufficient, and it is published anew with a full window.
 */
export function recordPublicityGap(state: OpenState, act: Act<'recordPublicityGap'>): Decision {
  const notice = recordable(state, act.body.noticeId);
  if (isRefusal(notice)) return notice;
  const { deadline } = notice;
  const days = [...new Set(act.body.days)].filter((day) => !notice.gapDays.includes(day)).toSorted();
  const outside = days.find(
    (day) =>
      compareDates(day, deadline.startDate) < 0 ||
      compareDates(day, deadline.lastDay) > 0 ||
      compareDates(day, dateOfInstant(act.receivedAt)) > 0,
  );
  if (outside)
    return refuse('dayOutsideWindow', `${outside} 不在公示期内或尚未到来。`, `${outside} is not a past day of the window.`, {
      at: '/days',
    });
  if (days.length === 0) return gapKnown();
  const missed = valueOf(state.rules, 'publicity.gapLengthens') ? days.filter((day) => isCounted(deadline, day)).length : 0;
  const on = { noticeId: notice.id, days, grounds: act.body.grounds };
  if (missed === 0) return decided([happened(act, 'publicityGapRecorded', on)]);
  if (notice.state === 'open') {
    const lengthened = lengthen(deadline, missed, calendarOf(act));
    return decided([happened(act, 'publicityGapRecorded', { ...on, lengthened })]);
  }
  return decided([happened(act, 'publicityGapRecorded', { ...on, insufficient: true }), ...publishedAnew(state, act)]);
}

/**
 * Back to the preparation of notices, at once where nothing else comes first. Objections are answered first, and an upheld
 * one carried out: an amendment shows everything anew in any case.
 */
function publishedAnew(state: OpenState, act: Act<'recordPublicityGap'>): NewEvent[] {
  const { step, objections, settled } = state;
  const open = objections.some((o) => !settled.includes(o.id) && (isPending(o) || o.consequence !== 'none'));
  return step === 'statement' || (step === 'publicity' && !open)
    ? [happened(act, 'stepEntered', { step: 'noticePreparation' })]
    : [];
}
