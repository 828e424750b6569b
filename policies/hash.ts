/** The hash a snapshot is known by. */
import { createHash } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import type { RuleSnapshot } from '../domain/rules.ts';

// The package is CommonJS with a type for an ES default export; both spellings reach the same function.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string | undefined;

/** Canonical JSON (RFC 8785) of the value. */
export function canonicalJson(value: unknown): string {
  return canonicalize(value) ?? 'null';
}

/** SHA-256, in hex, over the canonical JSON of everything in the snapshot but its hash. */
export function snapshotHash(snapshot: Omit<RuleSnapshot, 'hash'>): string {
  const { hash: _hash, ...rest } = snapshot as RuleSnapshot;
  return createHash('sha256').update(canonicalJson(rest)).digest('hex');
}
