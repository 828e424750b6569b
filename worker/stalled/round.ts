/**
 * Looks for what stands still. Each check compares everything that it finds now with what it had found before, so that a
 * finding closes by itself when it is mended. One worker at a time looks; each check leaves a note of its last round and
 * of its last good one, by which readers of the list know whether it can be relied on.
 */
import type { Pool } from 'pg';
import { LOOK_SECONDS, stalledChecks, type Found, type StalledCheck } from '../../contracts/stalled.ts';
import { reasonOf, type Log } from '../log.ts';

/** One check. */
export interface Check {
  name: StalledCheck;
  /** Everything of its causes that stands still now. Throws when it cannot tell: then what it had found before stays. */
  find(): Promise<Found[]>;
}

export interface StalledOptions {
  pool: Pool;
  checks: readonly Check[];
  log: Log;
  /** How often to look whether a check is due; one that failed is due at once. */
  everyMs?: number;
  /** Seconds between two rounds of a check, where they differ from its own. */
  everySeconds?: Partial<Record<StalledCheck, number>>;
}

/** Key of the advisory lock by which workers agree who looks. */
const LOCK = 4_702_612;

/** Makes one check now, whoever else looks, and notes that it was made. Answers whether it could be made. */
export async function runCheck(pool: Pool, check: Check, log: Log): Promise<boolean> {
  const { every, within: seconds } = stalledChecks[check.name];
  const begun = performance.now();
  try {
    // A server that hangs must not keep a check from saying that it cannot tell.
    const found = await within(seconds * 1_000, check.find());
    const { rows } = await pool.query<{ r: { opened: number; gone: number } }>('SELECT compare_stalled($1, $2) AS r', [
      check.name,
      JSON.stringify(found),
    ]);
    const { opened = 0, gone = 0 } = rows[0]?.r ?? {};
    if (opened + gone > 0) log.info({ check: check.name, opened, gone }, 'what stands still has changed');
    await note(pool, check.name, { every, begun, error: null });
    return true;
  } catch (error) {
    log.error({ check: check.name, reason: reasonOf(error) }, 'it cannot be told what stands still');
    await note(pool, check.name, { every, begun, error: reasonOf(error) });
    return false;
  }
}

interface Round {
  every: number;
  /** When it began, by this process's own count. */
  begun: number;
  error: string | null;
}

async function note(pool: Pool, name: string, { every, begun, error }: Round): Promise<void> {
  const took = (performance.now() - begun) / 1_000;
  await pool.query(
    `INSERT INTO stalled_check AS c (name, every_seconds, ran_at, ok_at, error)
     VALUES ($1, $2, clock_timestamp() - make_interval(secs => $4), CASE WHEN $3::text IS NULL THEN clock_timestamp() END, $3)
     ON CONFLICT (name) DO UPDATE SET every_seconds = excluded.every_seconds, ran_at = excluded.ran_at,
       ok_at = coalesce(excluded.ok_at, c.ok_at), error = excluded.error`,
    [name, every, error, took],
  );
}

/** Whether the check's last good round began its interval ago, by the notes: another worker may have made it. */
async function isDue(pool: Pool, name: string, everySeconds: number): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT 1 FROM stalled_check WHERE name = $1 AND error IS NULL AND ran_at > clock_timestamp() - make_interval(secs => $2)`,
    [name, everySeconds],
  );
  return rowCount === 0;
}

/** Makes the check if it is due and no other worker is making it. */
async function look({ pool, log, everySeconds = {} }: StalledOptions, check: Check): Promise<void> {
  const every = everySeconds[check.name] ?? stalledChecks[check.name].every;
  if (!(await isDue(pool, check.name, every))) return;
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    const lock = [LOCK, Object.keys(stalledChecks).indexOf(check.name)];
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS mine', lock);
    if (!rows[0]?.mine) return;
    if (await isDue(pool, check.name, every)) await runCheck(pool, check, log);
    await client.query('SELECT pg_advisory_unlock($1, $2)', lock);
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A broken connection leaves the pool, and takes its lock with it.
    client.release(failure);
  }
}

/** Looks now and then again and again, until it is stopped; a look under way is finished. Each check goes by itself. */
export function startStalledChecks(options: StalledOptions): { stop(): Promise<void> } {
  const { checks, log, everyMs = LOOK_SECONDS * 1_000 } = options;
  const running = new Map<Check, Promise<void>>();
  const again = (): void => {
    for (const check of checks.filter((one) => !running.has(one))) {
      const looking = look(options, check)
        .catch((error: unknown) =>
          log.warn({ check: check.name, reason: reasonOf(error) }, 'nobody can look for what stands still'),
        )
        .finally(() => running.delete(check));
      running.set(check, looking);
    }
  };
  const timer = setInterval(again, everyMs);
  again();
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
