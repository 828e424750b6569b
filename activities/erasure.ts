/** Erasing a person: the key of everything sealed for them is destroyed, the ledger stays as it is. */
import type pg from 'pg';
import { eraseSubject } from './sealing.ts';

/** What an erasure would reach, or has reached. */
export interface Erasure {
  personId: string;
  erasedAt: string | null;
  /** Sealed values that become unreadable. */
  values: number;
  /** Open cases in which the person is a party: their papers still need the name. */
  openCases: string[];
  /** Published notices of applications that name the person: a neutral word will stand there instead of the name. */
  notices: string[];
  /** Files uploaded by the person. They are evidence in cases and are not touched. */
  documents: number;
}

type Db = Pick<pg.Pool, 'query'>;

/** What erasing the person would reach; undefined if there is no such person. */
export async function planErasure(db: Db, personId: string): Promise<Erasure | undefined> {
  const { rows } = await db.query<Erasure>(
    `SELECT p.id AS "personId", iso(p.erased_at) AS "erasedAt",
            (SELECT count(*)::int FROM sealed_value v WHERE v.subject_kind IN ('person', 'party') AND v.subject_id = p.id) AS values,
            ARRAY(SELECT DISTINCT c.id::text FROM case_party y JOIN cases c ON c.id = y.case_id
                   WHERE y.person_id = p.id AND c.status = 'open' ORDER BY 1) AS "openCases",
            ARRAY(SELECT n.id FROM notice n WHERE EXISTS (
                    SELECT 1 FROM ledger l WHERE l.case_id = n.case_id AND l.type IN ('caseOpened', 'applicationAmended', 'amendmentProposed')
                       AND strpos(l.data::text, p.id::text) > 0) ORDER BY n.published_at, n.id) AS notices,
            (SELECT count(*)::int FROM document d WHERE d.uploaded_by = p.id) AS documents
       FROM person p WHERE p.id = $1`,
    [personId],
  );
  return rows[0];
}

/** Runs what belongs together in one transaction. */
async function together(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

async function audit(db: Db, action: string, subject: string, reason: string): Promise<void> {
  await db.query('INSERT INTO audit (action, subject, detail, at) VALUES ($1, $2, $3, service_clock())', [
    action,
    subject,
    JSON.stringify({ reason }),
  ]);
}

/** Erases the person for good, in one transaction with its audit row. Does nothing if it was done before. */
export async function erasePerson(pool: pg.Pool, personId: string, reason: string): Promise<void> {
  await together(pool, async (client) => {
    const { rowCount } = await client.query(
      'UPDATE person SET erased_at = service_clock(), external_id = NULL WHERE id = $1 AND erased_at IS NULL',
      [personId],
    );
    if (rowCount !== 1) return;
    await eraseSubject(client, { kind: 'person', id: personId });
    await eraseSubject(client, { kind: 'party', id: personId });
    // Digests of what the person wrote go too: they are keyed, but a key that lives outside could tell short texts.
    await client.query("UPDATE inbox SET body_hash = 'erased' WHERE actor_person = $1", [personId]);
    await audit(client, 'person.erased', personId, reason);
  });
}

/** What is sealed for somebody known by an act or an application alone: the writer of a letter, a co-owner. 0 if nothing is. */
export async function partyValues(db: Db, partyId: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM sealed_value WHERE subject_kind = 'party' AND subject_id = $1",
    [partyId],
  );
  return rows[0]?.n ?? 0;
}

/** Erases such a party for good; the id is that of the objection, or the co-owner's own. */
export async function eraseParty(pool: pg.Pool, partyId: string, reason: string): Promise<void> {
  await together(pool, async (client) => {
    await eraseSubject(client, { kind: 'party', id: partyId });
    await audit(client, 'party.erased', partyId, reason);
  });
}
