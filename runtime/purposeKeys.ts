/** Keys for single purposes, made from the keys that the operator keeps: what leaks of one tells nothing of another. */
import { hkdfSync } from 'node:crypto';
import { keyRing, type KeyProvider } from '../activities/keys.ts';
import type { CodecKey } from './config.ts';

export function derived(key: Uint8Array, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, '', `fuquan ${purpose}`, 32));
}

/** The keys that wrap subjects' keys. */
export const sealingKeys = (keys: CodecKey[]): KeyProvider =>
  keyRing(keys.map(({ id, key }) => ({ id, key: derived(key, 'subject keys') })));
