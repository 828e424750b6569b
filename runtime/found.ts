/** The first rows of an institution: itself, and an administrator who then does the rest over HTTP. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Sealer } from '../activities/sealing.ts';
import type { InstitutionKind } from '../policies/schema.ts';
import { LaunchError } from './launchError.ts';

export interface Founding {
  code: string;
  name: string;
  kind: InstitutionKind;
  /** GB/T 2260 codes, for example 150000 and 150200. */
  province: string;
  city?: string | undefined;
  stateFounded: boolean;
  /** The administrator's id in the login system (`sub` of the tokens), and name. */
  login: string;
  person: string;
}

export interface Founded {
  institutionId: string;
  personId: string;
}

/** Writes both in one transaction. A code that is taken is refused; a known login becomes administrator here too. */
export async function foundInstitution(pool: pg.Pool, sealer: Sealer, founding: Founding): Promise<Founded> {
  const { code, name, kind, province, city, stateFounded, login, person } = founding;
  const institutionId = randomUUID();
  const known = await pool.query<{ id: string }>('SELECT id::text FROM person WHERE external_id = $1', [login]);
  const personId = known.rows[0]?.id ?? randomUUID();
  const { ref, row } = await sealer.seal({ kind: 'person', id: personId }, person);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const made = await client.query(
      `INSERT INTO institution (id, code, name, kind, province, city, state_founded) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (code) DO NOTHING`,
      [institutionId, code, name, kind, province, city ?? null, stateFounded],
    );
    if (made.rowCount === 0)
      throw new LaunchError('institutionExists', {
        zh: `已有代码为 ${code} 的单位。`,
        en: `There is an institution ${code} already.`,
      });
    if (!known.rows[0]) {
      await client.query(
        `INSERT INTO sealed_value (id, subject_kind, subject_id, digest, nonce, ciphertext)
         VALUES ($1, $2, $3, $4, decode($5, 'base64'), decode($6, 'base64'))`,
        [row.id, row.subjectKind, row.subjectId, row.digest, row.nonce, row.ciphertext],
      );
      await client.query("INSERT INTO person (id, external_id, name, global_roles) VALUES ($1, $2, $3, '{}')", [
        personId,
        login,
        JSON.stringify(ref),
      ]);
    }
    await client.query(
      `INSERT INTO membership (institution_id, person_id, roles, departments, "from")
       VALUES ($1, $2, '{member,administrator}', '{}', (service_clock() AT TIME ZONE 'Asia/Shanghai')::date)`,
      [institutionId, personId],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
  return { institutionId, personId };
}

/** Makes a person platform operator, by the id in the login system; the person must be known. Answers whether one was found. */
export async function makeOperator(pool: pg.Pool, login: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE person SET global_roles = ARRAY(SELECT DISTINCT unnest(global_roles || '{platformOperator}')) WHERE external_id = $1`,
    [login],
  );
  return rowCount === 1;
}
