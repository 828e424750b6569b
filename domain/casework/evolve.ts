import { noMending } from '../mending/index.ts';
import type { CommonEvent } from './events.ts';
import type { CaseworkState } from './state.ts';

const add = (list: readonly string[], more: readonly string[]): string[] => [...new Set([...list, ...more])];

/** Optional fields are absent, never undefined, so that a state compares as JSON. */
function without<S extends CaseworkState>(state: S, key: 'raised' | 'stepTime'): S {
  const { [key]: _, ...rest } = state;
  return rest as S;
}

/** Without what the event brings to its end. */
function ended<S extends CaseworkState>(before: S, { type }: CommonEvent): S {
  const state = type === 'rulesTransitioned' || type === 'caseClosed' ? without(before, 'raised') : before;
  return type === 'stepEntered' || type === 'caseClosed' ? without(state, 'stepTime') : state;
}

/** The state after a common event in what every case keeps; what it does to the process's own, the process says. */
export function evolveCommon<S extends CaseworkState>(before: S, event: CommonEvent): S {
  const state = ended(before, event);
  return { ...state, ...changed(state, event), version: event.seq };
}

function changed(state: CaseworkState, event: CommonEvent): Partial<CaseworkState> {
  const { bodies } = state;
  switch (event.type) {
    case 'caseOpened':
      return { rules: event.data.rules, openedBy: event.data.openedBy };
    case 'caseNumbered':
      return { number: event.data.number };
    case 'stepEntered': {
      const { step, assessment, deadline } = event.data;
      const { assessment: _, ...rest } = bodies;
      return {
        step,
        stepSince: event.effectiveAt,
        ...(deadline ? { stepTime: deadline } : {}),
        bodies: assessment ? { ...rest, assessment, members: add(bodies.members, assessment.eligible) } : rest,
      };
    }
    case 'substituteNamed': {
      const { body, for: member, personId, assessment } = event.data;
      const others = bodies.substitutes[body].filter((s) => s.for !== member);
      return {
        bodies: {
          ...bodies,
          assessment,
          members: add(bodies.members, assessment.eligible),
          substitutes: { ...bodies.substitutes, [body]: [...others, { for: member, personId }] },
        },
      };
    }
    case 'decisionRecorded': {
      const { assessment: _, tally: __, round: ___, ...minutes } = event.data;
      return { bodies: { ...bodies, decisions: [...bodies.decisions, { ...minutes, at: event.effectiveAt }] } };
    }
    case 'rulesRaised':
      return { raised: event.data };
    case 'rulesTransitioned':
      return { rules: event.data.rules };
    case 'caseClosed':
      return { step: event.data.step, stepSince: event.effectiveAt, status: event.data.status, mending: noMending() };
    default:
      return {};
  }
}
