/**
 * A process from what is its own: its acts and steps, how its state moves, what it shows and tells. What every process
 * needs beside is added here: collective decisions, mending, new calendars, transitions, and the gate before every act.
 */
import type { Assessment, Interests } from '../collective/index.ts';
import type { DecidingBody, DecisionMinutes } from '../empowerment/acts.ts';
import type { Label } from '../labels.ts';
import { evolveMending, isMendingEvent, isStopped } from '../mending/index.ts';
import type {
  Asking,
  CaseRole,
  DeadlineRow,
  Decision,
  Envelope,
  Facts,
  LedgerEvent,
  Message,
  NewEvent,
  Process,
  Projection,
  Refusal,
  Task,
} from '../process.ts';
import { isRefusal } from '../refusal.ts';
import type { CivilDate } from '../time/index.ts';
import { assessBody, bodyAt, meetingFault, nameSubstitute, recordDecision, substituteFault, substitutions } from './bodies.ts';
import { commonTable } from './commonTable.ts';
import { foresee, happened, isCommon, type CommonBodies, type CommonEvent, type CommonEvents, type EventOf } from './events.ts';
import { evolveCommon } from './evolve.ts';
import { gate, orRefusal } from './gate.ts';
import { applyCalendar, raisePrevailingRules, transitionFault, transitionRules } from './law.ts';
import { matterOf, mendingActs, mendingFaults, type MendedHost } from './mending.ts';
import { opened, type CaseworkState, type Opened } from './state.ts';
import { countingSteps, dueAtStep, withStepTimes } from './stepTimes.ts';
import type { ActRow } from './table.ts';
import { asked, bodyTasks } from './tasks.ts';
import { tellCommon } from './tell.ts';

/** A day that people are reminded of, so many days before it; the daily checks write the letters, outside the case. */
export interface Recall {
  /** What is recalled, stable within the case, for example a deadline's key. */
  key: string;
  on: CivilDate;
  daysBefore: readonly number[];
  template: string;
  to: readonly Message['to'][];
  values?: Message['values'];
}

/** What lists show of the case, but for what every process shows alike. */
export type Rows = Omit<Projection, 'step' | 'status' | 'heldSince' | 'number' | 'deadlines' | 'wake'>;

/** `O` are the bodies of the acts that open a case, `B` of all others, `E` the data of the process's own events. */
export interface Definition<S extends CaseworkState, O extends object, B extends object, E extends object> {
  kind: string;
  /** What the process is called. */
  label: Label;
  table: { [T in keyof (O & B) & string]: ActRow };
  stepLabels: Readonly<Record<string, Label>>;
  /** Steps at which the case is under way, so that it can be held, mended and moved to new rules. */
  live: readonly string[];
  initial(caseId: string, institutionId: string): S;
  openings: { [T in keyof O & string]: (state: S, act: Envelope<T, O[T]>) => Decision };
  deciders: { [T in keyof B & string]: (state: Opened<S>, act: Envelope<T, B[T]>) => Decision };
  /** Why an act is not open whatever its body says. */
  faults?: { [T in keyof B & string]?: (state: Opened<S>, asking: Asking) => Decision | undefined };
  /** The state after one of the process's own events; what is common has been folded in. */
  evolve(state: S, event: EventOf<E>): S;
  /** Beyond the common state, what a common event changes in this process, for example a new step. */
  after?(state: S, event: EventOf<CommonEvents>): S;
  project(state: Opened<S>): Rows;
  /** Letters of the process's own; those of common events are written for it. */
  tell(state: Opened<S>, event: EventOf<E & CommonEvents>): Message[];
  /** What every letter about the case says at its head. */
  about(state: Opened<S>): Message['values'];
  /** Persons whom the case concerns and who can still be written to. */
  concerned(state: Opened<S>): readonly string[];
  /** Days that people are reminded of as the case stands. */
  recalls?(state: Opened<S>): Recall[];
  /** The system act to perform next, and its instant. */
  nextWake(state: Opened<S>): { at: string; type: keyof B & string; body: unknown } | undefined;
  isOver?(state: S): boolean;
  rolesIn(state: S, personId: string): readonly CaseRole[];
  /** Whose own matter it is. */
  interests(state: S): Omit<Interests, 'relations'>;
  deadlines(state: S): DeadlineRow[];
  withDeadline(state: S, row: DeadlineRow): S;
  /** What follows from a decision; `state` is the state after it. */
  onDecision?(state: Opened<S>, act: Envelope<'recordDecision', DecisionMinutes>): NewEvent[];
}

/** A process and what its surroundings read of it. */
export interface ProcessDefinition<S> extends Process<S> {
  label: Label;
  table: Readonly<Record<string, ActRow>>;
  stepLabels: Readonly<Record<string, Label>>;
  /** Why the act would be refused whatever its body says, or nothing if it is open. */
  openTo(state: S, asking: Asking): Refusal | undefined;
  opens(type: string): boolean;
  /** Days that people are reminded of as the case stands, with what every letter about it says. */
  recalls(state: S): Recall[];
  /** How the body before which the case lies could sit by these facts. */
  sitting(state: S, facts: Facts): { body: DecidingBody; assessment: Assessment } | undefined;
}

/** The process as the engine runs it. */
export function defineProcess<S extends CaseworkState, O extends object, B extends object, E extends object>(
  own: Definition<S, O, B, E>,
): ProcessDefinition<S> {
  const table = countingSteps(own.stepLabels, { ...own.table, ...commonTable(own.live), ...own.table });
  const opens = (type: string): boolean => Object.hasOwn(own.openings, type);
  const interestsOf = (state: S, relations: [string, string][]): Interests => ({ ...own.interests(state), relations });
  const gated = (state: S) => ({
    table,
    opens,
    stepLabels: own.stepLabels,
    rolesIn: (personId: string) => own.rolesIn(state, personId),
    interests: (relations: [string, string][]) => interestsOf(state, relations),
  });
  const waits = (act: string): boolean => table[act]?.waits === true;

  const tasksOf = (state: Opened<S>): Task[] => dueAtStep(state, [...own.project(state).tasks, ...bodyTasks(state)]);

  const deadlinesOf = (state: S): DeadlineRow[] => [...own.deadlines(state), ...(state.stepTime ? [state.stepTime] : [])];
  const withDeadline = (state: S, row: DeadlineRow): S =>
    state.stepTime?.key === row.key ? { ...state, stepTime: row } : own.withDeadline(state, row);

  const host = (state: Opened<S>, asking: Pick<Asking, 'facts'>): MendedHost => ({
    deadlines: deadlinesOf(state),
    tasks: tasksOf(state),
    interests: interestsOf(state, asking.facts.relations ?? []),
  });

  const evolve = (before: S, event: LedgerEvent): S => {
    if (isMendingEvent(event)) {
      const state = { ...before, version: event.seq, mending: evolveMending(before.mending, event) };
      if (event.type === 'deadlineMoved') return withDeadline(state, event.data.deadline);
      return event.type === 'holdEnded' ? event.data.deadlines.reduce(withDeadline, state) : state;
    }
    if (!isCommon(event)) return own.evolve({ ...before, version: event.seq }, event as EventOf<E>);
    const state = evolveCommon(before, event as CommonEvent);
    const counted = event.type === 'deadlineRecounted' ? withDeadline(state, event.data.deadline) : state;
    return own.after?.(counted, event) ?? counted;
  };

  /** Before a body the case is assessed at once, so that a lost quorum shows before the meeting. */
  const assessed = (before: S, act: Envelope, decision: Decision): Decision => {
    if (isRefusal(decision)) return decision;
    const events: NewEvent[] = [];
    for (const event of decision.events) {
      const state = opened(foresee(evolve, before, act, [...events, event]));
      const body = event.type === 'stepEntered' && state ? bodyAt(state.step) : undefined;
      const assessment = body && state && assessBody(state, act, body, interestsOf(state, act.facts.relations ?? []));
      events.push(assessment ? { ...event, data: { ...(event.data as object), assessment } } : event);
    }
    return { ...decision, events };
  };

  type Common = { [T in keyof CommonBodies]: (state: Opened<S>, act: Envelope<T, CommonBodies[T]>) => Decision };

  const mends = (type: keyof typeof mendingActs) => {
    return (state: Opened<S>, act: Envelope): Decision => mendingActs[type](matterOf(state, host(state, act)), act);
  };

  const common: Common = {
    hold: mends('hold'),
    resume: mends('resume'),
    moveDeadline: mends('moveDeadline'),
    reassign: mends('reassign'),
    confirmMending: mends('confirmMending'),
    refuseMending: mends('refuseMending'),
    applyCalendar: (state, act) => applyCalendar(act, deadlinesOf(state)),
    raisePrevailingRules,
    transitionRules,
    nameSubstitute: (state, act) => {
      const found = nameSubstitute(state, act, bodyAt(state.step), interestsOf(state, act.facts.relations ?? []));
      return 'refusal' in found ? found : { events: [happened(act, 'substituteNamed', found.named)] };
    },
    recordDecision: (state, act) => {
      const found = recordDecision(state, act, bodyAt(state.step), interestsOf(state, act.facts.relations ?? []));
      if ('refusal' in found) return found;
      const event = happened(act, 'decisionRecorded', found.decision);
      const next = foresee(evolve, state, act, [event]) as Opened<S>;
      return { events: [event, ...(own.onDecision?.(next, act) ?? [])] };
    },
  };

  const commonFaults: Partial<Record<string, (state: Opened<S>, asking: Asking) => (Decision | undefined)[]>> = {
    ...Object.fromEntries(
      (Object.keys(mendingFaults) as (keyof typeof mendingFaults)[]).map((type) => [
        type,
        (state: Opened<S>, asking: Asking) => mendingFaults[type](matterOf(state, host(state, asking)), asking),
      ]),
    ),
    transitionRules: (state, asking) => [transitionFault(state, asking)],
    nameSubstitute: (state, asking) => {
      const sits = bodyAt(state.step);
      const interests = interestsOf(state, asking.facts.relations ?? []);
      const namings = substitutions(asking, sits);
      return (namings.length > 0 ? namings : [undefined]).map((one) => substituteFault(state, asking, sits, interests, one));
    },
    recordDecision: (state, asking) => [
      meetingFault(state, asking, bodyAt(state.step), interestsOf(state, asking.facts.relations ?? [])),
    ],
  };

  const decide = (state: S, act: Envelope): Decision =>
    orRefusal((): Decision => {
      const shut = gate(state, act, gated(state));
      if (shut) return shut;
      const { type } = act;
      // The gate has seen to it that the table holds the act, and that the case is open where it must be.
      const decider =
        (opens(type) ? own.openings[type as keyof O & string] : undefined) ??
        (Object.hasOwn(own.deciders, type) ? own.deciders[type as keyof B & string] : common[type as keyof CommonBodies]);
      const decision = (decider as (state: S, act: Envelope) => Decision)(state, act);
      return withStepTimes(state, act, assessed(state, act, decision));
    });

  const openTo = (state: S, asking: Asking): Refusal | undefined => {
    const shut = orRefusal((): Decision | undefined => {
      const refused = gate(state, asking, gated(state));
      const open = opened(state);
      if (refused || !open) return refused;
      const { type } = asking;
      const fault = own.faults?.[type as keyof B & string];
      const faults = fault ? [fault(open, asking)] : (commonFaults[type]?.(open, asking) ?? [undefined]);
      return faults.includes(undefined) ? undefined : faults[0];
    });
    return isRefusal(shut) ? shut.refusal : undefined;
  };

  const nextWake = (state: S): { at: string; type: string; body: unknown } | undefined => {
    const open = opened(state);
    return open?.status === 'open' ? own.nextWake(open) : undefined;
  };

  return {
    kind: own.kind,
    label: own.label,
    table,
    stepLabels: own.stepLabels,
    opens,
    openTo,
    recalls: (state) => {
      const open = opened(state);
      const recalled = open?.status === 'open' && !open.mending.hold ? (own.recalls?.(open) ?? []) : [];
      return recalled.map((one) => ({ ...one, values: { ...(open ? own.about(open) : {}), ...one.values } }));
    },
    sitting: (state, facts) => {
      const open = opened(state);
      const body = open?.status === 'open' ? bodyAt(open.step) : undefined;
      if (!open || !body) return undefined;
      const interests = interestsOf(state, facts.relations ?? []);
      return { body, assessment: assessBody(open, { type: 'recordDecision', facts }, body, interests) };
    },
    initial: (caseId, institutionId) => own.initial(caseId, institutionId),
    decide,
    evolve,
    project: (state): Projection => {
      const open = opened(state);
      const rows: Rows = open
        ? { ...own.project(open), tasks: asked(open, tasksOf(open), waits, interestsOf(open, [])) }
        : { mode: own.kind, parties: [], tasks: [], notices: [], objections: [], rights: [] };
      const wake = nextWake(state);
      return {
        step: state.step,
        status: state.status,
        ...(state.number === undefined ? {} : { number: state.number }),
        ...(state.mending.hold ? { heldSince: state.mending.hold.since } : {}),
        ...(wake ? { wake: { at: wake.at, type: wake.type } } : {}),
        ...rows,
        deadlines: deadlinesOf(state).map((row) => (isStopped(row, state.mending.hold) ? { ...row, state: 'paused' } : row)),
      };
    },
    tell: (state, event) => {
      const open = opened(state);
      if (!open) return [];
      const body = bodyAt(open.step);
      const told = { persons: own.concerned(open), values: own.about(open), ...(body === undefined ? {} : { body }) };
      return [...own.tell(open, event as EventOf<E & CommonEvents>), ...tellCommon(open, event as CommonEvent, told)];
    },
    nextWake,
    isOver: (state) => own.isOver?.(state) ?? state.status !== 'open',
  };
}
