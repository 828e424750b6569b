/**
 * What can be mended as the case stands, before anything else is said of the act: the deciders refuse by it, and people are
 * offered what it leaves open.
 */
import type { Interests } from '../collective/index.ts';
import type { Asking, DeadlineRow, Refusal } from '../process.ts';
import { refuse } from '../refusal.ts';
import { addDays, compareDates, compareInstants, dateOfInstant } from '../time/index.ts';
import { isStopped, wasTold } from './deadlines.ts';
import type { Mend, Mending, MendingState, Seat } from './types.ts';

export interface Matter {
  mending: MendingState;
  deadlines: DeadlineRow[];
  seats: Seat[];
  interests: Interests;
}

export type Refused = { refusal: Refusal };

/** What a mending is about; of one thing one mending waits at a time. */
export function targetOf(mend: Mend): string {
  switch (mend.kind) {
    case 'moveDeadline':
      return `deadline ${mend.deadline}`;
    case 'reassign':
      return `seat ${mend.seat}`;
    case 'correctDeath':
      return `death ${mend.personId}`;
    default:
      return 'hold';
  }
}

export const alreadyOnHold = (): Refused =>
  refuse('alreadyOnHold', '案件已处于暂停办理状态。', 'The case is on hold already.', { status: 409 });

export const notOnHold = (): Refused => refuse('notOnHold', '案件没有暂停办理。', 'The case is not on hold.', { status: 409 });

/** The refusal while another mending of the same thing waits to be confirmed. */
export function pendingFault({ mending }: Matter, target: string): Refused | undefined {
  if (!mending.pending.some((one) => targetOf(one.mend) === target)) return undefined;
  return refuse('mendingPending', '已有同一事项的提议待复核。', 'A mending of the same thing waits to be confirmed already.', {
    status: 409,
  });
}

/** Why the case cannot be put on hold, or nothing. */
export const holdFault = (matter: Matter): Refused | undefined =>
  matter.mending.hold ? alreadyOnHold() : pendingFault(matter, 'hold');

/** Why the case cannot be resumed, or nothing. */
export const resumeFault = (matter: Matter): Refused | undefined =>
  matter.mending.hold ? pendingFault(matter, 'hold') : notOnHold();

/** The deadline of that key if it can still move at all. */
export function movable(matter: Matter, asking: Asking, wanted: string | undefined): DeadlineRow | Refused {
  const row = matter.deadlines.find(({ key }) => key === wanted);
  if (!row) return refuse('deadlineNotFound', '没有该期限。', 'There is no such deadline.', { status: 404, at: '/deadline' });
  if (row.kind === 'term')
    return refuse(
      'termOfRight',
      '权利期限由协议约定，不能在此变更。',
      "A right's term is what was agreed; it is not moved here.",
      { status: 409, at: '/deadline' },
    );
  if (row.state !== 'running' || compareInstants(asking.receivedAt, row.endsAt) >= 0)
    return refuse('deadlineClosed', '该期限已届满或已终止，不再变更。', 'The deadline is over; a closed one never moves.', {
      status: 409,
      at: '/deadline',
    });
  if (isStopped(row, matter.mending.hold))
    return refuse(
      'deadlineStopped',
      '案件暂停办理，该期限已停止计算，恢复办理时重新计算。',
      'The hold has stopped this deadline; it is counted anew when the case is resumed.',
      { status: 409, at: '/deadline' },
    );
  return row;
}

/** Why the deadline can be moved to no other day, or nothing. */
export function movingFault(matter: Matter, asking: Asking, key: string | undefined): Refused | undefined {
  const row = movable(matter, asking, key);
  if ('refusal' in row) return row;
  const waiting = pendingFault(matter, `deadline ${row.key}`);
  if (waiting || row.bound === 'atLeast') return waiting;
  const earlier = addDays(row.lastDay, -1);
  return wasTold(row) || compareDates(earlier, dateOfInstant(asking.receivedAt)) < 0
    ? refuse(
        'noRoomToMove',
        '该期限不能延后，也已无法提前。',
        'This deadline cannot come later, and there is no earlier day left.',
        {
          status: 409,
          at: '/deadline',
        },
      )
    : undefined;
}

/** The seat of that key if anybody else can be put in it at all. */
export function takeable(matter: Matter, key: string | undefined): Seat | Refused {
  const seat = matter.seats.find((one) => one.key === key);
  if (!seat)
    return refuse('seatNotFound', '没有该项待办或职责。', 'There is no such task or seat.', { status: 404, at: '/seat' });
  if (seat.own)
    return refuse(
      'ownRight',
      '该事项属于本人权利，不能改由他人办理。',
      'That is the person’s own right; nobody can be put in their place.',
      { status: 409, at: '/seat' },
    );
  return seat;
}

/** Why nobody else can be put in the seat now, whoever it be, or nothing. */
export function reassigningFault(matter: Matter, key: string | undefined): Refused | undefined {
  const seat = takeable(matter, key);
  return 'refusal' in seat ? seat : pendingFault(matter, `seat ${seat.key}`);
}

/** The mending of the id that waits. */
export function pendingOne(matter: Matter, id: string | undefined): Mending | Refused {
  return (
    matter.mending.pending.find((one) => one.id === id) ??
    refuse('mendingNotFound', '没有该待复核事项。', 'There is no such mending that waits to be confirmed.', {
      status: 404,
      at: '/mendingId',
    })
  );
}
