/**
 * Which keys wrap what, and wrapping all of it anew under the newest, so that an older key can be put away. Subjects' own
 * keys stay what they are: nothing that was sealed is touched.
 */
import type pg from 'pg';
import { documentContext } from './documents.ts';
import { decryptWith, encryptWith, keyOf, type KeyProvider } from './keys.ts';
import { subjectContext } from './sealing.ts';
import type { Subject } from '../contracts/sealing.ts';

type Db = Pick<pg.Pool, 'query'>;

/** What a key wraps the keys of. */
export type WrappedKind = Subject['kind'] | 'file';
export type Wraps = Partial<Record<WrappedKind, number>>;

/** How many keys each master key wraps, by kind; an erased subject has none. */
export async function wrapsByKey(db: Db): Promise<Map<string, Wraps>> {
  const { rows } = await db.query<{ id: string; kind: WrappedKind; n: number }>(
    `SELECT kek_id AS id, subject_kind AS kind, count(*)::int AS n FROM subject_key WHERE kek_id IS NOT NULL GROUP BY 1, 2
      UNION ALL SELECT kek_id, 'file', count(*)::int FROM document GROUP BY 1`,
  );
  const all = new Map<string, Wraps>();
  for (const { id, kind, n } of rows) all.set(id, { ...all.get(id), [kind]: n });
  return all;
}

/** Acts and repairs whose repetition only this key recognises. */
export interface Receipts {
  n: number;
  last: string;
}

/** What was received under each key. These cannot be moved to another: what was sent is not kept as it was sent. */
export async function receiptsByKey(db: Db): Promise<Map<string, Receipts>> {
  const { rows } = await db.query<Receipts & { id: string }>(
    `SELECT split_part(hash, ':', 1) AS id, count(*)::int AS n, iso(max(at)) AS last
       FROM (SELECT body_hash AS hash, received_at AS at FROM inbox UNION ALL SELECT input->>'hash', created_at FROM job) AS r
      WHERE strpos(hash, ':') > 0 GROUP BY 1`,
  );
  return new Map(rows.map(({ id, n, last }) => [id, { n, last }]));
}

/** Why nothing is wrapped anew. */
export class RewrapRefused extends Error {
  readonly zh: string;
  constructor(zh: string, en: string) {
    super(en);
    this.name = 'RewrapRefused';
    this.zh = zh;
  }
}

/** A key that could not be wrapped anew. */
export interface Unopened {
  kind: WrappedKind;
  id: string;
  keyId: string;
  /** The wrapping key is not at hand, or it does not open this row. */
  because: 'keyMissing' | 'broken';
}

export interface Rewrapped {
  /** Wrapped anew or, in a dry run, what would be; by the key that wrapped it before. */
  moved: Map<string, number>;
  unopened: Unopened[];
}

export interface RewrapOptions {
  /** Without it everything is opened and nothing written. */
  run: boolean;
  /** Rows in one transaction. */
  batch?: number;
}

interface Row {
  a: string;
  b: string;
  wrapped_key: Buffer;
  kek_id: string;
}

/** Values of a primary key. */
type Place = [string, string];

/** A table of wrapped keys, by its primary key of two columns. */
interface Table {
  name: string;
  columns: [string, string];
  types: [string, string];
  /** Before all rows. */
  first: Place;
  context(row: Row): string;
  naming(row: Row): { kind: WrappedKind; id: string };
}

const ZERO = '00000000-0000-0000-0000-000000000000';
const subjectOf = ({ a, b }: Row): Subject => ({ kind: a as Subject['kind'], id: b });

const tables: readonly Table[] = [
  {
    name: 'subject_key',
    columns: ['subject_kind', 'subject_id'],
    types: ['text', 'uuid'],
    first: ['', ZERO],
    context: (row) => subjectContext(subjectOf(row)),
    naming: subjectOf,
  },
  {
    name: 'document',
    columns: ['institution_id', 'digest'],
    types: ['uuid', 'text'],
    first: [ZERO, ''],
    context: ({ a, b }) => documentContext(a, b),
    naming: ({ b }) => ({ kind: 'file', id: b }),
  },
];

const BATCH = 500;

/**
 * Wraps under the newest key whatever an older one wraps. What is done is in the rows themselves, so it can be ended at any
 * moment and begun again, by several at once, beside the running service. Throws RewrapRefused before anything is done.
 */
export async function rewrap(pool: pg.Pool, keys: KeyProvider, { run, batch = BATCH }: RewrapOptions): Promise<Rewrapped> {
  const [newest = ''] = keys.ids();
  await proveNewest(pool, keys, newest);
  if (run) await noteRun(pool, newest);
  const result: Rewrapped = { moved: new Map(), unopened: [] };
  // Again until there is nothing to do: meanwhile others may have written under an older key, or held a row.
  let before = -1;
  while (movedIn(result) > before) {
    before = movedIn(result);
    result.unopened = [];
    for (const table of tables) {
      let at: Place | undefined = table.first;
      while (at) {
        const after: Place = at;
        at = await inTransaction(pool, async (client) => {
          const rows = await take(client, table, newest, after, { batch, lock: run });
          const opened = rows.flatMap((row) => {
            const key = openRow(keys, table, row, result.unopened);
            return key ? [{ row, key: encryptWith(keyOf(keys, newest), key, table.context(row)) }] : [];
          });
          if (run) await put(client, table, newest, opened);
          for (const { row } of opened) result.moved.set(row.kek_id, (result.moved.get(row.kek_id) ?? 0) + 1);
          const last = rows.at(-1);
          return last && [last.a, last.b];
        });
      }
    }
    if (!run) break;
  }
  return result;
}

const movedIn = ({ moved }: Rewrapped): number => [...moved.values()].reduce((sum, n) => sum + n, 0);

/** The wrapped key in clear; what cannot be opened is noted, and keeps nothing else from going on. */
function openRow(keys: KeyProvider, table: Table, row: Row, unopened: Unopened[]): Buffer | undefined {
  const kek = keys.byId(row.kek_id);
  try {
    if (kek) return decryptWith(kek, row.wrapped_key, table.context(row));
  } catch {
    // Noted as broken.
  }
  unopened.push({ ...table.naming(row), keyId: row.kek_id, because: kek ? 'broken' : 'keyMissing' });
  return undefined;
}

/** Who looks for why wrapped keys have changed finds it, however the run ends. */
async function noteRun(pool: pg.Pool, newest: string): Promise<void> {
  const older = [...(await wrapsByKey(pool))].filter(([id]) => id !== newest);
  if (older.length === 0) return;
  const detail = JSON.stringify({ under: newest, from: Object.fromEntries(older) });
  await pool.query("INSERT INTO audit (action, subject, detail, at) VALUES ('keys.rewrap', $1, $2, service_clock())", [
    newest,
    detail,
  ]);
}

/**
 * The newest key must have been used by the service itself. One that only this call knows, mistyped perhaps, would be lost
 * with the terminal that it was typed in, and with it everything.
 */
async function proveNewest(pool: pg.Pool, keys: KeyProvider, newest: string): Promise<void> {
  for (const table of tables) {
    const { rows } = await pool.query<Row>(`SELECT ${fields(table)} FROM ${table.name} WHERE kek_id = $1 LIMIT 1`, [newest]);
    const [row] = rows;
    if (!row) continue;
    try {
      decryptWith(keyOf(keys, newest), row.wrapped_key, table.context(row));
      return;
    } catch {
      throw new RewrapRefused(
        `此处的密钥 ${newest} 与服务所用的同名密钥不是同一个`,
        `The key ${newest} given here is not the one that the service uses under this id`,
      );
    }
  }
  throw new RewrapRefused(
    `服务尚未用过密钥 ${newest}。请先让所有进程以其为首个密钥运行，待有新的人员、案件或文件写入后再试`,
    `The service has not used the key ${newest} yet. Run every process with it in front, and try again once a person, a case or a file was written`,
  );
}

const fields = ({ columns: [a, b] }: Table): string => `${a}::text AS a, ${b}::text AS b, wrapped_key, kek_id`;

/** The next rows under another key. What somebody else holds is left for later: waiting for it could end in a deadlock. */
async function take(
  client: pg.PoolClient,
  table: Table,
  newest: string,
  after: Place,
  { batch, lock }: { batch: number; lock: boolean },
): Promise<Row[]> {
  const { name, columns, types } = table;
  const { rows } = await client.query<Row>(
    `SELECT ${fields(table)} FROM ${name} WHERE kek_id <> $1 AND (${columns.join(', ')}) > ($2::${types[0]}, $3::${types[1]})
      ORDER BY ${columns.join(', ')} LIMIT $4 ${lock ? 'FOR UPDATE SKIP LOCKED' : ''}`,
    [newest, ...after, batch],
  );
  return rows;
}

/** Writes what was wrapped anew; its rows are locked, so that none has been erased meanwhile. */
async function put(client: pg.PoolClient, table: Table, newest: string, rewrapped: { row: Row; key: Buffer }[]): Promise<void> {
  const { name, columns, types } = table;
  await client.query(
    `UPDATE ${name} AS t SET wrapped_key = n.key, kek_id = $1
       FROM unnest($2::${types[0]}[], $3::${types[1]}[], $4::bytea[]) AS n(a, b, key)
      WHERE t.${columns[0]} = n.a AND t.${columns[1]} = n.b`,
    [newest, rewrapped.map(({ row }) => row.a), rewrapped.map(({ row }) => row.b), rewrapped.map(({ key }) => key)],
  );
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}
