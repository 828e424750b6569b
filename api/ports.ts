/** What the API needs of others, so that it can be tested and composed without knowing how they are made. */
import type { SealedRow, StoredValue, Subject } from '../contracts/sealing.ts';
import type { SealedRef } from '../domain/process.ts';

/** Seals and opens values that are kept apart from the ledger. */
export interface Sealer {
  seal(subject: Subject, text: string): Promise<{ ref: SealedRef; row: SealedRow }>;
  /** Plain texts by the refs' ids; erased ones are absent, and one that is not what its ref has the digest of throws. */
  open(refs: readonly SealedRef[]): Promise<Map<string, string>>;
  /** The same for a value that was read together with what refers to it; undefined for an erased or unknown one. */
  openStored(ref: SealedRef, stored: StoredValue): string | undefined;
  /** A whole document under the subject's key, not referred to by any ledger. */
  encrypt(subject: Subject, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>>;
  decrypt(subject: Subject, bytes: Uint8Array): Promise<Uint8Array>;
  /** HMAC of a canonical body under the newest key, then under older ones that receipts may still carry. */
  bodyHashes(canonical: string): string[];
}

/** Keeps uploaded files, encrypted, named by digest. */
export interface BlobStore {
  /** Stores the bytes and the row that tells of them; the same bytes of the same institution are stored once. */
  put(file: { institutionId: string; uploadedBy: string; bytes: Uint8Array; mediaType: string; name?: string }): Promise<{
    digest: string;
    size: number;
  }>;
  get(institutionId: string, digest: string): Promise<Uint8Array | undefined>;
}
