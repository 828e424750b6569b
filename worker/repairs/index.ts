/**
 * Carries out repairs. They are rows of a job that one worker at a time holds; a worker that dies lets go of it, and the
 * next one takes up what has no outcome yet. That is safe because each repair looks first whether it is still needed, and
 * because what it sends has an id that follows from its row.
 */
import type { Pool } from 'pg';
import { repairJob, type RepairItem, type RepairOutcome } from '../../contracts/repairs.ts';
import { reasonOf, type Log } from '../log.ts';
import type { Attending, Companion } from '../main.ts';
import { awaitAct } from './acts.ts';
import { Interrupted } from './patience.ts';
import { remindWho, retryAct, retryDeadline, retryMessages } from './deliveries.ts';
import { awaitTask, restart, retryActivity, terminate, type EngineDeps } from './workflows.ts';

export interface RepairOptions {
  pool: Pool;
  log: Log;
  everyMs?: number;
  leaseSeconds?: number;
  /** Repairs of one job under way at a time. */
  atOnce?: number;
  /** See the check of the engine. */
  youngMs?: number;
}

interface Job {
  id: string;
  createdBy: string | null;
  onBehalfOf: string | null;
}

const EVERY_MS = 1_000;
const LEASE_SECONDS = 60;
const AT_ONCE = 8;
/** A job may wait a minute for what it was to bring about; others need not wait for it. */
const JOBS_AT_ONCE = 4;

/** What must be written in the transaction that notes the outcome, or what was done before it. */
type Work = { within: (db: Pick<Pool, 'query'>) => Promise<RepairOutcome> } | { before: () => Promise<RepairOutcome> };

function workOf(deps: EngineDeps, item: RepairItem): Work {
  const { target } = item;
  if (target.of === 'act') return { before: () => awaitAct(deps, target.actId ?? '') };
  if (item.kind === 'restart') return { before: () => restart(deps, item) };
  if (target.of === 'case') throw new Error(`A ${item.kind} is not done to a case as such`);
  const { cause, detail } = target;
  if (item.kind === 'remind') return { within: (db) => remindWho(db, item, cause, detail) };
  if (item.kind === 'terminate') return { before: () => terminate(deps, item, detail) };
  switch (cause) {
    case 'actUnanswered':
      return { before: () => retryAct(deps, item) };
    case 'deadlinePassed':
      return { before: () => retryDeadline(deps, item, detail) };
    case 'messageStuck':
      return { before: () => retryMessages(deps, item, detail) };
    case 'activityFailing':
      return { before: () => retryActivity(deps, detail) };
    case 'workflowTaskFailing':
      return { before: () => awaitTask(deps, detail) };
    default:
      throw new Error(`There is no ${item.kind} for ${cause}`);
  }
}

/** Takes one job that waits, or that another worker let go of. */
async function take(pool: Pool, leaseSeconds: number): Promise<Job | undefined> {
  const { rows } = await pool.query<Job>(
    `UPDATE job SET status = 'running', lease_until = clock_timestamp() + make_interval(secs => $1), updated_at = clock_timestamp()
      WHERE id = (SELECT id FROM job WHERE status IN ('queued', 'running') AND kind = $2
                     AND (lease_until IS NULL OR lease_until < clock_timestamp())
                   ORDER BY created_at FOR UPDATE SKIP LOCKED LIMIT 1)
      RETURNING id::text, created_by::text AS "createdBy", input->>'onBehalfOf' AS "onBehalfOf"`,
    [leaseSeconds, repairJob],
  );
  return rows[0];
}

/** Repairs of the job without an outcome, in their order. */
async function open(pool: Pool, jobId: string): Promise<RepairItem[]> {
  const { rows } = await pool.query<RepairItem>(
    `SELECT job_id::text AS "jobId", n, kind, institution_id::text AS "institutionId", case_id::text AS "caseId", target
       FROM repair_item WHERE job_id = $1 AND ended_at IS NULL ORDER BY n`,
    [jobId],
  );
  return rows;
}

/** Notes what became of the repair, and who had it done, in one transaction and once. */
async function end(pool: Pool, job: Job, item: RepairItem, work: (db: Pick<Pool, 'query'>) => Promise<RepairOutcome>) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ reason: object; finding_id: string | null }>(
      'SELECT reason, finding_id::text FROM repair_item WHERE job_id = $1 AND n = $2 AND ended_at IS NULL FOR UPDATE',
      [item.jobId, item.n],
    );
    const [row] = rows;
    if (row) {
      const outcome = await work(client);
      await client.query(
        'UPDATE repair_item SET status = $3, outcome = $4, ended_at = clock_timestamp() WHERE job_id = $1 AND n = $2',
        [item.jobId, item.n, outcome.status, JSON.stringify(outcome.detail)],
      );
      // An act stands in the case's own ledger with its name; what only the machine does stands here.
      if (item.target.of !== 'act') {
        const detail = {
          kind: item.kind,
          job: item.jobId,
          n: item.n,
          ...(item.target.of === 'finding' && { cause: item.target.cause }),
          ...(row.finding_id && { finding: row.finding_id }),
          status: outcome.status,
          reason: row.reason,
          ...(job.onBehalfOf && { onBehalfOf: job.onBehalfOf }),
        };
        await client.query(
          `INSERT INTO audit (institution_id, actor_person, action, subject, detail, at) VALUES ($1, $2, 'repair', $3, $4, service_clock())`,
          [item.institutionId, job.createdBy, item.caseId ?? item.jobId, JSON.stringify(detail)],
        );
      }
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** A repair that throws has not helped, unless the worker stopped meanwhile. */
function failed(error: unknown): RepairOutcome {
  if (error instanceof Interrupted) throw error;
  return { status: 'notHelped', detail: { reason: reasonOf(error) } };
}

async function carryOut(deps: EngineDeps, job: Job, item: RepairItem): Promise<void> {
  await deps.pool.query("UPDATE repair_item SET status = 'running' WHERE job_id = $1 AND n = $2 AND ended_at IS NULL", [
    item.jobId,
    item.n,
  ]);
  try {
    const work = workOf(deps, item);
    if ('within' in work) return await end(deps.pool, job, item, work.within);
    const outcome = await work.before().catch(failed);
    return await end(deps.pool, job, item, async () => outcome);
  } catch (error) {
    // With the database away this fails too, and the job is taken up again when its lease has run out.
    const outcome = failed(error);
    return end(deps.pool, job, item, async () => outcome);
  }
}

async function progress(pool: Pool, jobId: string, leaseSeconds: number): Promise<void> {
  await pool.query(
    `UPDATE job SET lease_until = clock_timestamp() + make_interval(secs => $2), updated_at = clock_timestamp(),
            progress = (SELECT jsonb_build_object('done', count(ended_at), 'total', count(*)) FROM repair_item WHERE job_id = $1)
      WHERE id = $1 AND status = 'running'`,
    [jobId, leaseSeconds],
  );
}

/** Works the job off; several repairs at a time, since most of their time is waiting. */
async function workOff(deps: EngineDeps, job: Job, leaseSeconds: number, atOnce: number): Promise<void> {
  const { pool } = deps;
  const queue = await open(pool, job.id);
  const renewing = setInterval(
    () => void progress(pool, job.id, leaseSeconds).catch(() => undefined),
    (leaseSeconds * 1_000) / 3,
  );
  try {
    const lane = async (): Promise<void> => {
      for (let item = queue.shift(); item && !deps.signal.aborted; item = queue.shift()) {
        await carryOut(deps, job, item).catch((error: unknown) => {
          if (!(error instanceof Interrupted)) throw error;
        });
        await progress(pool, job.id, leaseSeconds);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
  } finally {
    clearInterval(renewing);
  }
  await pool.query(
    `UPDATE job SET status = CASE WHEN left_over = 0 THEN 'done' ELSE 'queued' END, lease_until = NULL, updated_at = clock_timestamp(),
            result = CASE WHEN left_over = 0 THEN outcomes END
       FROM (SELECT count(*) FILTER (WHERE ended_at IS NULL) AS left_over FROM repair_item WHERE job_id = $1) AS l,
            (SELECT jsonb_object_agg(status, n) AS outcomes FROM (SELECT status, count(*) AS n FROM repair_item WHERE job_id = $1 GROUP BY status) AS s) AS o
      WHERE id = $1`,
    [job.id],
  );
}

/** Carries out repairs until it is stopped; what is under way then is finished. */
export function startRepairs(options: RepairOptions, { client, taskQueue, payloadKey }: Attending): Companion {
  const { pool, log, everyMs = EVERY_MS, leaseSeconds = LEASE_SECONDS, atOnce = AT_ONCE, youngMs } = options;
  const stopping = new AbortController();
  const deps: EngineDeps = {
    pool,
    client,
    taskQueue,
    payloadKey,
    signal: stopping.signal,
    ...(youngMs !== undefined && { youngMs }),
  };
  const running = new Set<Promise<void>>();
  let taking: Promise<void> | undefined;
  const warn = (error: unknown): void =>
    log.warn({ reason: reasonOf(error) }, 'repairs cannot be carried out and will be taken up again');
  const takeAll = async (): Promise<void> => {
    while (running.size < JOBS_AT_ONCE && !stopping.signal.aborted) {
      const job = await take(pool, leaseSeconds);
      if (!job) return;
      const work: Promise<void> = workOff(deps, job, leaseSeconds, atOnce)
        .catch(warn)
        .finally(() => running.delete(work));
      running.add(work);
    }
  };
  const look = (): void => {
    taking ??= takeAll()
      .catch(warn)
      .finally(() => (taking = undefined));
  };
  const timer = setInterval(look, everyMs);
  look();
  return {
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await taking;
      await Promise.all(running);
    },
  };
}
