/** Where a ledger to be checked comes from: the database, or a file exported from it. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type pg from 'pg';
import { z } from 'zod';
import { canonicalJson } from '../contracts/canonical.ts';
import { readLeaves, withCheckpoint } from './checkpoint.ts';
import type { LedgerRow } from './ledger.ts';
import type { NoteSigner } from './note.ts';
import { finding, type Finding, type LedgerItem } from './verify.ts';

const PAGE = 2000;

async function* readRows(db: pg.ClientBase, institutionId: string): AsyncGenerator<LedgerRow> {
  let after: [caseId: string, seq: number] = ['00000000-0000-0000-0000-000000000000', 0];
  for (;;) {
    const { rows } = await db.query<LedgerRow>(
      `SELECT case_id AS "caseId", institution_id AS "institutionId", seq, type, v, effective_at AS "effectiveAt",
              iso(recorded_at) AS "recordedAt", act_id AS "actId", actor, data, body_digest AS "bodyDigest",
              prev_hash AS "prevHash", hash, hash_alg AS "hashAlg"
         FROM ledger WHERE institution_id = $1 AND (case_id, seq) > ($2, $3) ORDER BY case_id, seq LIMIT $4`,
      [institutionId, ...after, PAGE],
    );
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = [last.caseId, last.seq];
  }
}

/** The institution's ledger as one moment has it. */
export async function* readLedger(pool: pg.Pool, institutionId: string): AsyncGenerator<LedgerItem> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows: notes } = await client.query<{ note: string }>(
      'SELECT note FROM checkpoint WHERE institution_id = $1 ORDER BY signed_at',
      [institutionId],
    );
    for (const { note } of notes) yield { kind: 'checkpoint', note };
    for await (const leaf of readLeaves(client, institutionId)) yield { kind: 'leaf', leaf };
    for await (const row of readRows(client, institutionId)) yield { kind: 'entry', row };
    const { rows: heads } = await client.query<{ caseId: string; version: number; headHash: string }>(
      'SELECT id AS "caseId", version, head_hash AS "headHash" FROM cases WHERE institution_id = $1',
      [institutionId],
    );
    for (const head of heads) yield { kind: 'head', ...head };
  } finally {
    // Also when the reader stops half way.
    await client.query('ROLLBACK');
    client.release();
  }
}

interface Institution {
  id: string;
  code: string;
  name: string;
}

/** Writes the ledger of an institution under a fresh checkpoint, a canonical JSON line an item. */
export async function exportLedger(
  pool: pg.Pool,
  signer: NoteSigner,
  institution: Institution,
  out: Writable,
): Promise<{ rows: number; note: string }> {
  const digest = createHash('sha256');
  const write = async (item: object): Promise<void> => {
    const line = `${canonicalJson(item)}\n`;
    digest.update(line);
    if (!out.write(line)) await once(out, 'drain');
  };
  return withCheckpoint(pool, signer, institution.id, async (client, { note, signedAt }) => {
    const verifierKey = signer.verifierKey(institution.id);
    await write({ kind: 'export', format: 1, institution, exportedAt: signedAt, verifierKey });
    await write({ kind: 'checkpoint', note });
    for await (const leaf of readLeaves(client, institution.id)) await write({ kind: 'leaf', leaf });
    let rows = 0;
    for await (const row of readRows(client, institution.id)) {
      await write({ kind: 'entry', row });
      rows++;
    }
    await write({ kind: 'end', sha256: digest.copy().digest('hex') });
    return { rows, note };
  });
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();
const line = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('export'),
    format: z.literal(1),
    institution: z.strictObject({ id: z.guid(), code: z.string(), name: z.string() }),
    exportedAt: z.string(),
    verifierKey: z.string(),
  }),
  z.strictObject({ kind: z.literal('checkpoint'), note: z.string() }),
  z.strictObject({
    kind: z.literal('leaf'),
    leaf: z.strictObject({ index: count, caseId: z.guid(), version: count, headHash: hex }),
  }),
  z.strictObject({
    kind: z.literal('entry'),
    row: z.strictObject({
      caseId: z.guid(),
      institutionId: z.guid(),
      seq: count,
      type: z.string(),
      v: z.int(),
      effectiveAt: z.string(),
      recordedAt: z.string(),
      actId: z.string(),
      actor: z.unknown(),
      data: z.unknown(),
      bodyDigest: hex,
      prevHash: hex,
      hash: hex,
      hashAlg: z.string(),
    }),
  }),
  z.strictObject({ kind: z.literal('end'), sha256: hex }),
]);
type Header = Extract<z.infer<typeof line>, { kind: 'export' }>;

/** An exported file. `items` must be read to its end before `findings` says what is wrong with the file as such. */
export interface LedgerFile {
  institution: Institution;
  verifierKey: string;
  items: AsyncIterable<LedgerItem>;
  findings: Finding[];
}

/** Reads the bytes of an exported file; needs no service. Undefined if they do not begin like one. */
export async function openLedgerFile(bytes: AsyncIterable<Buffer>): Promise<LedgerFile | undefined> {
  const lines = readLines(bytes);
  const first = await lines.next();
  const header = first.done ? undefined : parse(first.value);
  if (header?.kind !== 'export') {
    await lines.return(undefined);
    return undefined;
  }
  const findings: Finding[] = [];
  return { institution: header.institution, verifierKey: header.verifierKey, items: itemsOf(header, lines, findings), findings };
}

async function* itemsOf(header: Header, lines: AsyncIterable<Buffer>, findings: Finding[]): AsyncGenerator<LedgerItem> {
  const digest = createHash('sha256').update(`${canonicalJson(header)}\n`);
  let n = 1;
  let ended = false;
  for await (const bytes of lines) {
    n++;
    const item = parse(bytes);
    if (!item || item.kind === 'export' || ended) {
      findings.push(finding('file.malformed', { detail: `line ${n}` }));
    } else if (item.kind === 'end') {
      ended = true;
      if (item.sha256 !== digest.copy().digest('hex')) findings.push(finding('file.end'));
    } else {
      yield item as LedgerItem;
    }
    digest.update(bytes);
  }
  if (!ended) findings.push(finding('file.end'));
}

/** One line, its newline included. Only canonical JSON counts: every byte of the file then says something. */
function parse(bytes: Buffer): z.infer<typeof line> | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const item = line.parse(JSON.parse(text));
    return `${canonicalJson(item)}\n` === text ? item : undefined;
  } catch {
    // Not UTF-8, not JSON, or not of this format: all the same to whoever checks.
    return undefined;
  }
}

async function* readLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes) {
    let from = 0;
    rest = Buffer.concat([rest, chunk]);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10, from)) {
      yield rest.subarray(from, at + 1);
      from = at + 1;
    }
    rest = rest.subarray(from);
  }
  if (rest.length > 0) yield rest;
}
