/**
 * The time that an institution gives its own steps. It is counted when a step is entered and written down with that, so that
 * a hold, a move and another calendar change it like any other deadline. Nothing legal happens when it is over: what is
 * asked for at the step is overdue then.
 */
import { natureOf, type Hold } from '../mending/index.ts';
import type { DeadlineRow, Decision, Envelope, NewEvent, Task } from '../process.ts';
import { deadlineBy } from '../publicity/index.ts';
import { isRefusal } from '../refusal.ts';
import type { RuleSnapshot } from '../rules.ts';
import { dateOfInstant } from '../time/index.ts';
import { timedSteps, type TimedStep } from '../timedSteps.ts';
import { fact } from './events.ts';
import type { CaseworkState } from './state.ts';
import type { ActRow } from './table.ts';

const isTimed = (step: string): step is TimedStep => (timedSteps as readonly string[]).includes(step);

/** The deadline of the step entered by an event of that number, if the institution gives the step a time. */
function timeFor(rules: RuleSnapshot | null, act: Envelope, step: string, seq: number): DeadlineRow | undefined {
  const rule = isTimed(step) ? rules?.rules[`stepTime.${step}`] : undefined;
  if (!rule) return undefined;
  const start = dateOfInstant(act.receivedAt);
  return deadlineBy({ key: `step:${step}:${seq}`, kind: 'internal', start, duration: rule.value }, rule, fact(act, 'calendar'));
}

interface Entering {
  version: number;
  rules: RuleSnapshot | null;
}

/** The decision with the time of each step that it enters, by the rules that the case is under by then. */
export function withStepTimes(before: Entering, act: Envelope, decision: Decision): Decision {
  if (isRefusal(decision)) return decision;
  let { rules, version } = before;
  const events = decision.events.map((event): NewEvent => {
    version += 1;
    if (event.type === 'caseOpened' || event.type === 'rulesTransitioned') ({ rules } = event.data as { rules: RuleSnapshot });
    if (event.type !== 'stepEntered') return event;
    const data = event.data as { step: string };
    const deadline = timeFor(rules, act, data.step, version);
    return deadline ? { ...event, data: { ...data, deadline } } : event;
  });
  return { ...decision, events };
}

/** When it must be done. Nobody is reminded of a time that a hold stops. */
export const dueBy = (row: DeadlineRow | undefined, hold: Hold | undefined): Pick<Task, 'due'> =>
  row === undefined || (hold && natureOf(row) === 'internal') ? {} : { due: row.endsAt };

/** The tasks that began with the step are due by its time, unless they have one of their own. */
export function dueAtStep({ stepSince, stepTime, mending }: CaseworkState, tasks: Task[]): Task[] {
  const due = dueBy(stepTime, mending.hold);
  return tasks.map((task) => (task.since === stepSince ? { ...due, ...task } : task));
}

const counting = ({ needs, ...row }: ActRow): ActRow => ({ ...row, needs: [...new Set([...needs, 'calendar' as const])] });

/** The table of a process of which an institution may time a step: any act may bring a case there. */
export function countingSteps(steps: object, table: Readonly<Record<string, ActRow>>): Readonly<Record<string, ActRow>> {
  if (!Object.keys(steps).some(isTimed)) return table;
  return Object.fromEntries(Object.entries(table).map(([act, row]) => [act, counting(row)]));
}
