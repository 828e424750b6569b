import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { localSigner, NoteError, NoteSigner, readNote } from '../../../activities/note.ts';

const institutionId = '3f0b5f3e-5b1d-4c58-9d5f-0d6c2a1b7e90';
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signer = new NoteSigner(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
const checkpoint = { institutionId, treeSize: 7, rootHash: 'ab'.repeat(32), signedAt: '2026-11-21T16:00:00.000Z' };
const note = signer.sign(checkpoint);

describe('a signed checkpoint', () => {
  test('says what was signed and by whom', () => {
    const read = readNote(note);
    expect(read).toMatchObject(checkpoint);
    expect(read.isSignedBy(signer.verifierKey(institutionId))).toBe(true);
    expect(read.isSignedBy(publicKey.export({ type: 'spki', format: 'pem' }).toString())).toBe(true);
  });

  test('can be checked with the note format alone', () => {
    const [text = '', line = ''] = note.split('\n\n');
    const signature = Buffer.from(line.trim().split(' ')[2] ?? '', 'base64').subarray(4);
    expect(
      verify(null, Buffer.from(`${text}\n`), createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })), signature),
    ).toBe(true);
  });

  test('is found changed at every byte', () => {
    const bytes = Buffer.from(note);
    for (let at = 0; at < bytes.length; at++) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ bit;
        let good: boolean;
        try {
          good = readNote(changed.toString()).isSignedBy(signer.verifierKey(institutionId));
        } catch (error) {
          if (!(error instanceof NoteError)) throw error;
          good = false;
        }
        expect({ at, bit, good }).toEqual({ at, bit, good: false });
      }
    }
  });

  test('is not signed by another key, nor for another institution', () => {
    const other = new NoteSigner(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    expect(readNote(note).isSignedBy(other.verifierKey(institutionId))).toBe(false);
    const elsewhere = '00000000-0000-4000-8000-000000000001';
    expect(() => readNote(note.replace(institutionId, elsewhere))).toThrow(NoteError);
    expect(readNote(note.replaceAll(institutionId, elsewhere)).isSignedBy(signer.verifierKey(elsewhere))).toBe(false);
  });
});

test('the key of a data directory is made once and is for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fuquan-note-'));
  try {
    const [first, second] = await Promise.all([localSigner(folder), localSigner(folder)]);
    const third = await localSigner(folder);
    expect(new Set([first.keyId, second.keyId, third.keyId]).size).toBe(1);
    expect((await stat(join(folder, 'ledger-signing-key.pem'))).mode & 0o077).toBe(0);
  } finally {
    await rm(folder, { recursive: true });
  }
});
