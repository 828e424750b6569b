/**
 * Waits for the answers of acts. One connection listens for `answered`; a slow look at the database stands in for it
 * while it is away, so that a lost notification costs a moment and never an answer.
 */
import { Client } from 'pg';
import type { PrismaClient } from '../prisma/generated/client.ts';

const RECONNECT_MS = 500;
const POLL_MS = 500;

/** What became of an act. */
export type StoredAnswer = Record<string, unknown> & { outcome: 'done' | 'refused' };

/** Wakes whoever waits for an act's answer. */
export class Answers {
  readonly #prisma: PrismaClient;
  readonly #databaseUrl: string;
  readonly #waiting = new Map<string, Set<() => void>>();
  #client: Client | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(prisma: PrismaClient, databaseUrl: string) {
    this.#prisma = prisma;
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

  /** The act's answer, or undefined if none comes in time. */
  async waitFor(actId: string, timeoutMs: number): Promise<StoredAnswer | undefined> {
    const until = Date.now() + timeoutMs;
    for (;;) {
      // Registered before looking: an answer that comes in between still wakes.
      const signal = this.#signal(actId, Math.min(POLL_MS, Math.max(0, until - Date.now())));
      const answer = await this.read(actId).catch(() => undefined);
      if (answer !== undefined || Date.now() >= until) {
        signal.cancel();
        return answer;
      }
      await signal.woken;
    }
  }

  /** The stored answer as it is now. */
  async read(actId: string): Promise<StoredAnswer | undefined> {
    const row = await this.#prisma.inbox.findUnique({ where: { id: actId }, select: { answer: true } });
    return (row?.answer ?? undefined) as StoredAnswer | undefined;
  }

  #wake(actId: string): void {
    for (const resolve of this.#waiting.get(actId) ?? []) resolve();
  }

  #signal(actId: string, ms: number): { woken: Promise<void>; cancel: () => void } {
    let cancel!: () => void;
    const woken = new Promise<void>((resolve) => {
      const waiters = this.#waiting.get(actId) ?? new Set();
      const timer = setTimeout(() => cancel(), ms);
      cancel = () => {
        clearTimeout(timer);
        waiters.delete(cancel);
        if (waiters.size === 0) this.#waiting.delete(actId);
        resolve();
      };
      waiters.add(cancel);
      this.#waiting.set(actId, waiters);
    });
    return { woken, cancel };
  }
}
