import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { LaunchError, reasonOf, type Report } from './launchError.ts';
import { packageRoot } from './packageRoot.ts';

/** The key Prisma's own engine locks with, so that its command line and we never migrate at once. */
const ADVISORY_LOCK = 72_707_369;

/** Prisma's table, to the letter, so that `prisma migrate status` and `deploy` go on from here. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

interface AppliedRow {
  migration_name: string;
  checksum: string;
  finished_at: Date | null;
}

/** Creates the database if it does not exist; the URL's role must be allowed to. */
export async function ensureDatabase(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  const name = decodeURIComponent(url.pathname.slice(1));
  url.pathname = '/postgres';
  await withClient(url.href, async (client) => {
    const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  });
}

/** Drops the database of the URL's cluster, and ends whoever is in it. */
export async function dropDatabase(clusterUrl: string, name: string): Promise<void> {
  await withClient(clusterUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(name)} WITH (FORCE)`));
}

/** Applies what is missing, each file in a transaction of its own, and answers the names of what it applied. */
export async function migrate(databaseUrl: string, report?: Report, folder = migrationsFolder()): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    // Held by the session: gone with it, whatever happens.
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK]);
    await client.query(CREATE_TABLE);
    const missing = pending(await readMigrations(folder), await readApplied(client));
    for (const migration of missing) {
      await apply(client, migration);
      report?.(`数据库迁移 · migrated: ${migration.name}`);
    }
    return missing.map(({ name }) => name);
  });
}

/** Names of migrations the database still lacks, changing nothing; the API and the worker start only on none. */
export async function pendingMigrations(databaseUrl: string, folder = migrationsFolder()): Promise<string[]> {
  return withClient(databaseUrl, async (client) => {
    const table = await client.query<{ found: string | null }>("SELECT to_regclass('_prisma_migrations') AS found");
    const applied = table.rows[0]?.found ? await readApplied(client) : [];
    return pending(await readMigrations(folder), applied).map(({ name }) => name);
  });
}

function migrationsFolder(): string {
  return join(packageRoot(), 'prisma', 'migrations');
}

async function readMigrations(folder: string): Promise<Migration[]> {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => existsSync(join(folder, name, 'migration.sql'))).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

async function readApplied(client: Client): Promise<AppliedRow[]> {
  const sql =
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at';
  return (await client.query<AppliedRow>(sql)).rows;
}

/** What is left to apply; refuses a database that was migrated by other files than these. */
function pending(files: Migration[], applied: AppliedRow[]): Migration[] {
  for (const row of applied) {
    const name = row.migration_name;
    const file = files.find((migration) => migration.name === name);
    if (!file) {
      const zh = `数据库里有本版本不认识的迁移 ${name}：数据库比程序新，请升级程序。`;
      throw new LaunchError('migrationUnknown', {
        zh,
        en: `The database has migration ${name}, unknown here: it is newer than this program. Upgrade the program.`,
      });
    }
    if (file.checksum !== row.checksum) {
      const zh = `迁移 ${name} 在应用之后被改动过。请恢复原文件，改动请写成新的迁移。`;
      throw new LaunchError('migrationChanged', {
        zh,
        en: `Migration ${name} was changed after it was applied. Restore the file, and put changes into a new migration.`,
      });
    }
    if (!row.finished_at) {
      const zh = `迁移 ${name} 曾中途失败。请检查数据库，再用 prisma migrate resolve 标记。`;
      throw new LaunchError('migrationFailed', {
        zh,
        en: `Migration ${name} failed half way earlier. Check the database, then mark it with prisma migrate resolve.`,
      });
    }
  }
  const done = new Set(applied.map((row) => row.migration_name));
  return files.filter(({ name }) => !done.has(name));
}

/** The whole file as one query, so that function bodies and semicolons in comments stay whole. */
async function apply(client: Client, migration: Migration): Promise<void> {
  const started = new Date();
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, $4, clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name, started],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined);
    const zh = `迁移 ${migration.name} 失败，数据库未改动：${reasonOf(cause)}`;
    const en = `Migration ${migration.name} failed and changed nothing: ${reasonOf(cause)}`;
    throw new LaunchError('migrationFailed', { zh, en }, { cause });
  }
}

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  // A connection that breaks between two queries is told by the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    const { host } = new URL(url);
    const zh = `连不上数据库 ${host}：${reasonOf(cause)}`;
    throw new LaunchError(
      'databaseUnreachable',
      { zh, en: `The database at ${host} cannot be reached: ${reasonOf(cause)}` },
      { cause },
    );
  }
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
