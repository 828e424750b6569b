/** PostgreSQL and Temporal as an orchestrator keeps them: what is killed is started again on the same data and port. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type EmbeddedPostgres } from '../../../runtime/embeddedPostgres.ts';
import { ensureDatabase, migrate } from '../../../runtime/migrate.ts';
import { getTemporalServer, type TemporalServer } from '../../../runtime/temporalServer.ts';
import { pickPort } from '../../../runtime/ports.ts';

const DATABASE = 'fuquan';
const NAMESPACES = ['fuquan', 'fuquan-rehearsal'];

/** One server that is started again whenever it has ended. */
class Kept<T extends { pid?: number; died: Promise<unknown>; stop(): Promise<void> }> {
  /** Ends that nobody had asked for. */
  ends = 0;
  #current: T;
  #ready: Promise<unknown> = Promise.resolve();
  #killed = false;
  #stopping = false;
  readonly #start: () => Promise<T>;

  constructor(current: T, start: () => Promise<T>) {
    this.#current = current;
    this.#start = start;
    this.#watch();
  }

  get pid(): number {
    return this.#current.pid ?? 0;
  }

  /** Ends all of these processes without a word, and comes back when the next one serves. */
  async kill(victims: readonly number[]): Promise<void> {
    const { died } = this.#current;
    this.#killed = true;
    for (const victim of victims) killIfThere(victim);
    await died;
    await this.ready();
  }

  async ready(): Promise<void> {
    let seen: Promise<unknown>;
    do {
      // An end is told before what follows from it is begun.
      await new Promise((next) => setImmediate(next));
      seen = this.#ready;
      await seen;
    } while (seen !== this.#ready);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#ready.catch(() => undefined);
    await this.#current.stop();
  }

  #watch(): void {
    void this.#current.died.then(() => {
      if (this.#stopping) return;
      if (!this.#killed) this.ends += 1;
      this.#killed = false;
      this.#ready = this.#again();
    });
  }

  /** It may need another server that is away, or room on a disk. */
  async #again(): Promise<void> {
    for (;;) {
      try {
        this.#current = await this.#start();
        return this.#watch();
      } catch (error) {
        if (this.#stopping) throw error;
        await new Promise((next) => setTimeout(next, 200));
      }
    }
  }
}

export class Servers {
  readonly postgresPort: number;
  readonly temporalPort: number;
  readonly databaseUrl: string;
  readonly #dataDir: string;
  readonly #postgres: Kept<EmbeddedPostgres>;
  readonly #temporal: Kept<TemporalServer>;

  private constructor(dataDir: string, postgres: EmbeddedPostgres, temporal: TemporalServer, temporalPort: number) {
    this.#dataDir = dataDir;
    this.postgresPort = postgres.port;
    this.temporalPort = temporalPort;
    this.databaseUrl = postgres.url(DATABASE);
    this.#postgres = new Kept(postgres, () => startPostgres({ dataDir, port: postgres.port }));
    this.#temporal = new Kept(temporal, () => temporalOn(dataDir, temporalPort, postgres));
  }

  /** On data of their own, forced to disk as in production; in `dataDir` if one is given. */
  static async open(dataDir?: string): Promise<Servers> {
    const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'fuquan-servers-')));
    const postgres = await startPostgres({ dataDir: folder, port: await pickPort() });
    await ensureDatabase(postgres.url(DATABASE));
    await migrate(postgres.url(DATABASE));
    const port = await pickPort();
    return new Servers(folder, postgres, await temporalOn(folder, port, postgres), port);
  }

  /** Ends of servers that nobody had asked for. */
  get ends(): { postgres: number; temporal: number } {
    return { postgres: this.#postgres.ends, temporal: this.#temporal.ends };
  }

  /** The server and all that work for it, at once, as when the machine under it goes. */
  killPostgres(): Promise<void> {
    return this.#postgres.kill([this.#postgres.pid, ...childrenOf(this.#postgres.pid)]);
  }

  killTemporal(): Promise<void> {
    return this.#temporal.kill([this.#temporal.pid]);
  }

  async ready(): Promise<void> {
    await this.#postgres.ready();
    await this.#temporal.ready();
  }

  async stop(): Promise<void> {
    await this.#temporal.stop();
    await this.#postgres.stop();
    await rm(this.#dataDir, { recursive: true, force: true });
  }
}

function temporalOn(dataDir: string, port: number, postgres: EmbeddedPostgres): Promise<TemporalServer> {
  return getTemporalServer({
    namespaces: NAMESPACES,
    rehearsalNamespace: 'fuquan-rehearsal',
    postgresUrl: postgres.url('postgres'),
    dataDir,
    port,
    kind: 'server',
    report: () => undefined,
  });
}

function childrenOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter((row) => row[1] === pid).map((row) => row[0]!);
}

function killIfThere(pid: number): void {
  if (pid <= 1) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
