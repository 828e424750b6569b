import type { Pool } from 'pg';

/** Has the case's oldest unanswered act delivered at once, however long it was put off; answers which it is. */
export async function deliverNow(pool: Pool, caseId: string | null): Promise<{ id: string; attempts: number } | undefined> {
  const { rows } = await pool.query<{ id: string; attempts: number }>(
    `UPDATE inbox SET lease_until = NULL, last_error = NULL
      WHERE id = (SELECT id FROM inbox WHERE case_id = $1 AND answered_at IS NULL ORDER BY received_at, seq LIMIT 1)
      RETURNING id::text, attempts`,
    [caseId],
  );
  const [act] = rows;
  if (act) await pool.query("SELECT pg_notify('inbox', $1)", [act.id]);
  return act;
}
