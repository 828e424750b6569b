/** Many cases out of one that was really led. Copied ledgers keep the original's hashes: they carry load, not proof. */
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { institutionId } from './product.ts';

export interface Original {
  caseId: string;
  achievementId: string;
}

export interface Copy {
  caseId: string;
  achievementId: string;
}

const fresh = (count: number): Copy[] =>
  Array.from({ length: count }, () => ({ caseId: randomUUID(), achievementId: randomUUID() }));

const columns = (copies: readonly Copy[]): [string[], string[]] => [
  copies.map(({ caseId }) => caseId),
  copies.map(({ achievementId }) => achievementId),
];

const COPIES = 'unnest($1::uuid[], $2::uuid[]) AS n(case_id, achievement_id)';

async function copyAchievements(pool: Pool, original: Original, copies: readonly Copy[]): Promise<void> {
  await pool.query(
    `INSERT INTO achievement (id, institution_id, title, kind, number)
     SELECT n.achievement_id, a.institution_id, a.title, a.kind, a.number FROM ${COPIES}, achievement a WHERE a.id = $3`,
    [...columns(copies), original.achievementId],
  );
}

/** Drafts of the original's application, as the API leaves them. */
export async function copyDrafts(pool: Pool, original: Original, count: number): Promise<Copy[]> {
  const copies = fresh(count);
  await copyAchievements(pool, original, copies);
  await pool.query(
    `INSERT INTO cases (id, institution_id, kind, mode, achievement_id, step, status, snapshot_hash, created_by)
     SELECT n.case_id, c.institution_id, c.kind, c.mode, n.achievement_id, 'draft', 'draft', c.snapshot_hash, c.created_by
       FROM ${COPIES}, cases c WHERE c.id = $3`,
    [...columns(copies), original.caseId],
  );
  await pool.query(
    `INSERT INTO case_party (case_id, institution_id, person_id, role)
     SELECT n, $2, c.created_by, 'representative' FROM unnest($1::uuid[]) AS n, cases c WHERE c.id = $3`,
    [copies.map(({ caseId }) => caseId), institutionId, original.caseId],
  );
  return copies;
}

/** The act by which the original was opened, for each copy, as `receive_act` takes it. */
export async function openingActs(pool: Pool, original: Original, copies: readonly Copy[]): Promise<object[]> {
  const { rows } = await pool.query<{ act: Record<string, unknown>; body: string }>(
    `SELECT jsonb_build_object('actorPerson', actor_person, 'roles', roles, 'departments', departments, 'type', type) AS act,
            body::text AS body FROM inbox WHERE case_id = $1 AND type = 'sendForConsent'`,
    [original.caseId],
  );
  const [row] = rows;
  if (!row) throw new Error('The original was never sent');
  return copies.map(({ caseId, achievementId }) => {
    const id = randomUUID();
    const body: unknown = JSON.parse(row.body.replaceAll(original.achievementId, achievementId));
    return { ...row.act, id, institutionId, caseId, body, bodyHashes: [id], idempotencyKey: id };
  });
}

/** A text that no row holds. */
const NOWHERE = '-nowhere-';

/** The text with the original's names and instants exchanged for the copy's. A copied notice is named after its case. */
const swapped = (text: string): string =>
  `replace(replace(replace(replace(replace(${text}, $3::text, n.case_id::text), $4::text, n.achievement_id::text), $5, $6),
           $7, md5('notice ' || n.case_id::text)::uuid::text), $8, $8 || '/' || n.case_id::text)`;

/** Open cases where the original stands; with `endsAt`, their running windows end then. */
export async function copyOpenCases(pool: Pool, original: Original, count: number, endsAt?: string): Promise<Copy[]> {
  const copies = fresh(count);
  await copyAchievements(pool, original, copies);
  await pool.query(
    `INSERT INTO cases (id, institution_id, kind, mode, achievement_id, number, year, step, status, version, head_hash, snapshot_hash,
                        created_by, updated_at)
     SELECT n.case_id, c.institution_id, c.kind, c.mode, n.achievement_id, c.number || '/' || n.case_id::text, c.year, c.step, c.status, c.version, c.head_hash,
            c.snapshot_hash, c.created_by, c.updated_at - n.i * interval '1 second'
       FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS n(case_id, achievement_id, i), cases c WHERE c.id = $3`,
    [...columns(copies), original.caseId],
  );
  const { rows } = await pool.query<{ id: string; ends_at: Date }>(
    `SELECT n.id, d.ends_at FROM notice n JOIN deadline d ON d.case_id = n.case_id AND d.key = n.deadline_key
      WHERE n.case_id = $1 AND d.state = 'running'`,
    [original.caseId],
  );
  const [notice] = rows;
  const was = notice?.ends_at.toISOString() ?? NOWHERE;
  const numbered = await pool.query<{ number: string | null }>('SELECT number FROM cases WHERE id = $1', [original.caseId]);
  const number = numbered.rows[0]?.number ?? NOWHERE;
  const values = [...columns(copies), original.caseId, original.achievementId, was, endsAt ?? was, notice?.id ?? NOWHERE, number];
  // The original's table row as a record of the same table, with its names exchanged.
  const copyTable = (table: string): Promise<unknown> =>
    pool.query(
      `INSERT INTO ${table} SELECT r.* FROM ${COPIES}, ${table} t,
        LATERAL jsonb_populate_record(NULL::${table}, ${swapped('to_jsonb(t)::text')}::jsonb) AS r WHERE t.case_id = $3::uuid`,
      values,
    );
  for (const table of ['ledger', 'case_party', 'task', 'deadline', 'notice', 'achievement_claim']) await copyTable(table);
  if (endsAt !== undefined) {
    await pool.query(
      "UPDATE deadline SET ends_at = $2 WHERE case_id = ANY ($1::uuid[]) AND state = 'running' AND kind = 'window'",
      [copies.map(({ caseId }) => caseId), endsAt],
    );
  }
  await pool.query('ANALYZE');
  return copies;
}
