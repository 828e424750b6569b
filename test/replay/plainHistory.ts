/** Histories as they are kept in the repository: every payload decrypted, so that they can be read and reviewed. */
import { METADATA_ENCODING_KEY, type Payload, type PayloadCodec } from '@temporalio/common';

type Json = null | boolean | number | string | Json[] | { [key: string]: unknown };

const isPayload = (value: object): value is Payload => {
  const { metadata } = value as Payload;
  return typeof metadata === 'object' && metadata !== null && metadata[METADATA_ENCODING_KEY] instanceof Uint8Array;
};

/** The same history with every payload in it decoded by the codecs, wherever it stands. Works in place. */
export async function decodePayloads(value: unknown, codecs: readonly PayloadCodec[]): Promise<void> {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  for (const [key, child] of Object.entries(value) as [string, Json][]) {
    if (typeof child !== 'object' || child === null) continue;
    if (isPayload(child)) {
      let [plain]: Payload[] = [child];
      for (const codec of codecs.toReversed()) [plain] = await codec.decode([plain!]);
      (value as Record<string, unknown>)[key] = plain;
    } else {
      await decodePayloads(child, codecs);
    }
  }
}

/** Takes out what tells of the machine on which the history was made: names of processes, and traces with its folders. */
export function forgetMachine(value: unknown): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  const fields = value as Record<string, unknown>;
  for (const [key, child] of Object.entries(fields)) {
    if (key === 'identity' && typeof child === 'string') fields[key] = 'worker';
    else if (key === 'stackTrace') fields[key] = '';
    // It repeats message and trace of a failure; replay reads neither.
    else if (key === 'encodedAttributes') fields[key] = null;
    else forgetMachine(child);
  }
}
