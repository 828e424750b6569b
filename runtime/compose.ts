/** Composition root: what the parts of the service are made of. Everything else is handed what it needs. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { pino, type Logger } from 'pino';
import { BlobStore } from '../activities/documents.ts';
import { localSigner, type NoteSigner } from '../activities/note.ts';
import { createCaseActivities } from '../activities/record.ts';
import { Sealer } from '../activities/sealing.ts';
import { createApp } from '../api/app.ts';
import { AUDIENCE, DEV_ISSUER, devIssuerRouter, openDevIssuer } from '../api/devIssuer.ts';
import { apiDeps, openPrisma } from '../api/server.ts';
import { probeSignature } from '../contracts/probe.ts';
import { addressesFromAccounts, mailChannel } from '../worker/channels.ts';
import { keyRing as payloadKeys } from '../worker/codec.ts';
import { factReader } from '../worker/facts.ts';
import { startJobs } from '../worker/jobs.ts';
import { startWorker as startCaseWorker } from '../worker/main.ts';
import { startNudges } from '../worker/nudges.ts';
import { startOutbox } from '../worker/outbox.ts';
import { staleCalendars } from '../worker/probes/calendars.ts';
import { dailyCheckpoints, expiredDocuments } from '../worker/probes/daily.ts';
import { startProbes, type Probe } from '../worker/probes/index.ts';
import { noticeReads } from '../worker/probes/notices.ts';
import { recallReminders } from '../worker/probes/recalls.ts';
import { taskReminders, titleChangeReminders } from '../worker/probes/reminders.ts';
import { sittingLetters } from '../worker/probes/sittings.ts';
import { startRepairs } from '../worker/repairs/index.ts';
import { watchStalled } from '../worker/stalled/index.ts';
import type { CodecKey, RuntimeConfig } from './config.ts';
import { LaunchError, type Report } from './launchError.ts';
import { startRehearsals } from './rehearsing/runner.ts';
import { openOperations, type Operations } from './operations.ts';
import { packageRoot } from './packageRoot.ts';
import { openPool } from './pool.ts';
import { pickPort } from './ports.ts';
import { derived, sealingKeys } from './purposeKeys.ts';
import { seedSamples } from './seed.ts';
import type { Part } from './supervise.ts';

/** What the parts of the service are given: where everything is, once it runs. */
export interface RuntimeContext {
  config: RuntimeConfig;
  databaseUrl: string;
  temporal: {
    address: string;
    namespace: string;
    rehearsalNamespace: string;
    /** Without it rehearsals are refused, and everything else works. */
    supportsTimeSkipping: boolean;
  };
  codecKeys: CodecKey[];
  report: Report;
  /** Aborted when a stop begins. */
  signal: AbortSignal;
}

/** The same, for parts that are looked at while they run. */
export interface ServiceContext extends RuntimeContext {
  operations: Operations;
}

/** A started part of the service; `url` is told to the person who started it. */
export interface ServicePart extends Part {
  url?: string;
}

const WORKER_CONNECTIONS = 16;
const API_CONNECTIONS = 12;

const probeKey = (keys: CodecKey[]): Uint8Array => derived(keys[0]?.key ?? new Uint8Array(32), 'notice probe');

const poolOf = (context: RuntimeContext, max: number, log: Logger): Pool =>
  openPool({ connectionString: context.databaseUrl, max }, (error) =>
    log.warn({ reason: error.message }, 'a database connection broke'),
  );

const logOf = ({ config }: RuntimeContext, part: string): Logger =>
  pino({ level: config.logLevel, base: { part } }, pino.destination(logTarget(config, part)));

/** Started as one by a person, the service logs to files and keeps the terminal for what it has to say. */
function logTarget(config: RuntimeConfig, part: string): { dest: string | number; mkdir?: boolean } {
  return config.role === 'all' && !config.production
    ? { dest: join(config.dataDir, 'logs', `${part}.log`), mkdir: true }
    : { dest: 1 };
}

/** Sample data on a first start outside production; does nothing where there is data. */
export async function seed(context: RuntimeContext): Promise<void> {
  const pool = openPool({ connectionString: context.databaseUrl, max: 4 }, () => undefined);
  try {
    const fresh = await seedSamples(pool, new Sealer({ pool, keys: sealingKeys(context.codecKeys) }));
    if (fresh > 0) context.report(`已写入 ${fresh} 个示例单位（均为虚构） · ${fresh} sample institutions written, all invented`);
  } finally {
    await pool.end();
  }
}

const OPERATIONS_PORT = 3001;

/** What operators look at: liveness, readiness, numbers. Comes first, so that it tells of a start that hangs. */
export async function startOperations(context: RuntimeContext): Promise<Operations> {
  const { config, databaseUrl, temporal } = context;
  const { host, port } = config.operations;
  const free = config.role === 'all' && !config.production ? await pickPort(OPERATIONS_PORT) : undefined;
  const listen = port ?? free;
  return openOperations({
    databaseUrl,
    temporal,
    listen: listen === undefined ? undefined : { host, port: listen },
    worker: config.role !== 'api',
    log: logOf(context, 'operations'),
  });
}

/** Workers, dispatcher, jobs and delivery of messages. */
export async function startWorker(context: ServiceContext): Promise<ServicePart> {
  const { config, codecKeys, temporal, operations } = context;
  const metrics = operations.metrics.worker;
  const log = logOf(context, 'worker');
  const pool = poolOf(context, WORKER_CONNECTIONS, log);
  const connection = { connectionString: context.databaseUrl };
  const opener = new Sealer({ pool, keys: sealingKeys(codecKeys) });
  const channels = config.mail ? [mailChannel(config.mail, addressesFromAccounts(pool))] : [];
  const [newest] = codecKeys;
  if (!newest) throw new LaunchError('noCodecKey', { zh: '没有可用的加密密钥。', en: 'There is no key to encrypt with.' });
  const signer = await localSigner(config.dataDir);
  const keyIds = (): string[] => codecKeys.map(({ id }) => id);
  try {
    const worker = await startCaseWorker({
      config: {
        temporalAddress: temporal.address,
        namespace: temporal.namespace,
        cacheDir: config.cacheDir,
        deploymentName: 'fuquan',
        spreadMs: config.wakeSpreadMs,
        sdkMetricsAddress: operations.sdkMetricsAddress,
      },
      pool,
      connection,
      keys: payloadKeys(newest.id, Object.fromEntries(codecKeys.map(({ id, key }) => [id, Buffer.from(key).toString('base64')]))),
      activities: createCaseActivities({ pool }),
      facts: factReader({ pool, noticesChecked: config.checkNotices }),
      log,
      metrics,
      companions: [
        ({ identity }) => startOutbox({ pool, connection, opener, identity, channels, log, metrics }),
        () => startJobs({ pool, log }),
        () => startNudges({ pool, log, metrics, spreadMs: config.wakeSpreadMs }),
        () => startProbes({ pool, log, metrics, probes: probes(context, { pool, opener, log, signer }) }),
        (attending) => watchStalled({ pool, facts: factReader({ pool }), keyIds, log }, attending),
        (attending) => startRepairs({ pool, log }, attending),
        () => startRehearsals({ pool, opener, ...rehearsing(context), log }),
      ],
    });
    operations.readiness.watchWorker(() => worker.healthy());
    return {
      died: worker.died,
      async stop() {
        await worker.stop();
        await Promise.all(channels.map((channel) => channel.close()));
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
}

/** Where rehearsals are played. */
const rehearsing = ({ databaseUrl, temporal, config }: RuntimeContext) => ({
  postgresUrl: databaseUrl,
  temporalAddress: temporal.address,
  namespace: temporal.rehearsalNamespace,
  cacheDir: config.cacheDir,
  supported: temporal.supportsTimeSkipping,
});

interface ProbeParts {
  pool: Pool;
  opener: Sealer;
  log: Logger;
  signer: NoteSigner;
}

/** What is checked beside the cases: tasks near their end, notices that must be readable, the day's signature, old files. */
function probes({ config, codecKeys }: RuntimeContext, { pool, opener, log, signer }: ProbeParts): Probe[] {
  const base = config.api.publicUrl;
  const key = probeKey(codecKeys);
  const files = new BlobStore({ pool, keys: sealingKeys(codecKeys), sealer: opener, folder: join(config.dataDir, 'documents') });
  const reads = noticeReads({
    pool,
    sealer: opener,
    log,
    urlOf: ({ id }) => `${base}/notices/${id}?probe=${probeSignature(key, id)}`,
  });
  return [
    taskReminders(pool),
    titleChangeReminders(pool),
    recallReminders(pool),
    sittingLetters(pool, factReader({ pool })),
    ...(config.checkNotices ? [reads] : []),
    staleCalendars(pool),
    dailyCheckpoints(pool, signer),
    expiredDocuments(files),
  ];
}

const version = (): string =>
  (JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { version: string }).version;

const loopback = /^(?:127(?:\.\d{1,3}){3}|\[?::1\]?|localhost)$/i;

/** The development issuer gives anybody a token for anybody: it is for one machine alone, where all parts run together. */
function refuseOpenIssuer({ tokens, role, api }: RuntimeConfig): void {
  if (tokens || (role === 'all' && loopback.test(api.host))) return;
  const variables = 'FUQUAN_TOKEN_ISSUER, FUQUAN_TOKEN_JWKS_URI';
  throw new LaunchError('tokensNeeded', {
    zh: `开发用令牌签发只在 FUQUAN_ROLE=all 且 FUQUAN_API_HOST 为本机回环地址时可用。请设置 ${variables}，或改回 FUQUAN_API_HOST=127.0.0.1。`,
    en: `The development issuer of tokens runs only with FUQUAN_ROLE=all and a loopback FUQUAN_API_HOST. Set ${variables}, or go back to FUQUAN_API_HOST=127.0.0.1.`,
  });
}

/** The HTTP API. Outside production it brings its own issuer of tokens. */
export async function startApi(context: ServiceContext): Promise<ServicePart> {
  const { config, databaseUrl, codecKeys, operations } = context;
  refuseOpenIssuer(config);
  const log = logOf(context, 'api');
  const pool = poolOf(context, API_CONNECTIONS, log);
  const prisma = openPrisma(databaseUrl, API_CONNECTIONS);
  const keys = sealingKeys(codecKeys);
  const sealer = new Sealer({ pool, keys });
  const issuer = config.tokens ? undefined : await openDevIssuer(config.dataDir, config.production);
  const tokens = config.tokens
    ? { issuer: config.tokens.issuer, audience: config.tokens.audience, keys: { jwksUri: config.tokens.jwksUri } }
    : { issuer: DEV_ISSUER, audience: AUDIENCE, keys: { jwks: issuer?.jwks ?? { keys: [] } } };
  const deps = apiDeps({
    prisma,
    pool,
    databaseUrl,
    sealer,
    blobs: new BlobStore({
      pool,
      keys,
      sealer,
      folder: join(config.dataDir, 'documents'),
      waitingBytes: config.uploadsWaiting,
    }),
    facts: factReader({ pool, noticesChecked: config.checkNotices }),
    tokens,
    cursorSecret: Buffer.from(derived(codecKeys[0]?.key ?? new Uint8Array(32), 'cursors')),
    probeKey: probeKey(codecKeys),
    log,
    health: () => operations.readiness.look(),
    metrics: operations.metrics.api,
  });
  await deps.answers.start();
  const app = createApp(deps, { version: version(), ...(issuer && { extra: devIssuerRouter(issuer, prisma) }) });
  const server = createServer(app);
  const { host, port } = config.api;
  const release = async (): Promise<void> => {
    await deps.answers.close();
    await prisma.$disconnect();
    await pool.end();
  };
  try {
    await new Promise<void>((ready, fail) => server.once('error', fail).listen(port, host, ready));
  } catch (error) {
    await release();
    throw portError(error, port);
  }
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async stop() {
      server.closeIdleConnections();
      await new Promise<void>((closed) => server.close(() => closed()));
      await release();
    },
  };
}

function portError(error: unknown, port: number): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return new LaunchError('portTaken', {
    zh: `端口 ${port} 已被占用。请停止占用它的程序，或用 FUQUAN_API_PORT 换一个端口。`,
    en: `Port ${port} is taken. Stop the program that uses it, or choose another with FUQUAN_API_PORT.`,
  });
}
