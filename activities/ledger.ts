/**
 * How a ledger row is hashed. SQL computes the same when it records (prisma/migrations, append_ledger); this side makes
 * the canonical bodies and checks everything again. The format is written out in docs/ledger.md and must not change:
 * a new one gets a new `v` in the header.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical.ts';
import type { Actor, NewEvent } from '../domain/process.ts';

/** What the first row of a case is chained to. */
export const GENESIS = '0'.repeat(64);

/** A ledger row with everything that its hash covers. */
export interface LedgerRow {
  caseId: string;
  institutionId: string;
  seq: number;
  type: string;
  v: number;
  effectiveAt: string;
  recordedAt: string;
  actId: string;
  actor: Actor;
  data: unknown;
  bodyDigest: string;
  prevHash: string;
  hash: string;
  hashAlg: string;
}

/** What is wrong with a row. */
export type RowFault = 'algorithm' | 'sequence' | 'link' | 'body' | 'hash';

/** Lower-case hex of the SHA-256 of a text's UTF-8. */
export function sha256Hex(text: string | Uint8Array): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Canonical JSON of an event with its actor: what `bodyDigest` is the digest of. */
export function canonicalBody(actor: Actor, { type, v, effectiveAt, data }: NewEvent): string {
  return canonicalJson({ actor, data, effectiveAt, type, v });
}

/** The hash of a row: over its header, which holds the body's digest and the hash before it. */
export function entryHash(row: LedgerRow): string {
  return sha256Hex(
    canonicalJson({
      act: row.actId,
      alg: row.hashAlg,
      body: row.bodyDigest,
      case: row.caseId,
      institution: row.institutionId,
      prev: row.prevHash,
      recordedAt: row.recordedAt,
      seq: row.seq,
      v: 1,
    }),
  );
}

/** What is wrong with the row behind `before` (undefined for a case's first row); undefined if nothing is. */
export function faultOf(row: LedgerRow, before: { seq: number; hash: string } | undefined): RowFault | undefined {
  if (row.hashAlg !== 'sha256') return 'algorithm';
  if (row.seq !== (before?.seq ?? 0) + 1) return 'sequence';
  if (row.prevHash !== (before?.hash ?? GENESIS)) return 'link';
  if (row.bodyDigest !== sha256Hex(canonicalBody(row.actor, row))) return 'body';
  if (row.hash !== entryHash(row)) return 'hash';
  return undefined;
}
