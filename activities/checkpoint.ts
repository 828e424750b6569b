/**
 * The log of chain heads of one institution. Leaves are assigned when a checkpoint is made, from the cases that moved
 * since the last one: recording an act touches no row that other cases share.
 */
import type pg from 'pg';
import { canonicalJson } from '../contracts/canonical.ts';
import { MerkleTree } from './merkle.ts';
import { readNote, type Checkpoint, type NoteSigner } from './note.ts';

/** Where a case's chain stood. */
export interface Leaf {
  index: number;
  caseId: string;
  version: number;
  headHash: string;
}

/** The log no longer gives the root that was signed: leaves have been changed or taken away. Nothing is signed then. */
export class LogChanged extends Error {
  constructor({ treeSize, signedAt }: Checkpoint) {
    super(`The log does not give the root that was signed at ${signedAt} for ${treeSize} leaves; run "fuquan verify"`);
    this.name = 'LogChanged';
  }
}

const PAGE = 5000;

/** What is hashed as a leaf. */
export function leafContent({ caseId, version, headHash }: Omit<Leaf, 'index'>): string {
  return canonicalJson({ case: caseId, head: headHash, version });
}

/** All leaves in order, page by page. */
export async function* readLeaves(db: pg.ClientBase, institutionId: string): AsyncGenerator<Leaf> {
  for (let after = -1; ;) {
    const { rows } = await db.query<Leaf>(
      `SELECT index, case_id AS "caseId", version, head_hash AS "headHash" FROM log_leaf
        WHERE institution_id = $1 AND index > $2 ORDER BY index LIMIT $3`,
      [institutionId, after, PAGE],
    );
    yield* rows;
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.index ?? after;
  }
}

/** Makes and signs a checkpoint of everything recorded so far. Throws LogChanged. */
export async function makeCheckpoint(
  pool: pg.Pool,
  signer: NoteSigner,
  institutionId: string,
): Promise<Checkpoint & { note: string }> {
  return withCheckpoint(pool, signer, institutionId, (_client, checkpoint) => Promise.resolve(checkpoint));
}

/** Makes a checkpoint, and lets `use` read the very state of the database that it covers. */
export async function withCheckpoint<T>(
  pool: pg.Pool,
  signer: NoteSigner,
  institutionId: string,
  use: (client: pg.PoolClient, checkpoint: Checkpoint & { note: string }) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  const lock = [`checkpoint:${institutionId}`];
  try {
    // Before the transaction, whose snapshot must see what the holder before us wrote.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', lock);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    try {
      const result = await use(client, await append(client, signer, institutionId));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', lock);
    }
  } finally {
    client.release();
  }
}

async function append(client: pg.PoolClient, signer: NoteSigner, institutionId: string): Promise<Checkpoint & { note: string }> {
  await client.query(
    `INSERT INTO log_leaf (institution_id, index, case_id, version, head_hash)
     SELECT $1, (SELECT count(*) FROM log_leaf WHERE institution_id = $1) - 1 + row_number() OVER (ORDER BY l.recorded_at, l.case_id),
            l.case_id, l.seq, l.hash
       FROM cases c JOIN ledger l ON l.case_id = c.id AND l.seq = c.version
      WHERE c.institution_id = $1 AND NOT EXISTS (SELECT 1 FROM log_leaf x WHERE x.case_id = c.id AND x.version = c.version)`,
    [institutionId],
  );
  const { rows: earlier } = await client.query<{ note: string }>(
    'SELECT note FROM checkpoint WHERE institution_id = $1 ORDER BY signed_at DESC LIMIT 1',
    [institutionId],
  );
  const last = earlier[0] && readNote(earlier[0].note);
  const tree = new MerkleTree();
  const isAsSigned = (): boolean => last?.treeSize !== tree.size || last.rootHash === tree.root();
  let asSigned = isAsSigned();
  for await (const leaf of readLeaves(client, institutionId)) {
    tree.append(leafContent(leaf));
    asSigned &&= isAsSigned();
  }
  if (last && (!asSigned || tree.size < last.treeSize)) throw new LogChanged(last);

  const { rows: clock } = await client.query<{ at: string }>('SELECT iso(service_clock()) AS at');
  const checkpoint = { institutionId, treeSize: tree.size, rootHash: tree.root(), signedAt: clock[0]?.at ?? '' };
  const note = signer.sign(checkpoint);
  await client.query(
    'INSERT INTO checkpoint (institution_id, tree_size, signed_at, root_hash, key_id, note) VALUES ($1, $2, $3, $4, $5, $6)',
    [institutionId, checkpoint.treeSize, checkpoint.signedAt, checkpoint.rootHash, signer.keyId, note],
  );
  return { ...checkpoint, note };
}
