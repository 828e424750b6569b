import type { Pool } from 'pg';
import type { LoadResult } from '../../contracts/messages.ts';
import type { Found } from '../../contracts/stalled.ts';
import { processOf } from '../../domain/index.ts';
import type { FactReader } from '../../contracts/facts.ts';
import type { Check } from './round.ts';

interface Waiting {
  id: string;
  kind: string;
  institution_id: string;
  version: number;
}

/** The body that a case waits for, as it could sit today. */
interface Sitting {
  body: string;
  eligible: number;
  quorum: number;
}

interface Seats {
  institution_id: string;
  /** Changes with every seat, membership, death and declared relation. */
  print: string;
  absent: string[];
}

/** Cases before a body that can no longer decide them, by the same rules as the decision itself. */
export function quorumCheck(pool: Pool, facts: FactReader): Check {
  // A case is assessed anew only when it, or the body, has changed.
  let known = new Map<string, { print: string; sitting: Sitting | undefined }>();

  /** `absent` are people who hold a seat and have left the institution or died. */
  async function assess({ id, kind, institution_id }: Waiting, absent: readonly string[]): Promise<Sitting | undefined> {
    const { rows } = await pool.query<{ r: LoadResult; now: string }>(
      'SELECT load_case($1, 0) AS r, iso(service_clock()) AS now',
      [id],
    );
    const [row] = rows;
    if (!row) return undefined;
    const process = processOf(kind);
    if (!process) return undefined;
    const state = row.r.events.reduce((before, event) => process.evolve(before, event), process.initial(id, institution_id));
    const query = { caseId: id, institutionId: institution_id, kind, type: 'recordDecision', at: row.now, body: null };
    const found = process.sitting(state, await facts.read(query));
    if (!found) return undefined;
    const { body, assessment } = found;
    const eligible = assessment.eligible.filter((personId) => !absent.includes(personId)).length;
    return { body, eligible, quorum: assessment.quorum };
  }

  return {
    name: 'quorum',
    async find() {
      const { rows: cases } = await pool.query<Waiting>(
        `SELECT id::text, kind, institution_id::text, version FROM cases
          WHERE status = 'open' AND step IN ('groupDecision', 'leadershipDecision') ORDER BY id`,
      );
      const seats = cases.length > 0 ? await seatsOf(pool) : new Map<string, Seats>();
      const now: typeof known = new Map();
      const found: Found[] = [];
      for (const one of cases) {
        const { print = '', absent = [] } = seats.get(one.institution_id) ?? {};
        const own = `${one.version} ${print}`;
        const before = known.get(one.id);
        const sitting = before?.print === own ? before.sitting : await assess(one, absent);
        now.set(one.id, { print: own, sitting });
        if (!sitting || sitting.eligible >= sitting.quorum) continue;
        found.push({
          cause: 'quorumLost',
          key: one.id,
          institutionId: one.institution_id,
          caseId: one.id,
          detail: { ...sitting },
        });
      }
      known = now;
      return found;
    },
  };
}

async function seatsOf(pool: Pool): Promise<Map<string, Seats>> {
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
                ORDER BY s.body, s.person_id)) || (SELECT count(*) FROM relation r WHERE r.institution_id = s.institution_id) AS print,
            coalesce(array_agg(DISTINCT s.person_id::text) FILTER (WHERE s.absent), '{}') AS absent
       FROM seat s GROUP BY s.institution_id`,
  );
  return new Map(rows.map((row) => [row.institution_id, row]));
}
