/** A harness's own questions to the database, asked again while it is away: only the service is put to the test. */
import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';

const PATIENCE_MS = 60_000;
const AGAIN_MS = 100;

const isAway = (error: unknown): boolean => {
  const { code = '', message } = error as { code?: string; message: string };
  return /^(?:08|57P|ECONN|EPIPE)/.test(code) || message.includes('Connection terminated');
};

/** Rows of a statement that may be repeated. */
export async function asked<R extends object>(pool: pg.Pool, sql: string, values: unknown[] = []): Promise<R[]> {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return (await pool.query<R>(sql, values)).rows;
    } catch (error) {
      if (!isAway(error) || Date.now() > until) throw error;
      await pause(AGAIN_MS);
    }
  }
}
