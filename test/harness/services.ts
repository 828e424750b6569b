import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/** The environment variable by which globalSetup tells the test workers where things are. */
export const SERVICES_VARIABLE = 'FUQUAN_TEST_SERVICES';
export const TEMPLATE_DATABASE = 'fuquan_template';
export const NAMESPACE = 'fuquan';
export const REHEARSAL_NAMESPACE = 'fuquan-rehearsal';

export interface Services {
  /** Superuser URL of the cluster, to its `postgres` database. */
  postgresUrl: string;
  temporalAddress: string;
  /** Where the servers keep their data, and their logs. */
  dataDir: string;
  /** False when the only server found is too old; rehearsal tests say so and fail. */
  supportsTimeSkipping: boolean;
}

/** Where the services of this test run are. */
export function services(): Services {
  const text = process.env[SERVICES_VARIABLE];
  if (!text) throw new Error('No services: run this test in the jest project "services".');
  return JSON.parse(text) as Services;
}

/** Address of the Temporal server's frontend. */
export function temporalAddress(): string {
  return services().temporalAddress;
}

/** A new migrated database, for one test file or one test; answers its URL. It goes with the cluster after the run. */
export async function freshDatabase(): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onCluster(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE}`);
  return databaseUrl(name);
}

/** A new empty database, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<string> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await onCluster(`CREATE DATABASE ${name} TEMPLATE template0`);
  return databaseUrl(name);
}

/** A task queue no other test polls. */
export function uniqueTaskQueue(prefix = 'test'): string {
  return `${prefix}-${randomUUID()}`;
}

export interface WaitOptions {
  /** What is waited for, for the message when it does not come. */
  what?: string;
  timeoutMs?: number;
  everyMs?: number;
}

/** Polls until the condition gives something truthy, and answers it. Errors count as "not yet". */
export async function waitFor<T>(condition: () => T | Promise<T>, options: WaitOptions = {}): Promise<NonNullable<T>> {
  const { what = 'the condition', timeoutMs = 20_000, everyMs = 25 } = options;
  const deadline = Date.now() + timeoutMs;
  let last: unknown = 'it never held';
  while (Date.now() < deadline) {
    try {
      const value = await condition();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((next) => setTimeout(next, everyMs));
  }
  throw new Error(`Waited ${timeoutMs} ms in vain for ${what}`, { cause: last });
}

function databaseUrl(name: string): string {
  const url = new URL(services().postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}

async function onCluster(sql: string): Promise<void> {
  const client = new Client({ connectionString: services().postgresUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
