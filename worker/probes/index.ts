/**
 * Checks that no single case can make: they run outside the workflows, whose histories they would fill. One worker at a
 * time makes them; every check can be made again without harm, so a round that a crash cut short is simply repeated.
 */
import type { Pool } from 'pg';
import { reasonOf, type Log } from '../log.ts';
import { noMetrics, type WorkerMetrics } from '../metrics.ts';

export interface Probe {
  name: string;
  /** Makes the check once, and answers how much it found to do. */
  run(): Promise<number>;
}

export interface ProbeOptions {
  pool: Pool;
  probes: readonly Probe[];
  log: Log;
  metrics?: WorkerMetrics;
  everyMs?: number;
}

/** Key of the advisory lock by which workers agree who makes the checks. */
const LOCK = 4_702_611;
const EVERY_MS = 5 * 60_000;

/** Makes all checks once, if no other worker is making them; a check that fails stops no other. Answers whether it did. */
export async function runProbes({ pool, probes, log, metrics = noMetrics }: Omit<ProbeOptions, 'everyMs'>): Promise<boolean> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    const { rows } = await client.query<{ mine: boolean }>('SELECT pg_try_advisory_lock($1) AS mine', [LOCK]);
    if (!rows[0]?.mine) return false;
    for (const probe of probes) {
      try {
        const found = await probe.run();
        metrics.probed(probe.name, 'done');
        if (found > 0) log.info({ probe: probe.name, found }, 'a check found something to do');
      } catch (error) {
        metrics.probed(probe.name, 'failed');
        log.error({ probe: probe.name, reason: reasonOf(error) }, 'a check failed');
      }
    }
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    return true;
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    // A broken connection leaves the pool, and takes its lock with it.
    client.release(failure);
  }
}

/** Makes the checks now and then again and again, until it is stopped; a round under way is finished. */
export function startProbes({ everyMs = EVERY_MS, ...options }: ProbeOptions): { stop(): Promise<void> } {
  let round: Promise<unknown> | undefined;
  const look = (): void => {
    round ??= runProbes(options)
      .catch((error: unknown) => options.log.warn({ reason: reasonOf(error) }, 'the checks cannot be made'))
      .finally(() => (round = undefined));
  };
  const timer = setInterval(look, everyMs);
  look();
  return {
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
