/** To-dos that every process has, and what becomes of a process's own while the case is on hold. */
import { barOf, type Interests } from '../collective/index.ts';
import type { Role, Task } from '../process.ts';
import { bodyAt } from './bodies.ts';
import type { CaseworkState } from './state.ts';

const byRole = (state: CaseworkState, act: string, role: Role, more: Partial<Task> = {}): Task => ({
  key: act,
  act,
  role,
  since: state.stepSince,
  ...more,
});

/** What a body's sitting asks for. */
export function bodyTasks(state: CaseworkState): Task[] {
  const { assessment } = state.bodies;
  if (!bodyAt(state.step)) return [];
  const lacks = assessment && assessment.missingDepartments.length > 0;
  return [
    byRole(state, 'recordDecision', 'secretary', lacks ? { alert: 'bodyLacksDepartment' } : {}),
    ...(assessment && !assessment.enough ? [byRole(state, 'nameSubstitute', 'administrator', { alert: 'quorumLost' })] : []),
  ];
}

/** What is asked for now: nothing that waits on hold; whoever was put in charge is named; mendings wait for a second person. */
export function asked(state: CaseworkState, tasks: Task[], waits: (act: string) => boolean, interests: Interests): Task[] {
  const { pending, hold, assigned } = state.mending;
  return [
    ...tasks
      .filter(({ act }) => !hold || !waits(act))
      .map((task) => {
        const personId = assigned[task.key];
        return task.role !== undefined && personId !== undefined && !barOf(personId, interests) ? { ...task, personId } : task;
      }),
    ...(state.raised ? [byRole(state, 'transitionRules', 'secretary', { alert: 'rulesPrevail' })] : []),
    ...pending.map((m) => byRole(state, 'confirmMending', m.asked, { key: `confirmMending:${m.id}`, since: m.at })),
    ...(hold ? [byRole(state, 'resume', 'officer', { since: hold.since, alert: 'onHold' })] : []),
  ];
}
