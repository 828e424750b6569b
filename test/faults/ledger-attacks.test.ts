/**
 * Attacks at random on the tables of a real ledger, by somebody with every right over the database and the signing key:
 * whoever kept a checkpoint from before finds each of them. What no attack is, an erasure, is not taken for one.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { makeCheckpoint } from '../../activities/checkpoint.ts';
import { erasePerson } from '../../activities/erasure.ts';
import { keyRing } from '../../activities/keys.ts';
import type { LedgerRow } from '../../activities/ledger.ts';
import { readLedger } from '../../activities/ledgerSource.ts';
import { NoteSigner } from '../../activities/note.ts';
import { Sealer } from '../../activities/sealing.ts';
import { verifyLedger } from '../../activities/verify.ts';
import type { SealedRef } from '../../domain/process.ts';
import { rechain } from '../unit/ledger/chain.ts';
import { event, Office, system } from './record.fixture.ts';

const signer = new NoteSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const NAME = '王小明';
/** Everything that an attack can touch; kept beside, so that each attack begins with the true tables. */
const TABLES = ['cases', 'ledger', 'log_leaf', 'checkpoint'];
const RUNS = 60;

let office: Office;
let sealer: Sealer;
let name: SealedRef;
/** Kept elsewhere, out of the attacker's reach. */
let note: string;

beforeAll(async () => {
  office = await Office.open();
  sealer = new Sealer({ pool: office.pool, keys: keyRing([{ id: 'k', key: randomBytes(32) }]) });
  const { ref, row } = await sealer.seal({ kind: 'person', id: office.personId }, NAME);
  await office.sql(
    "INSERT INTO sealed_value VALUES ($1, $2, $3, $4, $5, decode($6, 'base64'), decode($7, 'base64'))",
    row.id,
    office.institutionId,
    row.subjectKind,
    row.subjectId,
    row.digest,
    row.nonce,
    row.ciphertext,
  );
  name = ref;
  for (const length of [1, 3, 6, 4]) {
    const caseId = await office.draft();
    for (let version = 0; version < length; version++) {
      const data = { name, n: version, 决定: `第${version}次`, nested: [{ a: null, b: true, c: 0.5 }] };
      await office.record(caseId, version, { actor: system, events: [event({ data })] });
    }
    // A checkpoint between the cases: leaves of several days.
    ({ note } = await makeCheckpoint(office.pool, signer, office.institutionId));
  }
  for (const table of TABLES) {
    await office.sql(`ALTER TABLE ${table} DISABLE TRIGGER ALL`);
    await office.sql(`CREATE TABLE kept_${table} AS TABLE ${table}`);
  }
});
afterAll(() => office?.close());

async function restore(): Promise<void> {
  for (const table of TABLES) await office.sql(`DELETE FROM ${table}`);
  for (const table of TABLES) await office.sql(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
}

async function check(older: string[]): Promise<string[]> {
  const report = await verifyLedger(readLedger(office.pool, office.institutionId), {
    institutionId: office.institutionId,
    trustedKeys: [signer.verifierKey(office.institutionId)],
    olderCheckpoints: older,
  });
  return report.findings.map(({ code }) => code);
}

/** Tries the attack on the true tables. One that leaves them as they are, or that the tables cannot take, is none. */
async function found(attack: () => Promise<unknown>): Promise<string[] | 'none'> {
  await restore();
  const before = await standing();
  try {
    await attack();
  } catch (error) {
    if (!/^(23|22)/.test((error as { code?: string }).code ?? '')) throw error;
    return 'none';
  }
  return (await standing()) === before ? 'none' : check([note]);
}

const standing = (): Promise<string> =>
  office.one(
    `SELECT md5(${TABLES.map((t) => `(SELECT coalesce(string_agg(x::text, '' ORDER BY x::text), '') FROM ${t} x)`).join(' || ')}) AS x`,
  );

async function holds<T>(attacks: fc.Arbitrary<T>, attack: (chosen: T) => Promise<unknown>): Promise<void> {
  let tried = 0;
  await fc.assert(
    fc.asyncProperty(attacks, async (chosen) => {
      const findings = await found(() => attack(chosen));
      if (findings === 'none') return;
      tried += 1;
      expect(findings).not.toEqual([]);
    }),
    { numRuns: RUNS },
  );
  expect(tried).toBeGreaterThan(RUNS / 3);
}

/** The row at a place, whichever the order of the heap is. */
const rowAt = async (table: string, n: number): Promise<string> => {
  const rows = await office.sql<{ ctid: string }>(`SELECT ctid::text FROM ${table} t ORDER BY t::text`);
  return rows[n % rows.length]!.ctid;
};

/** What is read of each table; what else the tables have of a checkpoint is a copy of what its note says. */
const columns: Record<string, string[]> = {
  ledger: [
    'case_id',
    'seq',
    'institution_id',
    'type',
    'v',
    'effective_at',
    'recorded_at',
    'act_id',
    'actor',
    'data',
    'body_digest',
    'prev_hash',
    'hash',
    'hash_alg',
  ],
  log_leaf: ['institution_id', 'index', 'case_id', 'version', 'head_hash'],
  checkpoint: ['note'],
  cases: ['version', 'head_hash'],
};
const cells = Object.entries(columns).flatMap(([table, names]) => names.map((column) => ({ table, column })));

/** The text with one bit of one byte turned over. */
function flipped(text: string, at: number, bit: number): string {
  const bytes = Buffer.from(text);
  bytes[at % bytes.length]! ^= 1 << bit;
  return bytes.toString();
}

interface Flip {
  cell: { table: string; column: string };
  row: number;
  at: number;
  bit: number;
}

/** Turns over one bit of one cell as it is written out; what is then no value of the column is refused by the table. */
async function flip({ cell: { table, column }, row, at, bit }: Flip): Promise<void> {
  const ctid = await rowAt(table, row);
  const text = await office.one<string>(`SELECT ${column}::text AS x FROM ${table} WHERE ctid = $1::tid`, ctid);
  const type = await office.one<string>(`SELECT pg_typeof(${column})::text AS x FROM ${table} LIMIT 1`);
  await office.sql(`UPDATE ${table} SET ${column} = $2::text::${type} WHERE ctid = $1::tid`, ctid, flipped(text, at, bit));
}

const number = fc.nat({ max: 10_000 });

describe('whoever kept a checkpoint finds', () => {
  test('nothing where nothing was done', async () => {
    await restore();
    expect(await check([note])).toEqual([]);
  });

  test('any bit turned over in any cell', () =>
    holds(fc.record({ cell: fc.constantFrom(...cells), row: number, at: number, bit: fc.nat({ max: 6 }) }), flip));

  test('any row of ledger or log deleted', () =>
    holds(fc.record({ table: fc.constantFrom('ledger', 'log_leaf'), row: number }), async ({ table, row }) =>
      office.sql(`DELETE FROM ${table} WHERE ctid = $1::tid`, await rowAt(table, row)),
    ));

  test('any two rows of ledger or log exchanged', () =>
    holds(
      fc.record({ table: fc.constantFrom('ledger', 'log_leaf'), one: number, other: number }),
      async ({ table, one, other }) => {
        const [key, names] = table === 'ledger' ? [['case_id', 'seq'], columns['ledger']!] : [['index'], columns['log_leaf']!];
        const moved = names.filter((column) => !key.includes(column) && column !== 'institution_id');
        // Two leaves that trade places trade index alone, since a case has each version once.
        const set = table === 'ledger' ? moved.map((c) => `${c} = o.${c}`).join(', ') : 'head_hash = o.head_hash';
        await office.sql(
          `UPDATE ${table} t SET ${set} FROM ${table} o WHERE (t.ctid, o.ctid) IN (($1::tid, $2::tid), ($2::tid, $1::tid))`,
          await rowAt(table, one),
          await rowAt(table, other),
        );
      },
    ));

  test('any case cut back, with all that tells of it taken away or made to fit', () =>
    holds(fc.record({ which: number, keep: fc.nat({ max: 5 }) }), async ({ which, keep }) => {
      const rows = await rowsOf(which);
      if (keep < rows.length) await forge(rows, rows.slice(0, keep));
    }));

  test('any case rewritten with good hashes, a new log and the true signature', () =>
    holds(
      fc.record({ which: number, at: number, how: fc.constantFrom('change', 'delete', 'insert', 'swap') }),
      async ({ which, at, how }) => {
        const rows = await rowsOf(which);
        const i = at % rows.length;
        const row = rows[i]!;
        if (how === 'swap' && rows.length < 2) return;
        const j = (i + 1) % rows.length;
        const forged = {
          change: () => rows.with(i, { ...row, data: { forged: true } }),
          delete: () => rows.toSpliced(i, 1),
          insert: () => rows.toSpliced(i, 0, { ...row, data: { forged: true } }),
          swap: () => rows.with(i, rows[j]!).with(j, row),
        }[how]();
        await forge(rows, forged);
        // Whoever kept nothing sees nothing: the tables agree with each other, and the signature is good.
        expect(await check([])).toEqual([]);
      },
    ));
});

async function rowsOf(which: number): Promise<LedgerRow[]> {
  const cases = new Map<string, LedgerRow[]>();
  for await (const item of readLedger(office.pool, office.institutionId))
    if (item.kind === 'entry') cases.set(item.row.caseId, [...(cases.get(item.row.caseId) ?? []), item.row]);
  return [...cases.values()][which % cases.size]!;
}

/** Puts the forged rows in the place of a case's own, and makes everything that stands over them anew. */
async function forge(rows: LedgerRow[], forged: LedgerRow[]): Promise<void> {
  const [{ caseId }] = rows as [LedgerRow];
  const chained = rechain(forged);
  await office.sql('DELETE FROM ledger WHERE case_id = $1', caseId);
  for (const row of chained) {
    await office.sql(
      `INSERT INTO ledger (case_id, seq, institution_id, type, v, effective_at, recorded_at, act_id, actor, data, body_digest,
                           prev_hash, hash, hash_alg) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      row.caseId,
      row.seq,
      row.institutionId,
      row.type,
      row.v,
      row.effectiveAt,
      row.recordedAt,
      row.actId,
      JSON.stringify(row.actor),
      JSON.stringify(row.data),
      row.bodyDigest,
      row.prevHash,
      row.hash,
      row.hashAlg,
    );
  }
  const end = chained.at(-1);
  if (end) await office.sql('UPDATE cases SET version = $2, head_hash = $3 WHERE id = $1', caseId, end.seq, end.hash);
  else await office.sql('DELETE FROM cases WHERE id = $1', caseId);
  await office.sql('DELETE FROM log_leaf');
  await office.sql('DELETE FROM checkpoint');
  await makeCheckpoint(office.pool, signer, office.institutionId);
}

test('an erasure is no attack: nothing is found, and the person cannot be read', async () => {
  await restore();
  expect(await sealer.open([name])).toEqual(new Map([[name.sealed, NAME]]));
  await erasePerson(office.pool, office.personId, '本人申请');
  expect(await check([note])).toEqual([]);
  expect(await sealer.open([name])).toEqual(new Map());
});
