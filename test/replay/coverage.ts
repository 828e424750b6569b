/** What the domain says that there is, against what the saved histories hold. */
import type { CaseInput } from '../../contracts/messages.ts';
import type { Envelope, Process } from '../../domain/process.ts';
import { wakeActId } from '../../workflows/shared/ids.ts';
import { ledgerIn, type KeptRun } from './kept.ts';
import type { PlayedProcess } from './plays.ts';

/** A draft is rows only: no workflow runs for it. */
const DRAFT = 'draft';

/** Steps at which a case's workflow waits: those where something can still be done to it. */
export const parkedSteps = ({ steps, acts }: Pick<PlayedProcess, 'steps' | 'acts'>): string[] =>
  steps.filter((step) => step !== DRAFT && Object.values(acts).some((act) => act.steps.includes(step)));

type Attributes = Record<string, Record<string, unknown> | undefined>;
interface Arguments {
  payloads?: { data: string }[];
}

const first = (args: unknown): unknown => {
  const [payload] = (args as Arguments | undefined)?.payloads ?? [];
  return payload && JSON.parse(Buffer.from(payload.data, 'base64').toString('utf8'));
};

/** What the run was started with. */
function inputOf({ history }: KeptRun): CaseInput {
  const [started] = history.events as Attributes[];
  return first(started?.['workflowExecutionStartedEventAttributes']?.['input']) as CaseInput;
}

/** Acts that the run was brought, and those that time brought it. */
function actsIn(run: KeptRun, process: Process<unknown>): Set<string> {
  const { caseId, opening } = inputOf(run);
  const acts = new Set(opening ? [opening.type] : []);
  for (const event of run.history.events as Attributes[]) {
    const accepted = event['workflowExecutionUpdateAcceptedEventAttributes']?.['acceptedRequest'] as
      { input?: { args?: unknown } } | undefined;
    if (accepted) acts.add((first(accepted.input?.args) as Envelope).type);
  }
  let state = process.initial(caseId, '');
  for (const row of ledgerIn(run.history)) {
    const wake = row.seq > 1 ? process.nextWake(state) : undefined;
    if (wake && wakeActId(caseId, wake) === row.actId) acts.add(wake.type);
    state = process.evolve(state, row);
  }
  return acts;
}

const runsOn = ({ history }: KeptRun, events: number): boolean => {
  const last = history.events[events - 1] as { eventType?: string } | undefined;
  return !/^EVENT_TYPE_WORKFLOW_EXECUTION_(COMPLETED|FAILED|TERMINATED|CONTINUED)/.test(last?.eventType ?? '');
};

/**
 * What of the process is in no saved history, each as a sentence that says what to do. Of cases that were opened as they
 * are today, by the start of their workflow; what older releases left of other openings comes on top.
 */
export function missing(
  kind: string,
  process: Process<unknown>,
  played: PlayedProcess | undefined,
  kept: readonly KeptRun[],
): string[] {
  const keep = `npm run histories -- --release <the next one> --only ${kind}`;
  if (!played) return [`The process ${kind} is not in test/replay/processes.ts: play it, and keep it with: ${keep}`];
  const today = kept.filter((run) => inputOf(run).opening !== undefined);
  const advice = `let a play in test/replay/${kind} come to it, and keep it with: ${keep.replace(kind, '<play>')}`;
  const stops = today.flatMap((run) => run.stops.map((stop) => ({ ...stop, parked: runsOn(run, stop.events) })));
  const parked = parkedSteps(played);
  const steps = played.steps.filter(
    (step) => !stops.some((stop) => stop.step === step && (stop.parked || !parked.includes(step))),
  );
  const done = new Set(today.flatMap((run) => [...actsIn(run, process)]));
  return [
    ...steps.map((step) => `No saved history of ${kind} stands at the step ${step}: ${advice}`),
    ...Object.keys(played.acts)
      .filter((act) => !done.has(act))
      .map((act) => `No saved history of ${kind} holds the act ${act}: ${advice}`),
  ];
}
