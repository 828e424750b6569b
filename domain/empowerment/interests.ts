import type { Interests } from '../collective/index.ts';
import type { OpenState } from './state.ts';

/** Whose own matter the case is: they neither vote on it nor handle objections to it. */
export function interestsOf(state: OpenState, relations: [string, string][]): Interests {
  return {
    inventors: state.team.map((member) => member.personId),
    buyers: state.application.price?.buyerIds ?? [],
    objectors: state.objections.flatMap((objection) =>
      objection.objectorId && objection.state !== 'late' ? [objection.objectorId] : [],
    ),
    relations,
  };
}
