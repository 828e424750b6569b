import type { Pool } from 'pg';
import type { Found } from '../../contracts/stalled.ts';
import type { FactReader } from '../../contracts/facts.ts';
import { readSitting, seatsOf, type Seats, type SittingCase } from '../sitting.ts';
import type { Check } from './round.ts';

interface Waiting extends SittingCase {
  version: number;
}

/** The body that a case waits for, as it could sit today. */
interface Sitting {
  body: string;
  eligible: number;
  quorum: number;
}

/** Cases before a body that can no longer decide them, by the same rules as the decision itself. On hold no body decides. */
export function quorumCheck(pool: Pool, facts: FactReader): Check {
  // A case is assessed anew only when it, or the body, has changed. Kept as it goes, so that a round that is cut short has
  // gained something for the next.
  const known = new Map<string, { print: string; sitting: Sitting | undefined }>();

  /** `absent` are people who hold a seat and have left the institution or died. */
  async function assess(one: Waiting, absent: readonly string[]): Promise<Sitting | undefined> {
    const found = await readSitting(pool, facts, one);
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
          WHERE status = 'open' AND held_since IS NULL AND step IN ('groupDecision', 'leadershipDecision') ORDER BY id`,
      );
      const seats = cases.length > 0 ? await seatsOf(pool) : new Map<string, Seats>();
      const found: Found[] = [];
      for (const one of cases) {
        const { print = '', absent = [] } = seats.get(one.institution_id) ?? {};
        const own = `${one.version} ${print}`;
        const before = known.get(one.id);
        const sitting = before?.print === own ? before.sitting : await assess(one, absent);
        known.set(one.id, { print: own, sitting });
        if (!sitting || sitting.eligible >= sitting.quorum) continue;
        found.push({
          cause: 'quorumLost',
          key: one.id,
          institutionId: one.institution_id,
          caseId: one.id,
          detail: { ...sitting },
        });
      }
      const waiting = new Set(cases.map(({ id }) => id));
      for (const id of known.keys()) if (!waiting.has(id)) known.delete(id);
      return found;
    },
  };
}
