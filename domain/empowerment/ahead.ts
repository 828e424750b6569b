/** The steps that still lie before a case: along its path, a detour first and then what it leads back to. */
import type { Notice } from '../publicity/index.ts';
import type { Step } from './acts.ts';
import { afterObjections, decidedAnewAt } from './decide/place.ts';
import { route } from './route.ts';
import { current, type OpenState } from './state.ts';

export interface Ahead {
  /** The first is where the case stands; a closed case has none. */
  steps: Step[];
  /** Notices that stand for the publicity ahead: another round publishes all anew. */
  notices: Notice[];
}

/** As the case stands, if nothing unusual happens any more: objections that are pending change nothing. */
export function ahead(state: OpenState): Ahead {
  const { application, rules, step, status } = state;
  if (status !== 'open') return { steps: [], notices: [] };
  const path = route(application, rules);
  const from = (next: Step): Step[] => (path.includes(next) ? path.slice(path.indexOf(next)) : []);
  const amended: Ahead = { steps: ['amendment', ...from(decidedAnewAt(state))], notices: [] };
  if (step === 'amendment') return amended;
  const notices = current(state);
  if (step === 'returned') return { steps: [step, ...from('check')], notices };
  if (step !== 'objectionHandling') return { steps: from(step), notices };
  const next = afterObjections(state);
  if (next === 'amendment') return { ...amended, steps: [step, ...amended.steps] };
  return { steps: [step, ...(next === 'refused' ? [next] : from(next))], notices };
}
