/** The real HTTP layer over a fresh database with the sample institutions; no worker unless a test stands in for it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Express } from 'express';
import { SignJWT, exportJWK, generateKeyPair, type JWTPayload, type CryptoKey } from 'jose';
import { Pool } from 'pg';
import { pino, type Logger } from 'pino';
import request from 'supertest';
import { BlobStore } from '../../activities/documents.ts';
import { keyRing } from '../../activities/keys.ts';
import { Sealer } from '../../activities/sealing.ts';
import { createApp } from '../../api/app.ts';
import type { Deps } from '../../api/deps.ts';
import { AUDIENCE, devIssuerRouter, openDevIssuer } from '../../api/devIssuer.ts';
import { apiDeps, openPrisma } from '../../api/server.ts';
import type { SampleName } from '../../policies/load.ts';
import { samplePersonId } from '../../runtime/samplePeople.ts';
import { seedSamples } from '../../runtime/seed.ts';
import { factReader } from '../../worker/facts.ts';
import { freshDatabase } from '../harness/services.ts';

export const ISSUER = 'https://login.test';

export interface TestApi {
  app: Express;
  deps: Deps;
  pool: Pool;
  databaseUrl: string;
  sealer: Sealer;
  /** A token for a person id, or for anything else a test wants to claim. */
  token(subject: string, claims?: JWTPayload & { key?: CryptoKey; expiresIn?: string }): Promise<string>;
  /** A request as a person of a sample institution. */
  as(institution: SampleName | 'outside', key: string): Promise<Client>;
  close(): Promise<void>;
}

type Method = 'get' | 'post' | 'put' | 'delete';

/** Sends requests with one person's token; paths stand under /api/v1. */
export interface Client {
  id: string;
  token: string;
  send(method: Method, path: string, body?: object, headers?: Record<string, string>): request.Test;
  get(path: string): request.Test;
  act(
    institution: string,
    caseId: string,
    act: { type: string; onBehalfOf?: string; body?: unknown },
    key?: string,
  ): request.Test;
}

export async function testApi(options: { answerWithinMs?: number; checkAnswers?: boolean; log?: Logger } = {}): Promise<TestApi> {
  const databaseUrl = await freshDatabase();
  const pool = new Pool({ connectionString: databaseUrl, max: 10 });
  const keys = keyRing([{ id: 'test', key: randomBytes(32) }]);
  const sealer = new Sealer({ pool, keys });
  await seedSamples(pool, sealer);
  const folder = await mkdtemp(join(tmpdir(), 'fuquan-api-'));
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const prisma = openPrisma(databaseUrl, 10);
  const deps = apiDeps({
    prisma,
    pool,
    databaseUrl,
    sealer,
    blobs: new BlobStore({ pool, keys, sealer, folder: join(folder, 'documents') }),
    facts: factReader({ pool }),
    tokens: {
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: { jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'test' }] } },
    },
    cursorSecret: randomBytes(32),
    log: options.log ?? pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
    answerWithinMs: options.answerWithinMs ?? 0,
    checkAnswers: options.checkAnswers ?? true,
    health: async () => ({ ready: true, parts: [] }),
  });
  await deps.answers.start();
  const app = createApp(deps, { version: 'test', extra: devIssuerRouter(await openDevIssuer(folder, false), prisma) });
  const token: TestApi['token'] = (subject, { key = privateKey, expiresIn = '1h', ...claims } = {}) =>
    new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: subject, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setIssuedAt()
      .setExpirationTime(expiresIn)
      .sign(key);
  return {
    app,
    deps,
    pool,
    databaseUrl,
    sealer,
    token,
    async as(institution, key) {
      const id = samplePersonId(institution, key);
      return clientOf(app, id, await token(id));
    },
    async close() {
      await deps.answers.close();
      await prisma.$disconnect();
      await pool.end();
    },
  };
}

export function clientOf(app: Express, id: string, token: string): Client {
  const send: Client['send'] = (method, path, body, headers = {}) => {
    const sent = request(app)[method](`/api/v1${path}`).set('Authorization', `Bearer ${token}`).set(headers);
    return body === undefined ? sent : sent.send(body);
  };
  return {
    id,
    token,
    send,
    get: (path) => send('get', path),
    act: (institution, caseId, act, key = randomUUID()) =>
      send('post', `/institutions/${institution}/cases/${caseId}/acts`, act, { 'Idempotency-Key': key }),
  };
}
