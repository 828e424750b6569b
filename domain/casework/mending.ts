/** Mending a case of any process: the shared part, given the deadlines, seats and interests of the case at hand. */
import type { Interests } from '../collective/index.ts';
import * as mending from '../mending/index.ts';
import type { Asking, DeadlineRow, Decision, Envelope, InstitutionRole, Refusal, SealedRef, Task } from '../process.ts';
import { decided, happened, type CommonBodies } from './events.ts';
import type { CaseworkState } from './state.ts';

/** What the host tells the part of the case. */
export interface MendedHost {
  deadlines: DeadlineRow[];
  tasks: Task[];
  interests: Interests;
}

/** A task of an office can go to another who holds it; what somebody is in the case by right cannot. */
const seatsOf = (state: CaseworkState, tasks: Task[]): mending.Seat[] =>
  tasks.map(({ key, act, role, personId, department }): mending.Seat => {
    if (role === undefined) return { key, act, ...(personId === undefined ? {} : { personId }), own: true };
    const assigned = state.mending.assigned[key];
    return {
      key,
      act,
      role: role as InstitutionRole,
      ...(assigned === undefined ? {} : { personId: assigned }),
      ...(department === undefined ? {} : { department }),
    };
  });

export const matterOf = (state: CaseworkState, { deadlines, tasks, interests }: MendedHost): mending.Matter => ({
  mending: state.mending,
  deadlines,
  seats: seatsOf(state, tasks),
  interests,
});

type Proposal = 'hold' | 'resume' | 'moveDeadline' | 'reassign';

const mends: { [T in Proposal]: (body: CommonBodies[T]) => mending.Mend } = {
  hold: ({ reason }) => ({ kind: 'hold', reason }),
  resume: () => ({ kind: 'resume' }),
  moveDeadline: ({ deadline, lastDay }) => ({ kind: 'moveDeadline', deadline, lastDay }),
  reassign: ({ seat, to }) => ({ kind: 'reassign', seat, to }),
};

const propose =
  <T extends Proposal>(kind: T) =>
  (matter: mending.Matter, act: Envelope): Decision => {
    const mend = mends[kind](act.body as CommonBodies[T]);
    const answer = mending.propose(matter, act as Envelope<string, { grounds: SealedRef }>, mend);
    return 'refusal' in answer ? answer : decided([happened(act, answer.type, answer.data)]);
  };

/** The acts by which a case is mended; each proposal takes effect with a second person's word. */
export const mendingActs = {
  hold: propose('hold'),
  resume: propose('resume'),
  moveDeadline: propose('moveDeadline'),
  reassign: propose('reassign'),
  confirmMending: (matter: mending.Matter, act: Envelope): Decision => {
    const answer = mending.confirm(matter, act as Envelope<string, CommonBodies['confirmMending']>);
    return 'refusal' in answer ? answer : decided([happened(act, answer.type, answer.data)]);
  },
  refuseMending: (matter: mending.Matter, act: Envelope): Decision => {
    const answer = mending.refuseMending(matter, act as Envelope<string, CommonBodies['refuseMending']>);
    return 'refusal' in answer ? answer : decided([happened(act, answer.type, answer.data)]);
  },
};

type Fault = { refusal: Refusal } | undefined;

/** One answer for each of the keys, and where there is none the answer to no key at all. */
const each = (keys: string[], fault: (key?: string) => Fault): Fault[] => (keys.length > 0 ? keys.map(fault) : [fault()]);

/** Why the mending is not open whatever its body says, for each of the things that it could be done to. */
export const mendingFaults: {
  [T in keyof typeof mendingActs]: (matter: mending.Matter, asking: Asking) => Fault[];
} = {
  hold: (matter) => [mending.holdFault(matter)],
  resume: (matter) => [mending.resumeFault(matter)],
  moveDeadline: (matter, asking) =>
    each(
      matter.deadlines.map(({ key }) => key),
      (key) => mending.movingFault(matter, asking, key),
    ),
  reassign: (matter) =>
    each(
      matter.seats.map(({ key }) => key),
      (key) => mending.reassigningFault(matter, key),
    ),
  confirmMending: (matter, asking) => each(pendingIds(matter), (id) => mending.confirmFault(matter, asking, id)),
  refuseMending: (matter) =>
    each(pendingIds(matter), (id) => {
      const found = mending.pendingOne(matter, id);
      return 'refusal' in found ? found : undefined;
    }),
};

const pendingIds = (matter: mending.Matter): string[] => matter.mending.pending.map(({ id }) => id);
