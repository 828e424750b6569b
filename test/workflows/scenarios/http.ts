/** The real HTTP layer over a rehearsal's database, so that who may act is read there at each request, on its clock. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import request from 'supertest';
import { BlobStore } from '../../../activities/documents.ts';
import { keyRing } from '../../../activities/keys.ts';
import { createApp } from '../../../api/app.ts';
import { AUDIENCE } from '../../../api/devIssuer.ts';
import { factReader } from '../../../worker/facts.ts';
import { apiDeps, openPrisma } from '../../../api/server.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { clientOf, ISSUER, type Client } from '../../api/service.ts';

export interface Http {
  /** Sends requests with a token of the person. */
  as(personId: string): Promise<Client>;
  /** A page outside the API, as the person reads it. */
  page(path: string, reader: Client): Promise<string>;
  close(): Promise<void>;
}

export async function httpOver({ pool, sealer }: Rehearsal): Promise<Http> {
  const databaseUrl = String(pool.options.connectionString);
  const folder = await mkdtemp(join(tmpdir(), 'fuquan-scenario-'));
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const prisma = openPrisma(databaseUrl, 4);
  const deps = apiDeps({
    prisma,
    pool,
    databaseUrl,
    sealer,
    blobs: new BlobStore({ pool, keys: keyRing([{ id: 'scenario', key: randomBytes(32) }]), sealer, folder }),
    facts: factReader({ pool }),
    tokens: {
      issuer: ISSUER,
      audience: AUDIENCE,
      keys: { jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'scenario' }] } },
    },
    cursorSecret: randomBytes(32),
    log: pino({ level: 'silent' }),
    checkAnswers: true,
    health: async () => ({ ready: true, parts: [] }),
  });
  await deps.answers.start();
  const app = createApp(deps);
  return {
    async as(personId) {
      const token = await new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: personId })
        .setProtectedHeader({ alg: 'ES256', kid: 'scenario' })
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
      return clientOf(app, personId, token);
    },
    async page(path, { token }) {
      return (await request(app).get(path).set('Authorization', `Bearer ${token}`).expect(200)).text;
    },
    async close() {
      await deps.answers.close();
      await prisma.$disconnect();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
