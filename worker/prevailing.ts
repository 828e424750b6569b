/**
 * Finds open cases that a prevailing rule has overtaken: a rule of higher rank that came later, where the pack that the
 * case stands on yields to it (bt-149.z3, hlj.z2). Such a case is raised, and stands still at its next legal step.
 */
import type pg from 'pg';
import type { RuleSnapshot } from '../domain/rules.ts';
import { dateOfInstant } from '../domain/time/index.ts';
import { compareSnapshots } from '../policies/compare.ts';
import { rulesOn } from './rules.ts';
import { sendSystemAct } from './systemActs.ts';

export interface PinnedCase {
  id: string;
  institutionId: string;
  pinned: RuleSnapshot;
}

/** Open cases with the rules that they are pinned to: those of their opening, or of their last recorded transition. */
export async function listOpen(pool: pg.Pool): Promise<PinnedCase[]> {
  const { rows } = await pool.query<PinnedCase>(
    `SELECT DISTINCT ON (c.institution_id, c.id) c.id::text, c.institution_id::text AS "institutionId", l.data->'rules' AS pinned
       FROM cases c JOIN ledger l ON l.case_id = c.id AND l.type IN ('caseOpened', 'rulesTransitioned')
      WHERE c.status = 'open' ORDER BY c.institution_id, c.id, l.seq DESC`,
  );
  return rows;
}

/** Raises the case if a prevailing rule has changed; answers whether it did. Raised once for each new set of rules. */
export async function raisePrevailing(pool: pg.Pool, { id, institutionId, pinned }: PinnedCase): Promise<boolean> {
  const clock = await pool.query<{ now: string }>('SELECT iso(service_clock()) AS now');
  const now = await rulesOn(pool, institutionId, dateOfInstant(clock.rows[0]?.now ?? ''));
  const difference = compareSnapshots(pinned, now);
  if (difference.same || !difference.prevails) return false;
  const prevailing = difference.changed.filter(({ prevails }) => prevails);
  await sendSystemAct(pool, {
    institutionId,
    caseId: id,
    type: 'raisePrevailingRules',
    body: { toHash: now.hash, keys: prevailing.map(({ key }) => key) },
    // By what changed, not by the day's snapshot: a case that stands still is not raised anew every day.
    reason: prevailing.map(({ key, to }) => `${key}=${JSON.stringify(to?.value)}`).join('\n'),
  });
  return true;
}
