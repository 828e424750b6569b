/** A body before which a case lies, as it could sit today: seats change while a case waits. */
import type { Pool } from 'pg';
import type { FactReader } from '../contracts/facts.ts';
import type { LoadResult } from '../contracts/messages.ts';
import type { Assessment } from '../domain/collective/index.ts';
import { processOf } from '../domain/index.ts';

export interface SittingCase {
  id: string;
  kind: string;
  institution_id: string;
}

/** The body, by the same rules as the decision itself; nothing if the case lies before none. */
export async function readSitting(
  pool: Pool,
  facts: FactReader,
  { id, kind, institution_id }: SittingCase,
): Promise<{ body: string; assessment: Assessment } | undefined> {
  const { rows } = await pool.query<{ r: LoadResult; now: string }>('SELECT load_case($1, 0) AS r, iso(service_clock()) AS now', [
    id,
  ]);
  const [row] = rows;
  const process = processOf(kind);
  if (!row || !process) return undefined;
  const state = row.r.events.reduce((before, event) => process.evolve(before, event), process.initial(id, institution_id));
  const query = { caseId: id, institutionId: institution_id, kind, type: 'recordDecision', at: row.now, body: null };
  return process.sitting(state, await facts.read(query));
}

export interface Seats {
  institution_id: string;
  /** Changes with every seat, membership, death and declared relation. */
  print: string;
  /** Who holds a seat and has left the institution or died. */
  absent: string[];
}

/** The seats of today by institution. */
export async function seatsOf(pool: Pool): Promise<Map<string, Seats>> {
  const { rows } = await pool.query<Seats>(
    `WITH today AS (SELECT (service_clock() AT TIME ZONE 'Asia/Shanghai')::date AS day), seat AS (
       SELECT b.institution_id, b.body, b.person_id, b.substitute, b.substitute_for, b.department,
              (p.status = 'deceased' OR m.person_id IS NULL) AS absent
         FROM today, body_member b JOIN person p ON p.id = b.person_id
         LEFT JOIN membership m ON m.institution_id = b.institution_id AND m.person_id = b.person_id AND NOT m.ended
              AND m."from" <= (SELECT day FROM today) AND (m.until IS NULL OR m.until >= (SELECT day FROM today))
        WHERE b."from" <= day AND (b.until IS NULL OR b.until >= day)
     )
     SELECT s.institution_id::text,
            md5(string_agg(concat_ws(' ', s.body, s.person_id, s.substitute, s.substitute_for, s.department, s.absent), ','
                ORDER BY s.body, s.person_id)) || coalesce((SELECT md5(string_agg(concat_ws(' ', r.person_a, r.person_b, r.kind), ',' ORDER BY r.person_a, r.person_b, r.kind))
                         FROM relation r WHERE r.institution_id = s.institution_id), '') AS print,
            coalesce(array_agg(DISTINCT s.person_id::text) FILTER (WHERE s.absent), '{}') AS absent
       FROM seat s GROUP BY s.institution_id`,
  );
  return new Map(rows.map((row) => [row.institution_id, row]));
}
