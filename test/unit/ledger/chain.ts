/** Ledgers made in memory, as the database would have made them. */
import { randomUUID } from 'node:crypto';
import type { Actor } from '../../../domain/process.ts';
import { leafContent, type Leaf } from '../../../activities/checkpoint.ts';
import { canonicalBody, entryHash, GENESIS, sha256Hex, type LedgerRow } from '../../../activities/ledger.ts';
import { MerkleTree } from '../../../activities/merkle.ts';
import type { NoteSigner } from '../../../activities/note.ts';
import type { LedgerItem } from '../../../activities/verify.ts';

export interface Ledger {
  institutionId: string;
  /** By case, then by sequence. */
  rows: LedgerRow[];
  leaves: Leaf[];
  notes: string[];
}

const actor: Actor = { kind: 'person', personId: randomUUID(), roles: ['officer'], departments: ['科研处'] };

/** Gives the rows of one case new links and hashes from the first one on, as somebody would who hides a change. */
export function rechain(rows: LedgerRow[]): LedgerRow[] {
  let prevHash = GENESIS;
  return rows.map((row, i) => {
    const linked = { ...row, seq: i + 1, prevHash, bodyDigest: sha256Hex(canonicalBody(row.actor, row)) };
    const whole = { ...linked, hash: entryHash(linked) };
    prevHash = whole.hash;
    return whole;
  });
}

/** Rows of a new case. */
export function newCase(institutionId: string, length: number): LedgerRow[] {
  const caseId = randomUUID();
  return rechain(
    Array.from({ length }, (_, i) => ({
      caseId,
      institutionId,
      seq: i + 1,
      type: `event${i}`,
      v: 1,
      effectiveAt: '2026-03-01T00:00:00.000Z',
      recordedAt: `2026-03-01T00:00:${String(i % 60).padStart(2, '0')}.000Z`,
      actId: randomUUID(),
      actor,
      data: { n: i, number: `赋权〔2026〕${i}号`, nested: [{ a: null, b: true, c: 0.5 }] },
      bodyDigest: '',
      prevHash: '',
      hash: '',
      hashAlg: 'sha256',
    })),
  );
}

/** Rows of each case, in the order in which the cases come. */
export function byCase(rows: LedgerRow[]): LedgerRow[][] {
  const cases = new Map<string, LedgerRow[]>();
  for (const row of rows) cases.set(row.caseId, [...(cases.get(row.caseId) ?? []), row]);
  return [...cases.values()];
}

/** Leaves for the present end of each case that has none yet. */
export function withLeaves(ledger: Ledger): Ledger {
  const known = new Set(ledger.leaves.map(({ caseId, version }) => `${caseId}:${version}`));
  const fresh = byCase(ledger.rows)
    .map((rows) => rows.at(-1) as LedgerRow)
    .filter(({ caseId, seq }) => !known.has(`${caseId}:${seq}`));
  const leaves = [...ledger.leaves];
  for (const { caseId, seq, hash } of fresh) leaves.push({ index: leaves.length, caseId, version: seq, headHash: hash });
  return { ...ledger, leaves };
}

/** Leaves for what is new, and a checkpoint over all. */
export function signed(ledger: Ledger, signer: NoteSigner, signedAt = '2026-03-02T16:00:00.000Z'): Ledger {
  const grown = withLeaves(ledger);
  const tree = new MerkleTree();
  for (const leaf of grown.leaves) tree.append(leafContent(leaf));
  const note = signer.sign({ institutionId: ledger.institutionId, treeSize: tree.size, rootHash: tree.root(), signedAt });
  return { ...grown, notes: [...ledger.notes, note] };
}

export async function* itemsOf({ rows, leaves, notes }: Ledger): AsyncGenerator<LedgerItem> {
  for (const note of notes) yield { kind: 'checkpoint', note };
  for (const leaf of leaves) yield { kind: 'leaf', leaf };
  for (const row of rows) yield { kind: 'entry', row };
  await Promise.resolve();
}
