/**
 * Waits for the answers of acts. One connection listens for `answered`; a slow look at the database stands in for it
 * while it is away, so that a lost notification costs a moment and never an answer.
 */
import { Client } from 'pg';
import { sql, type Db } from './db.ts';

const RECONNECT_MS = 500;
const POLL_MS = 500;

/** What became of an act. */
export type StoredAnswer = Record<string, unknown> & { outcome: 'done' | 'refused' };

/** Wakes whoever waits for an act's answer. */
export class Answers {
  readonly #db: Db;
  readonly #databaseUrl: string;
  readonly #waiting = new Map<string, Set<Expected>>();
  #client: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(db: Db, databaseUrl: string) {
    this.#db = db;
    this.#databaseUrl = databaseUrl;
  }

  /** Begins to listen; a database that is away is tried again and again. */
  async start(): Promise<void> {
    const client = new Client({ connectionString: this.#databaseUrl, application_name: 'fuquan-api-answers' });
    const lost = (): void => {
      if (this.#client !== client) return;
      this.#client = undefined;
      if (!this.#closed) this.#retry = setTimeout(() => void this.start(), RECONNECT_MS);
    };
    this.#client = client;
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', ({ payload }) => this.#wake(payload ?? ''));
    try {
      await client.connect();
      await client.query('LISTEN answered');
      // What was answered while nobody listened.
      for (const id of this.#waiting.keys()) this.#wake(id);
    } catch {
      lost();
      await client.end().catch(() => undefined);
    }
  }

  /** Stops listening. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => undefined);
  }

  /** Begins to wait for the answer of an act that may not even be there yet. */
  expect(actId: string): Expected {
    const expected = new Expected(
      () => this.read(actId).catch(() => undefined),
      () => {
        waiters.delete(expected);
        if (waiters.size === 0) this.#waiting.delete(actId);
      },
    );
    const waiters = this.#waiting.get(actId) ?? new Set();
    waiters.add(expected);
    this.#waiting.set(actId, waiters);
    return expected;
  }

  /** The act's answer, or undefined if none comes in time. */
  async waitFor(actId: string, timeoutMs: number): Promise<StoredAnswer | undefined> {
    // Expected before looking: an answer that comes in between still wakes.
    const expected = this.expect(actId);
    try {
      return (await this.read(actId).catch(() => undefined)) ?? (await expected.within(timeoutMs));
    } finally {
      expected.forget();
    }
  }

  /** The stored answer as it is now. */
  async read(actId: string): Promise<StoredAnswer | undefined> {
    const rows = await this.#db.rows<{ answer: StoredAnswer | null }>(sql`SELECT answer FROM inbox WHERE id = ${actId}::uuid`);
    return rows[0]?.answer ?? undefined;
  }

  #wake(actId: string): void {
    for (const expected of this.#waiting.get(actId) ?? []) expected.ring();
  }
}

/** Somebody who waits for one answer. The database is looked at when the answer is told of, and now and then in case it was not. */
export class Expected {
  readonly #read: () => Promise<StoredAnswer | undefined>;
  readonly #forget: () => void;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(read: () => Promise<StoredAnswer | undefined>, forget: () => void) {
    this.#read = read;
    this.#forget = forget;
  }

  /** The answer has been told of. */
  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** The answer, or undefined if none comes in time. */
  async within(timeoutMs: number): Promise<StoredAnswer | undefined> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      await this.#heard(Math.min(POLL_MS, Math.max(0, until - Date.now())));
      const answer = await this.#read();
      if (answer !== undefined || Date.now() >= until) return answer;
    }
  }

  /** Nobody waits any more. */
  forget(): void {
    this.#forget();
  }

  async #heard(ms: number): Promise<void> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#rung = false;
  }
}
