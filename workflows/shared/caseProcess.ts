/**
 * Runs any process of the domain as one durable case.
 *
 * 1. The ledger is the truth. State is folded from rows that the ledger holds, and moves by nothing else.
 * 2. Acts run one at a time, in the order in which they arrive.
 * 3. An act that waited for the database waits on; it is neither dropped nor decided on stale state.
 * 4. What time brings is an act too, of the system, with an id that is the same however often it is tried.
 * 5. An act received after such an instant is decided after it, whenever the timer fires.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { performActUpdate, refusalFailure, stateQuery, type ActAnswer, type CaseInput } from '../../contracts/messages.ts';
import type { Envelope, Process, Projection, Refusal } from '../../domain/process.ts';
import { Acting, refusalError } from './acting.ts';
import { CaseState } from './caseState.ts';
import { loadCase, refuseInInbox } from './durable.ts';
import { spreadOf, WAKE_SPREAD_MS } from './ids.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { institutionAttribute, kindAttribute, stepAttribute } from './searchAttributes.ts';
import { runWakes, sameWake } from './wakes.ts';

/** A person's act on its way to the case; fails with type `Refusal` and the refusal as its detail. */
const performAct = defineUpdate<ActAnswer, [Envelope]>(performActUpdate);
/** Where the case stands. */
const queryState = defineQuery<CaseSummary>(stateQuery);

/** What an administrator sees of a running case: codes and counts only. */
export interface CaseSummary {
  caseId: string;
  /** False until the ledger has been read. */
  loaded: boolean;
  version: number;
  step?: string;
  status?: Projection['status'];
  /** What the case waits for, if it waits for time. */
  wake?: { at: string; type: string };
  /** Whether an act is being handled now. */
  busy: boolean;
}

/** One stretch of the procedure: comes back when the case has left its steps. */
export type Part = (run: CaseRun) => Promise<void>;

/** What a procedure may ask of the case that it runs. */
export interface CaseRun {
  /** Waits while the case stands at one of the steps, and lets time do its work there. */
  through(...steps: string[]): Promise<void>;
  /** Goes through the parts, round and round where the case turns back, until it is over. */
  follow(parts: readonly Part[]): Promise<void>;
}

/** Events in a history from which on a part's end is taken as the moment to start a fresh one. */
const LONG_HISTORY = 500;

/** Opens the case: hears acts and queries from the first moment, reads the ledger, gives the procedure its verbs. */
export async function openCase<S>(process: Process<S>, input: CaseInput): Promise<CaseRun> {
  const running = new RunningCase(process, input);
  running.listen();
  await running.load();
  await running.open();
  return running;
}

class RunningCase<S> implements CaseRun {
  readonly #process: Process<S>;
  readonly #input: CaseInput;
  readonly #turns = new OneAtATime();
  #acting: Acting<S> | undefined;
  #handled = 0;

  constructor(process: Process<S>, input: CaseInput) {
    this.#process = process;
    this.#input = input;
  }

  listen(): void {
    setHandler(queryState, () => this.#summary());
    setHandler(performAct, (envelope) => this.#turns.run(() => this.#perform(envelope)), {
      // Synchronous: an asynchronous validator would accept everything. It refuses only what is plain already, which
      // nothing is while another act is on its way or time has something to do first.
      validator: (envelope) => {
        const acting = this.#acting;
        if (!acting || this.#turns.busy || acting.isBehind(envelope) || acting.dueBy(envelope.receivedAt)) return;
        if (acting.known.answerTo(envelope.actId)) return;
        const refusal = acting.refusalOf(envelope);
        if (refusal) throw refusalError(refusal);
      },
    });
  }

  async load(): Promise<void> {
    const { caseId } = this.#input;
    const known = CaseState.from(this.#process, caseId, await loadCase({ caseId, after: 0 }));
    this.#acting = new Acting(caseId, this.#process, known, () => this.#showStep());
    this.#showStep();
  }

  /** Performs the act that the workflow was started for. Nobody waits for it here: it is answered in the inbox. */
  async open(): Promise<void> {
    const { opening } = this.#input;
    if (!opening) return;
    const refusal = await this.#turns.run(() => this.#refusalOf(opening));
    if (refusal) await refuseInInbox({ actId: opening.actId, refusal });
  }

  async through(...steps: string[]): Promise<void> {
    const here = (): boolean => !this.#ended() && steps.includes(this.#loaded.known.step);
    await runWakes({
      here: () => here() && !workflowInfo().continueAsNewSuggested,
      nextWake: () => this.#loaded.nextWake(),
      changes: () => this.#handled,
      now: () => Date.now() + (this.#input.rehearsal?.shiftMs ?? 0),
      spread: this.#input.rehearsal ? 0 : spreadOf(this.#input.caseId, this.#input.spreadMs ?? WAKE_SPREAD_MS),
      perform: (wake) =>
        this.#turns.run(async () => (sameWake(this.#loaded.nextWake(), wake) ? this.#loaded.wake(wake) : undefined)),
    });
    if (here()) await this.#startAfresh();
  }

  async follow(parts: readonly Part[]): Promise<void> {
    while (!this.#ended()) {
      const before = this.#loaded.known.version;
      for (const part of parts) {
        await part(this);
        if (!this.#ended() && workflowInfo().historyLength > LONG_HISTORY) await this.#startAfresh();
      }
      // At a step that no part knows the case waits for an act, instead of turning in circles.
      await condition(() => this.#ended() || this.#loaded.known.version > before);
    }
    await condition(allHandlersFinished);
  }

  get #loaded(): Acting<S> {
    if (!this.#acting) throw new Error('The ledger has not been read');
    return this.#acting;
  }

  async #perform(envelope: Envelope): Promise<ActAnswer> {
    if (!this.#acting) await condition(() => this.#acting !== undefined);
    try {
      return await this.#loaded.perform(envelope);
    } finally {
      this.#handled++;
    }
  }

  async #refusalOf(envelope: Envelope): Promise<Refusal | undefined> {
    try {
      await this.#perform(envelope);
      return undefined;
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || error.type !== refusalFailure) throw error;
      return error.details?.[0] as Refusal;
    }
  }

  #ended(): boolean {
    const { known } = this.#loaded;
    // A start whose opening act was refused leaves a draft behind, and a draft needs no workflow.
    if (known.version === 0) return this.#handled > 0 && !this.#turns.busy;
    return this.#process.isOver(known.state);
  }

  /** Starts a fresh history with the same input that every start has; acts under way are finished first. */
  async #startAfresh(): Promise<never> {
    await condition(allHandlersFinished);
    const { opening: _performed, ...input } = this.#input;
    return continueAsNew({ ...input, version: this.#loaded.known.version } satisfies CaseInput);
  }

  #showStep(): void {
    const { known } = this.#loaded;
    upsertSearchAttributes([
      { key: kindAttribute, value: this.#process.kind },
      { key: institutionAttribute, value: known.institutionId },
      { key: stepAttribute, value: known.step },
    ]);
  }

  #summary(): CaseSummary {
    const { caseId } = this.#input;
    if (!this.#acting) return { caseId, loaded: false, version: 0, busy: this.#turns.busy };
    const { known } = this.#acting;
    const wake = this.#acting.nextWake();
    return {
      caseId,
      loaded: true,
      version: known.version,
      step: known.step,
      ...(known.view && { status: known.view.status }),
      ...(wake && { wake: { at: wake.at, type: wake.type } }),
      busy: this.#turns.busy,
    };
  }
}
