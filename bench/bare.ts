/** The bare engine beside the product: its own process, database and namespace on the same servers. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'pg';
import { startNode, type NodeChild } from './child.ts';
import { send } from './http.ts';
import { NAMESPACES, type Servers } from './servers.ts';

const program = fileURLToPath(new URL('./bare/main.ts', import.meta.url));

export class Bare {
  readonly pool: Pool;
  readonly #child: NodeChild;
  readonly #url: string;

  private constructor(child: NodeChild, databaseUrl: string) {
    this.#child = child;
    this.#url = `http://127.0.0.1:${child.said[1]}`;
    this.pool = new Pool({ connectionString: databaseUrl, max: 4 });
    this.pool.on('error', () => undefined);
  }

  static async start({ servers, dataDir }: { servers: Servers; dataDir: string }): Promise<Bare> {
    const databaseUrl = await servers.database('bare');
    const env = { BARE_DATABASE_URL: databaseUrl, BARE_TEMPORAL: servers.temporalAddress, BARE_NAMESPACE: NAMESPACES.bare };
    const child = await startNode(program, env, /listening (\d+)/, { logFile: join(dataDir, 'bare.log') });
    return new Bare(child, databaseUrl);
  }

  get pid(): number {
    return this.#child.pid;
  }

  get readyMs(): number {
    return this.#child.readyMs;
  }

  async does<T>(method: string, path: string, body?: unknown): Promise<T> {
    const reply = await send<T>(method, `${this.#url}${path}`, body);
    if (reply.status !== 200) throw new Error(`bare ${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  async stop(): Promise<void> {
    await this.pool.end();
    await this.#child.stop();
  }
}
