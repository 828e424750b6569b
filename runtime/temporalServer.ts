import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { startChild, type Child } from './child.ts';
import { LaunchError, reasonOf, type Report } from './launchError.ts';
import { isPortFree, pickPort } from './ports.ts';
import { findTemporalProgram, type TemporalKind, type TemporalProgram } from './temporalProgram.ts';

const START_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 5_000;
const STOP_GRACE_MS = 15_000;
const RETENTION = '30 days';
/** gRPC status codes. */
const [NOT_FOUND, ALREADY_EXISTS] = [5, 6];

export interface TemporalOptions {
  /** A server that runs already; nothing is started then. */
  address?: string | undefined;
  namespaces: string[];
  /** The namespace that must skip time, if the server can. */
  rehearsalNamespace: string;
  /** Superuser URL, for our own build. */
  postgresUrl: string;
  dataDir: string;
  /** Ports that must be used; the frontend's otherwise stays what it was at first start, the UI is off. */
  port?: number | undefined;
  uiPort?: number | undefined;
  /** See FindOptions. */
  kind?: TemporalKind | undefined;
  skipOld?: boolean;
  download?: boolean;
  cacheDir?: string | undefined;
  report: Report;
  signal?: AbortSignal | undefined;
}

/** A Temporal server that answers. */
export interface TemporalServer {
  address: string;
  uiUrl?: string;
  /** Where it came from, to be told at start. */
  origin: 'address' | TemporalProgram['from'];
  /** Whether rehearsals can run on it. */
  supportsTimeSkipping: boolean;
  pid?: number;
  /** Resolves when it ended although nobody stopped it; never for a server that is not ours. */
  died: Promise<LaunchError>;
  stop(): Promise<void>;
}

/** What a data directory was begun with. */
interface TemporalNote {
  kind: TemporalKind;
  port: number;
}

/** The server at the given address, or one of our own, found or got as temporalProgram.ts says. */
export async function getTemporalServer(options: TemporalOptions): Promise<TemporalServer> {
  return options.address ? useRunning(options, options.address) : startOwn(options);
}

async function useRunning(options: TemporalOptions, address: string): Promise<TemporalServer> {
  try {
    const supportsTimeSkipping = await withConnection(address, async (connection) => {
      await ensureNamespaces(connection, options.namespaces);
      return probeTimeSkipping(connection, options.rehearsalNamespace);
    });
    return { address, origin: 'address', supportsTimeSkipping, died: new Promise(() => undefined), stop: async () => undefined };
  } catch (cause) {
    const zh = `TEMPORAL_ADDRESS=${address} 无法使用：${reasonOf(cause)}`;
    throw new LaunchError(
      'temporalAddress',
      { zh, en: `TEMPORAL_ADDRESS=${address} cannot be used: ${reasonOf(cause)}` },
      { cause },
    );
  }
}

async function startOwn(options: TemporalOptions): Promise<TemporalServer> {
  await mkdir(options.dataDir, { recursive: true });
  const note = await readNote(options.dataDir);
  const program = await findTemporalProgram({ ...options, kind: options.kind ?? note?.kind });
  const port = options.port ?? (await pickPort(note?.port ?? 7233));
  for (const [variable, wanted] of Object.entries({ FUQUAN_TEMPORAL_PORT: port, FUQUAN_TEMPORAL_UI_PORT: options.uiPort })) {
    if (wanted && !(await isPortFree(wanted))) throw portTaken(variable, wanted);
  }
  await writeFile(notePath(options.dataDir), JSON.stringify({ kind: program.kind, port } satisfies TemporalNote));

  const child = await startChild(program.path, program.kind === 'cli' ? cliArgs(options, port) : serverArgs(options, port), {
    logFile: join(options.dataDir, 'logs', 'temporal.log'),
    env: { ...process.env, TEMPORAL_SERVER_POSTGRES: options.postgresUrl },
  });
  let stopping = false;
  const died = new Promise<LaunchError>((tell) => {
    void child.exited.then((exit) => {
      if (!stopping) tell(endedError(exit.code ?? exit.signal));
    });
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    await child.stop('SIGTERM', STOP_GRACE_MS);
  };
  const address = `127.0.0.1:${port}`;
  try {
    await waitUntilServing(child, address, options);
    const supportsTimeSkipping = await withConnection(address, (connection) =>
      probeTimeSkipping(connection, options.rehearsalNamespace),
    );
    const ui = options.uiPort ? { uiUrl: `http://127.0.0.1:${options.uiPort}` } : {};
    return { address, origin: program.from, supportsTimeSkipping, pid: child.pid, died, stop, ...ui };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serverArgs(options: TemporalOptions, port: number): string[] {
  const flags: Record<string, string | number> = {
    'frontend-port': port,
    'ui-port': options.uiPort ?? 0,
    namespaces: options.namespaces.join(','),
    'time-skipping-namespaces': options.rehearsalNamespace,
    'log-level': 'error',
    'parent-pid': process.pid,
  };
  return Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** The dev server takes dynamic values only for all namespaces; skipping still happens only where a start asks for it. */
function cliArgs(options: TemporalOptions, port: number): string[] {
  const dynamic = {
    'system.forceSearchAttributesCacheRefreshOnRead': true,
    'frontend.WorkflowTimeSkippingEnabled': true,
    'frontend.WorkflowTimeSkippingMaxSkipPerSession': 1_000_000,
    'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': 2,
  };
  return [
    'server',
    'start-dev',
    '--ip=127.0.0.1',
    `--port=${port}`,
    '--log-level=error',
    `--db-filename=${join(options.dataDir, 'temporal.db')}`,
    ...(options.uiPort ? ['--ui-port', String(options.uiPort)] : ['--headless']),
    ...options.namespaces.flatMap((name) => ['--namespace', name]),
    ...Object.entries(dynamic).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${value}`]),
  ];
}

/** Serving means that every namespace answers. */
async function waitUntilServing(child: Child, address: string, options: TemporalOptions): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  let last: unknown;
  while (Date.now() < deadline && !child.hasExited()) {
    options.signal?.throwIfAborted();
    try {
      await withConnection(address, async ({ workflowService }) => {
        for (const namespace of options.namespaces) await workflowService.describeNamespace({ namespace });
      });
      return;
    } catch (error) {
      last = error;
      await new Promise((next) => setTimeout(next, 50));
    }
  }
  const log = child.recentLog() || reasonOf(last);
  const en = 'The Temporal server did not start; its last words are above.';
  throw new LaunchError('temporalStart', { zh: `Temporal 服务启动失败：\n${log}`, en });
}

async function withConnection<T>(address: string, use: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_TIMEOUT_MS });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

/** Creates the namespaces that are missing on a server we did not start. */
async function ensureNamespaces({ workflowService }: Connection, namespaces: string[]): Promise<void> {
  for (const namespace of namespaces) {
    try {
      await workflowService.describeNamespace({ namespace });
    } catch (error) {
      if ((error as { code?: number }).code !== NOT_FOUND) throw error;
      await register(workflowService, namespace);
    }
    // Also where it was there: another part of the service may have made it a moment ago.
    await untilKnown(workflowService, namespace);
  }
}

async function register(service: Connection['workflowService'], namespace: string): Promise<void> {
  try {
    await service.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(RETENTION) });
  } catch (error) {
    // Another part of the service was first.
    if ((error as { code?: number }).code !== ALREADY_EXISTS) throw error;
  }
}

/** The server's own caches learn of a new namespace some seconds after it was made; before that nothing can run in it. */
async function untilKnown(service: Connection['workflowService'], namespace: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    try {
      await service.countWorkflowExecutions({ namespace });
      return;
    } catch (error) {
      if ((error as { code?: number }).code !== NOT_FOUND || Date.now() > deadline) throw error;
      await new Promise((next) => setTimeout(next, 100));
    }
  }
}

/**
 * Asks for time skipping in an execution that does not exist. Where it is on, the answer is "not found"; where it is
 * off, "not enabled"; an older server does not know the field.
 */
async function probeTimeSkipping({ workflowService }: Connection, namespace: string): Promise<boolean> {
  try {
    await workflowService.updateWorkflowExecutionOptions({
      namespace,
      workflowExecution: { workflowId: 'fuquan-time-skipping-probe' },
      workflowExecutionOptions: { timeSkippingConfig: { enabled: true } },
      updateMask: { paths: ['time_skipping_config'] },
    });
    return true;
  } catch (error) {
    return (error as { code?: number }).code === NOT_FOUND;
  }
}

function portTaken(variable: string, port: number): LaunchError {
  const zh = `端口 ${port} 已被占用，Temporal 服务无法启动。请换一个 ${variable}。`;
  return new LaunchError('portTaken', {
    zh,
    en: `Port ${port} is taken, so the Temporal server cannot start. Choose another ${variable}.`,
  });
}

function endedError(how: number | string | null): LaunchError {
  const zh = `Temporal 服务意外退出（${how}），详见数据目录下的 logs/temporal.log。`;
  return new LaunchError('temporalDied', {
    zh,
    en: `The Temporal server ended unexpectedly (${how}); see logs/temporal.log in the data directory.`,
  });
}

function notePath(dataDir: string): string {
  return join(dataDir, 'temporal.json');
}

async function readNote(dataDir: string): Promise<TemporalNote | undefined> {
  return readFile(notePath(dataDir), 'utf8').then(
    (text) => JSON.parse(text) as TemporalNote,
    () => undefined,
  );
}
