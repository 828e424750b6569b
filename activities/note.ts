/**
 * Signed checkpoints as the transparency-log world writes them (C2SP tlog-checkpoint and signed-note), so that they can
 * be checked without this service: origin, tree size, root, the instant of signing, and an Ed25519 signature.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a checkpoint states. */
export interface Checkpoint {
  institutionId: string;
  treeSize: number;
  /** Hex. */
  rootHash: string;
  signedAt: string;
}

/** A note that is not a checkpoint of ours, or whose signature does not fit. */
export class NoteError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NoteError';
  }
}

const ED25519 = Buffer.from([1]);
/** DER of an Ed25519 public key up to the key itself (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const originOf = (institutionId: string): string => `fuquan/${institutionId}`;

function rawOf(publicKey: KeyObject): Buffer {
  if (publicKey.asymmetricKeyType !== 'ed25519') throw new NoteError('The key must be an Ed25519 key');
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length);
}

/** First four bytes of SHA-256 over name, newline, algorithm and key: how a signature line names its key. */
function keyHash(name: string, raw: Uint8Array): Buffer {
  return createHash('sha256').update(`${name}\n`).update(ED25519).update(raw).digest().subarray(0, 4);
}

/** Signs checkpoints. */
export class NoteSigner {
  readonly #privateKey: KeyObject;
  readonly #raw: Buffer;

  /** From a PKCS #8 PEM of an Ed25519 key. */
  constructor(pem: string) {
    this.#privateKey = createPrivateKey(pem);
    this.#raw = rawOf(createPublicKey(this.#privateKey));
  }

  /** The public key, to be given to whoever shall check: `name+hash+key` as other tools take it. */
  verifierKey(institutionId: string): string {
    const name = originOf(institutionId);
    return `${name}+${keyHash(name, this.#raw).toString('hex')}+${Buffer.concat([ED25519, this.#raw]).toString('base64')}`;
  }

  /** Short name of the key, the same for every institution. */
  get keyId(): string {
    return createHash('sha256').update(this.#raw).digest('hex').slice(0, 16);
  }

  /** The signed note of a checkpoint. */
  sign(checkpoint: Checkpoint): string {
    const name = originOf(checkpoint.institutionId);
    const root = Buffer.from(checkpoint.rootHash, 'hex').toString('base64');
    const text = `${name}\n${checkpoint.treeSize}\n${root}\nsigned-at ${checkpoint.signedAt}\n`;
    const signature = Buffer.concat([keyHash(name, this.#raw), sign(null, Buffer.from(text), this.#privateKey)]);
    return `${text}\n— ${name} ${signature.toString('base64')}\n`;
  }
}

const NOTE =
  /^(?<text>(?<origin>fuquan\/(?<institution>[0-9a-f-]{36}))\n(?<size>0|[1-9]\d{0,9})\n(?<root>[A-Za-z0-9+/]{43}=)\nsigned-at (?<at>\S+)\n)\n— \k<origin> (?<signature>[A-Za-z0-9+/]{90,91}={0,2})\n$/;

/** A note's content and the means to check its signature. Throws NoteError if it is not one of ours. */
export function readNote(note: string): Checkpoint & { isSignedBy: (verifierKey: string) => boolean } {
  const found = NOTE.exec(note)?.groups;
  if (!found) throw new NoteError('This is not a checkpoint of a fuquan ledger');
  const { text = '', origin = '', institution = '', size = '', root = '', at = '', signature = '' } = found;
  const rootBytes = Buffer.from(root, 'base64');
  const signed = Buffer.from(signature, 'base64');
  // Base64 has several spellings for the same bytes; only one counts, or a changed byte could pass unseen.
  if (rootBytes.toString('base64') !== root || signed.toString('base64') !== signature) {
    throw new NoteError('The checkpoint is not written canonically');
  }
  return {
    institutionId: institution,
    treeSize: Number(size),
    rootHash: rootBytes.toString('hex'),
    signedAt: at,
    isSignedBy: (verifierKey) => {
      const raw = rawOfVerifierKey(verifierKey);
      if (!signed.subarray(0, 4).equals(keyHash(origin, raw))) return false;
      const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });
      return verify(null, Buffer.from(text), key, signed.subarray(4));
    },
  };
}

/** Whether the text holds a key that signatures can be held against: `name+hash+key`, or a PEM of an Ed25519 key. */
export function isVerifierKey(text: string): boolean {
  try {
    rawOfVerifierKey(text);
    return true;
  } catch {
    return false;
  }
}

/** The raw key in `name+hash+key`, or in a PEM. */
function rawOfVerifierKey(verifierKey: string): Buffer {
  if (verifierKey.includes('-----BEGIN')) return rawOf(createPublicKey(verifierKey));
  const bytes = Buffer.from(/^[^+\s]+\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)$/.exec(verifierKey.trim())?.[1] ?? '', 'base64');
  if (bytes.length !== 33 || bytes[0] !== 1) throw new NoteError('This is not a verifier key (name+hash+key) nor a PEM');
  return bytes.subarray(1);
}

const signingKeyIn = (dataDir: string): string => join(dataDir, 'ledger-signing-key.pem');

/** The signing key that a data directory holds already, if it does. */
export async function keptSigner(dataDir: string): Promise<NoteSigner | undefined> {
  try {
    return new NoteSigner(await readFile(signingKeyIn(dataDir), 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return undefined;
  }
}

/** The signing key of a data directory, made at first use. In production its file comes from outside. */
export async function localSigner(dataDir: string): Promise<NoteSigner> {
  const path = signingKeyIn(dataDir);
  await mkdir(dataDir, { recursive: true });
  try {
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return new NoteSigner(await readFile(path, 'utf8'));
}
