import { execFile, spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LaunchError, reasonOf, withProgress, type Report } from './launchError.ts';
import { tryLock } from './lockFile.ts';
import { packageRoot } from './packageRoot.ts';

const run = promisify(execFile);

/** The release of the official command line that carries the server version this service is tested with. */
const CLI_VERSION = '1.9.1';
const SERVER_VERSION = [1, 32] as const;
const DOWNLOAD_CONNECT_MS = 8_000;
const DOWNLOAD_TOTAL_MS = 180_000;
const EXE = process.platform === 'win32' ? '.exe' : '';

/** `cli` is the official `temporal` command with its SQLite dev server; `server` is our own build, on PostgreSQL. */
export type TemporalKind = 'cli' | 'server';

export interface TemporalProgram {
  kind: TemporalKind;
  path: string;
  from: 'path' | 'cache' | 'download' | 'build';
}

export interface FindOptions {
  /** Only this kind: what a data directory was begun with keeps its executions, the other kind would not see them. */
  kind?: TemporalKind | undefined;
  /** Refuse a `temporal` on PATH that is too old to skip time. */
  skipOld?: boolean;
  /** False on closed networks, to save the attempt. */
  download?: boolean;
  cacheDir?: string | undefined;
  report: Report;
  signal?: AbortSignal | undefined;
}

/** Where builds and downloads are kept for all checkouts of this user. */
export function defaultCacheDir(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'fuquan');
}

/** Finds a Temporal server program or gets one, in the cheapest way that works; else says what was tried. */
export async function findTemporalProgram(options: FindOptions): Promise<TemporalProgram> {
  const cacheDir = options.cacheDir ?? defaultCacheDir();
  const wants = (kind: TemporalKind): boolean => options.kind === undefined || options.kind === kind;
  const tried: string[] = [];

  if (wants('cli')) {
    const version = await cliVersion('temporal');
    if (version && !(options.skipOld && isOld(version))) return { kind: 'cli', path: 'temporal', from: 'path' };
    tried.push(version ? `temporal on PATH: server ${version.join('.')} is too old` : 'temporal on PATH: not found');
  }
  const build = join(cacheDir, `temporal-server-${await sourceHash()}${EXE}`);
  if (wants('server') && existsSync(build)) return { kind: 'server', path: build, from: 'cache' };
  const cli = join(cacheDir, `temporal-cli-${CLI_VERSION}${EXE}`);
  if (wants('cli') && existsSync(cli)) return { kind: 'cli', path: cli, from: 'cache' };

  await mkdir(cacheDir, { recursive: true });
  if (wants('cli') && options.download !== false) {
    try {
      await once(`${cli}.lock`, cli, options, () => downloadCli(cli, options));
      return { kind: 'cli', path: cli, from: 'download' };
    } catch (error) {
      tried.push(`download: ${reasonOf(error)}`);
    }
  }
  if (wants('server')) {
    try {
      await once(`${build}.lock`, build, options, () => buildServer(build, options));
      return { kind: 'server', path: build, from: 'build' };
    } catch (error) {
      tried.push(`go build: ${reasonOf(error)}`);
    }
  }
  const list = tried.map((line) => `  - ${line}`).join('\n');
  const zh = `找不到也得不到 Temporal 服务：\n${list}\n请设置 TEMPORAL_ADDRESS，或安装 temporal 命令，或安装 Go（版本见 temporal-server/go.mod）。`;
  const en =
    'No Temporal server could be found or got (see above). Set TEMPORAL_ADDRESS, or install the temporal command, or Go as in temporal-server/go.mod.';
  throw new LaunchError('temporalMissing', { zh, en });
}

/** The server's version that a `temporal` command carries, or undefined if there is no such command. */
async function cliVersion(command: string): Promise<[number, number] | undefined> {
  const answer = await run(command, ['--version'], { env: process.env }).then(
    (done) => done.stdout,
    () => '',
  );
  const found = /Server (\d+)\.(\d+)/.exec(answer);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

function isOld([major, minor]: readonly [number, number]): boolean {
  return major < SERVER_VERSION[0] || (major === SERVER_VERSION[0] && minor < SERVER_VERSION[1]);
}

/** Changes with anything that changes the built program. */
async function sourceHash(): Promise<string> {
  const folder = join(packageRoot(), 'temporal-server');
  const hash = createHash('sha256').update(`${process.platform}/${process.arch}`);
  const names = (await readdir(folder)).filter((name) => /\.go$|^go\.(mod|sum)$/.test(name)).toSorted();
  for (const name of names) hash.update(`\0${name}\0`).update(await readFile(join(folder, name)));
  return hash.digest('hex').slice(0, 16);
}

/** Runs `make` unless another process is already at it; then waits for that one. */
async function once(lockPath: string, target: string, options: FindOptions, make: () => Promise<void>): Promise<void> {
  for (let waited = 0; !existsSync(target); waited += 1) {
    options.signal?.throwIfAborted();
    const lock = await tryLock(lockPath);
    if ('release' in lock) {
      try {
        // It may have been finished between the look and the lock.
        if (!existsSync(target)) await make();
        return;
      } finally {
        await lock.release();
      }
    }
    if (waited % 20 === 0) {
      const zh = `另一个进程（${lock.heldBy}）正在准备 Temporal 服务，等待中`;
      options.report(`${zh} · Another process prepares the Temporal server, waiting · ${waited / 2} s`);
    }
    await new Promise((next) => setTimeout(next, 500));
  }
}

/** The official archive, pinned by version, over https only, checked by running it before it takes its place. */
async function downloadCli(target: string, { report, signal }: FindOptions): Promise<void> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  const url = `https://temporal.download/cli/archive/v${CLI_VERSION}?platform=${platform}&arch=${arch}`;
  const folder = await mkdtemp(join(tmpdir(), 'fuquan-temporal-'));
  try {
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    signal?.addEventListener('abort', stop);
    const connecting = setTimeout(stop, DOWNLOAD_CONNECT_MS);
    const response = await fetch(url, { signal: abort.signal }).finally(() => clearTimeout(connecting));
    if (!response.ok || !response.url.startsWith('https://')) throw new Error(`HTTP ${response.status} from ${response.url}`);
    const total = setTimeout(stop, DOWNLOAD_TOTAL_MS);
    const archive = join(folder, 'archive.tar.gz');
    const body = withProgress(
      report,
      () => '正在下载 Temporal · Downloading Temporal',
      () => response.arrayBuffer(),
    );
    await writeFile(archive, new Uint8Array(await body.finally(() => clearTimeout(total))));
    signal?.removeEventListener('abort', stop);
    await run('tar', ['-xzf', archive, '-C', folder]);
    const unpacked = join(folder, `temporal${EXE}`);
    await chmod(unpacked, 0o755);
    if (!(await cliVersion(unpacked))) throw new Error('the downloaded program does not run');
    await moveInto(unpacked, target);
  } catch (error) {
    const cause = error instanceof Error && error.cause ? `${error.message}: ${reasonOf(error.cause)}` : reasonOf(error);
    throw new Error(cause, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Compiles temporal-server/; minutes when Go's caches are cold, seconds when warm. */
async function buildServer(target: string, { report, signal }: FindOptions): Promise<void> {
  const output = `${target}.${randomUUID()}`;
  const flags = ['-trimpath', '-ldflags', '-s -w', '-tags', 'disable_grpc_modules'];
  report('正在编译 Temporal 服务，首次约需 4 到 7 分钟 · Building the Temporal server, 4 to 7 minutes the first time');
  let compiled = 0;
  let tail = '';
  const step = (): Promise<number | null> =>
    new Promise((resolve, reject) => {
      const go = spawn('go', ['build', '-v', ...flags, '-o', output, '.'], {
        cwd: join(packageRoot(), 'temporal-server'),
        env: { ...process.env, CGO_ENABLED: '0' },
        stdio: ['ignore', 'ignore', 'pipe'],
        signal,
      });
      go.stderr.setEncoding('utf8').on('data', (text: string) => {
        compiled += text.split('\n').length - 1;
        tail = (tail + text).slice(-1500);
      });
      go.once('error', reject);
      go.once('close', resolve);
    });
  try {
    const code = await withProgress(report, () => `编译中 · building · ${compiled} packages`, step);
    if (code !== 0) throw new Error(`exit code ${code}\n${tail.trim()}`);
    await moveInto(output, target);
  } finally {
    await rm(output, { force: true });
  }
}

/** Appears under its name only when complete; by way of the target's folder, since a rename must not cross disks. */
async function moveInto(from: string, target: string): Promise<void> {
  const beside = `${target}.${randomUUID()}`;
  try {
    await run('cp', [from, beside]);
    await chmod(beside, 0o755);
    await rename(beside, target);
  } finally {
    await rm(beside, { force: true });
  }
}
