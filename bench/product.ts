/** The product as it is started by `npm start`, on the run's servers, and a few people who use it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'pg';
import { pickPort } from '../runtime/ports.ts';
import { sampleInstitutionId, samplePersonId } from '../runtime/samplePeople.ts';
import { startNode, type NodeChild } from './child.ts';
import { send, type Reply } from './http.ts';
import { NAMESPACES, PRODUCT_DATABASE, type Servers } from './servers.ts';

/** Everything happens at one of the sample institutions. */
export const INSTITUTION = 'hohhot-university';
export const institutionId = sampleInstitutionId(INSTITUTION);
export const personId = (key: string): string => samplePersonId(key === 'operator' ? 'outside' : INSTITUTION, key);

export interface ProductOptions {
  servers: Servers;
  dataDir: string;
  spreadSeconds: number;
  profileDir?: string | undefined;
}

export class Product {
  readonly pool: Pool;
  readonly databaseUrl: string;
  readonly #child: NodeChild;
  readonly #api: string;
  readonly #tokens = new Map<string, Promise<string>>();

  private constructor(child: NodeChild, api: string, databaseUrl: string) {
    this.#child = child;
    this.#api = api;
    this.databaseUrl = databaseUrl;
    this.pool = new Pool({ connectionString: databaseUrl, max: 16 });
    this.pool.on('error', () => undefined);
  }

  static async start({ servers, dataDir, spreadSeconds, profileDir }: ProductOptions): Promise<Product> {
    const home = join(dataDir, 'product');
    mkdirSync(home, { recursive: true });
    const port = await pickPort();
    const databaseUrl = servers.url(PRODUCT_DATABASE);
    const env = {
      NODE_ENV: 'development',
      FUQUAN_ROLE: 'all',
      FUQUAN_DATA_DIR: home,
      FUQUAN_API_PORT: String(port),
      FUQUAN_WAKE_SPREAD_SECONDS: String(spreadSeconds),
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: servers.temporalAddress,
      TEMPORAL_NAMESPACE: NAMESPACES.product,
      FUQUAN_REHEARSAL_NAMESPACE: NAMESPACES.rehearsal,
      // Each open notice is read once a day: work that thousands of copies would all ask for in the minutes of a run.
      FUQUAN_CHECK_NOTICES: '0',
      LOG_LEVEL: 'warn',
    };
    const child = await startNode('runtime/start.ts', env, /Ready, Ctrl-C/, {
      logFile: join(dataDir, 'product.log'),
      profileDir,
    });
    return new Product(child, `http://127.0.0.1:${port}`, databaseUrl);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** Sends as one of the institution's people; the path stands under /api/v1. */
  async as<T = Record<string, unknown>>(
    who: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Reply<T>> {
    const token = await this.#token(who);
    return send<T>(method, `${this.#api}/api/v1${path}`, body, { authorization: `Bearer ${token}`, ...headers });
  }

  /** As `as`, within the institution; anything but success is an error. */
  async does<T = Record<string, unknown>>(who: string, method: string, path: string, body?: unknown, key?: string): Promise<T> {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
    const reply = await this.as<T>(who, method, `/institutions/${INSTITUTION}${path}`, body, headers);
    if (reply.status < 200 || reply.status > 201) {
      throw new Error(`${who} ${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    }
    return reply.body;
  }

  /** Uploads a paper and answers how acts name it. */
  async paper(who: string, text: string): Promise<{ document: string }> {
    const form = new FormData();
    form.append('file', new Blob([`%PDF-1.4\n% ${text}\n%%EOF\n`], { type: 'application/pdf' }), 'paper.pdf');
    const response = await fetch(`${this.#api}/api/v1/institutions/${INSTITUTION}/documents`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await this.#token(who)}` },
      body: form,
    });
    if (response.status !== 201) throw new Error(`upload: ${response.status} ${await response.text()}`);
    const { document } = (await response.json()) as { document: string };
    return { document };
  }

  async stop(): Promise<void> {
    await this.pool.end();
    await this.#child.stop();
  }

  #token(who: string): Promise<string> {
    const known = this.#tokens.get(who);
    if (known) return known;
    const asked = send<{ token: string }>('GET', `${this.#api}/dev/token?person=${personId(who)}`).then(({ body }) => body.token);
    this.#tokens.set(who, asked);
    return asked;
  }
}
