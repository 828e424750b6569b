/**
 * Mending (纠偏) as a part that any process can use: hold and resume, a deadline moved, somebody else put in charge, a death
 * that was none. One person proposes, a second confirms, and only then it takes effect. The host passes what it knows of the matter and
 * carries out in its own state what the part's events say.
 */
import { barOf } from '../collective/index.ts';
import { isSecondPerson } from '../hands.ts';
import { holdReasonLabels, type Label } from '../labels.ts';
import type { Asking, DeadlineRow, Envelope, Facts, SealedRef } from '../process.ts';
import { refuse } from '../refusal.ts';
import { compareDates, dateOfInstant, type Calendar } from '../time/index.ts';
import { moved, resumed, stoppedBy, wasTold } from './deadlines.ts';
import {
  alreadyOnHold,
  movable,
  notOnHold,
  pendingFault,
  pendingOne,
  takeable,
  targetOf,
  type Matter,
  type Refused,
} from './open.ts';
import type { DeadlineEffect, Hold, Mend, MendingEvents, Seat } from './types.ts';

type Answer<T extends keyof MendingEvents> = { [K in T]: { type: K; data: MendingEvents[K] } }[T] | Refused;

/** What takes effect once a second person has confirmed. */
type Effect = 'holdBegun' | 'holdEnded' | 'deadlineMoved' | 'personReassigned' | 'deathCorrected';

function calendarOf(act: Asking): Calendar {
  if (!act.facts.calendar) throw new Error(`Act ${act.type} was delivered without its calendar`);
  return act.facts.calendar;
}

function peopleOf(act: Asking): NonNullable<Facts['people']> {
  if (!act.facts.people) throw new Error(`Act ${act.type} was delivered without people`);
  return act.facts.people;
}

/** The refusal of an act that waits while the case is on hold. */
export function heldRefusal({ reason, since }: Hold, words: Label): Refused {
  const { zh, en } = holdReasonLabels[reason];
  const day = dateOfInstant(since);
  return refuse(
    'onHold',
    `案件自 ${day} 起因“${zh}”暂停办理，恢复办理后方可办理“${words.zh}”。`,
    `The case is on hold since ${day} for ${en}; "${words.en}" waits until it is resumed.`,
    { status: 409 },
  );
}

function moveFault(matter: Matter, act: Asking, mend: Extract<Mend, { kind: 'moveDeadline' }>): DeadlineRow | Refused {
  const row = movable(matter, act, mend.deadline);
  if ('refusal' in row) return row;
  const cite = { at: '/lastDay', clause: row.clause };
  const direction = compareDates(mend.lastDay, row.lastDay);
  if (direction === 0)
    return refuse('deadlineUnchanged', `该期限本来就止于 ${row.lastDay}。`, `The deadline ends on ${row.lastDay} already.`, cite);
  if (direction < 0 && wasTold(row))
    return refuse(
      'toldNeverEarlier',
      `已告知的期限止于 ${row.lastDay}，不得提前。`,
      `People were told ${row.lastDay}; that end never comes earlier.`,
      cite,
    );
  if (direction < 0 && row.bound === 'atLeast')
    return refuse(
      'floorOnlyLater',
      `该期限为“不少于”，只能延后，不得早于 ${row.lastDay}。`,
      `This is a floor: it moves only later than ${row.lastDay}.`,
      cite,
    );
  if (direction > 0 && row.bound === 'atMost')
    return refuse(
      'ceilingOnlyEarlier',
      `该期限为“不超过”，只能提前，不得晚于 ${row.lastDay}。`,
      `This is a ceiling: it moves only earlier than ${row.lastDay}.`,
      cite,
    );
  if (compareDates(mend.lastDay, dateOfInstant(act.receivedAt)) < 0)
    return refuse('endInPast', '新的截止日已经过去。', 'The new last day lies in the past.', { at: '/lastDay' });
  return row;
}

/** The seat if somebody else can be put in it who has no interest in the matter. */
function seatOf(matter: Matter, { seat: key, to }: Extract<Mend, { kind: 'reassign' }>): Seat | Refused {
  const seat = takeable(matter, key);
  if ('refusal' in seat) return seat;
  if (seat.personId === to)
    return refuse('alreadyInCharge', '该人员已在办理此事项。', 'That person is in charge already.', { at: '/to' });
  return barOf(to, matter.interests)
    ? refuse('recused', '该人员与本案有利害关系，应当回避。', 'That person has an interest in the matter and must stand aside.', {
        at: '/to',
      })
    : seat;
}

/** Whether the person is there, and is what the seat asks for. */
function eligibilityFault(seat: Seat, act: Asking, to: string): Refused | undefined {
  const person = peopleOf(act)[to];
  const { role, department } = seat;
  const roles = person?.roles ?? [];
  const able =
    person?.status === 'active' &&
    (role === undefined ? roles.length > 0 : roles.includes(role)) &&
    (department === undefined || person.departments.includes(department));
  return able
    ? undefined
    : refuse(
        'notEligible',
        '该人员不在岗，或没有办理此事项所需的身份。',
        'That person is not active, or lacks the role or department that this asks for.',
        { at: '/to' },
      );
}

/** Why the mending cannot be, as far as the case itself tells. */
function faultOf(matter: Matter, asking: Asking, mend: Mend): Refused | undefined {
  const { hold } = matter.mending;
  if (mend.kind === 'hold') return hold ? alreadyOnHold() : undefined;
  if (mend.kind === 'resume') return hold ? undefined : notOnHold();
  // What rests on a death, the host knows.
  if (mend.kind === 'correctDeath') return undefined;
  const found = mend.kind === 'moveDeadline' ? moveFault(matter, asking, mend) : seatOf(matter, mend);
  return 'refusal' in found ? found : undefined;
}

/** What the mending would do now to deadlines, or why it cannot be. */
function effectsOf(matter: Matter, act: Asking, mend: Mend): { effects: DeadlineEffect[] } | Refused {
  const fault = faultOf(matter, act, mend);
  if (fault) return fault;
  switch (mend.kind) {
    case 'hold':
      return { effects: stoppedBy(matter.deadlines, act.receivedAt, calendarOf(act)) };
    case 'resume': {
      const ends = new Map(matter.deadlines.map(({ key, lastDay }) => [key, lastDay]));
      const rows = resumed(matter.deadlines, matter.mending.hold as Hold, act.receivedAt, calendarOf(act));
      return { effects: rows.map(({ key, lastDay }) => ({ key, from: ends.get(key) ?? '', to: lastDay })) };
    }
    case 'moveDeadline': {
      const row = moveFault(matter, act, mend);
      return 'refusal' in row ? row : { effects: [{ key: row.key, from: row.lastDay, to: mend.lastDay }] };
    }
    case 'reassign': {
      const seat = seatOf(matter, mend);
      return 'refusal' in seat ? seat : (eligibilityFault(seat, act, mend.to) ?? { effects: [] });
    }
    case 'correctDeath':
      return { effects: [] };
  }
}

/** One person proposes; what it would do is put on record, so that the second confirms what was seen. */
export function propose(matter: Matter, act: Envelope<string, { grounds: SealedRef }>, mend: Mend): Answer<'mendingProposed'> {
  const found = effectsOf(matter, act, mend);
  if ('refusal' in found) return found;
  const waiting = pendingFault(matter, targetOf(mend));
  if (waiting) return waiting;
  const { actor } = act;
  const [proposedBy, onBehalfOf, roles] =
    actor.kind === 'person' ? [actor.personId, actor.onBehalfOf, actor.roles] : ['system', undefined, []];
  return {
    type: 'mendingProposed',
    data: {
      mendingId: act.actId,
      mend,
      grounds: act.body.grounds,
      proposedBy,
      ...(onBehalfOf === undefined ? {} : { proposedFor: onBehalfOf }),
      asked: roles.includes('administrator') ? 'officer' : 'administrator',
      effects: found.effects,
    },
  };
}

/** Why the mending cannot be confirmed by whoever asks, or nothing: everything is looked at again, since time has passed. */
export function confirmFault(matter: Matter, asking: Asking, id: string | undefined): Refused | undefined {
  const mending = pendingOne(matter, id);
  if ('refusal' in mending) return mending;
  if (!isSecondPerson(asking, [mending.proposedBy, mending.proposedFor]))
    return refuse(
      'secondPersonNeeded',
      '应由提出人以外的人员复核。',
      'Somebody other than the person who proposed it must confirm.',
      {
        status: 403,
      },
    );
  return faultOf(matter, asking, mending.mend);
}

/** A second person confirms, and it takes effect as of now. */
export function confirm(matter: Matter, act: Envelope<string, { mendingId: string }>): Answer<Effect> {
  const fault = confirmFault(matter, act, act.body.mendingId);
  if (fault) return fault;
  const mending = pendingOne(matter, act.body.mendingId);
  if ('refusal' in mending) return mending;
  const { mend, grounds, proposedBy } = mending;
  const found = effectsOf(matter, act, mend);
  if ('refusal' in found) return found;
  const confirmedBy = act.actor.kind === 'person' ? act.actor.personId : 'system';
  const by = { mendingId: mending.id, grounds, proposedBy, confirmedBy };
  switch (mend.kind) {
    case 'hold':
      return { type: 'holdBegun', data: { ...by, reason: mend.reason, stopped: found.effects } };
    case 'resume': {
      const hold = matter.mending.hold as Hold;
      const deadlines = resumed(matter.deadlines, hold, act.receivedAt, calendarOf(act));
      return { type: 'holdEnded', data: { ...by, since: hold.since, deadlines } };
    }
    case 'moveDeadline': {
      const row = matter.deadlines.find(({ key }) => key === mend.deadline) as DeadlineRow;
      const { lastDay, endsAt } = row;
      const deadline = moved(row, mend.lastDay, mending.id, dateOfInstant(act.receivedAt));
      return { type: 'deadlineMoved', data: { ...by, from: { lastDay, endsAt }, deadline } };
    }
    case 'reassign': {
      const seat = matter.seats.find(({ key }) => key === mend.seat) as Seat;
      const from = seat.personId === undefined ? {} : { from: seat.personId };
      return { type: 'personReassigned', data: { ...by, seat: seat.key, act: seat.act, ...from, to: mend.to } };
    }
    case 'correctDeath':
      return { type: 'deathCorrected', data: { ...by, personId: mend.personId } };
  }
}

/** Refused, or taken back by whoever proposed it: nothing takes effect. */
export function refuseMending(
  matter: Matter,
  act: Envelope<string, { mendingId: string; grounds: SealedRef }>,
): Answer<'mendingRefused'> {
  const mending = pendingOne(matter, act.body.mendingId);
  if ('refusal' in mending) return mending;
  const refusedBy = act.actor.kind === 'person' ? act.actor.personId : 'system';
  return { type: 'mendingRefused', data: { mendingId: mending.id, refusedBy, grounds: act.body.grounds } };
}
