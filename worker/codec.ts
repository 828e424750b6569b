/**
 * Encrypts what Temporal keeps. The newest key encrypts and all keys decrypt, so keys can be rotated while cases of
 * many years run. Without the key of a payload a task fails and is tried again; the case itself stays as it is.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { METADATA_ENCODING_KEY, type DataConverter, type Payload, type PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';

/** Keys of 32 bytes by id. */
export interface KeyProvider {
  /** The key that encrypts from now on. */
  newest(): { id: string; key: Buffer };
  /** Any key that ever encrypted; undefined when it is not at hand. */
  byId(id: string): Buffer | undefined;
}

/** A key that cannot be used, or one that a payload asks for and nobody has. */
export class PayloadKeyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PayloadKeyError';
  }
}

/** Keys as the configuration gives them: base64 by id, and the id of the newest. Throws PayloadKeyError. */
export function keyRing(newest: string, base64ById: Readonly<Record<string, string>>): KeyProvider {
  const keys = new Map<string, Buffer>();
  for (const [id, text] of Object.entries(base64ById)) {
    const key = Buffer.from(text, 'base64');
    if (key.length !== 32) throw new PayloadKeyError(`Payload key ${id} has ${key.length} bytes and must have 32`);
    keys.set(id, key);
  }
  const current = keys.get(newest);
  if (!current) throw new PayloadKeyError(`The newest payload key, ${newest}, is not among the keys`);
  return { newest: () => ({ id: newest, key: current }), byId: (id) => keys.get(id) };
}

/** The same keys; `missing` gathers the ids of those that were asked for in vain. */
export function noticing(keys: KeyProvider, missing: Set<string>): KeyProvider {
  return {
    newest: () => keys.newest(),
    byId(id) {
      const key = keys.byId(id);
      if (!key) missing.add(id);
      return key;
    },
  };
}

const ENCODING = 'binary/fuquan-aes-256-gcm';
const KEY_ID = 'fuquan-key';
const DEFLATED = 'fuquan-deflated';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Below this a deflated payload is no smaller. */
const WORTH_DEFLATING = 128;

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;
const text = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
/** What stands in clear is covered by the tag, so that it cannot be exchanged. */
const inClear = (keyId: string, deflated: boolean): Buffer => Buffer.from(`${ENCODING}\n${keyId}\n${deflated ? 1 : 0}`);

function encrypt(payload: Payload, { id, key }: { id: string; key: Buffer }): Payload {
  const plain = Buffer.from(PayloadMessage.encode(payload).finish());
  const smaller = plain.length >= WORTH_DEFLATING ? deflateRawSync(plain) : plain;
  const deflated = smaller.length < plain.length;
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(inClear(id, deflated));
  const body = Buffer.concat([cipher.update(deflated ? smaller : plain), cipher.final()]);
  return {
    metadata: {
      [METADATA_ENCODING_KEY]: Buffer.from(ENCODING),
      [KEY_ID]: Buffer.from(id),
      ...(deflated && { [DEFLATED]: Buffer.from('1') }),
    },
    data: Buffer.concat([nonce, cipher.getAuthTag(), body]),
  };
}

function decrypt(payload: Payload, keys: KeyProvider): Payload {
  const id = text(payload.metadata?.[KEY_ID]);
  const key = keys.byId(id);
  if (!key) throw new PayloadKeyError(`Payload key ${id} is not at hand; the task is tried again until it is`);
  const deflated = payload.metadata?.[DEFLATED] !== undefined;
  const data = Buffer.from(payload.data ?? []);
  const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    .setAAD(inClear(id, deflated))
    .setAuthTag(data.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  const body = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  return PayloadMessage.decode(deflated ? inflateRawSync(body) : body);
}

/** The codec over these keys. A payload that was never encrypted, from before or from a tool, is read as it is. */
export function payloadCodec(keys: KeyProvider): PayloadCodec {
  return {
    encode: async (payloads) => payloads.map((payload) => encrypt(payload, keys.newest())),
    decode: async (payloads) =>
      payloads.map((payload) =>
        text(payload.metadata?.[METADATA_ENCODING_KEY]) === ENCODING ? decrypt(payload, keys) : payload,
      ),
  };
}

/** Adds the ids of all keys with which payloads within are encrypted: of a history, as it comes from the server. */
export function keyIdsIn(value: unknown, ids: Set<string>): void {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  const { metadata } = value as Payload;
  if (text(metadata?.[METADATA_ENCODING_KEY]) === ENCODING) ids.add(text(metadata?.[KEY_ID]));
  else for (const inner of Object.values(value)) keyIdsIn(inner, ids);
}

/**
 * Path of the converter that puts messages and stack traces of failures where the codec encrypts them. CommonJS by its
 * name, because the SDK loads it with `require` in every environment.
 */
export const failureConverterPath = fileURLToPath(
  new URL(`./failureConverter.${import.meta.url.endsWith('.ts') ? 'cts' : 'cjs'}`, import.meta.url),
);

/** The one data converter of client, worker and replay. */
export function dataConverter(keys: KeyProvider): DataConverter {
  return { payloadCodecs: [payloadCodec(keys)], failureConverterPath };
}
