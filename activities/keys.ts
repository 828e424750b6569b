/** Keys that wrap other keys. They come from outside the database: with a copy of it alone, nothing can be opened. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Key-encryption keys of 32 bytes by id. */
export interface KeyProvider {
  /** Ids of all keys at hand, the one that encrypts from now on first. */
  ids(): readonly string[];
  byId(id: string): Buffer | undefined;
}

/** A value needs a key that nobody here has. The remedy is the key, not the value. */
export class KeyMissing extends Error {
  readonly keyId: string;
  constructor(keyId: string) {
    super(`The key-encryption key ${keyId} is not at hand`);
    this.name = 'KeyMissing';
    this.keyId = keyId;
  }
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keys from configuration, the newest first. */
export function keyRing(keys: readonly { id: string; key: Uint8Array }[]): KeyProvider {
  const byId = new Map(keys.map(({ id, key }) => [id, Buffer.from(key)]));
  if (keys.length === 0 || byId.size < keys.length) throw new TypeError('There must be a key, and each id once');
  for (const [id, key] of byId) {
    if (key.length !== 32) throw new TypeError(`Key ${id} has ${key.length} bytes and must have 32`);
  }
  return { ids: () => [...byId.keys()], byId: (id) => byId.get(id) };
}

/** The key of the id, or KeyMissing. */
export function keyOf(keys: KeyProvider, id: string): Buffer {
  const key = keys.byId(id);
  if (!key) throw new KeyMissing(id);
  return key;
}

/** AES-256-GCM: nonce, ciphertext and tag in one. `context` is authenticated and must be the same when opened. */
export function encryptWith(key: Uint8Array, plain: Uint8Array, context: string): Buffer<ArrayBuffer> {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** Opens what encryptWith made; throws if a byte of it, or of the context, is another. */
export function decryptWith(key: Uint8Array, sealed: Uint8Array, context: string): Buffer<ArrayBuffer> {
  const bytes = Buffer.from(sealed);
  const tagAt = bytes.length - TAG_BYTES;
  if (tagAt < NONCE_BYTES) throw new Error('Too short to have been encrypted here');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(tagAt));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
}

/** HMAC of a text under the newest key, then under the older ones, each named by its key. */
export function fingerprints(keys: KeyProvider, text: string): string[] {
  return keys.ids().map((id) => {
    // A key of its own for this purpose: the wrapping key must not serve two.
    const key = hkdfSync('sha256', keyOf(keys, id), '', 'fuquan/body-hash', 32);
    return `${id}:${createHmac('sha256', new Uint8Array(key)).update(text).digest('hex')}`;
  });
}
