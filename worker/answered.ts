/**
 * Tells when an act has been answered, whichever worker recorded it. The notice of the database wakes; a slow look
 * stands in for notices that were lost.
 */
import type pg from 'pg';
import type { ActAnswer } from '../contracts/messages.ts';
import type { Refusal } from '../domain/process.ts';
import { pause } from './backoff.ts';
import { listenTo } from './listen.ts';
import type { Log } from './log.ts';

/** What the inbox holds as an act's answer. */
export type InboxAnswer = ActAnswer | { outcome: 'refused'; refusal: Refusal };

export interface Answered {
  /** The act's answer, or undefined if there is none in time or it is waited for no longer. Asked for before the act can be answered. */
  waitFor(actId: string, timeoutMs: number, signal: AbortSignal): Promise<InboxAnswer | undefined>;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;

/** Listens for answers until it is stopped. */
export function answersIn(deps: { pool: Pick<pg.Pool, 'query'>; connection: pg.ClientConfig; log: Log }): Answered {
  const { pool, connection, log } = deps;
  const waiting = new Map<string, () => void>();
  const listener = listenTo({
    connection,
    channel: 'answered',
    onNotice: (actId) => waiting.get(actId)?.(),
    // What was answered before is looked for.
    onConnected: () => {
      for (const look of waiting.values()) look();
    },
    log,
  });

  async function read(actId: string): Promise<InboxAnswer | undefined> {
    const { rows } = await pool.query<{ answer: InboxAnswer | null }>('SELECT answer FROM inbox WHERE id = $1', [actId]);
    return rows[0]?.answer ?? undefined;
  }

  return {
    async waitFor(actId, timeoutMs, signal) {
      const until = performance.now() + timeoutMs;
      try {
        for (let left = timeoutMs; left > 0 && !signal.aborted; left = until - performance.now()) {
          const looking = new AbortController();
          waiting.set(actId, () => looking.abort());
          await pause(Math.min(left, LOOK_EVERY_MS), AbortSignal.any([looking.signal, signal]));
          const answer = signal.aborted ? undefined : await read(actId).catch(() => undefined);
          if (answer) return answer;
        }
        return undefined;
      } finally {
        waiting.delete(actId);
      }
    },
    stop: () => listener.stop(),
  };
}
