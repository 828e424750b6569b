/**
 * Cursors of keyset paging: the sort key of the last row seen, signed, so that nobody can make one up, and bound to the
 * list and its filters, so that one list's cursor says nothing in another.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from '../contracts/canonical.ts';
import { Problem } from './problems.ts';

const MAC_BYTES = 16;

/** Signs and reads cursors with one secret. */
export class Cursors {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  #mac(payload: string, list: unknown): Buffer {
    return createHmac('sha256', this.#secret)
      .update(`cursor\n${canonicalJson(list)}\n${payload}`)
      .digest()
      .subarray(0, MAC_BYTES);
  }

  /** `list` is whatever tells this list from others: its name, the institution, the caller, the filters. */
  sign(key: string[], list: unknown): string {
    const payload = Buffer.from(JSON.stringify(key)).toString('base64url');
    return `${payload}.${this.#mac(payload, list).toString('base64url')}`;
  }

  /** The sort key of `length` parts, or the problem of a bad cursor. */
  read(cursor: string, list: unknown, length: number): string[] {
    const [payload = '', mac = ''] = cursor.split('.');
    const given = Buffer.from(mac, 'base64url');
    if (given.length !== MAC_BYTES || !timingSafeEqual(given, this.#mac(payload, list))) throw new Problem('request.badCursor');
    const key = JSON.parse(Buffer.from(payload, 'base64url').toString()) as string[];
    if (key.length !== length) throw new Problem('request.badCursor');
    return key;
  }
}
