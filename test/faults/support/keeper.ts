/**
 * Keeps a process of the service running as an orchestrator would: what ends is started again at once. In between it
 * can be killed, stopped and woken, and given points at which it kills itself.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ORDER_VARIABLE, type Order, type Report } from './orders.ts';

const ENTRY = fileURLToPath(new URL('./service.fixture.ts', import.meta.url));
/** Between an end and the next start, so that a process which cannot start does not take the whole machine. */
const RESTART_PAUSE_MS = 100;
/** Characters of the log by which an end that nobody asked for is told. */
const LAST_SAID = 2_000;

export interface KeeperOptions {
  name: string;
  /** For log and notes. */
  folder: string;
  env: Record<string, string>;
  /** Points to kill it at, each once, whichever it comes to first. */
  points?: string[];
}

/** How a process ended that nobody had asked to end. */
export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last it said. */
  said: string;
}

export class Keeper {
  readonly name: string;
  /** Ends that neither the harness nor a kill point caused. */
  readonly crashes: End[] = [];
  /** Names of the activities that the process registered, once it has. */
  activities: string[] = [];
  starts = 0;
  /** Done when it has come to a point, before the next one begins. */
  atPoint: () => Promise<void> = async () => undefined;
  readonly #options: KeeperOptions;
  readonly #firedFile: string;
  readonly #waiting: Set<string>;
  /** How many of the points that were come to have been looked at. */
  #noted = 0;
  #child: ChildProcess | undefined;
  #ready: Promise<void> = Promise.resolve();
  #changed: Record<string, string> = {};
  #expected = false;
  #stopping = false;
  #paused: Promise<void> = Promise.resolve();

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.name = options.name;
    this.#waiting = new Set(options.points);
    mkdirSync(options.folder, { recursive: true });
    this.#firedFile = join(options.folder, `${options.name}.fired`);
    this.#begin();
  }

  /** Points that have not been come to yet. */
  get waiting(): string[] {
    return [...this.#waiting];
  }

  /** Points at which it was killed, in order. */
  get fired(): string[] {
    return existsSync(this.#firedFile) ? readFileSync(this.#firedFile, 'utf8').trim().split('\n') : [];
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** The process runs and says that it is ready; if it ends meanwhile, the next one is waited for. */
  async ready(): Promise<void> {
    let seen: Promise<void>;
    do {
      seen = this.#ready;
      await seen;
    } while (seen !== this.#ready);
  }

  /** Arms further points, also in the process that runs. */
  arm(points: readonly string[]): void {
    for (const point of points) this.#waiting.add(point);
    if (this.#child?.connected) this.#child.send(this.#order());
  }

  /** Kills it; the next one begins at once, or when the given work is done. */
  kill(meanwhile?: () => Promise<void>): void {
    this.#expected = true;
    if (meanwhile) this.#paused = meanwhile();
    this.#child?.kill('SIGKILL');
  }

  /** Kills it; from now on it is started with these settings over its own. */
  change(env: Record<string, string>): void {
    this.#changed = env;
    this.kill();
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  /** Ends it for good, kindly at first. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(impatience);
  }

  /** What it wrote into its log about something. */
  wroteOf(something: string): string[] {
    const lines = readFileSync(join(this.#options.folder, `${this.name}.log`), 'utf8').split('\n');
    return lines.filter((line) => line.includes(something));
  }

  #lastSaid(): string {
    return readFileSync(join(this.#options.folder, `${this.name}.log`), 'utf8').slice(-LAST_SAID);
  }

  #order(): Order {
    return { points: this.waiting, firedFile: this.#firedFile };
  }

  #begin(): void {
    const { env, folder, name } = this.#options;
    const logFile = join(folder, `${name}.log`);
    const log = openSync(logFile, 'a');
    this.starts += 1;
    this.#expected = false;
    const child = fork(ENTRY, [], {
      execArgv: ['--import', 'tsx'],
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        ...env,
        ...this.#changed,
        [ORDER_VARIABLE]: JSON.stringify(this.#order()),
      },
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#child = child;
    this.#ready = new Promise((ready) => {
      child.on('message', (report: Report) => {
        if ('activities' in report) this.activities = report.activities;
        else {
          appendFileSync(logFile, `${report.line}\n`);
          if (report.line.includes('Ready')) ready();
        }
      });
      child.once('exit', (code, signal) => {
        this.#ended(code, signal);
        ready();
      });
    });
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    const { fired } = this;
    const reached = fired.slice(this.#noted);
    this.#noted = fired.length;
    for (const point of reached) this.#waiting.delete(point);
    if (!this.#expected && reached.length === 0) this.crashes.push({ code, signal, said: this.#lastSaid() });
    // The promise changes at once, so that whoever waits for readiness waits on.
    this.#ready = Promise.all([this.#paused, reached.length > 0 ? this.atPoint() : undefined])
      .then(() => new Promise<void>((next) => setTimeout(next, RESTART_PAUSE_MS)))
      .then(async () => {
        if (this.#stopping) return;
        this.#begin();
        await this.#ready;
      });
  }
}
