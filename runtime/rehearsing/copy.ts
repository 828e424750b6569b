/**
 * Brings what a case stands on into a rehearsal's database: the institution with its people, bodies, rules and calendars,
 * and the case itself with its ledger. Sealed words are left behind; their references go along and can be read by nobody.
 */
import type { Pool } from 'pg';

/** Tables in the order in which their rows refer to one another, each with what of it is brought along. */
const tables: readonly (readonly [table: string, rows: string])[] = [
  ['calendar_version', 'true'],
  ['pack_version', 'true'],
  ['institution', 't.id = $1'],
  [
    'person',
    `t.id IN (SELECT person_id FROM membership WHERE institution_id = $1 UNION SELECT person_id FROM case_party WHERE case_id = $2
       UNION SELECT objector_id FROM objection WHERE case_id = $2)`,
  ],
  ['membership', 't.institution_id = $1'],
  ['delegation', 't.institution_id = $1'],
  ['body', 't.institution_id = $1'],
  ['body_member', 't.institution_id = $1'],
  ['relation', 't.institution_id = $1'],
  ['achievement', 't.institution_id = $1'],
  ['overlay_version', 't.institution_id = $1'],
  ['rule_snapshot', 't.institution_id = $1'],
  // Its own series goes on from the real one's last number, and leaves that where it is.
  ['number_series', 't.institution_id = $1'],
  ['cases', 't.id = $2'],
  ['ledger', 't.case_id = $2'],
  ['case_party', 't.case_id = $2'],
  ['task', 't.case_id = $2'],
  ['deadline', 't.case_id = $2'],
  ['notice', 't.case_id = $2'],
  ['objection', 't.case_id = $2'],
  ['case_right', 't.case_id = $2'],
  ['achievement_claim', 't.case_id = $2'],
  // The case knows its acts by their ids; what is under way in reality is no matter of the rehearsal.
  ['inbox', 't.case_id = $2 AND t.answered_at IS NOT NULL'],
];

/**
 * Fills a rehearsal's database from the service's own, at one moment. The case goes by another id there, since its workflow is
 * named after it. Without a case only the institution comes along.
 */
export const copyFrom =
  (source: Pool, institutionId: string, one?: { caseId: string; as: string }) =>
  async (target: Pool): Promise<void> => {
    const from = await source.connect();
    try {
      await from.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      for (const [table, which] of tables) {
        const { rows } = await from.query<{ rows: string }>(
          // Both parameters are named in every query, whichever of them the table goes by.
          `SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text AS rows FROM ${table} t
            WHERE (${which}) AND ($1::uuid IS NOT NULL OR $2::uuid IS NULL)`,
          [institutionId, one?.caseId ?? null],
        );
        await target.query(`INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`, [
          one ? (rows[0]?.rows ?? '[]').replaceAll(one.caseId, one.as) : (rows[0]?.rows ?? '[]'),
        ]);
      }
      // What is received from now on comes after what was brought along.
      await target.query(
        "SELECT setval(pg_get_serial_sequence('inbox', 'seq'), max(seq)) FROM inbox HAVING max(seq) IS NOT NULL",
      );
      await from.query('COMMIT');
    } finally {
      from.release();
    }
  };
