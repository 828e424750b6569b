/**
 * Carries one act through: decide, record, and decide anew where others have written meanwhile. Which commands this
 * gives follows from recorded results alone, never from what the deciders of the present release would say.
 */
import { ApplicationFailure, log, patched, workflowInfo } from '@temporalio/workflow';
import { refusalFailure, type ActAnswer } from '../../contracts/messages.ts';
import type { Envelope, LedgerEvent, Process, Refusal } from '../../domain/process.ts';
import { instantMs } from '../../domain/time/index.ts';
import type { CaseState } from './caseState.ts';
import { loadCase, loadFacts, settle, type Settlement } from './durable.ts';
import { followUpId, wakeActId } from './ids.ts';
import type { Wake } from './wakes.ts';

/** The failure by which a refusal travels to whoever sent the act. */
export function refusalError(refusal: Refusal): ApplicationFailure {
  return ApplicationFailure.create({ type: refusalFailure, nonRetryable: true, message: refusal.en, details: [refusal] });
}

type Outcome = { kind: 'done'; answer: ActAnswer } | { kind: 'notYet'; retryAt: string };

/** Performs acts on one case. Its caller sees to it that they run one at a time. */
export class Acting<S> {
  readonly #caseId: string;
  readonly #process: Process<S>;
  readonly #onMove: () => void;
  readonly known: CaseState<S>;

  /** `onMove` is called when an act has taken the case to another step. */
  constructor(caseId: string, process: Process<S>, known: CaseState<S>, onMove: () => void) {
    this.#caseId = caseId;
    this.#process = process;
    this.known = known;
    this.#onMove = onMove;
  }

  /** What the case waits for; a draft waits for nothing. */
  nextWake(): Wake | undefined {
    return this.known.version > 0 ? this.#process.nextWake(this.known.state) : undefined;
  }

  /** What time has brought by the instant and nobody has performed yet. */
  dueBy(instant: string): Wake | undefined {
    const wake = this.nextWake();
    return wake && instantMs(wake.at) <= instantMs(instant) ? wake : undefined;
  }

  /** The refusal that the act would meet now, if any. */
  refusalOf(envelope: Envelope): Refusal | undefined {
    const decision = this.#process.decide(this.known.state, envelope);
    return 'refusal' in decision ? decision.refusal : undefined;
  }

  /** Whether the ledger held more than this history when the act was taken up. */
  isBehind({ ledgerVersion = 0 }: Envelope): boolean {
    return ledgerVersion > this.known.version;
  }

  /** Performs an act from the inbox, after whatever time had brought when it was received. Throws a refusal as a failure. */
  async perform(envelope: Envelope): Promise<ActAnswer> {
    if (this.isBehind(envelope)) await this.#catchUp();
    for (let wake = this.dueBy(envelope.receivedAt); wake; wake = this.dueBy(envelope.receivedAt)) {
      if ((await this.wake(wake)) !== undefined) break;
    }
    const outcome = await this.#act(envelope, true);
    if (outcome.kind === 'done') return outcome.answer;
    throw refusalError({
      code: 'window.notOver',
      status: 409,
      zh: '期限尚未届满，或此前收到的事项尚未办结',
      en: 'The window is not over yet, or something received earlier is still being handled',
    });
  }

  /** Performs what time has brought. Undefined when done, else the instant before which there is no use in trying again (0: at once). */
  async wake(wake: Wake): Promise<number | undefined> {
    const { type, at, body } = wake;
    const caseId = this.#caseId;
    const envelope: Envelope = {
      actId: wakeActId(caseId, wake),
      type,
      // In law it happens at its instant, however late a worker comes to it; the ledger keeps the instant of record too.
      receivedAt: at,
      actor: { kind: 'system' },
      body,
      timely: {},
      facts: await loadFacts({ caseId, type, at }),
    };
    try {
      const outcome = await this.#act(envelope, false);
      return outcome.kind === 'done' ? undefined : instantMs(outcome.retryAt);
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || error.type !== refusalFailure) throw error;
      log.error('The process refuses what it waited for', { caseId, type, at });
      return 0;
    }
  }

  async #act(envelope: Envelope, fromInbox: boolean): Promise<Outcome> {
    const { known } = this;
    for (;;) {
      const done = known.answerTo(envelope.actId);
      if (done) {
        await this.#afterInterruption(envelope);
        return { kind: 'done', answer: done };
      }
      const result = await settle(asDecidedThen(() => this.#decide(envelope, fromInbox)));
      switch (result.kind) {
        case 'recorded': {
          known.fold(result.rows);
          if (result.moved) this.#onMove();
          if (result.appended > 0) await this.#followUp(envelope, result.rows.slice(-result.appended));
          return { kind: 'done', answer: known.answer(result.recordedAt, result.rows) };
        }
        case 'known':
          if (result.version > known.version) await this.#load();
          await this.#afterInterruption(envelope);
          return { kind: 'done', answer: known.answer(result.events[0]?.recordedAt ?? envelope.receivedAt, result.events) };
        case 'stale':
          known.fold(result.events);
          break;
        case 'refused':
          throw refusalError(result.refusal);
        case 'notYet':
          return result;
      }
    }
  }

  #decide(envelope: Envelope, fromInbox: boolean): Settlement {
    const { known } = this;
    const decision = this.#process.decide(known.state, envelope);
    if ('refusal' in decision) return decision;
    const preview = known.preview(envelope, decision.events);
    return {
      request: known.request(envelope, preview, decision.guards ?? [], fromInbox),
      moved: preview.projection.step !== known.step,
    };
  }

  /**
   * Reads what the ledger holds and this history does not: a worker that died, or lost its server, between a record and
   * the end of its task took the news of it along. People had been answered, and must not be refused by an older state.
   */
  async #catchUp(): Promise<void> {
    // Histories from before this was done have no commands for it.
    if (!patched('catchUp')) return;
    await this.#load();
    this.#onMove();
  }

  async #load(): Promise<void> {
    const { known } = this;
    known.fold((await loadCase({ caseId: this.#caseId, after: known.version })).events);
  }

  /**
   * An act that the ledger knows already may have been recorded by a worker that died before it could go on. What comes
   * after the record is done now; done before, it is the same once more.
   */
  async #afterInterruption(envelope: Envelope): Promise<void> {
    // Histories from before this was done have no commands for it.
    if (!patched('afterInterruption')) return;
    this.#onMove();
    const appended = this.known.appendedBy(envelope.actId);
    if (appended.length > 0) await this.#followUp(envelope, appended);
  }

  /** Tells and projects what guards appended: the act's own request was written before anyone knew of it. */
  async #followUp(envelope: Envelope, appended: readonly LedgerEvent[]): Promise<void> {
    const { known } = this;
    for (;;) {
      const result = await settle(
        asDecidedThen(() => ({
          request: {
            caseId: this.#caseId,
            expectedVersion: known.version,
            actId: followUpId(this.#caseId, envelope.actId),
            fromInbox: false,
            actor: { kind: 'system' },
            events: [],
            guards: [],
            projection: this.#process.project(known.state),
            messages: known.tellOf(appended),
            ...(envelope.traceId !== undefined && { traceId: envelope.traceId }),
          },
          moved: false,
        })),
      );
      if (result.kind !== 'stale') return;
      known.fold(result.events);
    }
  }
}

/**
 * What is decided now, or, in a replay, what the history says was decided then: the history holds the result of
 * carrying a decision out, so a decider that answers otherwise today, or fails, changes nothing that has happened.
 */
function asDecidedThen(decide: () => Settlement): Settlement {
  try {
    return decide();
  } catch (error) {
    // Live, the task must fail and be tried again until a release decides better; nothing is carried out before.
    if (!workflowInfo().unsafe.isReplaying) throw error;
    return { refusal: { code: 'replayed', status: 409, zh: '重放', en: 'Replayed' } };
  }
}
