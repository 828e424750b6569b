/**
 * ETags of what people edit: a digest of what they read. A change between reading and writing is 412; one that comes in
 * while the write is under way is found under the row's lock and is 409.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical.ts';
import { Problem } from './problems.ts';

/** The ETag of what an answer shows. */
export function etagOf(shown: unknown): string {
  return `"${createHash('sha256').update(canonicalJson(shown)).digest('base64url').slice(0, 27)}"`;
}

/** Refuses a write whose sender has not read, or has read something else than what stands now. */
export function requireMatch(ifMatch: string | undefined, etag: string): void {
  const sent = (ifMatch ?? '').trim();
  if (sent === '') throw new Problem('precondition.required');
  if (sent !== etag) throw new Problem('precondition.failed');
}

/** Refuses a write when what was matched is no longer what stands under the lock. */
export function refuseLostRace(matched: string, underLock: string): void {
  if (matched !== underLock) throw new Problem('conflict.lostRace');
}
