import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** A log larger than this is begun anew at the next start. */
const MAX_LOG_BYTES = 20_000_000;

/** How a child ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A server process that never outlives this one. */
export interface Child {
  pid: number;
  /** Resolves when the process is gone, however it went. */
  exited: Promise<Exit>;
  hasExited(): boolean;
  /** What it wrote to its log since it started, at most the last 4,000 characters. */
  recentLog(): string;
  /** Sends the signal, waits, and kills what does not leave in time. */
  stop(signal: NodeJS.Signals, graceMs: number): Promise<void>;
}

export interface ChildOptions {
  logFile: string;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  uid?: number | undefined;
  gid?: number | undefined;
  /** A directory to remove when this process dies without a word and the child is gone; for throw-away data. */
  removeAfterCrash?: string | undefined;
}

/**
 * Starts a server process in a session of its own, so that Ctrl-C reaches only us and the order of stopping is ours.
 * Its output goes to a file, not through a pipe that would break with us.
 */
export async function startChild(command: string, args: string[], options: ChildOptions): Promise<Child> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const old = statSync(options.logFile, { throwIfNoEntry: false });
  if (old && old.size > MAX_LOG_BYTES) rmSync(options.logFile);
  const log = openSync(options.logFile, 'a');
  const logStart = statSync(options.logFile).size;
  const child = spawn(command, args, {
    stdio: ['ignore', log, log],
    detached: true,
    cwd: options.cwd,
    env: options.env ?? process.env,
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid!;
  const dismissWatchdog = startWatchdog(pid, options.removeAfterCrash);
  void exited.then(dismissWatchdog);
  return {
    pid,
    exited,
    hasExited: () => child.exitCode !== null || child.signalCode !== null,
    recentLog: () => readFileSync(options.logFile).subarray(logStart).toString('utf8').slice(-4000).trim(),
    async stop(signal, graceMs) {
      child.kill(signal);
      const impatience = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(impatience);
    },
  };
}

/**
 * A shell that waits on a pipe whose other end only we hold. When we are killed the pipe closes, and it interrupts the
 * child; nothing else would, since the child is in a session of its own.
 */
function startWatchdog(pid: number, removeAfterCrash = ''): () => void {
  if (process.platform === 'win32') return () => undefined;
  const script =
    'read -r _; kill -s INT "$1" 2>/dev/null; while [ "$2" ] && kill -0 "$1" 2>/dev/null; do sleep 0.1; done; [ -z "$2" ] || rm -rf -- "$2"';
  const watchdog = spawn('/bin/sh', ['-c', script, 'watchdog', String(pid), removeAfterCrash], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  watchdog.on('error', () => undefined);
  watchdog.stdin.on('error', () => undefined);
  watchdog.unref();
  return () => void watchdog.kill('SIGKILL');
}
