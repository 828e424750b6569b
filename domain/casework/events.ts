/** What can happen to a case of any process, and how a decider says it. */
import type { Assessment, Tally } from '../collective/index.ts';
import type { DecidingBody, DecisionMinutes } from '../empowerment/acts.ts';
import type { HoldReason, MendingEvents } from '../mending/index.ts';
import type {
  Actor,
  DeadlineRow,
  Decision,
  DocumentRef,
  Envelope,
  Facts,
  Guard,
  LedgerEvent,
  NewEvent,
  SealedRef,
} from '../process.ts';
import type { RuleSnapshot } from '../rules.ts';
import type { CivilDate } from '../time/index.ts';
import type { CaseworkState } from './state.ts';

/** Bodies of the acts that every process knows. */
export interface CommonBodies {
  nameSubstitute: { body: DecidingBody; for: string; personId: string; grounds: SealedRef };
  recordDecision: DecisionMinutes;
  hold: { reason: HoldReason; grounds: SealedRef };
  resume: { grounds: SealedRef };
  moveDeadline: { deadline: string; lastDay: CivilDate; grounds: SealedRef };
  reassign: { seat: string; to: string; grounds: SealedRef };
  confirmMending: { mendingId: string };
  refuseMending: { mendingId: string; grounds: SealedRef };
  transitionRules: { toHash: string; minutesNumber: string; minutes: DocumentRef; grounds: SealedRef };
  /** By the platform after a calendar import: the named deadline, or each, is counted anew. */
  applyCalendar: { calendarVersion: string; deadline?: string };
  /** Raised by the platform when a prevailing rule of higher rank takes effect. */
  raisePrevailingRules: { toHash: string; keys: string[] };
}

export interface CommonEvents extends MendingEvents {
  /** The case begins under these rules; its first event. */
  caseOpened: { rules: RuleSnapshot; openedBy: string };
  /** Appended by the record: the number of the institution and year. */
  caseNumbered: { number: string; year: number; seq: number };
  /** `deadline` where the institution gives the step a time. */
  stepEntered: { step: string; assessment?: Assessment; deadline?: DeadlineRow };
  substituteNamed: CommonBodies['nameSubstitute'] & { assessment: Assessment };
  decisionRecorded: DecisionMinutes & { assessment: Assessment; tally: Tally; round: number };
  /** A new calendar version counts a running deadline anew. */
  deadlineRecounted: { key: string; deadline: DeadlineRow };
  rulesRaised: CommonBodies['raisePrevailingRules'];
  rulesTransitioned: {
    fromHash: string;
    rules: RuleSnapshot;
    minutesNumber: string;
    minutes: DocumentRef;
    grounds: SealedRef;
  };
  /** The case is over: the step says how, the status what that amounts to. */
  caseClosed: { step: string; status: 'done' | 'refused' | 'withdrawn' };
}

/** The union of ledger events that a map from type to data gives. */
export type EventOf<E> = { [T in keyof E & string]: LedgerEvent<T, E[T]> }[keyof E & string];

export type CommonEvent = EventOf<CommonEvents>;

const named: Record<Exclude<keyof CommonEvents, keyof MendingEvents>, true> = {
  caseOpened: true,
  caseNumbered: true,
  stepEntered: true,
  substituteNamed: true,
  decisionRecorded: true,
  deadlineRecounted: true,
  rulesRaised: true,
  rulesTransitioned: true,
  caseClosed: true,
};

/** Whether the event is one that every process knows; mending's are told by that part. */
export const isCommon = (event: { type: string }): event is EventOf<Omit<CommonEvents, keyof MendingEvents>> =>
  Object.hasOwn(named, event.type);

/** An event that takes effect when the act was received. */
export const happened = <T extends string, D>(act: Pick<Envelope, 'receivedAt'>, type: T, data: D): NewEvent<T, D> => ({
  type,
  v: 1,
  effectiveAt: act.receivedAt,
  data,
});

export const decided = (events: NewEvent[], guards: Guard[] = []): Decision =>
  guards.length > 0 ? { events, guards } : { events };

/** A fact that the table promises for the act; its absence is a fault of the delivery, not of the person. */
export function fact<K extends keyof Facts>(act: Pick<Envelope, 'type' | 'facts'>, key: K): NonNullable<Facts[K]> {
  const value = act.facts[key];
  if (value === undefined || value === null) throw new Error(`Act ${act.type} was delivered without ${key}`);
  return value;
}

const idOf = (actor: Actor): string => (actor.kind === 'person' ? (actor.onBehalfOf ?? actor.personId) : 'system');

/** The first event of a case: it is pinned to the rules that the API promised. */
export const open = (act: Envelope): NewEvent =>
  happened(act, 'caseOpened', {
    rules: fact(act, 'pinnedRules'),
    openedBy: idOf(act.actor),
  } satisfies CommonEvents['caseOpened']);

/** The case is over. */
export const close = (act: Envelope, step: string, status: CommonEvents['caseClosed']['status']): NewEvent =>
  happened(act, 'caseClosed', { step, status } satisfies CommonEvents['caseClosed']);

/** The state as it will be, to see what follows from the events just decided. */
export function foresee<S extends CaseworkState>(
  evolve: (state: S, event: LedgerEvent) => S,
  state: S,
  act: Envelope,
  events: NewEvent[],
): S {
  const { actId, actor, receivedAt: recordedAt } = act;
  return events.reduce((next, event) => evolve(next, { ...event, seq: next.version + 1, recordedAt, actId, actor }), state);
}
