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
import { dateOfInstant, type Calendar, type CivilDate } from '../time/index.ts';
import { isTimed } from '../timedSteps.ts';
import { fact } from './events.ts';
import type { CaseworkState } from './state.ts';
import type { ActRow } from './table.ts';

/** The time that the institution gives a step entered on that day, if it gives any; `key` is the deadline's own. */
export function stepTimeOn(
  rules: RuleSnapshot | null,
  step: string,
  start: CivilDate,
  calendar: Calendar,
  key = `step:${step}`,
): DeadlineRow | undefined {
  const rule = isTimed(step) ? rules?.rules[`stepTime.${step}`] : undefined;
  return rule && deadlineBy({ key, kind: 'internal', start, duration: rule.value }, rule, calendar);
}

/** The deadline of the step entered by an event of that number, if the institution gives the step a time. */
function timeFor(rules: RuleSnapshot | null, act: Envelope, step: string, seq: number): DeadlineRow | undefined {
  // Under rules without such times an act need not be delivered with the calendar.
  if (!isTimed(step) || !rules?.rules[`stepTime.${step}`]) return undefined;
  return stepTimeOn(rules, step, dateOfInstant(act.receivedAt), fact(act, 'calendar'), `step:${step}:${seq}`);
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
