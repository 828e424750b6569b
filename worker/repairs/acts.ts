import type { RepairOutcome } from '../../contracts/repairs.ts';
import { until } from './patience.ts';
import type { EngineDeps } from './workflows.ts';

const ANSWER_MS = 60_000;

interface Answer {
  outcome: 'done' | 'refused';
  version?: number;
  refusal?: { code: string; zh: string; en: string };
}

/** Waits for the case's answer to an act that was received. */
export async function awaitAct({ pool, signal }: Pick<EngineDeps, 'pool' | 'signal'>, actId: string): Promise<RepairOutcome> {
  const answer = await until({ withinMs: ANSWER_MS, signal }, async () => {
    const { rows } = await pool.query<{ answer: Answer | null }>('SELECT answer FROM inbox WHERE id = $1', [actId]);
    return rows[0]?.answer ?? undefined;
  });
  if (!answer) return { status: 'notHelped', detail: { actId, reason: 'received' } };
  if (answer.outcome === 'done') return { status: 'done', detail: { actId, version: answer.version } };
  const { code, zh, en } = answer.refusal ?? { code: '', zh: '', en: '' };
  return { status: 'refused', detail: { actId, code, zh, en } };
}
