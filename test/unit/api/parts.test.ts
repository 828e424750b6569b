import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { Cursors } from '../../../api/cursor.ts';
import { AUDIENCE, DEV_ISSUER, openDevIssuer } from '../../../api/devIssuer.ts';
import { etagOf, refuseLostRace, requireMatch } from '../../../api/etag.ts';
import { catalogue, problemType, refusalBody } from '../../../api/problems.ts';

const codeOf = (call: () => unknown): string => {
  try {
    call();
    return 'none';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('cursors', () => {
  const cursors = new Cursors(Buffer.alloc(32, 1));
  const list = { name: 'cases', filters: { status: 'open' } };

  it('lead back to the key they were made of', () => {
    expect(cursors.read(cursors.sign(['a', '一'], list), list, 2)).toEqual(['a', '一']);
  });

  it('hold for their own list, length and secret, and not a byte changed', () => {
    const cursor = cursors.sign(['a', 'b'], list);
    const bad = 'request.badCursor';
    expect(codeOf(() => cursors.read(cursor, { ...list, name: 'people' }, 2))).toBe(bad);
    expect(codeOf(() => cursors.read(cursor, list, 3))).toBe(bad);
    expect(codeOf(() => new Cursors(Buffer.alloc(32, 2)).read(cursor, list, 2))).toBe(bad);
    for (let at = 0; at < cursor.length - 1; at += 1) {
      const changed = cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
      expect([at, codeOf(() => cursors.read(changed, list, 2))]).toEqual([at, bad]);
    }
    for (const nonsense of ['', '.', 'a.b', cursor.split('.')[0] ?? ''])
      expect(codeOf(() => cursors.read(nonsense, list, 2))).toBe(bad);
  });
});

describe('the development issuer', () => {
  it('does not run in production', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fuquan-issuer-'));
    await expect(openDevIssuer(folder, true)).rejects.toThrow(/does not run in production/);
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      await expect(openDevIssuer(folder, false)).rejects.toThrow(/does not run in production/);
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });

  it('keeps its key, for itself alone, so that tokens outlive a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fuquan-issuer-'));
    const [first, second] = [await openDevIssuer(folder, false), await openDevIssuer(folder, false)];
    expect(second.jwks).toEqual(first.jwks);
    const path = join(folder, 'dev-issuer-key.json');
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    const { d } = JSON.parse(await readFile(path, 'utf8')) as { d: string };
    expect(JSON.stringify(first.jwks)).not.toContain(d);
    const { payload } = await jwtVerify(await first.token('someone'), createLocalJWKSet(second.jwks), {
      issuer: DEV_ISSUER,
      audience: AUDIENCE,
    });
    expect(payload.sub).toBe('someone');
  });
});

describe('ETags', () => {
  it('follow the content, not the order of its keys', () => {
    expect(etagOf({ a: 1, b: [2] })).toBe(etagOf({ b: [2], a: 1 }));
    expect(etagOf({ a: 1 })).not.toBe(etagOf({ a: 2 }));
  });

  it('ask to be sent, to be right, and to be still right under the lock', () => {
    expect(codeOf(() => requireMatch(undefined, '"a"'))).toBe('precondition.required');
    expect(codeOf(() => requireMatch(' ', '"a"'))).toBe('precondition.required');
    expect(codeOf(() => requireMatch('*', '"a"'))).toBe('precondition.failed');
    expect(codeOf(() => requireMatch('W/"a"', '"a"'))).toBe('precondition.failed');
    expect(codeOf(() => requireMatch(' "a" ', '"a"'))).toBe('none');
    expect(codeOf(() => refuseLostRace('"a"', '"b"'))).toBe('conflict.lostRace');
  });
});

it('a refusal names whom it is about beside its words, and points at what was sent', () => {
  const refusal = { code: 'recusalMissing', status: 422, zh: '缺', en: 'lacks', at: '/recusals', persons: ['p'] } as const;
  const body = refusalBody({ ...refusal, persons: [...refusal.persons] }, (at) => `/body${at}`);
  expect(body).toMatchObject({ persons: ['p'], errors: [{ pointer: '/body/recusals' }] });
  expect(refusalBody({ code: 'x', status: 409, zh: '缺', en: 'lacks' }, (at) => at)).not.toHaveProperty('persons');
});

it('every problem says in both languages what is wrong and what to do', () => {
  for (const [code, { status, zh, en, todo }] of Object.entries(catalogue)) {
    expect([code, status >= 400 && status < 600]).toEqual([code, true]);
    for (const text of [zh, todo.zh]) expect([code, /\p{Script=Han}/u.test(text)]).toEqual([code, true]);
    for (const text of [en, todo.en]) expect([code, /^[A-Z]/.test(text) && !/\p{Script=Han}/u.test(text)]).toEqual([code, true]);
  }
  expect(problemType('notFound')).toBe('/api/v1/problems/notFound');
  expect(problemType('noticeIncomplete')).toBe('/api/v1/problems/refused#noticeIncomplete');
});
