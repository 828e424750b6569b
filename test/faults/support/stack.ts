/** The service as processes of its own on a database and a namespace of its own: an API, a worker, a mail server to write to. */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import { Pool } from 'pg';
import { Sealer } from '../../../activities/sealing.ts';
import { AUDIENCE } from '../../../api/devIssuer.ts';
import { pickPort } from '../../../runtime/ports.ts';
import { sealingKeys } from '../../../runtime/purposeKeys.ts';
import { seedSamples } from '../../../runtime/seed.ts';
import { Client } from './client.ts';
import { installClock } from './clock.ts';
import { Keeper } from './keeper.ts';
import { Mailbox } from './mailbox.ts';

const ISSUER = 'https://login.fault.test';

export interface StackOptions {
  /** A migrated database that nobody else uses. */
  databaseUrl: string;
  temporalAddress: string;
  /** Where the processes find them, if not there: through a proxy. */
  seenAt?: { databaseUrl?: string; temporalAddress?: string; apiUrl?: string };
  /** Legal time at the start; without it the machine's. */
  startsAt?: string;
  cacheDir: string;
  workerPoints?: string[];
  apiPoints?: string[];
  workers?: number;
  logLevel?: string;
  /** Whether each process shows its numbers, at a port that it must find free whenever it begins again. */
  numbers?: boolean;
}

export class Stack {
  readonly pool: Pool;
  readonly sealer: Sealer;
  readonly client: Client;
  readonly api: Keeper;
  readonly workers: Keeper[];
  readonly mailbox: Mailbox;
  readonly folder: string;
  readonly namespace: string;
  readonly apiUrl: string;
  readonly codecKeys: string;
  /** Where each process shows its numbers, if it does. */
  readonly metricsUrls: string[];
  readonly #issuer: Issuer;

  private constructor(
    parts: Pick<
      Stack,
      'pool' | 'sealer' | 'api' | 'workers' | 'mailbox' | 'folder' | 'namespace' | 'apiUrl' | 'codecKeys' | 'metricsUrls'
    > & {
      seenApiUrl: string;
    },
    issuer: Issuer,
  ) {
    this.pool = parts.pool;
    this.sealer = parts.sealer;
    this.api = parts.api;
    this.workers = parts.workers;
    this.mailbox = parts.mailbox;
    this.folder = parts.folder;
    this.namespace = parts.namespace;
    this.apiUrl = parts.apiUrl;
    this.codecKeys = parts.codecKeys;
    this.metricsUrls = parts.metricsUrls;
    this.#issuer = issuer;
    this.client = new Client({ url: parts.seenApiUrl, token: (personId) => issuer.token(personId) });
  }

  static async open(options: StackOptions): Promise<Stack> {
    const { databaseUrl, temporalAddress, seenAt = {}, startsAt, cacheDir, logLevel = 'warn', numbers = false } = options;
    const folder = await mkdtemp(join(tmpdir(), 'fuquan-faults-'));
    const key = randomBytes(32);
    const pool = new Pool({ connectionString: databaseUrl, max: 8 });
    pool.on('error', () => undefined);
    const sealer = new Sealer({ pool, keys: sealingKeys([{ id: 'f1', key }]) });
    if (startsAt !== undefined) await installClock(pool, startsAt);
    await seedSamples(pool, sealer);
    // Logins that have the form of addresses are where people read mail.
    await pool.query("UPDATE person SET external_id = id || '@fault.test' WHERE external_id IS NULL");
    const [mailbox, issuer, apiPort] = [await Mailbox.open(), await Issuer.open(), await pickPort()];
    const namespace = `faults-${randomUUID().slice(0, 8)}`;
    const apiUrl = `http://127.0.0.1:${apiPort}`;
    const env = {
      NODE_ENV: 'development',
      DATABASE_URL: seenAt.databaseUrl ?? databaseUrl,
      TEMPORAL_ADDRESS: seenAt.temporalAddress ?? temporalAddress,
      TEMPORAL_NAMESPACE: namespace,
      FUQUAN_DATA_DIR: folder,
      FUQUAN_CACHE_DIR: cacheDir,
      FUQUAN_CODEC_KEYS: `f1:${key.toString('base64')}`,
      FUQUAN_TOKEN_ISSUER: ISSUER,
      FUQUAN_TOKEN_JWKS_URI: issuer.url,
      FUQUAN_PUBLIC_URL: apiUrl,
      // Legal time jumps over days on which nobody could read a notice: each would be a gap.
      FUQUAN_CHECK_NOTICES: '0',
      SMTP_URL: mailbox.url,
      SMTP_FROM: 'fuquan@fault.test',
      LOG_LEVEL: logLevel,
    };
    const metricsUrls: string[] = [];
    const start = async (
      name: string,
      role: string,
      points: string[] | undefined,
      more: Record<string, string> = {},
    ): Promise<Keeper> => {
      const port = numbers ? String(await pickPort()) : undefined;
      if (port !== undefined) metricsUrls.push(`http://127.0.0.1:${port}/metrics`);
      const own = { FUQUAN_ROLE: role, ...(port !== undefined && { FUQUAN_OPERATIONS_PORT: port }), ...more };
      return new Keeper({ name, folder, env: { ...env, ...own }, ...(points && { points }) });
    };
    const api = await start('api', 'api', options.apiPoints, { FUQUAN_API_PORT: String(apiPort) });
    const names = Array.from({ length: options.workers ?? 1 }, (_, n) => `worker${n + 1}`);
    const workers: Keeper[] = [];
    for (const name of names) workers.push(await start(name, 'worker', options.workerPoints));
    const codecKeys = env.FUQUAN_CODEC_KEYS;
    const parts = {
      codecKeys,
      metricsUrls,
      pool,
      sealer,
      api,
      workers,
      mailbox,
      folder,
      namespace,
      apiUrl,
      seenApiUrl: seenAt.apiUrl ?? apiUrl,
    };
    const stack = new Stack(parts, issuer);
    await stack.ready();
    return stack;
  }

  get worker(): Keeper {
    return this.workers[0]!;
  }

  get processes(): Keeper[] {
    return [this.api, ...this.workers];
  }

  async ready(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.ready()));
  }

  /** Ends everything it began; what the processes wrote stays only if something went wrong. */
  async stop(keep = false): Promise<void> {
    await Promise.all(this.processes.map((process) => process.stop()));
    await this.mailbox.go();
    await this.#issuer.close();
    await this.pool.end();
    if (!keep) await rm(this.folder, { recursive: true, force: true });
  }
}

/** Issues tokens as an institution's login does. */
class Issuer {
  readonly url: string;
  readonly #server: Server;
  readonly #key: CryptoKey;

  private constructor(server: Server, key: CryptoKey) {
    this.#server = server;
    this.#key = key;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
  }

  static async open(): Promise<Issuer> {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'faults' }] });
    const server = createServer((_request, response) => void response.setHeader('Content-Type', 'application/json').end(keys));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Issuer(server, privateKey);
  }

  token(personId: string): Promise<string> {
    return new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: personId })
      .setProtectedHeader({ alg: 'ES256', kid: 'faults' })
      .setIssuedAt()
      .setExpirationTime('2h')
      .sign(this.#key);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
  }
}
