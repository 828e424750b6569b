/**
 * Plays the rehearsals that people ask for, one at a time. A rehearsal is a job: a worker that dies lets go of it, and
 * the next one plays it from its beginning in a fresh database of the same name, since nothing of it is real.
 */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Sealer } from '../../activities/sealing.ts';
import { rehearsalJob, type RehearsalScript } from '../../contracts/rehearsals.ts';
import type { SealedRef } from '../../domain/process.ts';
import { reasonOf, type Log } from '../../worker/log.ts';
import { recallReminders } from '../../worker/probes/recalls.ts';
import { taskReminders } from '../../worker/probes/reminders.ts';
import { copyFrom } from './copy.ts';
import { Rehearsal } from './rehearsal.ts';
import { playScript } from './script.ts';

export interface RunnerOptions {
  /** The service's own database. */
  pool: Pool;
  postgresUrl: string;
  temporalAddress: string;
  namespace: string;
  cacheDir?: string | undefined;
  /** Opens the script, which may hold personal words. */
  opener: Sealer;
  /** Whether the server can skip time. */
  supported: boolean;
  log: Log;
  everyMs?: number;
}

interface Job {
  id: string;
  input: { institutionId: string; script: SealedRef };
}

const EVERY_MS = 1_000;
const LEASE_SECONDS = 60;
const BEAT_MS = 20_000;

async function take(pool: Pool): Promise<Job | undefined> {
  const { rows } = await pool.query<Job>(
    `UPDATE job SET status = 'running', lease_until = clock_timestamp() + make_interval(secs => $1), updated_at = clock_timestamp()
      WHERE id = (SELECT id FROM job WHERE status IN ('queued', 'running') AND kind = $2
                     AND (lease_until IS NULL OR lease_until < clock_timestamp())
                   ORDER BY created_at FOR UPDATE SKIP LOCKED LIMIT 1)
      RETURNING id::text, input`,
    [LEASE_SECONDS, rehearsalJob],
  );
  return rows[0];
}

/** Plays one rehearsal in a database of its own, which is gone afterwards. */
async function play({ id, input }: Job, options: RunnerOptions): Promise<object> {
  const { pool, opener, supported, everyMs: _, ...rest } = options;
  if (!supported) throw new Error('this Temporal server cannot skip time: no rehearsals');
  const script = JSON.parse((await opener.open([input.script])).get(input.script.sealed) ?? 'null') as RehearsalScript | null;
  if (!script) throw new Error('the script has been erased');
  const one = script.caseId === undefined ? undefined : { caseId: script.caseId, as: randomUUID() };
  const { rows } = await pool.query<{ at: Date }>('SELECT service_clock() AS at');
  const rehearsal = await Rehearsal.open({
    ...rest,
    id,
    startsAt: (rows[0] as { at: Date }).at.toISOString(),
    fill: copyFrom(pool, script.institutionId, one),
  });
  try {
    const reminders = [taskReminders(rehearsal.pool), recallReminders(rehearsal.pool)];
    const played = await playScript(rehearsal, one ? { ...script, caseId: one.as } : script, async () => {
      for (const reminder of reminders) await reminder.run();
    });
    return one ? (JSON.parse(JSON.stringify(played).replaceAll(one.as, one.caseId)) as object) : played;
  } finally {
    await rehearsal.close();
  }
}

/** Looks for rehearsals until it is stopped; one that is being played is played to its end. */
export function startRehearsals(options: RunnerOptions): { stop(): Promise<void> } {
  const { pool, log, everyMs = EVERY_MS } = options;
  let stopped = false;
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;

  async function one(job: Job): Promise<void> {
    const beat = setInterval(() => {
      pool
        .query('UPDATE job SET lease_until = clock_timestamp() + make_interval(secs => $2) WHERE id = $1', [
          job.id,
          LEASE_SECONDS,
        ])
        .catch((error: unknown) =>
          log.warn({ jobId: job.id, reason: reasonOf(error) }, 'the lease of a rehearsal was not renewed'),
        );
    }, BEAT_MS);
    try {
      const began = performance.now();
      const [status, result] = await play(job, options).then(
        (played) => ['done', { ...played, seconds: Math.round((performance.now() - began) / 100) / 10 }] as const,
        (error: unknown) => ['failed', { reason: reasonOf(error) }] as const,
      );
      if (status === 'failed') log.warn({ jobId: job.id, ...result }, 'a rehearsal could not be played');
      await pool.query(
        'UPDATE job SET status = $2, result = $3, lease_until = NULL, updated_at = clock_timestamp() WHERE id = $1',
        [job.id, status, JSON.stringify(result)],
      );
    } finally {
      clearInterval(beat);
    }
  }

  async function all(): Promise<void> {
    for (let job = stopped ? undefined : await take(pool); job; job = stopped ? undefined : await take(pool)) await one(job);
  }

  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = all()
      .catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'rehearsals cannot be looked for'))
      .finally(() => (busy = false));
  }, everyMs);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
