import { LaunchError, reasonOf, type Report } from './launchError.ts';

/** One thing that runs: a server process, the worker, the API. */
export interface Part {
  stop(): Promise<void>;
  /** Resolves with the reason when it ended although nobody stopped it. */
  died?: Promise<Error>;
}

export interface SupervisorOptions {
  report: Report;
  /** Longest wait for one part; then the next is stopped anyway. */
  stopTimeoutMs?: number;
  /** Where SIGINT and SIGTERM come from. */
  signals?: Pick<NodeJS.Process, 'on' | 'off'>;
}

/** npm, and whatever else waits for us, passes on a Ctrl-C that the terminal has sent us already. */
const SAME_SIGNAL_MS = 1_000;

/**
 * Starts parts in order and stops them in reverse: at a signal, or when one dies. It never leaves half of them running,
 * and says once why it stops.
 */
export class Supervisor {
  readonly #report: Report;
  readonly #stopTimeoutMs: number;
  readonly #running: { name: string; part: Part }[] = [];
  readonly #abort = new AbortController();
  readonly #ending: Promise<number>;
  #end: (code: number) => void = () => undefined;
  readonly #forgetSignals: () => void;

  constructor(options: SupervisorOptions) {
    this.#report = options.report;
    this.#stopTimeoutMs = options.stopTimeoutMs ?? 40_000;
    this.#ending = new Promise((resolve) => (this.#end = resolve));
    const source = options.signals ?? process;
    let toldAt: number | undefined;
    const onSignal = (): void => {
      if (toldAt !== undefined && performance.now() - toldAt < SAME_SIGNAL_MS) return;
      toldAt = performance.now();
      // Another one is impatience: the watchdogs clear up.
      if (this.signal.aborted) process.exit(130);
      this.#report('正在停止 · Stopping');
      this.#finish(0);
    };
    source.on('SIGINT', onSignal);
    source.on('SIGTERM', onSignal);
    this.#forgetSignals = () => {
      source.off('SIGINT', onSignal);
      source.off('SIGTERM', onSignal);
    };
  }

  /** Aborted as soon as a stop begins; long steps watch it. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Starts the next part, unless a stop has begun; a stop during its start waits for it and stops it too. */
  async start<T extends Part>(name: string, begin: () => Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const part = await begin();
    this.#running.push({ name, part });
    void part.died?.then((error) => this.#onDeath(name, error));
    this.signal.throwIfAborted();
    return part;
  }

  /**
   * Runs `startAll`, then waits for a signal or a death; stops everything and answers the exit code. A start that fails
   * is told and stops what had been started.
   */
  async run(startAll: () => Promise<void>): Promise<number> {
    try {
      await startAll();
    } catch (error) {
      if (!this.signal.aborted) {
        this.#tell(error);
        this.#finish(1);
      }
    }
    const code = await this.#ending;
    await this.#stopAll();
    this.#forgetSignals();
    return code;
  }

  /** Ends the run from inside, with this exit code; for a job that is done. */
  finish(code: number): void {
    this.#finish(code);
  }

  #onDeath(name: string, error: Error): void {
    if (this.signal.aborted) return;
    this.#tell(error);
    this.#report(`${name} 已停止，其余部分随之停止 · ${name} is gone, so the rest stops`);
    this.#finish(1);
  }

  #finish(code: number): void {
    this.#abort.abort();
    this.#end(code);
  }

  #tell(error: unknown): void {
    this.#report(
      error instanceof LaunchError ? error.message : error instanceof Error ? (error.stack ?? error.message) : reasonOf(error),
    );
  }

  async #stopAll(): Promise<void> {
    for (const { name, part } of this.#running.toReversed()) {
      const stopped = part.stop().then(
        () => undefined,
        (error: unknown) => `${name}: ${reasonOf(error)}`,
      );
      const complaint = await Promise.race([stopped, this.#tooLate(name)]);
      if (complaint) this.#report(complaint);
    }
    this.#running.length = 0;
  }

  async #tooLate(name: string): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, this.#stopTimeoutMs).unref());
    return `${name}: ${this.#stopTimeoutMs / 1000} 秒内未能停止 · did not stop in time`;
  }
}
