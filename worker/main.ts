/** Composition root of a worker: cases, dispatcher, delivery of messages and probes in one process. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { Client } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker, type LogLevel } from '@temporalio/worker';
import type { ClientConfig, Pool } from 'pg';
import type { FactReader } from '../contracts/facts.ts';
import { loggedError } from '../contracts/loggedError.ts';
import { caseTaskQueue, type CaseActivities, type RehearsalClock } from '../contracts/messages.ts';
import { workflowBundle, type WorkflowBundle } from './bundle.ts';
import { dataConverter, noticing, type KeyProvider } from './codec.ts';
import { stand } from './currentBuild.ts';
import { registerSearchAttributes } from './deployment.ts';
import { startDispatcher, type Dispatcher } from './dispatcher.ts';
import { createFactActivities, factReader } from './facts.ts';
import { reasonOf, type Log } from './log.ts';
import type { WorkerMetrics } from './metrics.ts';
import { startPresence } from './presence.ts';
import { createWorkflowActivities } from './settle.ts';
import { failingActivities } from './stalled/suspects.ts';

export interface WorkerConfig {
  temporalAddress: string;
  namespace: string;
  /** The cases' own unless a test or a rehearsal keeps apart. */
  taskQueue?: string;
  /** Worker deployment that versions belong to; undefined runs without versioning. */
  deploymentName?: string | undefined;
  /** How often a worker looks whether its build is the latest one at work. */
  buildLookMs?: number;
  /** Builds that the deployment remembers. */
  keptBuilds?: number;
  /** Folder for built workflow bundles. */
  cacheDir?: string | undefined;
  /** Cases whose acts are delivered at the same time. */
  concurrency?: number;
  /** Where the SDK exports its own numbers; read by whoever serves `/metrics`. */
  sdkMetricsAddress?: string | undefined;
  leaseSeconds?: number;
  sweepMs?: number;
  /** Over how long cases spread their own wake-ups at one instant. */
  spreadMs?: number | undefined;
}

/** A part that runs beside the cases, for example the delivery of messages. */
export interface Companion {
  stop(): Promise<void>;
}

/** The worker that a companion runs beside. */
export interface Attending {
  client: Client;
  identity: string;
  taskQueue: string;
  /** Id of the key that it encrypts payloads with. */
  payloadKey: string;
}

export interface WorkerDeps {
  config: WorkerConfig;
  pool: Pool;
  /** Settings for the connections that listen; the pool's own database. */
  connection: ClientConfig;
  keys: KeyProvider;
  activities: CaseActivities;
  log: Log;
  metrics?: WorkerMetrics;
  facts?: FactReader;
  bundle?: WorkflowBundle;
  rehearsal?: RehearsalClock;
  /** Started once cases run, stopped before they do. */
  companions?: ((running: Attending) => Companion)[];
}

export interface RunningWorker {
  client: Client;
  dispatcher: Dispatcher;
  buildId: string;
  /** Whether it polls. */
  healthy(): boolean;
  /** Resolves with the reason when it ended although nobody stopped it. */
  died: Promise<Error>;
  stop(): Promise<void>;
}

/** Connections of the pool that stay free for the dispatcher's own reads and writes. */
const RESERVED_CONNECTIONS = 2;
const ORDINARY_ACTIVITIES = 4;

/** Starts everything, and comes back when acts are being delivered. */
export async function startWorker(deps: WorkerDeps): Promise<RunningWorker> {
  const { config, pool, log } = deps;
  const { namespace, taskQueue = caseTaskQueue, deploymentName } = config;
  installRuntime(log, config.sdkMetricsAddress);
  const bundle = deps.bundle ?? (await workflowBundle({ cacheDir: config.cacheDir }));
  const identity = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const missingKeys = new Set<string>();
  const converter = dataConverter(noticing(deps.keys, missingKeys));
  const started = new Started(log);
  try {
    // One connection for both, so that no act travels further than it must.
    const connection = await NativeConnection.connect({ address: config.temporalAddress });
    started.add(() => connection.close());
    await registerSearchAttributes(connection, namespace);
    const client = new Client({ connection, namespace, identity, dataConverter: converter });
    const reader = deps.facts ?? factReader({ pool });
    const slots = Math.max(1, (pool.options.max ?? 10) - RESERVED_CONNECTIONS);
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      identity,
      workflowBundle: { code: bundle.code },
      activities: createWorkflowActivities(deps.activities, createFactActivities(pool, reader), log, deps.metrics),
      dataConverter: converter,
      interceptors: { activity: [() => ({ inbound: failingActivities(pool) })] },
      // More of them at once than connections would only wait inside their own time limits.
      maxConcurrentLocalActivityExecutions: slots,
      maxConcurrentActivityTaskExecutions: Math.min(slots, ORDINARY_ACTIVITIES),
      shutdownGraceTime: '5 seconds',
      // How long a task waits for a worker that died before another one gets it.
      stickyQueueScheduleToStartTimeout: '5 seconds',
      ...(deploymentName && {
        workerDeploymentOptions: {
          version: { deploymentName, buildId: bundle.buildId },
          useWorkerVersioning: true,
          defaultVersioningBehavior: 'AUTO_UPGRADE',
        },
      }),
    });
    const running = worker.run();
    started.add(async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await running;
    });
    const died = new Promise<Error>((tell) => {
      running.then(
        () => started.stopping || tell(new Error('The worker ended')),
        (error: unknown) => tell(error instanceof Error ? error : new Error(String(error))),
      );
    });
    const { buildId } = bundle;
    const healthy = (): boolean => worker.getState() === 'RUNNING';
    const presence = { pool, log, identity, buildId, polls: healthy, missingKeys: () => [...missingKeys] };
    const present = await startPresence(presence);
    started.add(() => present.stop());
    const build = deploymentName && { namespace, deploymentName, buildId, identity };
    const options = { pool, log, everyMs: config.buildLookMs, keptBuilds: config.keptBuilds };
    const standing = build ? await stand(connection, build, options) : undefined;
    if (standing) started.add(() => standing.stop());
    const dispatcher = startDispatcher({
      ...config,
      ...(deps.metrics && { metrics: deps.metrics }),
      ...(deps.rehearsal && { rehearsal: deps.rehearsal }),
      // A build that is not current must run nothing: an eager task is not routed by version.
      eager: () => standing?.current() ?? true,
      client,
      facts: reader,
      taskQueue,
      pool,
      connection: deps.connection,
      identity,
      log,
    });
    const payloadKey = deps.keys.newest().id;
    const companions = (deps.companions ?? []).map((start) => start({ client, identity, taskQueue, payloadKey }));
    started.add(async () => {
      await Promise.allSettled([dispatcher, ...companions].map((one) => one.stop()));
    });
    return {
      client,
      dispatcher,
      buildId,
      healthy,
      died,
      stop: () => started.stop(),
    };
  } catch (error) {
    await started.stop();
    throw error;
  }
}

/** What has been started, to be stopped in reverse order: a connection that a worker still uses cannot be closed. */
class Started {
  readonly #log: Log;
  readonly #parts: (() => Promise<void>)[] = [];
  #stopped: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  get stopping(): boolean {
    return this.#stopped !== undefined;
  }

  add(stop: () => Promise<void>): void {
    this.#parts.push(stop);
  }

  /** Stops everything, once; a part that ends with an error does not keep the others. */
  stop(): Promise<void> {
    this.#stopped ??= (async () => {
      for (const stop of this.#parts.toReversed()) {
        await stop().catch((error: unknown) => this.#log.error({ reason: reasonOf(error) }, 'a part of the worker ended badly'));
      }
    })();
    return this.#stopped;
  }
}

let installed = false;

/** Hands the SDK's own words to our log, its numbers to whoever scrapes. Once a process: its runtime can be set up only before its first use. */
function installRuntime(log: Log, metricsAddress: string | undefined): void {
  if (installed) return;
  installed = true;
  const levels: Record<LogLevel, keyof Log> = { TRACE: 'debug', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' };
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta: { error, ...meta } = {} }) =>
      log[levels[level]]({ ...meta, ...(error !== undefined && { error: loggedError(error) }) }, message),
    ),
    ...(metricsAddress !== undefined && {
      telemetryOptions: {
        metrics: {
          prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, useSecondsForDurations: true, unitSuffix: true },
        },
      },
    }),
    // The process that hosts the worker stops it; the SDK must not take signals for itself.
    shutdownSignals: [],
  });
}
