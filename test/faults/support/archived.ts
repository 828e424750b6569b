/**
 * PostgreSQL with Temporal on it, backed up as docs/runbook.md says: a base backup and archived WAL. The embedded package
 * has `postgres` alone, so what `pg_basebackup` does is done by the functions that it uses.
 */
import { chmod, chown, copyFile, lstat, mkdir, mkdtemp, readdir, rm, writeFile, appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startPostgres, type EmbeddedPostgres } from '../../../runtime/embeddedPostgres.ts';
import { ensureDatabase, migrate } from '../../../runtime/migrate.ts';
import { pickPort } from '../../../runtime/ports.ts';
import { getTemporalServer, type TemporalServer } from '../../../runtime/temporalServer.ts';
import { waitFor } from '../../harness/services.ts';

/** What a base backup leaves out: the server's own marks, and WAL, which comes from the archive. */
const LEFT_OUT = /^(?:postmaster\.(?:pid|opts)|pg_wal\/.*[0-9A-F]{8}.*)$/;

export class Archived {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly #folder: string;
  readonly #dataDir: string;
  #postgres: EmbeddedPostgres;
  #temporal: TemporalServer;

  private constructor(folder: string, dataDir: string, postgres: EmbeddedPostgres, temporal: TemporalServer) {
    this.#folder = folder;
    this.#dataDir = dataDir;
    this.#postgres = postgres;
    this.#temporal = temporal;
    this.databaseUrl = postgres.url('fuquan');
    this.temporalAddress = temporal.address;
  }

  static async open(): Promise<Archived> {
    const folder = await mkdtemp(join(tmpdir(), 'fuquan-archived-'));
    await chmod(folder, 0o755);
    const [dataDir, archive] = [join(folder, 'data'), join(folder, 'archive')];
    await mkdir(archive);
    await chmod(archive, 0o777);
    const port = await pickPort();
    let postgres = await startPostgres({ dataDir, port });
    const settings = {
      archive_mode: 'on',
      archive_command: `test ! -f "${archive}/%f" && cp "%p" "${archive}/%f"`,
      // Processes die here, and no machine: what was written to files is there.
      fsync: 'off',
    };
    for (const [name, value] of Object.entries(settings))
      await query(postgres.url('postgres'), `ALTER SYSTEM SET ${name} = '${value}'`);
    await postgres.stop();
    postgres = await startPostgres({ dataDir, port });
    await ensureDatabase(postgres.url('fuquan'));
    await migrate(postgres.url('fuquan'));
    return new Archived(folder, dataDir, postgres, await temporalOn(dataDir, await pickPort(), postgres));
  }

  /** A base backup of the running cluster; what is done meanwhile is in it by the archived WAL. */
  async backUp(meanwhile: () => Promise<void>): Promise<void> {
    // Start and stop belong to one session.
    const session = new Client({ connectionString: this.#postgres.url('postgres') });
    await session.connect();
    try {
      await session.query("SELECT pg_backup_start('nightly', true)");
      await Promise.all([copyTree(this.#cluster, this.#backup), meanwhile()]);
      const { rows } = await session.query<{ labelfile: string }>('SELECT labelfile FROM pg_backup_stop(false)');
      await this.#write(this.#backup, 'backup_label', rows[0]?.labelfile ?? '');
    } finally {
      await session.end();
    }
  }

  /** Names this moment, and waits until the archive holds all that came before it. */
  async archive(moment: string): Promise<void> {
    const url = this.#postgres.url('postgres');
    await query(url, `SELECT pg_create_restore_point('${moment}')`);
    const [{ wal } = { wal: '' }] = await query<{ wal: string }>(url, 'SELECT pg_walfile_name(pg_switch_wal()) AS wal');
    const archived = async () =>
      (await query<{ last: string | null }>(url, 'SELECT last_archived_wal AS last FROM pg_stat_archiver'))[0]?.last ?? '';
    await waitFor(async () => (await archived()) >= wal, { what: 'the archive' });
  }

  /** The machine under it goes, and the data directory with it. */
  async lose(): Promise<void> {
    process.kill(this.#temporal.pid!, 'SIGKILL');
    process.kill(this.#postgres.pid, 'SIGKILL');
    await Promise.all([this.#temporal.died, this.#postgres.died]);
    await rm(this.#cluster, { recursive: true });
  }

  /** The base backup, and WAL from the archive as far as the named moment. */
  async restore(moment: string): Promise<void> {
    await copyTree(this.#backup, this.#cluster);
    const settings = {
      restore_command: `cp "${this.#folder}/archive/%f" "%p"`,
      recovery_target_name: moment,
      recovery_target_action: 'promote',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`);
    await appendFile(join(this.#cluster, 'postgresql.auto.conf'), lines.join(''));
    await this.#write(this.#cluster, 'recovery.signal', '');
    this.#postgres = await startPostgres({ dataDir: this.#dataDir, port: this.#postgres.port });
    const url = this.#postgres.url('postgres');
    const over = async () => (await query<{ over: boolean }>(url, 'SELECT NOT pg_is_in_recovery() AS over'))[0]?.over;
    await waitFor(over, { what: 'the recovery' });
    await this.#startTemporal();
  }

  /** Only the service's own database is left. */
  async loseTemporal(): Promise<void> {
    await this.#temporal.stop();
    for (const name of ['temporal', 'temporal_visibility'])
      await query(this.#postgres.url('postgres'), `DROP DATABASE ${name} WITH (FORCE)`);
    await this.#startTemporal();
  }

  async stop(): Promise<void> {
    await this.#temporal.stop();
    await this.#postgres.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** A file of the folder's owner, who is not always whoever tests. */
  async #write(folder: string, name: string, text: string): Promise<void> {
    const { uid, gid } = await lstat(folder);
    await writeFile(join(folder, name), text, { mode: 0o600 });
    await chown(join(folder, name), uid, gid);
  }

  get #cluster(): string {
    return join(this.#dataDir, 'postgres');
  }

  get #backup(): string {
    return join(this.#folder, 'backup');
  }

  async #startTemporal(): Promise<void> {
    const port = Number(new URL(`tcp://${this.temporalAddress}`).port);
    this.#temporal = await temporalOn(this.#dataDir, port, this.#postgres);
  }
}

function temporalOn(dataDir: string, port: number, postgres: EmbeddedPostgres): Promise<TemporalServer> {
  return getTemporalServer({
    namespaces: ['fuquan', 'fuquan-rehearsal'],
    rehearsalNamespace: 'fuquan-rehearsal',
    postgresUrl: postgres.url('postgres'),
    dataDir,
    port,
    // The one that keeps its data in PostgreSQL.
    kind: 'server',
    report: () => undefined,
  });
}

async function query<T extends object>(connectionString: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** With owners and modes. A file that goes while the server runs is one that the WAL tells of. */
async function copyTree(from: string, to: string, at = ''): Promise<void> {
  const [source, target] = [join(from, at), join(to, at)];
  try {
    const { uid, gid, mode } = await lstat(source);
    if ((await lstat(source)).isDirectory()) {
      await mkdir(target);
      for (const name of await readdir(source)) {
        const inside = at === '' ? name : `${at}/${name}`;
        if (!LEFT_OUT.test(inside)) await copyTree(from, to, inside);
      }
    } else await copyFile(source, target);
    await chown(target, uid, gid);
    await chmod(target, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
