/** Puts the API together over its database, and runs it as a server. */
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Router } from 'express';
import { PrismaPg } from '@prisma/adapter-pg';
import type { Logger } from 'pino';
import { PrismaClient } from '../prisma/generated/client.ts';
import { Access } from './access.ts';
import { Answers } from './answers.ts';
import { createApp } from './app.ts';
import { tokenVerifier, type TokenConfig } from './auth.ts';
import { Cursors } from './cursor.ts';
import type { Deps } from './deps.ts';
import { Law } from './law.ts';
import type { BlobStore, Sealer } from './ports.ts';

/** Connections of the API's own pool; one more listens for answers. */
const CONNECTIONS = 20;

/** A client over the database. */
export function openPrisma(databaseUrl: string, connections = CONNECTIONS): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: connections }) });
}

export interface ApiOptions {
  prisma: PrismaClient;
  databaseUrl: string;
  sealer: Sealer;
  blobs: BlobStore;
  tokens: TokenConfig;
  /** Signs page cursors; the same for every instance of the API. */
  cursorSecret: Buffer;
  log: Logger;
  checks?: Deps['checks'];
  answerWithinMs?: number;
  checkAnswers?: boolean;
}

/** The dependencies of the handlers. */
export function apiDeps(options: ApiOptions): Deps {
  const { prisma, databaseUrl, sealer, blobs, tokens, cursorSecret, log } = options;
  return {
    prisma,
    access: new Access(prisma, tokenVerifier(tokens)),
    answers: new Answers(prisma, databaseUrl),
    cursors: new Cursors(cursorSecret),
    sealer,
    blobs,
    law: new Law(prisma),
    log,
    answerWithinMs: options.answerWithinMs ?? 5_000,
    checkAnswers: options.checkAnswers ?? false,
    checks: {
      database: async () => (await prisma.$queryRaw<unknown[]>`SELECT 1`).length === 1,
      ...options.checks,
    },
  };
}

export interface RunningApi {
  port: number;
  /** Takes no new requests, finishes those under way, and lets go of the database. */
  stop(): Promise<void>;
}

/** Listens; rejects with the system's error if the port cannot be had. */
export async function listen(
  deps: Deps,
  at: { host: string; port: number },
  options: { version: string; extra?: Router },
): Promise<RunningApi> {
  const server: Server = createApp(deps, options).listen(at.port, at.host);
  // Slow senders must not hold connections for ever; uploads of 20 MiB still get through.
  server.requestTimeout = 120_000;
  server.headersTimeout = 20_000;
  await once(server, 'listening');
  await deps.answers.start();
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : at.port,
    async stop() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), 8_000);
      await closed;
      clearTimeout(timer);
      await deps.answers.close();
      await deps.prisma.$disconnect();
    },
  };
}
