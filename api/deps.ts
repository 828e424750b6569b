/** Everything the handlers work with, composed once (runtime/compose.ts) or by a test. */
import type { Logger } from 'pino';
import type { Health } from '../contracts/health.ts';
import type { FactReader } from '../contracts/facts.ts';
import type { PrismaClient } from '../prisma/generated/client.ts';
import type { Access } from './access.ts';
import type { Answers } from './answers.ts';
import type { Cursors } from './cursor.ts';
import type { Db } from './db.ts';
import type { Law } from './law.ts';
import type { ApiMetrics } from './metrics.ts';
import type { BlobStore, Sealer } from './ports.ts';

export interface Deps {
  prisma: PrismaClient;
  /** For statements of our own; of another pool than Prisma's. */
  db: Db;
  access: Access;
  answers: Answers;
  cursors: Cursors;
  sealer: Sealer;
  blobs: BlobStore;
  law: Law;
  /** What acts are decided by: for a dry run, and for what can be done. */
  facts: FactReader;
  log: Logger;
  /** How long an act's answer is waited for before a receipt is given instead. */
  answerWithinMs: number;
  /** Holds every answer against its schema; for tests. */
  checkAnswers: boolean;
  /** Key of the daily check that published notices can be read; without it the check reads public ones only. */
  probeKey?: Uint8Array;
  /** How the parts of the service are, for `/readyz`. */
  health: () => Promise<Health>;
  metrics: ApiMetrics;
}
