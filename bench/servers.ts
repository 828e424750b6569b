/** PostgreSQL and Temporal for one run, both sides on the same; each commit is forced to disk. */
import { Client } from 'pg';
import { startPostgres } from '../runtime/embeddedPostgres.ts';
import { ensureDatabase, migrate } from '../runtime/migrate.ts';
import { pickPort } from '../runtime/ports.ts';
import { getTemporalServer } from '../runtime/temporalServer.ts';

export interface Servers {
  /** URL of a database, made if it is not there. */
  database: (name: string) => Promise<string>;
  /** URL of a database that is there already. */
  url: (name: string) => string;
  temporalAddress: string;
  pids: { postgres?: number; temporal?: number };
  /** The settings that durability hangs on, as the server says them. */
  settings: Record<string, string>;
  stop: () => Promise<void>;
}

export const PRODUCT_DATABASE = 'fuquan';
export const NAMESPACES = { product: 'fuquan', rehearsal: 'fuquan-rehearsal', bare: 'bare' };

const DURABLE = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };

async function asked<T extends object>(url: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The settings by which a commit is durable; an Error if one of them is off, since the numbers would then flatter both. */
async function durableSettings(url: string): Promise<Record<string, string>> {
  const names = [...Object.keys(DURABLE), 'shared_buffers', 'wal_level', 'server_version'];
  const list = names.map((name) => `'${name}'`).join(', ');
  const rows = await asked<{ name: string; setting: string }>(
    url,
    `SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name IN (${list})`,
  );
  const found = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  for (const [name, wanted] of Object.entries(DURABLE)) {
    if (found[name] !== wanted) throw new Error(`PostgreSQL runs with ${name} = ${found[name]}: nothing is measured on that`);
  }
  return found;
}

/** Starts both in the folder. Statements are counted, for the profile of what falls short. */
export async function startServers(dataDir: string, report: (line: string) => void): Promise<Servers> {
  const ports = [await pickPort(), await pickPort()];
  const options = { dataDir, port: ports[0], maxConnections: 400, report, removeAfterCrash: dataDir };
  const first = await startPostgres(options);
  await asked(first.url('postgres'), "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
  await first.stop();
  const postgres = await startPostgres(options);
  try {
    const settings = await durableSettings(postgres.url('postgres'));
    await asked(postgres.url('postgres'), 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    await ensureDatabase(postgres.url(PRODUCT_DATABASE));
    await migrate(postgres.url(PRODUCT_DATABASE));
    const temporal = await getTemporalServer({
      namespaces: Object.values(NAMESPACES),
      rehearsalNamespace: NAMESPACES.rehearsal,
      postgresUrl: postgres.url('postgres'),
      dataDir,
      port: ports[1],
      report,
    });
    return {
      async database(name) {
        await ensureDatabase(postgres.url(name));
        return postgres.url(name);
      },
      url: (name) => postgres.url(name),
      temporalAddress: temporal.address,
      pids: { postgres: postgres.pid, ...(temporal.pid === undefined ? {} : { temporal: temporal.pid }) },
      settings,
      async stop() {
        await temporal.stop();
        await postgres.stop();
      },
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** The statements that took PostgreSQL longest since the last call, in milliseconds, by their first words. */
export async function slowestStatements(url: string, count = 8): Promise<Record<string, number>> {
  const rows = await asked<{ query: string; ms: number; calls: number }>(
    url,
    `SELECT left(regexp_replace(query, '\\s+', ' ', 'g'), 70) AS query, total_exec_time AS ms, calls::int
       FROM pg_stat_statements ORDER BY total_exec_time DESC LIMIT ${count}`,
  );
  return Object.fromEntries(rows.map(({ query, ms, calls }) => [`${query.replaceAll('|', '/')} (${calls} calls)`, ms]));
}

export async function forgetStatements(url: string): Promise<void> {
  await asked(url, 'SELECT pg_stat_statements_reset()');
}

/** Bytes of each table with its indexes and TOAST. */
export type TableBytes = Record<string, number>;

/** Of a whole database, once what is dead in it is cleared. */
export async function databaseBytes(url: string): Promise<TableBytes> {
  await asked(url, 'VACUUM');
  const rows = await asked<{ name: string; bytes: string }>(
    url,
    `SELECT relname AS name, pg_total_relation_size(oid)::text AS bytes FROM pg_class
      WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, Number(bytes)]));
}
