import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { tokenVerifier } from '../../../api/auth.ts';

const START = Date.parse('2026-04-13T01:00:00Z');
let privateKey: CryptoKey;
let verify: ReturnType<typeof tokenVerifier>;

const token = (key: CryptoKey = privateKey): Promise<string> =>
  new SignJWT({ iss: 'https://login.test', aud: 'fuquan', sub: 'somebody' })
    .setProtectedHeader({ alg: 'ES256', kid: 'test' })
    .setIssuedAt()
    .setExpirationTime('90s')
    .sign(key);

const after = (seconds: number): void => jest.setSystemTime(START + seconds * 1_000);

beforeAll(async () => {
  const pair = await generateKeyPair('ES256', { extractable: true });
  privateKey = pair.privateKey;
  const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), alg: 'ES256', kid: 'test' }] };
  verify = tokenVerifier({ issuer: 'https://login.test', audience: 'fuquan', keys: { jwks } });
});
beforeEach(
  () => void jest.useFakeTimers({ now: START, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout'] }),
);
afterEach(() => void jest.useRealTimers());

describe('a token that was good a moment ago', () => {
  it('is good until it expires, and not a moment longer than one that is seen for the first time', async () => {
    const header = `Bearer ${await token()}`;
    for (const seconds of [0, 59, 61, 94]) {
      after(seconds);
      await expect(verify(header)).resolves.toBe('somebody');
    }
    after(96);
    await expect(verify(header)).rejects.toMatchObject({ body: { code: 'auth.expired' } });
  });

  it('makes no other token good', async () => {
    const good = await token();
    await verify(`Bearer ${good}`);
    const { privateKey: stranger } = await generateKeyPair('ES256');
    await expect(verify(`Bearer ${await token(stranger)}`)).rejects.toMatchObject({ body: { code: 'auth.invalid' } });
    const [head, , signature] = good.split('.');
    const claims = Buffer.from(JSON.stringify({ iss: 'https://login.test', aud: 'fuquan', sub: 'other', exp: 4_000_000_000 }));
    const forged = [head, claims.toString('base64url'), signature].join('.');
    await expect(verify(`Bearer ${forged}`)).rejects.toMatchObject({ body: { code: 'auth.invalid' } });
  });
});
