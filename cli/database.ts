/** What commands that read the database share. Heavy modules are loaded when a command runs. */
import type { Command } from 'commander';
import type pg from 'pg';

/** A mistake in how a command was called; the call ends with code 2. */
export class UsageError extends Error {
  constructor(zh: string, en: string) {
    super(`${zh} / ${en}`);
    this.name = 'UsageError';
  }
}

/** Adds the option that says where the database is. */
export function withDatabaseOption(command: Command): Command {
  return command.option(
    '--database <url>',
    '数据库地址；默认取 DATABASE_URL，再取运行中的服务 / address of the database; else DATABASE_URL, else that of the running service',
  );
}

/** Runs with a pool and closes it. Throws UsageError if nobody said where the database is. */
export async function withPool<T>(url: string | undefined, use: (pool: pg.Pool) => Promise<T>): Promise<T> {
  const connectionString = url ?? process.env['DATABASE_URL'] ?? (await runningDatabase());
  if (!/^postgres(ql)?:\/\//.test(connectionString))
    throw new UsageError('数据库地址须以 postgresql:// 开头', 'The address of a database begins with postgresql://');
  const { default: driver } = await import('pg');
  const pool = new driver.Pool({ connectionString, max: 4 });
  try {
    await pool.query('SELECT 1').catch((error: Error) => {
      const reason = error.message || error.name;
      throw new Error(`数据库无法使用：${reason} / The database cannot be used: ${reason}`);
    });
    return await use(pool);
  } finally {
    await pool.end();
  }
}

/** The database of the service that runs on the data directory. Throws UsageError if none does. */
async function runningDatabase(): Promise<string> {
  const { findRunning } = await import('../runtime/running.ts');
  try {
    return (await findRunning(process.env['FUQUAN_DATA_DIR'] ?? 'data')).databaseUrl;
  } catch {
    throw new UsageError(
      '没有运行中的服务；请用 --database 或 DATABASE_URL 指明数据库',
      'No service runs here; say where the database is with --database or DATABASE_URL',
    );
  }
}

export interface InstitutionRow {
  id: string;
  code: string;
  name: string;
}

/** One institution by its code, or all. Throws UsageError for an unknown code. */
export async function institutions(pool: pg.Pool, code: string | undefined): Promise<InstitutionRow[]> {
  const { rows } = await pool.query<InstitutionRow>(
    'SELECT id, code, name FROM institution WHERE $1::text IS NULL OR code = $1 ORDER BY code',
    [code ?? null],
  );
  if (code !== undefined && rows.length === 0)
    throw new UsageError(`没有代码为 ${code} 的单位`, `No institution has the code ${code}`);
  return rows;
}

/** Runs a command's action: a mistake in the call ends with code 2, anything else that fails with code 3. */
export async function act(action: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await action();
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 3;
    process.stderr.write(`${error instanceof Error ? error.message || String(error) : String(error)}\n`);
  }
}
