import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sampleNames } from '../policies/load.ts';
import { onceThere } from './away.ts';
import { seed, startApi, startOperations, startWorker, type RuntimeContext } from './compose.ts';
import { readConfig, type RuntimeConfig } from './config.ts';
import { startPostgres } from './embeddedPostgres.ts';
import { LaunchError, withProgress, type Report } from './launchError.ts';
import { localCodecKeys } from './localSecrets.ts';
import { tryLock, type Lock } from './lockFile.ts';
import { ensureDatabase, migrate, pendingMigrations } from './migrate.ts';
import { tellRunning } from './running.ts';
import { Supervisor } from './supervise.ts';
import { getTemporalServer, type TemporalServer } from './temporalServer.ts';

const DATABASE = 'fuquan';

/** What runs on the servers once they run; tests put their own in place. */
export interface Hooks {
  seed: typeof seed;
  startOperations: typeof startOperations;
  startWorker: typeof startWorker;
  startApi: typeof startApi;
}

/** Starts what the configuration asks for, and answers the exit code when it has stopped again. */
export async function launch(
  env: NodeJS.ProcessEnv,
  report: Report,
  hooks: Hooks = { seed, startOperations, startWorker, startApi },
): Promise<number> {
  let config: RuntimeConfig;
  try {
    config = readConfig(env);
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    report(error.message);
    return 1;
  }
  const supervisor = new Supervisor({ report });
  return supervisor.run(async () => {
    if (config.role === 'migrate') {
      const { signal } = supervisor;
      await onceThere(() => migrate(config.databaseUrl!, report), { report, signal });
      await supervisor.start('Temporal', () => openTemporal(config, config.databaseUrl!, signal, report));
      supervisor.finish(0);
      return;
    }
    const start = config.role === 'all' ? startServers : useServers;
    await startService(await start(config, supervisor, report), supervisor, hooks);
  });
}

/** All in one: embedded servers unless addresses are given, and the database brought up to date. */
async function startServers(config: RuntimeConfig, supervisor: Supervisor, report: Report): Promise<RuntimeContext> {
  await supervisor.start('data directory', async () => {
    const lock = await lockDataDir(config.dataDir);
    return { stop: () => lock.release() };
  });
  let databaseUrl = config.databaseUrl;
  if (!databaseUrl) {
    const { dataDir, postgresPort } = config;
    const postgres = await supervisor.start('PostgreSQL', () => startPostgres({ dataDir, port: postgresPort, report }));
    databaseUrl = postgres.url(DATABASE);
    report(`PostgreSQL  127.0.0.1:${postgres.port}`);
    await ensureDatabase(databaseUrl);
  }
  await migrate(databaseUrl, report);
  const temporal = await supervisor.start('Temporal', () => openTemporal(config, databaseUrl, supervisor.signal, report));
  return contextOf(config, databaseUrl, temporal, supervisor.signal, report);
}

/** One part of a deployment: the servers are there, and only the migrate job changes schema and namespaces. */
async function useServers(config: RuntimeConfig, supervisor: Supervisor, report: Report): Promise<RuntimeContext> {
  const databaseUrl = config.databaseUrl!;
  const { signal } = supervisor;
  const missing = await onceThere(() => pendingMigrations(databaseUrl), { report, signal });
  if (missing.length > 0) {
    const zh = `数据库缺少迁移：${missing.join('、')}。请先以 FUQUAN_ROLE=migrate 运行一次。`;
    const en = 'The database lacks migrations. Run once with FUQUAN_ROLE=migrate first.';
    throw new LaunchError('migrationsPending', { zh, en });
  }
  const temporal = await supervisor.start('Temporal', () => openTemporal(config, databaseUrl, signal, report));
  return contextOf(config, databaseUrl, temporal, signal, report);
}

async function startService(runtime: RuntimeContext, supervisor: Supervisor, hooks: Hooks): Promise<void> {
  const operations = await supervisor.start('operations', () => hooks.startOperations(runtime));
  const context = { ...runtime, operations };
  const { config, report, signal } = context;
  if (!config.production && config.role === 'all') await hooks.seed(context);
  if (config.role !== 'api') {
    // It sets up what it needs in Temporal, which may go meanwhile.
    const work = (): ReturnType<Hooks['startWorker']> => onceThere(() => hooks.startWorker(context), { report, signal });
    await supervisor.start('worker', () => withProgress(report, () => '正在启动 worker · Starting the worker', work));
  }
  let apiUrl: string | undefined;
  if (config.role !== 'worker') {
    const api = await supervisor.start('API', () => hooks.startApi(context));
    apiUrl = api.url;
    if (apiUrl) report(`API         ${apiUrl}`);
  }
  if (operations.url) report(`Operations  ${operations.url}/readyz  ${operations.url}/metrics`);
  if (config.role === 'all') {
    const { address, ...temporal } = context.temporal;
    const { databaseUrl } = context;
    const running = {
      pid: process.pid,
      databaseUrl,
      temporalAddress: address,
      ...temporal,
      ...(apiUrl === undefined ? {} : { apiUrl }),
    };
    await supervisor.start('note', () => tellRunning(config.dataDir, running));
  }
  if (apiUrl && config.role === 'all' && !config.tokens) howToBegin(apiUrl).forEach(report);
  report('已就绪，按 Ctrl-C 停止 · Ready, Ctrl-C stops');
}

/** What a newcomer needs to make a first request: a token for each role, the page of the API, a first case. */
function howToBegin(apiUrl: string): string[] {
  const token = `${apiUrl}/dev/token?institution=`;
  return [
    `API 文档 · docs  ${apiUrl}/api/v1/docs`,
    `令牌 · token     ${token}${sampleNames[0]}&role=officer`,
    `  单位 · institution  ${sampleNames.join(', ')}`,
    '  角色 · role         member, officer, departmentReviewer (&department=research), secretary, signatory, administrator, supervisor',
    `  平台 · platform     ${apiUrl}/dev/token?role=platformOperator`,
    `  利害关系人 · interested party  ${apiUrl}/dev/token?role=interestedParty`,
    '第一个案件 · first case  docs/first-case.sh    预演 · demo  npm run demo',
  ];
}

async function openTemporal(
  config: RuntimeConfig,
  postgresUrl: string,
  signal: AbortSignal,
  report: Report,
): Promise<TemporalServer> {
  const { namespace, rehearsalNamespace, ...temporal } = config.temporal;
  const open = (): Promise<TemporalServer> =>
    getTemporalServer({
      ...temporal,
      namespaces: [namespace, rehearsalNamespace],
      rehearsalNamespace,
      postgresUrl,
      dataDir: config.dataDir,
      cacheDir: config.cacheDir,
      download: !config.offline,
      report,
      signal,
    });
  const server = await (config.temporal.address ? onceThere(open, { report, signal }) : open());
  report(`Temporal    ${server.address} (${server.origin})${server.uiUrl ? `  ${server.uiUrl}` : ''}`);
  if (!server.supportsTimeSkipping) {
    report(
      '此 Temporal 服务不能跳过时间，预演不可用，其余功能不受影响 · This Temporal server cannot skip time: no rehearsals, all else works',
    );
  }
  return server;
}

async function contextOf(
  config: RuntimeConfig,
  databaseUrl: string,
  { address, supportsTimeSkipping }: TemporalServer,
  signal: AbortSignal,
  report: Report,
): Promise<RuntimeContext> {
  const { namespace, rehearsalNamespace } = config.temporal;
  const temporal = { address, namespace, rehearsalNamespace, supportsTimeSkipping };
  const codecKeys = config.codecKeys ?? (await localCodecKeys(config.dataDir));
  return { config, databaseUrl, temporal, codecKeys, report, signal };
}

async function lockDataDir(dataDir: string): Promise<Lock> {
  const lock = await tryLock(join(dataDir, 'fuquan.lock'));
  if ('release' in lock) return lock;
  const zh = `数据目录 ${dataDir} 正被另一个 fuquan（进程 ${lock.heldBy}）使用。请先停止它，或用 FUQUAN_DATA_DIR 换一个目录。`;
  const en = `The data directory ${dataDir} is in use by another fuquan (process ${lock.heldBy}). Stop it, or choose another with FUQUAN_DATA_DIR.`;
  throw new LaunchError('dataDirLocked', { zh, en });
}

/** npm passes a signal to its shell alone, which ends and leaves us running: then the stop is meant for us. */
function stopWithShell(): void {
  if (process.env['npm_lifecycle_event'] !== 'start') return;
  const shell = process.ppid;
  const looking = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(looking);
    process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  stopWithShell();
  process.exitCode = await launch(process.env, (line) => void process.stdout.write(`${line}\n`));
  // A client library's stray timer must not keep a stopped service alive.
  process.exit();
}
