import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { decryptWith, encryptWith, fingerprints, KeyMissing, keyOf, keyRing } from '../../../activities/keys.ts';

const key = randomBytes(32);

describe('encryption', () => {
  test('gives back what was put in, and never the same bytes twice', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plain, context) => {
        const [a, b] = [encryptWith(key, plain, context), encryptWith(key, plain, context)];
        expect(a.equals(b)).toBe(false);
        expect(Buffer.from(plain).equals(decryptWith(key, a, context))).toBe(true);
      }),
    );
  });

  test('refuses any other byte, context or key, and anything cut short', () => {
    const sealed = encryptWith(key, Buffer.from('王小明'), 'person\n1');
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(() => decryptWith(key, changed, 'person\n1')).toThrow();
      expect(() => decryptWith(key, sealed.subarray(0, at), 'person\n1')).toThrow();
    }
    expect(() => decryptWith(key, sealed, 'person\n2')).toThrow();
    expect(() => decryptWith(randomBytes(32), sealed, 'person\n1')).toThrow();
  });
});

describe('a ring of keys', () => {
  test('encrypts with the first and still knows the others', () => {
    const ring = keyRing([
      { id: 'new', key },
      { id: 'old', key: randomBytes(32) },
    ]);
    expect(ring.ids()).toEqual(['new', 'old']);
    expect(keyOf(ring, 'new').equals(key)).toBe(true);
    expect(() => keyOf(ring, 'lost')).toThrow(KeyMissing);
  });

  test('must hold whole keys, each id once', () => {
    expect(() => keyRing([])).toThrow(TypeError);
    expect(() => keyRing([{ id: 'a', key: randomBytes(31) }])).toThrow(TypeError);
    expect(() =>
      keyRing([
        { id: 'a', key },
        { id: 'a', key: randomBytes(32) },
      ]),
    ).toThrow(TypeError);
  });

  test('knows a body again after a rotation', () => {
    const old = { id: 'old', key: randomBytes(32) };
    const [stored = ''] = fingerprints(keyRing([old]), '{"a":1}');
    const rotated = keyRing([{ id: 'new', key }, old]);
    expect(fingerprints(rotated, '{"a":1}')).toContain(stored);
    expect(fingerprints(rotated, '{"a":2}')).not.toContain(stored);
  });
});
