import type { Pool } from 'pg';
import { WORKER_SAYS_EVERY_SECONDS, WORKER_SILENT_SECONDS } from '../contracts/stalled.ts';
import { reasonOf, type Log } from './log.ts';

export interface PresenceOptions {
  pool: Pool;
  identity: string;
  buildId: string;
  /** Whether the worker polls for tasks. */
  polls: () => boolean;
  /** Keys that it was asked for and does not have. */
  missingKeys: () => readonly string[];
  log: Log;
  everyMs?: number;
}

/** Workers that have said nothing for so long are no longer remembered. */
const FORGOTTEN_DAYS = 1;

/**
 * Says every few seconds that this worker is there: a worker that hangs or is gone is known by its silence. Comes back
 * when it has been said once, or could not be.
 */
export async function startPresence(options: PresenceOptions): Promise<{ stop(): Promise<void> }> {
  const { pool, identity, buildId, polls, missingKeys, log, everyMs = WORKER_SAYS_EVERY_SECONDS * 1_000 } = options;
  const say = async (polling: boolean): Promise<void> => {
    await pool.query(
      `INSERT INTO worker_presence (identity, build_id, polls, missing_keys, seen_at) VALUES ($1, $2, $3, $4, clock_timestamp())
       ON CONFLICT (identity) DO UPDATE SET polls = excluded.polls, missing_keys = excluded.missing_keys, seen_at = excluded.seen_at`,
      [identity, buildId, polling, missingKeys()],
    );
  };
  let last: Promise<unknown> = Promise.resolve();
  const again = (): void => {
    last = say(polls()).catch((error: unknown) =>
      log.warn({ reason: reasonOf(error) }, 'the worker cannot say that it is there'),
    );
  };
  const timer = setInterval(again, everyMs);
  again();
  await last;
  return {
    async stop() {
      clearInterval(timer);
      await last;
      // A worker that goes in good order says so, and takes those along that never did.
      await pool
        .query('DELETE FROM worker_presence WHERE identity = $1 OR seen_at < clock_timestamp() - make_interval(days => $2)', [
          identity,
          FORGOTTEN_DAYS,
        ])
        .catch(() => undefined);
    },
  };
}

/** Whether a worker of the build is there. */
export async function isPresent(pool: Pool, buildId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    'SELECT 1 FROM worker_presence WHERE build_id = $1 AND polls AND seen_at > clock_timestamp() - make_interval(secs => $2) LIMIT 1',
    [buildId, WORKER_SILENT_SECONDS],
  );
  return rowCount === 1;
}
