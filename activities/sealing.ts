/**
 * Values kept apart from the ledger. Each subject (a person, a case, an achievement, a party) has a key of its own,
 * wrapped by a key from outside the database. Erasing a subject destroys its key: rows, backups' copies of rows and
 * the ledger stay as they are, and nothing sealed for the subject can be read again.
 */
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import type { SealedRow, StoredValue, Subject } from '../contracts/sealing.ts';
import type { SealedRef } from '../domain/process.ts';
import { decryptWith, encryptWith, fingerprints, keyOf, type KeyProvider } from './keys.ts';

/** The subject's key has been destroyed. */
export class SubjectErased extends Error {
  constructor({ kind, id }: Subject) {
    super(`Everything sealed for ${kind} ${id} has been erased`);
    this.name = 'SubjectErased';
  }
}

/** What was opened is not what the reference names: the row or the reference has been changed. */
export class SealBroken extends Error {
  constructor(id: string) {
    super(`Sealed value ${id} does not match its digest`);
    this.name = 'SealBroken';
  }
}

type Db = Pick<pg.Pool, 'query'>;

type KeyRow = Pick<StoredValue, 'wrappedKey' | 'kekId'>;

const SALT_BYTES = 16;

/** Seals, opens and erases. Holds no subject's key between calls, so that an erasure is at once true everywhere. */
export class Sealer {
  readonly #pool: Db;
  readonly #keys: KeyProvider;

  constructor({ pool, keys }: { pool: Db; keys: KeyProvider }) {
    this.#pool = pool;
    this.#keys = keys;
  }

  /** Seals a text. The caller inserts the row together with whatever refers to it. Throws SubjectErased. */
  async seal(subject: Subject, text: string): Promise<{ ref: SealedRef; row: SealedRow }> {
    const key = await this.#keyFor(subject);
    const id = randomUUID();
    // The salt lies inside the ciphertext: without the key, a digest of a short name cannot be guessed at.
    const salt = randomBytes(SALT_BYTES);
    const digest = digestOf(salt, text);
    const sealed = encryptWith(key, Buffer.concat([salt, Buffer.from(text)]), valueContext(id, subject, digest));
    const row = {
      id,
      subjectKind: subject.kind,
      subjectId: subject.id,
      digest,
      nonce: sealed.subarray(0, 12).toString('base64'),
      ciphertext: sealed.subarray(12).toString('base64'),
    };
    return { ref: { sealed: id, digest }, row };
  }

  /**
   * Plain texts by id, each held against the digest that its reference (and so the ledger) has of it. Erased and unknown
   * ones are absent; what was tampered with or exchanged throws SealBroken.
   */
  async open(refs: readonly SealedRef[]): Promise<Map<string, string>> {
    if (refs.length === 0) return new Map();
    const { rows } = await this.#pool.query<StoredValue & { id: string }>({
      // Kept prepared: nearly every answer opens something.
      name: 'open sealed values',
      text: `SELECT v.id, v.subject_kind AS "subjectKind", v.subject_id AS "subjectId", v.digest, v.nonce, v.ciphertext,
                    k.wrapped_key AS "wrappedKey", k.kek_id AS "kekId"
               FROM sealed_value v JOIN subject_key k ON k.subject_kind = v.subject_kind AND k.subject_id = v.subject_id
              WHERE v.id = ANY ($1)`,
      values: [[...new Set(refs.map(({ sealed }) => sealed))]],
    });
    const found = new Map(rows.map((row) => [row.id, row]));
    const opened = new Map<string, string>();
    for (const ref of refs) {
      const row = found.get(ref.sealed);
      if (row?.digest === ref.digest && opened.has(ref.sealed)) continue;
      const text = row && this.openStored(ref, row);
      if (text !== undefined) opened.set(ref.sealed, text);
    }
    return opened;
  }

  /** The same for a value that was read together with what refers to it; undefined for an erased or unknown one. */
  openStored({ sealed, digest }: SealedRef, stored: StoredValue): string | undefined {
    const { subjectKind, subjectId, nonce, ciphertext, wrappedKey } = stored;
    if (!subjectKind || !subjectId || !nonce || !ciphertext || !wrappedKey) return undefined;
    if (stored.digest !== digest) throw new SealBroken(sealed);
    const subject: Subject = { kind: subjectKind, id: subjectId };
    const bytes = Buffer.concat([nonce, ciphertext]);
    const plain = decryptWith(this.#unwrap(subject, stored), bytes, valueContext(sealed, subject, digest));
    const text = plain.subarray(SALT_BYTES).toString('utf8');
    if (!timingSafeEqual(Buffer.from(digestOf(plain.subarray(0, SALT_BYTES), text)), Buffer.from(digest)))
      throw new SealBroken(sealed);
    return text;
  }

  /** Bytes under the subject's key, for what no ledger refers to (drafts). Throws SubjectErased. */
  async encrypt(subject: Subject, bytes: Uint8Array): Promise<Buffer<ArrayBuffer>> {
    return encryptWith(await this.#keyFor(subject), bytes, `bytes\n${subjectContext(subject)}`);
  }

  /** Opens what `encrypt` made. Throws SubjectErased. */
  async decrypt(subject: Subject, bytes: Uint8Array): Promise<Buffer<ArrayBuffer>> {
    return decryptWith(await this.#keyFor(subject), bytes, `bytes\n${subjectContext(subject)}`);
  }

  /** HMAC of a canonical body under the newest key, then under older ones that earlier receipts may carry. */
  bodyHashes(canonical: string): string[] {
    return fingerprints(this.#keys, canonical);
  }

  #unwrap(subject: Subject, row: KeyRow): Buffer {
    if (!row.wrappedKey || !row.kekId) throw new SubjectErased(subject);
    return decryptWith(keyOf(this.#keys, row.kekId), row.wrappedKey, subjectContext(subject));
  }

  /** The subject's key, made at first use. */
  async #keyFor(subject: Subject): Promise<Buffer> {
    const [kekId = ''] = this.#keys.ids();
    const wrapped = encryptWith(keyOf(this.#keys, kekId), randomBytes(32), subjectContext(subject));
    for (let tries = 0; tries < 5; tries++) {
      const { rows } = await this.#pool.query<KeyRow>(
        `WITH made AS (
           INSERT INTO subject_key (subject_kind, subject_id, wrapped_key, kek_id)
           SELECT $1, $2::uuid, $3, $4
            WHERE NOT EXISTS (SELECT 1 FROM subject_key WHERE subject_kind = $1 AND subject_id = $2::uuid)
           ON CONFLICT DO NOTHING RETURNING wrapped_key AS "wrappedKey", kek_id AS "kekId"
         )
         SELECT * FROM made
         UNION ALL SELECT wrapped_key, kek_id FROM subject_key WHERE subject_kind = $1 AND subject_id = $2::uuid`,
        [subject.kind, subject.id, wrapped, kekId],
      );
      if (rows[0]) return this.#unwrap(subject, rows[0]);
      // Another session made the key after this statement's snapshot; the next one sees it.
    }
    throw new Error(`The key of ${subject.kind} ${subject.id} can be neither made nor found`);
  }
}

/** Destroys a subject's key. Needs no key-encryption key, so that erasure works from the command line alone. */
export async function eraseSubject(db: Db, { kind, id }: Subject): Promise<void> {
  await db.query(
    `INSERT INTO subject_key (subject_kind, subject_id, wrapped_key, kek_id, erased_at) VALUES ($1, $2, NULL, NULL, service_clock())
     ON CONFLICT (subject_kind, subject_id) DO UPDATE SET wrapped_key = NULL, kek_id = NULL, erased_at = service_clock()
       WHERE subject_key.erased_at IS NULL`,
    [kind, id],
  );
}

/** What a subject’s wrapped key is bound to. */
export function subjectContext({ kind, id }: Subject): string {
  return `${kind}\n${id.toLowerCase()}`;
}

/** Everything about a value that stands in clear beside it, so that rows cannot be exchanged for one another. */
function valueContext(id: string, subject: Subject, digest: string): string {
  return `value\n${subjectContext(subject)}\n${id}\n${digest}`;
}

function digestOf(salt: Uint8Array, text: string): string {
  return createHmac('sha256', salt).update(text).digest('hex');
}
