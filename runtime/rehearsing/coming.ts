/** What time will bring to the cases of a rehearsal, as their ledgers and deadlines say. */
import type { Pool } from 'pg';
import type { LoadResult } from '../../contracts/messages.ts';
import { SYSTEM_ACTOR } from '../../contracts/systemActs.ts';
import { processOf } from '../../domain/index.ts';
import type { Task } from '../../domain/process.ts';
import { until } from './clock.ts';

/** Where a case stands. */
export interface Standing {
  step: string;
  status: string;
  tasks: Task[];
  wake?: { at: string; type: string };
}

/** What time brings to a case: when, and whether it has come. */
export interface Coming {
  caseId: string;
  at: string;
  what: string;
  over: () => Promise<boolean>;
}

/** Windows and reviews end when their rows say, which an imported calendar moves before the case hears of it. */
const byRow: ReadonlySet<string> = new Set(['closeWindow', 'lapseReview']);

/** Where the case stands, folded from its ledger: what there is to do, and what time brings next. */
export async function standingOf(pool: Pool, caseId: string): Promise<Standing> {
  const { rows } = await pool.query<{ r: LoadResult }>('SELECT load_case($1, 0) AS r', [caseId]);
  const loaded = rows[0]?.r;
  const process = loaded && processOf(loaded.kind);
  if (!process) throw new Error(`There is no case ${caseId}`);
  const { events, institutionId } = loaded;
  const state = events.reduce((before, event) => process.evolve(before, event), process.initial(caseId, institutionId));
  const { step, status, tasks } = process.project(state);
  const wake = state.version > 0 ? process.nextWake(state) : undefined;
  return { step, status, tasks, ...(wake ? { wake: { at: wake.at, type: wake.type } } : {}) };
}

/** The earliest of what time brings to any case, up to the instant. */
export async function nextComing(pool: Pool, instant: string): Promise<Coming | undefined> {
  const ending = await nextEnd(pool, instant);
  const { rows } = await pool.query<{ id: string }>(
    "SELECT id FROM cases WHERE status = 'open' AND kind <> 'empowerment' ORDER BY id",
  );
  const coming: Coming[] = ending ? [ending] : [];
  for (const { id } of rows) {
    const { wake } = await standingOf(pool, id);
    if (!wake || wake.at > instant || byRow.has(wake.type)) continue;
    coming.push({
      caseId: id,
      at: wake.at,
      what: `${wake.type} of case ${id}`,
      over: async () => JSON.stringify((await standingOf(pool, id)).wake) !== JSON.stringify(wake),
    });
  }
  return coming.toSorted((a, b) => (a.at < b.at ? -1 : 1))[0];
}

async function nextEnd(pool: Pool, instant: string): Promise<Coming | undefined> {
  const { rows } = await pool.query<{ case_id: string; key: string; ends_at: Date }>(
    `SELECT d.case_id, d.key, d.ends_at FROM deadline d JOIN cases c ON c.id = d.case_id
      WHERE d.state = 'running' AND d.kind IN ('window', 'review') AND c.status = 'open' AND d.ends_at <= $1
      ORDER BY d.ends_at, d.case_id, d.key LIMIT 1`,
    [instant],
  );
  const [row] = rows;
  if (!row) return undefined;
  const { case_id: caseId, key, ends_at: endsAt } = row;
  return {
    caseId,
    at: endsAt.toISOString(),
    what: `the end of ${key} of case ${caseId}`,
    over: async () => {
      const { rowCount } = await pool.query(
        "SELECT 1 FROM deadline WHERE case_id = $1 AND key = $2 AND state = 'running' AND ends_at = $3",
        [caseId, key, endsAt],
      );
      return rowCount === 0;
    },
  };
}

/** Waits until the cases that others have opened have begun. */
export async function opened(pool: Pool): Promise<void> {
  await until('a case that another opened does not begin', async () => {
    const { rowCount } = await pool.query(
      `SELECT 1 FROM inbox i JOIN cases c ON c.id = i.case_id
        WHERE i.answered_at IS NULL AND i.actor_person = $1 AND c.status = 'draft' LIMIT 1`,
      [SYSTEM_ACTOR],
    );
    return rowCount === 0;
  });
}
