import type { Pool, PoolClient } from 'pg';
import type { Message } from '../domain/process.ts';

/** Who a message goes to, as things are at delivery: nobody deceased, and of a role those who hold it today. */
export async function recipientsOf(
  db: Pick<Pool | PoolClient, 'query'>,
  institutionId: string,
  to: Message['to'],
): Promise<string[]> {
  if ('personId' in to) {
    const { rows } = await db.query<{ id: string }>(
      "SELECT id::text FROM person WHERE id = $1 AND status <> 'deceased' AND erased_at IS NULL",
      [to.personId],
    );
    return rows.map(({ id }) => id);
  }
  const { rows } = await db.query<{ id: string }>(
    `SELECT m.person_id::text AS id FROM membership m JOIN person p ON p.id = m.person_id
      WHERE m.institution_id = $1 AND $2 = ANY (m.roles) AND ($3::text IS NULL OR $3 = ANY (m.departments))
        AND NOT m.ended AND p.status <> 'deceased' AND p.erased_at IS NULL
        AND (service_clock() AT TIME ZONE 'Asia/Shanghai')::date >= m."from"
        AND (m.until IS NULL OR (service_clock() AT TIME ZONE 'Asia/Shanghai')::date <= m.until)
      ORDER BY 1`,
    [institutionId, to.role, to.department ?? null],
  );
  return rows.map(({ id }) => id);
}
