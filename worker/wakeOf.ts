import type { Pool } from 'pg';
import type { LoadResult } from '../contracts/messages.ts';
import { processes } from '../domain/index.ts';

/** The act of time that a case waits for. */
export interface AwaitedAct {
  type: string;
  body: unknown;
}

/** What the case waits for by its ledger, of which its workflow may know less. */
export async function wakeOf(pool: Pool, caseId: string, known = processes): Promise<AwaitedAct | undefined> {
  const { rows } = await pool.query<{ r: LoadResult | null }>('SELECT load_case($1, 0) AS r', [caseId]);
  const loaded = rows[0]?.r;
  if (!loaded) return undefined;
  const process = known[loaded.kind];
  const start = process.initial(caseId, loaded.institutionId);
  return process.nextWake(loaded.events.reduce((state, event) => process.evolve(state, event), start));
}
