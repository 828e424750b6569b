import type { ProcessDefinition } from '../casework/index.ts';
import { stepLabels } from '../labels.ts';
import type { Process } from '../process.ts';
import { decide } from './decide/index.ts';
import { openTo } from './decide/open.ts';
import { evolve } from './evolve.ts';
import type { EmpowermentEvent } from './events.ts';
import { nextWake, project } from './project.ts';
import { initialState, type EmpowermentState } from './state.ts';
import { sitting } from './sitting.ts';
import { actTable } from './table.ts';
import { tell } from './tell.ts';

/** Empowerment (赋权): co-ownership, full ownership or a long use right, from consent to the recorded right. */
export const empowerment: Process<EmpowermentState, EmpowermentEvent> = {
  kind: 'empowerment',
  initial: initialState,
  decide,
  evolve,
  project,
  tell,
  nextWake,
  isOver: (state) => state.status !== 'open' && !state.team.some((member) => member.held),
};

/** What its surroundings read of it. */
export const empowermentProcess: ProcessDefinition<EmpowermentState> = {
  ...empowerment,
  label: { zh: '赋权', en: 'empowerment' },
  table: actTable,
  stepLabels,
  opens: (type) => type === 'sendForConsent',
  openTo,
  // Its one reminder, of the title change, counts days that have passed and has a check of its own.
  recalls: () => [],
  sitting,
};

export type { EmpowermentState } from './state.ts';
export type { EmpowermentEvent, EmpowermentEvents } from './events.ts';
export * from './acts.ts';
export { actTable } from './table.ts';
export { openTo } from './decide/open.ts';
export { templates } from './tell.ts';
export { route, noticesNeeded } from './route.ts';
export { type Directory, type Preview, type PreviewStep } from './preview.ts';
