import type { ActRow, ProcessDefinition } from './casework/index.ts';
import type { CaseworkState } from './casework/state.ts';
import { empowermentProcess } from './empowerment/index.ts';
import type { Label } from './labels.ts';
import type { Objection } from './objection/index.ts';

/** What can be read of a case's state whatever its process. */
export type SomeState = Pick<
  CaseworkState,
  'caseId' | 'institutionId' | 'version' | 'step' | 'stepSince' | 'rules' | 'mending'
> & {
  status: string;
  number?: string;
  /** Of processes in which something is made public. */
  objections?: Objection[];
  raised?: CaseworkState['raised'];
};

/** A process whose own state stays inside it. */
export type SomeProcess = ProcessDefinition<SomeState>;

/** Every process by its kind. */
export const processes = { empowerment: empowermentProcess as unknown as SomeProcess };

/** The process of the kind, or nothing if there is none. */
export const processOf = (kind: string): SomeProcess | undefined =>
  Object.hasOwn(processes, kind) ? processes[kind as keyof typeof processes] : undefined;

const all: readonly SomeProcess[] = Object.values(processes);

/** The rows of all processes that declare an act of the name. */
export const rowsNamed = (act: string): ActRow[] =>
  all.flatMap(({ table }) => (Object.hasOwn(table, act) ? ((row) => (row ? [row] : []))(table[act]) : []));

/** What each act is called, by the first process that has it. */
export const actLabels: Readonly<Record<string, Label>> = Object.fromEntries(
  all.toReversed().flatMap(({ table }) => Object.entries(table).map(([act, { zh, en }]) => [act, { zh, en }])),
);
