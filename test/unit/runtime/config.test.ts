import { expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../runtime/config.ts';
import { LaunchError } from '../../../runtime/launchError.ts';

const KEY = `k1:${Buffer.alloc(32, 1).toString('base64')}`;

test('without any variable everything runs here, in ./data', () => {
  const config = readConfig({}, '/srv/app');
  expect(config).toMatchObject({
    role: 'all',
    production: false,
    dataDir: '/srv/app/data',
    databaseUrl: undefined,
    api: { host: '127.0.0.1', port: 3000 },
    temporal: { address: undefined, namespace: 'fuquan', rehearsalNamespace: 'fuquan-rehearsal' },
  });
});

test('everything wrong is told at once, in both languages', () => {
  const error = refusalOf({
    FUQUAN_API_PORT: 'no',
    DATABASE_URL: 'mysql://x',
    TEMPORAL_ADDRESS: 'http://x:1',
    FUQUAN_CODEC_KEYS: 'k1:short',
  });
  expect(error.code).toBe('configInvalid');
  for (const name of ['FUQUAN_API_PORT', 'DATABASE_URL', 'TEMPORAL_ADDRESS', 'FUQUAN_CODEC_KEYS'])
    expect(error.zh).toContain(name);
  expect(error.zh).toContain('设置有误');
  expect(error.en).toContain('invalid');
});

test('a part of a deployment needs its servers, production its keys', () => {
  const error = refusalOf({ NODE_ENV: 'production', FUQUAN_ROLE: 'api' });
  for (const name of ['DATABASE_URL', 'TEMPORAL_ADDRESS', 'FUQUAN_CODEC_KEYS', 'FUQUAN_TOKEN_ISSUER', 'FUQUAN_TOKEN_JWKS_URI'])
    expect(error.zh).toContain(name);
  const given = {
    NODE_ENV: 'production',
    FUQUAN_ROLE: 'api',
    DATABASE_URL: 'postgresql://a:b@db/fuquan',
    TEMPORAL_ADDRESS: 'temporal:7233',
    FUQUAN_TOKEN_ISSUER: 'https://login.example.org',
    FUQUAN_TOKEN_JWKS_URI: 'https://login.example.org/jwks.json',
  };
  const tokens = { issuer: 'https://login.example.org', audience: 'fuquan', jwksUri: 'https://login.example.org/jwks.json' };
  expect(readConfig({ ...given, FUQUAN_CODEC_KEYS: KEY })).toMatchObject({ production: true, tokens });
  expect(readConfig({ ...given, FUQUAN_ROLE: 'migrate' }).codecKeys).toBeUndefined();
});

test('notices are read each day unless it is turned off', () => {
  expect(readConfig({}).checkNotices).toBe(true);
  expect(readConfig({ FUQUAN_CHECK_NOTICES: '0' }).checkNotices).toBe(false);
});

test('codec keys keep their order, newest first', () => {
  const keys = readConfig({ FUQUAN_CODEC_KEYS: `k2:${Buffer.alloc(32, 2).toString('base64')}, ${KEY}` }).codecKeys!;
  expect(keys.map(({ id, key }) => [id, key.length, key[0]])).toEqual([
    ['k2', 32, 2],
    ['k1', 32, 1],
  ]);
});

test('secrets may come from files, but not from both', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fuquan-config-'));
  const file = join(folder, 'keys');
  writeFileSync(file, `${KEY}\n`);
  try {
    expect(readConfig({ FUQUAN_CODEC_KEYS_FILE: file }).codecKeys).toHaveLength(1);
    expect(refusalOf({ FUQUAN_CODEC_KEYS_FILE: file, FUQUAN_CODEC_KEYS: KEY }).en).toContain('invalid');
    expect(refusalOf({ FUQUAN_CODEC_KEYS_FILE: join(folder, 'none') }).zh).toContain('FUQUAN_CODEC_KEYS_FILE');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a variable set to nothing is one that is not set', () => {
  expect(readConfig({ SMTP_URL: '', DATABASE_URL: '' }).mail).toBeUndefined();
});

test('mail needs a sender, rehearsals a namespace of their own', () => {
  expect(refusalOf({ SMTP_URL: 'smtp://mail.example' }).zh).toContain('SMTP_FROM');
  expect(refusalOf({ TEMPORAL_NAMESPACE: 'one', FUQUAN_REHEARSAL_NAMESPACE: 'one' }).zh).toContain('FUQUAN_REHEARSAL_NAMESPACE');
});

function refusalOf(env: NodeJS.ProcessEnv): LaunchError {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof LaunchError) return error;
    throw error;
  }
  throw new Error('accepted');
}
