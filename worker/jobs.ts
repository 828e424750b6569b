/**
 * Jobs that the API leaves behind: work on many cases that no request can wait for. One worker at a time holds a job;
 * a job that a crash left is taken up again where it stood, since every step of it is done once only.
 */
import type pg from 'pg';
import { listOpen, raisePrevailing } from './prevailing.ts';
import { reasonOf, type Log } from './log.ts';
import { sendSystemAct } from './systemActs.ts';

interface Job {
  id: string;
  kind: string;
  input: unknown;
}

const LEASE_SECONDS = 60;
const BATCH = 100;

/** Takes one job that waits, or that another worker let go of; repairs and rehearsals, which may take long, have workers of their own. */
async function take(pool: pg.Pool): Promise<Job | undefined> {
  const { rows } = await pool.query<Job>(
    `UPDATE job SET status = 'running', lease_until = clock_timestamp() + make_interval(secs => $1), updated_at = clock_timestamp()
      WHERE id = (SELECT id FROM job WHERE status IN ('queued', 'running') AND kind NOT IN ('repair', 'rehearsal') AND (lease_until IS NULL OR lease_until < clock_timestamp())
                   ORDER BY created_at FOR UPDATE SKIP LOCKED LIMIT 1)
      RETURNING id, kind, input`,
    [LEASE_SECONDS],
  );
  return rows[0];
}

async function progress(pool: pg.Pool, job: Job, done: number, total: number): Promise<void> {
  await pool.query(
    'UPDATE job SET progress = $2, lease_until = clock_timestamp() + make_interval(secs => $3), updated_at = clock_timestamp() WHERE id = $1',
    [job.id, JSON.stringify({ done, total }), LEASE_SECONDS],
  );
}

/** After an imported pack: open cases under which a prevailing rule has changed are raised. */
async function comparePinnedRules(pool: pg.Pool, job: Job): Promise<object> {
  const cases = await listOpen(pool);
  let raised = 0;
  for (const [i, one] of cases.entries()) {
    if (await raisePrevailing(pool, one)) raised += 1;
    if (i % BATCH === 0) await progress(pool, job, i, cases.length);
  }
  return { compared: cases.length, raised };
}

/** The cases that share a case's result learn of it, and of its end. */
async function noteLinks(pool: pg.Pool, job: Job): Promise<object> {
  const { caseId, seq, ended } = job.input as { caseId: string; seq: number; ended: boolean };
  const { rows } = await pool.query<{ id: string; institution_id: string }>(
    `SELECT c.id::text, c.institution_id::text FROM cases c
      WHERE c.status = 'open' AND c.id <> $1 AND c.id::text IN (
        SELECT jsonb_array_elements_text(data->'otherCaseIds') FROM ledger WHERE case_id = $1 AND type = 'applicationLinked'
        UNION SELECT data->>'otherCaseId' FROM ledger WHERE case_id = $1 AND type = 'linkNoted') ORDER BY c.id`,
    [caseId],
  );
  for (const { id, institution_id } of rows) {
    const reason = `${caseId} ${seq}`;
    await sendSystemAct(pool, {
      institutionId: institution_id,
      caseId: id,
      type: 'noteLink',
      body: { otherCaseId: caseId, ended },
      reason,
    });
  }
  return { told: rows.length };
}

const kinds: Record<string, (pool: pg.Pool, job: Job) => Promise<object>> = { comparePinnedRules, noteLinks };

/** Works off what waits; answers how many jobs were done. A job that fails is tried again after its lease. */
export async function runJobs(pool: pg.Pool, log: Log): Promise<number> {
  let done = 0;
  for (let job = await take(pool); job; job = await take(pool)) {
    const run = kinds[job.kind];
    try {
      const result = run ? await run(pool, job) : { error: `No worker knows jobs of kind ${job.kind}` };
      await pool.query(
        'UPDATE job SET status = $2, result = $3, lease_until = NULL, updated_at = clock_timestamp() WHERE id = $1',
        [job.id, run ? 'done' : 'failed', JSON.stringify(result)],
      );
      done += 1;
    } catch (error) {
      log.warn({ jobId: job.id, kind: job.kind, reason: reasonOf(error) }, 'a job could not be finished and will be tried again');
      return done;
    }
  }
  return done;
}

const LOOK_EVERY_MS = 2_000;

/** Queues the day's comparison of pinned with present rules, once a day whichever worker is first. */
async function queueDaily(pool: pg.Pool): Promise<void> {
  await pool.query(
    `INSERT INTO job (id, kind, input)
     SELECT md5('comparePinnedRules ' || day)::uuid, 'comparePinnedRules', jsonb_build_object('on', day)
       FROM (SELECT to_char(service_clock() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') AS day) AS today
     ON CONFLICT DO NOTHING`,
  );
}

/** Looks for jobs until it is stopped; one round at a time. */
export function startJobs({ pool, log, everyMs = LOOK_EVERY_MS }: { pool: pg.Pool; log: Log; everyMs?: number }): {
  stop(): Promise<void>;
} {
  let running: Promise<unknown> = Promise.resolve();
  let busy = false;
  const look = (): void => {
    if (busy) return;
    busy = true;
    running = queueDaily(pool)
      .then(() => runJobs(pool, log))
      .catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'jobs cannot be looked for'))
      .finally(() => (busy = false));
  };
  const timer = setInterval(look, everyMs);
  look();
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}
