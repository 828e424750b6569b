import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { followUpId, spreadOf, uuid5, wakeActId } from '../../../workflows/shared/ids.ts';

const CASE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

/** Version 5 by Node's own SHA-1. */
function expected(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

describe('ids from names', () => {
  it('are version 5 UUIDs, for names of every length around a block and in every script', () => {
    for (let length = 0; length < 140; length++) {
      const name = 'a'.repeat(length);
      expect(uuid5(CASE, name)).toBe(expected(CASE, name));
    }
    expect(uuid5(CASE, '公示期满 🏛')).toBe(expected(CASE, '公示期满 🏛'));
    expect(uuid5(CASE, 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('refuse a namespace that is no UUID', () => {
    expect(() => uuid5('case', 'x')).toThrow(TypeError);
  });

  it('are the same for the same wait and others for another', () => {
    const wake = { at: '2026-03-16T16:00:00.000Z', type: 'closeWindow', body: { noticeId: 'n' } };
    expect(wakeActId(CASE, wake)).toBe(wakeActId(CASE, { ...wake }));
    expect(wakeActId(CASE, wake)).not.toBe(wakeActId(CASE, { ...wake, at: '2026-03-17T16:00:00.000Z' }));
  });

  it('stay what they are: a wait tried again by a later release is the same act', () => {
    const wake = { at: '2026-03-16T16:00:00.000Z', type: 'closeWindow', body: { noticeId: 'n' } };
    expect(wakeActId(CASE, wake)).toBe('9e261307-0781-5406-a0ed-7882b9ef6704');
    expect(followUpId(CASE, CASE)).toBe('8969d783-f4b2-5438-9a58-840b96210df4');
  });

  it('spread wake-ups over the whole range', () => {
    const spreads = Array.from({ length: 1_000 }, (_, i) => spreadOf(uuid5(CASE, String(i)), 600_000));
    expect(Math.min(...spreads)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...spreads)).toBeLessThan(600_000);
    const inTenths = new Set(spreads.map((ms) => Math.floor(ms / 60_000)));
    expect(inTenths.size).toBe(10);
  });
});
