/**
 * Time in a rehearsal. The database's legal clock stands at an instant that is set; the engine's clock of each case is
 * skipped forward to it. Skipping is the server's own, by durations, in the namespace where it is allowed.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type pg from 'pg';

const POLL_MS = 15;
const PATIENCE_MS = 30_000;

/** Puts a settable clock in the place of the database's own; of use in a rehearsal's database alone. */
export async function installClock(pool: pg.Pool, at: string): Promise<void> {
  await pool.query(`
    CREATE TABLE rehearsal_clock (at timestamptz NOT NULL);
    CREATE OR REPLACE FUNCTION service_clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
      SELECT date_trunc('milliseconds', at) FROM rehearsal_clock;
    $$;`);
  await pool.query('INSERT INTO rehearsal_clock (at) VALUES ($1)', [at]);
}

/** Sets the database's legal clock; it never goes back. */
export async function setClock(pool: pg.Pool, at: string): Promise<void> {
  const { rowCount } = await pool.query('UPDATE rehearsal_clock SET at = $1 WHERE at <= $1', [at]);
  if (rowCount !== 1) throw new Error(`A rehearsal's clock cannot be set back to ${at}`);
}

export async function readClock(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ at: Date }>('SELECT service_clock() AS at');
  return (rows[0] as { at: Date }).at.toISOString();
}

/** Asks until it holds. A rehearsal that stands still says what it waited for. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`The rehearsal stands still: ${what}`);
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
}

interface Skipping {
  currentTime?: { seconds?: { toString(): string } | null; nanos?: number | null } | null;
}

/** The engine's clock of a running case in milliseconds; undefined when no workflow runs. */
async function engineTime(client: Client, workflowId: string): Promise<number | undefined> {
  const { raw, status } = await client.workflow.getHandle(workflowId).describe();
  if (status.name !== 'RUNNING') return undefined;
  const info = (raw as { workflowExtendedInfo?: { timeSkippingInfo?: Skipping | null } | null }).workflowExtendedInfo
    ?.timeSkippingInfo;
  const time = info?.currentTime;
  return time?.seconds ? Number(time.seconds.toString()) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6) : Date.now();
}

/** Skips the case's engine clock to `engineMs`; comes back when it is there, or when the workflow has ended. */
export async function skipTo(client: Client, workflowId: string, engineMs: number): Promise<void> {
  const now = await engineTime(client, workflowId);
  if (now === undefined || now >= engineMs) return;
  const ms = engineMs - now;
  await client.workflowService.updateWorkflowExecutionOptions({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
    workflowExecutionOptions: {
      timeSkippingConfig: {
        enabled: true,
        fastForwardConfig: {
          id: randomUUID(),
          duration: { seconds: Math.floor(ms / 1_000) as never, nanos: (ms % 1_000) * 1e6 },
        },
      },
    },
    updateMask: { paths: ['time_skipping_config'] },
  });
  await until(`${workflowId} at ${new Date(engineMs).toISOString()}`, async () => {
    const reached = await engineTime(client, workflowId);
    return reached === undefined || reached >= engineMs;
  });
}
