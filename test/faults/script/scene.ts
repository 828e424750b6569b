/** Where faults are tried: servers, the service and people at work, and a clock on how long they stand still. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reasonOf } from '../../../worker/log.ts';
import { waitFor } from '../../harness/services.ts';
import { Proxy } from '../support/proxy.ts';
import { Stack } from '../support/stack.ts';
import { atRest, compare, unsound } from './checker.ts';
import { Load } from './load.ts';
import { Random } from './random.ts';
import { Servers } from './servers.ts';
import type { Row } from './table.ts';

/** Long before every day on which this can run: a window that is over by legal time must be over by the machine's too. */
const STARTS_AT = '2025-02-10T01:00:00.000Z';
/** Within which people are served again after a single fault. */
const PROMISED_MS = 15_000;
/** Characters of what a process said last, when it ended by itself. */
const LAST_WORDS = 700;

export interface SceneOptions {
  seed: number;
  people?: number;
  dataDir?: string;
  workers?: number;
}

/** Milliseconds until people were served again, and whether a promise was made of that. */
export interface Times {
  recovery: number[];
  effects: number[];
  promised?: boolean;
}

export class Scene {
  readonly servers: Servers;
  readonly stack: Stack;
  readonly random: Random;
  /** Lines between the service and its servers, and between people and the API. */
  readonly lines: { database: Proxy; temporal: Proxy; api: Proxy };
  readonly #seed: number;
  readonly #people: number;
  #load: Load | undefined;
  /** When anybody was last told anything of an act, by how. */
  #heard: { at: number; status: number }[] = [];

  private constructor(servers: Servers, stack: Stack, lines: Scene['lines'], { seed, people = 6 }: SceneOptions) {
    this.servers = servers;
    this.stack = stack;
    this.lines = lines;
    this.random = new Random(seed);
    this.#seed = seed;
    this.#people = people;
    stack.client.onAcknowledged = ({ status }) => void this.#heard.push({ at: Date.now(), status });
  }

  static async open(options: SceneOptions): Promise<Scene> {
    const servers = await Servers.open(options.dataDir);
    const database = await Proxy.to(() => servers.postgresPort);
    const temporal = await Proxy.to(() => servers.temporalPort);
    const seen = new URL(servers.databaseUrl);
    seen.port = String(database.port);
    let apiPort = 0;
    const api = await Proxy.to(() => apiPort);
    const stack = await Stack.open({
      databaseUrl: servers.databaseUrl,
      temporalAddress: `127.0.0.1:${servers.temporalPort}`,
      seenAt: { databaseUrl: seen.href, temporalAddress: `127.0.0.1:${temporal.port}`, apiUrl: `http://127.0.0.1:${api.port}` },
      startsAt: STARTS_AT,
      cacheDir: join(tmpdir(), 'fuquan-test-bundles'),
      workers: options.workers ?? 1,
    });
    apiPort = Number(new URL(stack.apiUrl).port);
    return new Scene(servers, stack, { database, temporal, api }, options);
  }

  /** People begin to work. */
  begin(): void {
    this.#load = new Load(this.stack, { people: this.#people, seed: this.#seed });
  }

  /** Waits until so many acts have taken effect from now on. */
  async acts(count: number, timeoutMs = 300_000): Promise<void> {
    const from = this.stack.client.acknowledged.length;
    const acknowledged = (): boolean => this.stack.client.acknowledged.length >= from + count;
    await waitFor(acknowledged, { what: `${count} acknowledged acts`, timeoutMs, everyMs: 20 });
  }

  /** Milliseconds from the instant until the next act was acknowledged, which is waited for. */
  async nextAcknowledgement(since: number, timeoutMs = 180_000): Promise<number> {
    const next = (): { at: number } | undefined => this.#heard.find(({ at }) => at > since);
    return (await waitFor(next, { what: 'somebody to be served again', timeoutMs, everyMs: 10 })).at - since;
  }

  /** Milliseconds from the instant until the next act took effect. */
  async nextEffect(since: number, timeoutMs = 240_000): Promise<number> {
    let before: number | undefined;
    const more = async (): Promise<boolean> => {
      const now = await this.#events();
      before ??= now;
      return now > before;
    };
    await waitFor(more, { what: 'an act to take effect', timeoutMs, everyMs: 10 });
    return Date.now() - since;
  }

  /** Every process and server runs again. */
  async mended(): Promise<void> {
    await this.servers.ready();
    await this.stack.ready();
  }

  /** Nothing can be written for one of the open cases any more, until what this answers is called. */
  async poison(): Promise<() => Promise<void>> {
    const { pool } = this.stack;
    const sick = await waitFor(
      async () =>
        (await pool.query<{ id: string }>("SELECT id FROM cases WHERE status = 'open' ORDER BY updated_at DESC LIMIT 1")).rows[0],
      { what: 'an open case' },
    );
    await pool.query(`
      CREATE FUNCTION poisoned() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poisoned'; END $$;
      CREATE TRIGGER poisoned BEFORE INSERT ON ledger FOR EACH ROW WHEN (NEW.case_id = '${sick.id}') EXECUTE FUNCTION poisoned();`);
    return async () => void (await pool.query('DROP TRIGGER poisoned ON ledger; DROP FUNCTION poisoned()'));
  }

  /** Everybody finishes; then everything is compared. */
  async end(fault: string, tried: number, { recovery, effects, promised = true }: Times): Promise<Row> {
    await this.mended();
    await this.#load?.finish();
    const load = this.#load;
    this.#load = undefined;
    await atRest(this.stack.pool);
    const { client, processes } = this.stack;
    const verdict = await compare(this.stack.pool, client.acknowledged);
    const row: Row = {
      fault,
      tried,
      cases: load?.finished ?? 0,
      acknowledged: client.acknowledged.length,
      lost: verdict.lost.length,
      doubled: verdict.doubled.length,
      disordered: verdict.disordered.length,
      recovery,
      effects,
      faults: [
        ...verdict.lost,
        ...verdict.doubled,
        ...verdict.disordered,
        ...(load?.broken ?? []).map((error) => `a walk broke: ${error.message} ${reasonOf(error.cause ?? '')}`),
        ...client.faults.map(({ status, path, body }) => `an answer ${status} to ${path}: ${this.#causeOf(body)}`),
        ...processes.flatMap(({ name, crashes }) =>
          crashes.map(({ code, signal, said }) => `${name} ended by itself (${signal ?? code}): … ${said.slice(-LAST_WORDS)}`),
        ),
        ...(await unsound(this.stack.pool)).map((one) => `unsound: ${one}`),
        ...recovery.filter((ms) => promised && ms > PROMISED_MS).map((ms) => `nobody was served for ${ms} ms`),
      ],
    };
    client.acknowledged.length = 0;
    client.faults.length = 0;
    for (const { crashes } of processes) crashes.length = 0;
    this.#heard = [];
    return row;
  }

  /** Ends everything; answers where what the processes wrote is kept, if it is. */
  async close(keep = false): Promise<string> {
    await this.stack.stop(keep);
    for (const line of Object.values(this.lines)) await line.close();
    await this.servers.stop();
    return this.stack.folder;
  }

  /** What the API wrote of a request that it answered so. */
  #causeOf(body: unknown): string {
    const trace = (body as { instance?: string }).instance?.replace('urn:uuid:', '').replaceAll('-', '');
    return trace === undefined ? JSON.stringify(body) : this.stack.api.wroteOf(trace).join(' ');
  }

  async #events(): Promise<number> {
    const { rows } = await this.stack.pool.query<{ n: number }>('SELECT count(*)::int AS n FROM ledger');
    return rows[0]?.n ?? 0;
  }
}
