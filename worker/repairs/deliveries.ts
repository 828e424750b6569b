/** Repairs of what is delivered: acts to their cases, messages to people, deadlines to the case that must work them off. */
import type { Pool } from 'pg';
import type { RepairItem, RepairOutcome } from '../../contracts/repairs.ts';
import type { ActType, Bodies } from '../../domain/empowerment/acts.ts';
import type { Message } from '../../domain/process.ts';
import { remind, type Reminder } from '../probes/reminders.ts';
import { recipientsOf } from '../recipients.ts';
import { sendSystemAct } from '../systemActs.ts';
import { wakeOf } from '../wakeOf.ts';
import { deliverNow } from './deliverNow.ts';
import { until } from './patience.ts';
import type { EngineDeps } from './workflows.ts';

type Detail = Record<string, unknown>;
type Deps = Pick<EngineDeps, 'pool' | 'signal'>;

/** A delivery that gets no answer comes back after most of its lease. */
const ACT_MS = 45_000;
const MESSAGES_MS = 60_000;

/** Tries the case's oldest act again at once. Done when it is answered, also by a refusal. */
export async function retryAct({ pool, signal }: Deps, { caseId }: RepairItem): Promise<RepairOutcome> {
  const act = await deliverNow(pool, caseId);
  if (!act) return { status: 'notNeeded', detail: {} };
  const outcome = await until({ withinMs: ACT_MS, signal }, () => answerTo(pool, act));
  return outcome ?? { status: 'notHelped', detail: { actId: act.id, reason: 'No worker has tried it' } };
}

async function answerTo(pool: Pool, { id, attempts }: { id: string; attempts: number }): Promise<RepairOutcome | undefined> {
  const { rows } = await pool.query<{ outcome: string | null; attempts: number; last_error: string | null }>(
    "SELECT answer->>'outcome' AS outcome, attempts, last_error FROM inbox WHERE id = $1",
    [id],
  );
  const [row] = rows;
  if (row?.outcome) return { status: 'done', detail: { actId: id, outcome: row.outcome } };
  if (row && row.attempts > attempts && row.last_error !== null) {
    return { status: 'notHelped', detail: { actId: id, reason: row.last_error } };
  }
  return undefined;
}

/** Sends every message of a way out again at once. Done when all of them went out. */
export async function retryMessages(
  { pool, signal }: Deps,
  { institutionId }: RepairItem,
  { channel }: Detail,
): Promise<RepairOutcome> {
  // The last error stays: without it the finding would be gone until the next failure, as if all were well.
  const { rows } = await pool.query<{ id: string; attempts: number }>(
    `UPDATE outbox SET next_at = clock_timestamp(), lease_until = NULL
      WHERE institution_id = $1 AND channel = $2 AND delivered_at IS NULL RETURNING id, attempts`,
    [institutionId, channel],
  );
  if (rows.length === 0) return { status: 'notNeeded', detail: {} };
  await pool.query("SELECT pg_notify('outbox', '')");
  const counted = (): Promise<{ sent: number; failed: number; reason: string | null }> => countSent(pool, rows);
  await until({ withinMs: MESSAGES_MS, signal }, async () => {
    const { sent, failed } = await counted();
    return sent + failed === rows.length ? true : undefined;
  });
  const { sent, reason } = await counted();
  const detail = { channel, messages: rows.length, sent };
  if (sent === rows.length) return { status: 'done', detail };
  return { status: 'notHelped', detail: { ...detail, reason: reason ?? 'Not all were tried in time' } };
}

/** How many went out, and how many were tried since and failed. */
async function countSent(
  pool: Pool,
  before: readonly { id: string; attempts: number }[],
): Promise<{ sent: number; failed: number; reason: string | null }> {
  const { rows } = await pool.query<{ sent: number; failed: number; reason: string | null }>(
    `SELECT count(*) FILTER (WHERE o.delivered_at IS NOT NULL)::int AS sent,
            count(*) FILTER (WHERE o.delivered_at IS NULL AND o.lease_until IS NULL AND o.attempts > b.attempts)::int AS failed,
            max(o.last_error) FILTER (WHERE o.delivered_at IS NULL) AS reason
       FROM jsonb_to_recordset($1) AS b (id text, attempts int) JOIN outbox o ON o.id = b.id`,
    [JSON.stringify(before)],
  );
  return rows[0] ?? { sent: 0, failed: 0, reason: null };
}

/**
 * Has the case look at its deadline: before any act it works off what time has brought, so that the very act of time,
 * sent once more, finds it done. Done when the deadline is closed.
 */
export async function retryDeadline({ pool, signal }: Deps, item: RepairItem, { deadline }: Detail): Promise<RepairOutcome> {
  const { caseId, institutionId, jobId, n } = item;
  if (caseId === null || institutionId === null) return { status: 'notNeeded', detail: {} };
  const running = async (): Promise<boolean> =>
    (
      await pool.query(
        `SELECT 1 FROM deadline WHERE case_id = $1 AND key = $2 AND state = 'running'
          UNION ALL SELECT 1 FROM cases WHERE id = $1 AND $2 = 'wake' AND status = 'open' AND wakes_at <= service_clock()`,
        [caseId, deadline],
      )
    ).rowCount === 1;
  if (!(await running())) return { status: 'notNeeded', detail: {} };
  const wake = await wakeOf(pool, caseId);
  if (!wake) return { status: 'notHelped', detail: { reason: 'The case waits for no instant' } };
  const id = await sendSystemAct(pool, {
    institutionId,
    caseId,
    type: wake.type as ActType,
    body: wake.body as Bodies[ActType],
    reason: `repair ${jobId} ${n}`,
  });
  const outcome = await until({ withinMs: ACT_MS, signal }, async (): Promise<RepairOutcome | undefined> => {
    if (!(await running())) return { status: 'done', detail: {} };
    const { rows } = await pool.query<{ code: string | null; last_error: string | null; answered: boolean }>(
      `SELECT answer->'refusal'->>'code' AS code, last_error, answered_at IS NOT NULL AS answered FROM inbox WHERE id = $1`,
      [id],
    );
    const [row] = rows;
    const said = row?.code ?? row?.last_error;
    return row && (row.answered || row.last_error !== null) && (await running())
      ? { status: 'notHelped', detail: { reason: said ?? 'The case closes it not yet' } }
      : undefined;
  });
  return outcome ?? { status: 'notHelped', detail: { reason: 'The case has not answered' } };
}

/** Reminds whoever must act; in the transaction that notes it, so that nobody is reminded twice. */
export async function remindWho(
  db: Pick<Pool, 'query'>,
  item: RepairItem,
  cause: string,
  detail: Detail,
): Promise<RepairOutcome> {
  const { caseId, institutionId, jobId, n } = item;
  if (caseId === null || institutionId === null) return { status: 'notNeeded', detail: {} };
  const { rows } = await db.query<{ due: string | null }>(
    'SELECT iso(t.due) AS due FROM task t WHERE t.case_id = $1 AND t.key = $2',
    [caseId, detail['task'] ?? ''],
  );
  const [task] = rows;
  if (cause === 'taskOverdue' && !task) return { status: 'notNeeded', detail: {} };
  const to = addressee(cause, detail);
  const persons = await recipientsOf(db, institutionId, to);
  if (persons.length === 0) return { status: 'notHelped', detail: { reason: 'noRecipient' } };
  const { act, eligible, quorum } = detail as Record<string, string | number>;
  const reminder: Pick<Reminder, 'template' | 'values'> =
    cause === 'quorumLost'
      ? { template: 'quorumLost', values: { eligible: eligible ?? '', quorum: quorum ?? '' } }
      : { template: 'taskOverdue', values: { act: act ?? '', due: task?.due ?? '' } };
  await remind(db, [{ key: `repair:${jobId}:${n}`, caseId, to, ...reminder }]);
  return { status: 'done', detail: { persons: persons.length } };
}

/** Who must act: for a lost quorum whoever may name substitutes. */
export function addressee(cause: string, detail: Detail): Message['to'] {
  const { personId, role, department } = detail as Record<string, string | undefined>;
  if (cause === 'quorumLost') return { role: 'administrator' };
  if (personId !== undefined) return { personId };
  return { role: role ?? 'officer', ...(department !== undefined && { department }) } as Message['to'];
}
