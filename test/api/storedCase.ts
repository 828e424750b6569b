/** Cases whose ledger was told in memory, put into the database as if a workflow had led them there. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Step } from '../../domain/empowerment/index.ts';
import { caseAt, type Case } from '../unit/empowerment/case.ts';
import { sealed, World } from '../unit/empowerment/world.ts';

/** Who the story is about, by their ids. */
export interface Cast {
  representative: string;
  inventor: string;
  objector: string;
  handler: string;
}

const DAY = '2026-03-02 09:00';

/** A case of the university in Hohhot that stands at the step: one objection was made to its notice, and dismissed if need be. */
export function storyAt(step: Step, { representative, inventor, objector, handler }: Cast): Case {
  const world = new World();
  for (const id of [representative, inventor, handler]) world.people[id] = { status: 'active', departments: [] };
  const team = { [representative]: 50, [inventor]: 50 };
  const at = (where: Step, mode: 'coOwnership' | 'useRight' = 'coOwnership', leadership = false): Case =>
    caseAt(
      where,
      DAY,
      { mode, team },
      { world, ...(leadership ? { changes: { 'decision.majorMatters': ['coOwnership'] } } : {}) },
    );
  const objected = (mode?: 'useRight'): { one: Case; id: string } => {
    const one = at('publicity', mode);
    const id = one.objects(objector);
    return { one: one.admits(id, handler), id };
  };
  const answered = (mode?: 'useRight'): Case => {
    const { one, id } = objected(mode);
    return one.finds(id, [false]).does(objector, 'waiveReview', { objectionId: id });
  };
  switch (step) {
    case 'leadershipDecision':
      return at(step, 'coOwnership', true);
    case 'returned':
      return at('check').does('officer', 'returnForCorrection', { items: [{ at: '/title', text: sealed('x') }] });
    case 'publicity':
      return objected().one;
    case 'objectionHandling':
      return objected().one.windowsClose();
    case 'amendment': {
      const { one, id } = objected();
      return one.finds(id, [true]).windowsClose();
    }
    case 'statement':
    case 'agreement':
    case 'titleChange':
    case 'registration':
    case 'done':
      return answered().finishes(step);
    case 'useRightGrant':
      return answered('useRight').finishes(step);
    case 'refused':
      return at('check').does('officer', 'refuseApplication', { grounds: sealed('g') });
    case 'withdrawn':
      return at('check').does(representative, 'withdraw', { grounds: sealed('g') });
    case 'merged':
      return at('check')
        .does('system', 'noteLink', { otherCaseId: 'other', ended: false })
        .does('officer', 'resolveLink', { outcome: 'merged', otherCaseId: 'other', grounds: sealed('g') });
    default:
      return at(step);
  }
}

/** Sealed values are uuids in a database; nothing stands behind these, as after an erasure. */
const storable = (value: unknown): string =>
  JSON.stringify(value).replaceAll(/"sealed":"[^"]*"/g, () => `"sealed":"${randomUUID()}"`);

/** Writes the story's ledger for the case; hashes are of no use to those who only read. */
export async function storeLedger(pool: Pool, caseId: string, institutionId: string, one: Case): Promise<void> {
  for (const { seq, type, v, effectiveAt, recordedAt, actId, actor, data } of one.ledger) {
    await pool.query(
      `INSERT INTO ledger (case_id, seq, institution_id, type, v, effective_at, recorded_at, act_id, actor, data, body_digest, prev_hash, hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', '')`,
      [caseId, seq, institutionId, type, v, effectiveAt, recordedAt, actId, storable(actor), storable(data)],
    );
  }
}
