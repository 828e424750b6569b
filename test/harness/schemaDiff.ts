import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum, type ColumnType } from '@prisma/driver-adapter-utils';
import * as engineModule from '@prisma/schema-engine-wasm/schema_engine_bg';
import { Pool, type QueryResult } from 'pg';

/** PostgreSQL's internal one-byte type, which its catalogs use and the adapter refuses. */
const INTERNAL_CHAR = 18;
const TEXT = 25;

/** Instantiated once: the module's glue keeps views of one memory. */
let engine: Promise<{ panicked: Promise<never> }> | undefined;

/**
 * The SQL that would bring this database to prisma/schema.prisma, empty when both agree. Only what a Prisma schema can
 * say is compared: functions, triggers and checks are not.
 */
export async function schemaDiff(databaseUrl: string, schemaPath = 'prisma/schema.prisma'): Promise<string> {
  engine ??= instantiate();
  const { panicked } = await engine;
  const files = [{ path: schemaPath, content: readFileSync(schemaPath, 'utf8') }];
  const pool = new Pool({ connectionString: databaseUrl });
  const factory = bindMigrationAwareSqlAdapterFactory(adapterThatReadsCatalogs(pool));
  const datamodels = files.map(({ path, content }): [string, string] => [path, content]);
  const comparer = await engineModule.SchemaEngine.new({ datamodels }, () => undefined, factory);
  try {
    const diff = comparer.diff({
      from: { tag: 'schemaDatasource', files, configDir: '.' },
      to: { tag: 'schemaDatamodel', files },
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    const answer = await Promise.race([diff, panicked]);
    return answer.exitCode === 0 ? '' : (answer.stdout ?? 'different');
  } finally {
    comparer.free();
    await pool.end();
  }
}

/** Lets columns of the internal type pass the adapter as text, and tells the engine that they are characters. */
function adapterThatReadsCatalogs(pool: Pool): PrismaPg {
  const characters = new Set<string>();
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<QueryResult>;
  const patched = async (...args: unknown[]): Promise<QueryResult> => {
    const result = await query(...args);
    for (const field of result.fields.filter(({ dataTypeID }) => dataTypeID === INTERNAL_CHAR)) {
      field.dataTypeID = TEXT;
      characters.add(field.name);
    }
    return result;
  };
  Object.assign(pool, { query: patched });
  const factory = new PrismaPg(pool);
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = await connect();
    const queryRaw = adapter.queryRaw.bind(adapter);
    adapter.queryRaw = async (sql) => {
      const result = await queryRaw(sql);
      const typeOf = (name: string, i: number): ColumnType =>
        characters.has(name) ? ColumnTypeEnum.Character : result.columnTypes[i]!;
      return { ...result, columnTypes: result.columnNames.map(typeOf) };
    };
    return adapter;
  };
  return factory;
}

/* oxlint-disable no-underscore-dangle -- names the compiler of the engine gave */
interface Wasm {
  instantiate(bytes: Uint8Array, imports: object): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
}

/** The package's own entry needs a Node flag to import its `.wasm`; reading the file does not. */
async function instantiate(): Promise<{ panicked: Promise<never> }> {
  const { WebAssembly: wasm } = globalThis as unknown as { WebAssembly: Wasm };
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const bytes = readFileSync(entry.replace(/\.js$/, '.wasm'));
  const { instance } = await wasm.instantiate(bytes, { './schema_engine_bg.js': engineModule });
  engineModule.__wbg_set_wasm(instance.exports);
  // A panic is told only here; the call that caused it never answers.
  const panicked = new Promise<never>((_, reject) => {
    Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => reject(new Error(text)) } });
  });
  instance.exports.__wbindgen_start();
  return { panicked };
}
