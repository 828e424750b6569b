/** Who is told of what every process knows: decisions that are asked for and taken, mendings, a rule that prevails. */
import type { InstitutionRole, Message } from '../process.ts';
import type { CommonEvent } from './events.ts';
import type { CaseworkState } from './state.ts';

/** Whom the case concerns, and what a letter about it says at its head. */
export interface Told {
  /** Persons of the case who can still be written to. */
  persons: readonly string[];
  values: Message['values'];
  /** The body before which the case lies. */
  body?: string;
}

/** Messages that follow from a common event; `state` is the state after it. */
export function tellCommon(state: CaseworkState, event: CommonEvent, { persons, values, body = '' }: Told): Message[] {
  const common = { number: state.number ?? '', step: state.step, ...values };
  const role = (template: string, to: InstitutionRole, more: Message['values'] = {}): Message => ({
    template,
    to: { role: to },
    values: { ...common, ...more },
  });
  const person = (template: string, personId: string, more: Message['values'] = {}): Message => ({
    template,
    to: { personId },
    values: { ...common, ...more },
  });
  const concerned = (template: string, more: Message['values'] = {}): Message[] => [
    ...persons.map((personId) => person(template, personId, more)),
    role(template, 'officer', more),
  ];
  switch (event.type) {
    case 'stepEntered': {
      const { assessment } = event.data;
      if (!assessment) return [];
      const { eligible, quorum, enough } = assessment;
      return [
        role('decisionAsked', 'secretary'),
        ...eligible.map((personId) => person('deliberationAsked', personId, { body })),
        ...(enough ? [] : [role('quorumLost', 'administrator', { eligible: eligible.length, quorum })]),
      ];
    }
    case 'substituteNamed':
      return [person('deliberationAsked', event.data.personId, { body: event.data.body })];
    case 'decisionRecorded': {
      const { outcome, minutesNumber } = event.data;
      return persons.map((personId) => person('decided', personId, { body: event.data.body, outcome, minutesNumber }));
    }
    case 'rulesRaised':
      return [role('rulesPrevail', 'secretary'), role('rulesPrevail', 'officer')];
    case 'mendingProposed':
      return [role('mendingToConfirm', event.data.asked, { mend: event.data.mend.kind })];
    case 'mendingRefused': {
      const { grounds } = event.data;
      return [role('mendingRefused', 'officer', { grounds }), role('mendingRefused', 'administrator', { grounds })];
    }
    case 'holdBegun':
      return concerned('caseHeld', { reason: event.data.reason });
    case 'holdEnded':
      return concerned('caseResumed');
    case 'deadlineMoved':
      return concerned('deadlineMoved', { lastDay: event.data.deadline.lastDay });
    case 'personReassigned': {
      const { from, to, act } = event.data;
      return [person('taskHandedOver', to, { act }), ...(from === undefined ? [] : [person('taskTakenAway', from, { act })])];
    }
    default:
      return [];
  }
}
