/**
 * What operators and their machines look at, apart from what people use: `/livez`, `/readyz` and `/metrics` of this
 * process, on an address of their own that stays inside. API and worker of one process share it.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { caseTaskQueue } from '../contracts/messages.ts';
import { reasonOf } from '../worker/log.ts';
import { databaseNumbers } from './databaseNumbers.ts';
import { LaunchError } from './launchError.ts';
import { Metrics } from './metrics.ts';
import { openPool } from './pool.ts';
import { pickPort } from './ports.ts';
import { Readiness } from './readiness.ts';
import type { Part } from './supervise.ts';

export interface OperationsOptions {
  databaseUrl: string;
  temporal: { address: string; namespace: string };
  /** Undefined serves nothing. */
  listen: { host: string; port: number } | undefined;
  /** Whether this process has a worker, whose SDK has numbers of its own. */
  worker: boolean;
  taskQueue?: string;
  log: Logger;
}

/** The looking glass of one process. */
export interface Operations extends Part {
  readiness: Readiness;
  metrics: Metrics;
  /** Where the Temporal SDK is to export its numbers to. */
  sdkMetricsAddress: string | undefined;
  /** Where it is served. */
  url: string | undefined;
}

const CONNECT_MS = 2_000;
const QUERY_MS = 2_000;
const SDK_MS = 1_000;

/** Opens it; nothing is asked of any server before somebody looks. */
export async function openOperations(options: OperationsOptions): Promise<Operations> {
  const { databaseUrl, temporal, listen, log } = options;
  // Connections apart from the service's own: a pool that is used up must not hide how things are.
  const pool = openPool(
    {
      connectionString: databaseUrl,
      max: 3,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: QUERY_MS,
      statement_timeout: QUERY_MS,
      application_name: 'fuquan-operations',
    },
    () => undefined,
  );
  const readiness = new Readiness({
    pool,
    temporalAddress: temporal.address,
    namespace: temporal.namespace,
    taskQueue: options.taskQueue ?? caseTaskQueue,
    onFailure: (part, error) => log.warn({ readinessPart: part, reason: reasonOf(error) }, 'a part is not ready'),
  });
  const sdkMetricsAddress = options.worker ? `127.0.0.1:${await pickPort()}` : undefined;
  const metrics = new Metrics({
    database: databaseNumbers(pool),
    health: () => readiness.look(),
    sdk: () => sdkText(sdkMetricsAddress),
  });
  let server: Server | undefined;
  const release = async (): Promise<void> => {
    server?.closeAllConnections();
    await new Promise<void>((closed) => (server ? server.close(() => closed()) : closed()));
    await readiness.close();
    await pool.end();
  };
  if (listen) {
    server = serve(readiness, metrics, log);
    try {
      await new Promise<void>((ready, fail) => server?.once('error', fail).listen(listen.port, listen.host, ready));
    } catch (error) {
      server = undefined;
      await release();
      throw portError(error, listen.port);
    }
  }
  const host = listen?.host.includes(':') ? `[${listen.host}]` : listen?.host;
  return { readiness, metrics, sdkMetricsAddress, url: listen && `http://${host}:${listen.port}`, stop: release };
}

const json = (response: ServerResponse, status: number, body: object): void =>
  void response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

function serve(readiness: Readiness, metrics: Metrics, log: Logger): Server {
  const answers: Record<string, (response: ServerResponse) => Promise<void>> = {
    '/livez': async (response) => json(response, 200, { live: true }),
    '/readyz': async (response) => {
      const health = await readiness.look();
      json(response, health.ready ? 200 : 503, health);
    },
    '/metrics': async (response) => {
      const text = await metrics.text();
      response.writeHead(200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
    },
  };
  return createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const answer = request.method === 'GET' && Object.hasOwn(answers, path) ? answers[path] : undefined;
    if (!answer) {
      response.writeHead(404).end();
      return;
    }
    answer(response).catch((error: unknown) => {
      log.error({ reason: reasonOf(error) }, 'an operations page failed');
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

/** The SDK serves its numbers itself; they join ours, so that there is one page to scrape. */
async function sdkText(address: string | undefined): Promise<string> {
  if (address === undefined) return '';
  try {
    const response = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(SDK_MS) });
    return response.ok ? await response.text() : '';
  } catch {
    // Not yet up, or busy: its numbers are absent from this page and come with the next.
    return '';
  }
}

function portError(error: unknown, port: number): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error;
  return new LaunchError('portTaken', {
    zh: `端口 ${port} 已被占用。请停止占用它的程序，或用 FUQUAN_OPERATIONS_PORT 换一个端口。`,
    en: `Port ${port} is taken. Stop the program that uses it, or choose another with FUQUAN_OPERATIONS_PORT.`,
  });
}
