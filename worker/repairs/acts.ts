import type { RepairOutcome } from '../../contracts/repairs.ts';
import { until } from './patience.ts';
import type { EngineDeps } from './workflows.ts';

const ANSWER_MS = 60_000;

interface Answer {
  outcome: 'done' | 'refused';
  version?: number;
  refusal?: { code: string; zh: string; en: string };
}

/** Puts the act into the inbox as its sender would, and waits for the case's answer. Sent again, it is the same act. */
export async function performAct(
  { pool, signal }: Pick<EngineDeps, 'pool' | 'signal'>,
  request: Record<string, unknown>,
): Promise<RepairOutcome> {
  const { rows } = await pool.query<{ r: { outcome: string; act?: { id: string } } }>('SELECT receive_act($1) AS r', [
    JSON.stringify(request),
  ]);
  const act = rows[0]?.r.act;
  if (!act) return { status: 'notHelped', detail: { reason: `The act was not received: ${rows[0]?.r.outcome}` } };
  const answer = await until({ withinMs: ANSWER_MS, signal }, async () => {
    const found = await pool.query<{ answer: Answer | null }>('SELECT answer FROM inbox WHERE id = $1', [act.id]);
    return found.rows[0]?.answer ?? undefined;
  });
  if (!answer) return { status: 'notHelped', detail: { actId: act.id, reason: 'Received; the case has not answered yet' } };
  if (answer.outcome === 'done') return { status: 'done', detail: { actId: act.id, version: answer.version } };
  const { code, zh, en } = answer.refusal ?? { code: '', zh: '', en: '' };
  return { status: 'refused', detail: { actId: act.id, code, zh, en } };
}
