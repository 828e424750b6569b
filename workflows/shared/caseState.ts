/** What a case's workflow knows: the state folded from the ledger, and which acts are in it. */
import type { ActAnswer, LoadResult, RecordRequest } from '../../contracts/messages.ts';
import type { Envelope, LedgerEvent, Message, NewEvent, Process, Projection } from '../../domain/process.ts';

interface ActInLedger {
  recordedAt: string;
  events: { seq: number; type: string }[];
  appended: LedgerEvent[];
}

/** Events that the record appends to an act's own, for its guards. */
const APPENDED = new Set(['applicationLinked', 'caseNumbered']);

/** An act's effect, folded but not yet recorded. */
export interface Preview {
  events: NewEvent[];
  projection: Projection;
  messages: Message[];
}

/** The state of one case. It moves only by events that the ledger holds. */
export class CaseState<S> {
  readonly #process: Process<S>;
  readonly #caseId: string;
  readonly institutionId: string;
  readonly #acts = new Map<string, ActInLedger>();
  #state: S;
  #version = 0;
  #view: Projection | undefined;

  constructor(process: Process<S>, caseId: string, institutionId: string) {
    this.#process = process;
    this.#caseId = caseId;
    this.institutionId = institutionId;
    this.#state = process.initial(caseId, institutionId);
  }

  /** The state that a ledger gives. */
  static from<S>(process: Process<S>, caseId: string, loaded: LoadResult): CaseState<S> {
    const state = new CaseState(process, caseId, loaded.institutionId);
    state.fold(loaded.events);
    return state;
  }

  get state(): S {
    return this.#state;
  }

  get version(): number {
    return this.#version;
  }

  get step(): string {
    return this.view?.step ?? 'draft';
  }

  /** The state as rows. Before its first event a case is a draft, which is rows of its own and has no projection. */
  get view(): Projection | undefined {
    if (this.#version === 0) return undefined;
    this.#view ??= this.#process.project(this.#state);
    return this.#view;
  }

  /** Folds in what the ledger holds behind the known version; rows known already are passed over. */
  fold(events: readonly LedgerEvent[]): void {
    for (const event of events) {
      if (event.seq <= this.#version) continue;
      if (event.seq !== this.#version + 1) {
        throw new Error(`Case ${this.#caseId}: the ledger has ${event.seq} after ${this.#version}`);
      }
      this.#state = this.#process.evolve(this.#state, event);
      this.#version = event.seq;
      this.#view = undefined;
      const act = this.#acts.get(event.actId) ?? { recordedAt: event.recordedAt, events: [], appended: [] };
      act.events.push({ seq: event.seq, type: event.type });
      if (APPENDED.has(event.type)) act.appended.push(event);
      this.#acts.set(event.actId, act);
    }
  }

  /** The answer to an act that the ledger holds. */
  answerTo(actId: string): ActAnswer | undefined {
    const act = this.#acts.get(actId);
    return act && this.answer(act.recordedAt, act.events);
  }

  /** What guards appended to the act's own events, as far as the ledger holds it. */
  appendedBy(actId: string): LedgerEvent[] {
    return this.#acts.get(actId)?.appended ?? [];
  }

  /** The answer to an act with these events. */
  answer(recordedAt: string, rows: readonly { seq: number; type: string }[]): ActAnswer {
    const events = rows.map(({ seq, type }) => ({ seq, type }));
    const { view } = this;
    const answer: ActAnswer = {
      outcome: 'done',
      caseId: this.#caseId,
      version: this.#version,
      step: this.step,
      recordedAt,
      events,
    };
    return view?.number === undefined ? answer : { ...answer, number: view.number };
  }

  /** The act's events as the ledger will hold them, but for the instant of record, which only the database knows. */
  asRows(envelope: Envelope, events: readonly NewEvent[], recordedAt: string): LedgerEvent[] {
    const { actId, actor } = envelope;
    return events.map((event, i) => ({ ...event, seq: this.#version + 1 + i, recordedAt, actId, actor }));
  }

  /** What the act would make of the case: rows to show and people to tell. */
  preview(envelope: Envelope, events: NewEvent[]): Preview {
    const messages: Message[] = [];
    let state = this.#state;
    for (const event of this.asRows(envelope, events, envelope.receivedAt)) {
      state = this.#process.evolve(state, event);
      messages.push(...this.#process.tell(state, event));
    }
    return { events, projection: this.#process.project(state), messages };
  }

  /** Messages that follow from events which the record appended itself; called when they are folded in. */
  tellOf(appended: readonly LedgerEvent[]): Message[] {
    return appended.flatMap((event) => this.#process.tell(this.#state, event));
  }

  /** The request that writes the preview; `fromInbox` acts have a row there that is answered with it. */
  request(envelope: Envelope, preview: Preview, guards: RecordRequest['guards'], fromInbox: boolean): RecordRequest {
    return {
      caseId: this.#caseId,
      expectedVersion: this.#version,
      actId: envelope.actId,
      fromInbox,
      actor: envelope.actor,
      events: preview.events,
      guards,
      projection: preview.projection,
      messages: preview.messages,
      ...(envelope.traceId !== undefined && { traceId: envelope.traceId }),
    };
  }
}
