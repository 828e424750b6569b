import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { migrate, pendingMigrations } from '../../runtime/migrate.ts';
import { schemaDiff } from '../harness/schemaDiff.ts';
import { emptyDatabase, freshDatabase } from '../harness/services.ts';

let folder: string;
const folders: string[] = [];

beforeAll(() => {
  folder = newFolder();
  write('1_one', 'CREATE TABLE one (n int);\n-- a comment; with a semicolon\n');
  write('2_two', `CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 2; END; $$;`);
});

afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

test('the migrations make what prisma/schema.prisma says', async () => {
  expect(await schemaDiff(await freshDatabase())).toBe('');
});

test('the check of the schema sees a difference', async () => {
  const url = await freshDatabase();
  await run(url, 'ALTER TABLE job DROP COLUMN progress');
  expect(await schemaDiff(url)).toContain('"progress"');
});

test('each migration is applied once, also by two at the same time', async () => {
  const url = await emptyDatabase();
  expect(await pendingMigrations(url, folder)).toEqual(['1_one', '2_two']);
  const both = await Promise.all([migrate(url, undefined, folder), migrate(url, undefined, folder)]);
  expect(both.flat().toSorted()).toEqual(['1_one', '2_two']);
  expect(await pendingMigrations(url, folder)).toEqual([]);
  expect(await run(url, 'SELECT two() AS n')).toEqual([{ n: 2 }]);
  const recorded = await run(
    url,
    'SELECT migration_name, length(checksum) AS n, finished_at IS NOT NULL AS done FROM _prisma_migrations ORDER BY 1',
  );
  expect(recorded).toEqual([
    { migration_name: '1_one', n: 64, done: true },
    { migration_name: '2_two', n: 64, done: true },
  ]);
});

test('a migration that fails changes nothing, and the next run goes on from there', async () => {
  const url = await emptyDatabase();
  const broken = copyOfFolder();
  writeMigration(broken, '3_three', 'CREATE TABLE three (n int); SELECT no_such_function();');
  await expect(migrate(url, undefined, broken)).rejects.toMatchObject({ code: 'migrationFailed' });
  expect(await run(url, "SELECT to_regclass('three') AS found")).toEqual([{ found: null }]);
  writeMigration(broken, '3_three', 'CREATE TABLE three (n int);');
  expect(await migrate(url, undefined, broken)).toEqual(['3_three']);
});

test('an applied migration that was changed since is refused, and so is a database newer than the program', async () => {
  const url = await emptyDatabase();
  const own = copyOfFolder();
  await migrate(url, undefined, own);
  appendFileSync(join(own, '1_one', 'migration.sql'), '-- changed\n');
  await expect(migrate(url, undefined, own)).rejects.toMatchObject({ code: 'migrationChanged' });
  rmSync(join(own, '1_one'), { recursive: true });
  await expect(pendingMigrations(url, own)).rejects.toMatchObject({ code: 'migrationUnknown' });
});

function write(name: string, sql: string): void {
  writeMigration(folder, name, sql);
}

function writeMigration(into: string, name: string, sql: string): void {
  mkdirSync(join(into, name), { recursive: true });
  writeFileSync(join(into, name, 'migration.sql'), sql);
}

function newFolder(): string {
  const made = mkdtempSync(join(tmpdir(), 'fuquan-migrations-'));
  folders.push(made);
  return made;
}

function copyOfFolder(): string {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

async function run(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}
