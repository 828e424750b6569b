/** One run: servers and both sides, started when a measure first asks for them, and what each measure is. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bare } from './bare.ts';
import { Product } from './product.ts';
import type { Result } from './report.ts';
import type { Scale } from './scale.ts';
import { startServers, type Servers } from './servers.ts';
import { ownSeconds, usageOf, usedSince, type Usage } from './usage.ts';

export interface BenchOptions {
  scale: Scale;
  /** Folder for profiles of the product's process. */
  profileDir?: string | undefined;
  say: (line: string) => void;
}

/** What a measure found. */
export type Found = Pick<Result, 'rows' | 'notes' | 'profile'>;

export interface Measure {
  name: string;
  title: string;
  run(bench: Bench): Promise<Found>;
}

export class Bench {
  readonly scale: Scale;
  readonly say: (line: string) => void;
  readonly dataDir: string;
  readonly #profileDir: string | undefined;
  #servers: Promise<Servers> | undefined;
  #product: Promise<Product> | undefined;
  #bare: Promise<Bare> | undefined;

  private constructor({ scale, profileDir, say }: BenchOptions, dataDir: string) {
    this.scale = scale;
    this.say = say;
    this.dataDir = dataDir;
    this.#profileDir = profileDir;
    if (profileDir) mkdirSync(profileDir, { recursive: true });
  }

  static async open(options: BenchOptions): Promise<Bench> {
    return new Bench(options, await mkdtemp(join(tmpdir(), 'fuquan-bench-')));
  }

  servers(): Promise<Servers> {
    this.#servers ??= startServers(this.dataDir, this.say);
    return this.#servers;
  }

  async product(): Promise<Product> {
    const servers = await this.servers();
    const { spreadSeconds } = this.scale;
    this.#product ??= Product.start({ servers, dataDir: this.dataDir, spreadSeconds, profileDir: this.#profileDir });
    return this.#product;
  }

  async bare(): Promise<Bare> {
    const servers = await this.servers();
    this.#bare ??= Bare.start({ servers, dataDir: this.dataDir });
    return this.#bare;
  }

  /** CPU seconds so far, by part. */
  async usage(): Promise<Usage> {
    const servers = await this.servers();
    const product = await this.#product;
    const bare = await this.#bare;
    const pids = { PostgreSQL: servers.pids.postgres, Temporal: servers.pids.temporal, product: product?.pid, bare: bare?.pid };
    return { ...usageOf(pids), bench: ownSeconds() };
  }

  /** Runs, and says how long it took and which CPU seconds it cost. */
  async metered<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number; used: Usage }> {
    const before = await this.usage();
    const began = performance.now();
    const value = await work();
    const seconds = (performance.now() - began) / 1_000;
    return { value, seconds, used: usedSince(before, await this.usage()) };
  }

  /** Stops one side, so that a measure can stand alone. */
  async stopSides(): Promise<void> {
    const [product, bare] = [await this.#product, await this.#bare];
    this.#product = undefined;
    this.#bare = undefined;
    await product?.stop();
    await bare?.stop();
  }

  async close(): Promise<void> {
    try {
      await this.stopSides();
    } finally {
      const servers = await this.#servers;
      await servers?.stop();
      await rm(this.dataDir, { recursive: true, force: true });
    }
  }
}

/** CPU milliseconds for each of so many things, by part. */
export function perThing(used: Usage, things: number): Record<string, number> {
  return Object.fromEntries(Object.entries(used).map(([name, seconds]) => [`${name} (CPU ms)`, (seconds * 1_000) / things]));
}
