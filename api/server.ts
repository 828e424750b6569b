/** Puts the handlers' dependencies together over a database. */
import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { FactReader } from '../contracts/facts.ts';
import { PrismaClient } from '../prisma/generated/client.ts';
import { Access } from './access.ts';
import { Answers } from './answers.ts';
import { tokenVerifier, type TokenConfig } from './auth.ts';
import { Cursors } from './cursor.ts';
import { Db } from './db.ts';
import type { Deps } from './deps.ts';
import { Law } from './law.ts';
import { noMetrics } from './metrics.ts';
import type { BlobStore, Sealer } from './ports.ts';

/** A client over the database. */
export function openPrisma(databaseUrl: string, connections: number): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: connections }) });
}

export interface ApiOptions {
  prisma: PrismaClient;
  /** For statements of our own. */
  pool: Pick<Pool, 'query'>;
  databaseUrl: string;
  sealer: Sealer;
  blobs: BlobStore;
  facts: FactReader;
  tokens: TokenConfig;
  /** Signs page cursors; the same for every instance of the API. */
  cursorSecret: Buffer;
  /** See Deps. */
  probeKey?: Uint8Array;
  log: Logger;
  health: Deps['health'];
  metrics?: Deps['metrics'];
  answerWithinMs?: number;
  checkAnswers?: boolean;
}

/** The dependencies of the handlers. */
export function apiDeps(options: ApiOptions): Deps {
  const { prisma, pool, databaseUrl, sealer, blobs, facts, tokens, cursorSecret, log } = options;
  const db = new Db(pool);
  return {
    prisma,
    db,
    access: new Access(db, tokenVerifier(tokens)),
    answers: new Answers(db, databaseUrl),
    cursors: new Cursors(cursorSecret),
    sealer,
    blobs,
    ...(options.probeKey && { probeKey: options.probeKey }),
    law: new Law(prisma),
    facts,
    log,
    answerWithinMs: options.answerWithinMs ?? 5_000,
    checkAnswers: options.checkAnswers ?? false,
    health: options.health,
    metrics: options.metrics ?? noMetrics,
  };
}
