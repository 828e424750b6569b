/** Uploaded files on disk: encrypted, each with a key of its own, named by the SHA-256 of their plain bytes. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileTypeFromBuffer } from 'file-type';
import type pg from 'pg';
import { decryptWith, encryptWith, keyOf, type KeyProvider } from './keys.ts';
import { sha256Hex } from './ledger.ts';
import type { Sealer } from './sealing.ts';

/** Why a file is not taken. */
export class DocumentRefused extends Error {
  readonly code:
    'document.empty' | 'document.tooLarge' | 'document.typeUnknown' | 'document.typeDiffers' | 'document.tooManyWaiting';
  readonly zh: string;
  /** When the same file would be taken, if waiting is all that it needs. */
  readonly retryAfterSeconds: number | undefined;
  constructor(code: DocumentRefused['code'], zh: string, en: string, retryAfterSeconds?: number) {
    super(en);
    this.name = 'DocumentRefused';
    this.code = code;
    this.zh = zh;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Stored bytes are not what was uploaded: the file on disk has been changed. */
export class DocumentBroken extends Error {
  constructor(digest: string, options?: ErrorOptions) {
    super(`Document ${digest} on disk is not what was uploaded`, options);
    this.name = 'DocumentBroken';
  }
}

/**
 * Media types taken, with what their first bytes must look like. OFD, the national layout format, is a ZIP to any
 * sniffer, and so is a Word or Excel file written by some programs.
 */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  'application/pdf': ['application/pdf'],
  'image/png': ['image/png'],
  'image/jpeg': ['image/jpeg'],
  'image/tiff': ['image/tiff'],
  'application/ofd': ['application/zip'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': [
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'application/zip',
  ],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': [
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    'application/zip',
  ],
};

export interface BlobStoreOptions {
  pool: pg.Pool;
  keys: KeyProvider;
  sealer: Sealer;
  /** Folder of the files. */
  folder: string;
  maxBytes?: number;
  /** How long a file waits for an act that names it. */
  unreferencedHours?: number;
  /** How many bytes one person may have waiting in an institution: whoever has a token may upload. */
  waitingBytes?: number;
}

interface DocumentRow {
  digest: string;
  wrapped_key: Buffer;
  kek_id: string;
}

/** Keeps files. A file is the institution's own: the same bytes of another institution are another file. */
export class BlobStore {
  readonly #o: Required<BlobStoreOptions>;

  constructor(options: BlobStoreOptions) {
    this.#o = { maxBytes: 20 * 1024 * 1024, unreferencedHours: 72, waitingBytes: 400 * 1024 * 1024, ...options };
  }

  /** Stores a file until an act names it or it expires. The same bytes again are the same document. Throws DocumentRefused. */
  async put(file: { institutionId: string; uploadedBy: string; bytes: Uint8Array; mediaType: string; name?: string }): Promise<{
    digest: string;
    size: number;
  }> {
    const { institutionId, uploadedBy, bytes, mediaType } = file;
    await this.#check(bytes, mediaType);
    const digest = sha256Hex(bytes);
    const name = file.name === undefined ? undefined : await this.#o.sealer.seal({ kind: 'person', id: uploadedBy }, file.name);
    const [kekId = ''] = this.#o.keys.ids();
    const context = documentContext(institutionId, digest);
    const wrapped = encryptWith(keyOf(this.#o.keys, kekId), randomBytes(32), context);

    await this.#transaction(async (client) => {
      await this.#makeRoom(client, institutionId, uploadedBy, digest, bytes.length);
      // The row first: its lock keeps others with the same bytes, and the expiry, away from the file.
      const { rows } = await client.query<DocumentRow & { isNew: boolean }>(
        `INSERT INTO document AS d (institution_id, digest, size, media_type, name, wrapped_key, kek_id, uploaded_by, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, service_clock() + make_interval(hours => $9))
         ON CONFLICT (institution_id, digest) DO UPDATE SET expires_at = CASE WHEN d.expires_at IS NOT NULL THEN excluded.expires_at END
         RETURNING digest, wrapped_key, kek_id, xmax = 0 AS "isNew"`,
        [
          institutionId,
          digest,
          bytes.length,
          mediaType,
          name?.ref ?? null,
          wrapped,
          kekId,
          uploadedBy,
          this.#o.unreferencedHours,
        ],
      );
      const [row] = rows;
      if (!row) throw new Error('The document row was not written');
      if (row.isNew && name) {
        const { id, subjectKind, subjectId, digest: nameDigest, nonce, ciphertext } = name.row;
        await client.query(
          `INSERT INTO sealed_value (id, institution_id, subject_kind, subject_id, digest, nonce, ciphertext)
           VALUES ($1, $2, $3, $4, $5, decode($6, 'base64'), decode($7, 'base64'))`,
          [id, institutionId, subjectKind, subjectId, nameDigest, nonce, ciphertext],
        );
      }
      // Written also when the row was there: a crash may have left it without its file.
      const key = decryptWith(keyOf(this.#o.keys, row.kek_id), row.wrapped_key, context);
      await writeWhole(this.#path(institutionId, digest), encryptWith(key, bytes, context));
    });
    return { digest, size: bytes.length };
  }

  /** The plain bytes, or undefined if there is no such document. Throws DocumentBroken. */
  async get(institutionId: string, digest: string): Promise<Buffer | undefined> {
    const { rows } = await this.#o.pool.query<DocumentRow>(
      'SELECT digest, wrapped_key, kek_id FROM document WHERE institution_id = $1 AND digest = $2',
      [institutionId, digest],
    );
    const [row] = rows;
    if (!row) return undefined;
    const stored = await readFile(this.#path(institutionId, row.digest));
    const context = documentContext(institutionId, row.digest);
    const kek = keyOf(this.#o.keys, row.kek_id);
    try {
      const key = decryptWith(kek, row.wrapped_key, context);
      return decryptWith(key, stored, context);
    } catch (cause) {
      throw new DocumentBroken(digest, { cause });
    }
  }

  /** Removes what no act has named in time; answers how many. */
  async expire(): Promise<number> {
    let removed = 0;
    await this.#transaction(async (client) => {
      const { rows } = await client.query<{ institution_id: string; digest: string }>(
        `DELETE FROM document WHERE (institution_id, digest) IN (
           SELECT institution_id, digest FROM document WHERE expires_at < service_clock() LIMIT 500 FOR UPDATE SKIP LOCKED)
         RETURNING institution_id, digest`,
      );
      // Before the commit: while the rows are locked, nobody can upload the same bytes and lose them to this.
      for (const row of rows) await rm(this.#path(row.institution_id, row.digest), { force: true });
      removed = rows.length;
    });
    return removed;
  }

  async #check(bytes: Uint8Array, mediaType: string): Promise<void> {
    if (bytes.length === 0) throw new DocumentRefused('document.empty', '文件为空', 'The file is empty');
    if (bytes.length > this.#o.maxBytes) {
      const limit = `${Math.floor(this.#o.maxBytes / 1024 / 1024)} MiB`;
      throw new DocumentRefused('document.tooLarge', `文件超过 ${limit}`, `The file is larger than ${limit}`);
    }
    const accepted = TYPES[mediaType];
    if (!accepted) throw new DocumentRefused('document.typeUnknown', '不接受此类文件', 'Files of this type are not taken');
    const sniffed = await fileTypeFromBuffer(bytes);
    if (!sniffed || !accepted.includes(sniffed.mime)) {
      throw new DocumentRefused('document.typeDiffers', '文件内容与其类型不符', 'The content is not of the type that is stated');
    }
  }

  /** Refuses what would exceed the uploader's share. The lock keeps two uploads of one person from counting past each other. */
  async #makeRoom(client: pg.PoolClient, institutionId: string, uploadedBy: string, digest: string, size: number): Promise<void> {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended('uploads ' || $1 || ' ' || $2, 0))", [
      institutionId,
      uploadedBy,
    ]);
    // The files that wait, those that stay longest first: the room they need together, and when each is gone.
    const { rows } = await client.query<{ taken: string; seconds: number }>(
      `SELECT sum(size) OVER (ORDER BY expires_at DESC, digest)::text AS taken,
              ceil(extract(epoch FROM expires_at - service_clock()))::int AS seconds
         FROM document WHERE institution_id = $1 AND uploaded_by = $2 AND expires_at > service_clock() AND digest <> $3
        ORDER BY expires_at DESC, digest`,
      [institutionId, uploadedBy, digest],
    );
    const tooMany = rows.find(({ taken }) => Number(taken) + size > this.#o.waitingBytes);
    const fits = size <= this.#o.waitingBytes;
    if (fits && !tooMany) return;
    const limit = `${this.#o.waitingBytes / 1024 / 1024} MiB`;
    const hours = this.#o.unreferencedHours;
    throw new DocumentRefused(
      'document.tooManyWaiting',
      `您已上传而未被引用的文件合计将超过 ${limit}；请先在办理动作中引用，或待其 ${hours} 小时后到期`,
      `What you have uploaded and no act names would exceed ${limit}; let acts name it first, or wait until it goes after ${hours} hours`,
      fits ? tooMany?.seconds : undefined,
    );
  }

  #path(institutionId: string, digest: string): string {
    return join(this.#o.folder, institutionId, digest.slice(0, 2), digest);
  }

  async #transaction(work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
    const client = await this.#o.pool.connect();
    try {
      await client.query('BEGIN');
      await work(client);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }
}

/** What a file and its wrapped key are bound to. */
export function documentContext(institutionId: string, digest: string): string {
  return `document\n${institutionId}\n${digest}`;
}

/** All or nothing: under the final name there is never half a file. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
