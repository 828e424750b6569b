import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { freshDatabase, temporalAddress, waitFor } from '../harness/services.ts';
import { Proxy } from './support/proxy.ts';

const FIXTURE = join(process.cwd(), 'test/faults/launcher.fixture.ts');

/** A launcher in a process of its own. */
interface Launched {
  process: ChildProcess;
  output: () => string;
  exit: Promise<number | null>;
}

let dataDir: string;
const launched: Launched[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'fuquan-launcher-'));
});

afterEach(async () => {
  for (const each of launched.splice(0)) {
    each.process.kill('SIGTERM');
    await each.exit;
  }
  await waitFor(() => serversOf(dataDir).length === 0, { what: 'PostgreSQL to be gone' });
  rmSync(dataDir, { recursive: true, force: true });
});

test('keeps data over a restart and over a kill, and leaves no server behind', async () => {
  const first = await started();
  await query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)');
  first.process.kill('SIGTERM');
  expect(await first.exit).toBe(0);
  expect(serversOf(dataDir)).toEqual([]);

  const second = await started();
  await query('INSERT INTO kept VALUES (2)');
  const children = childrenOf(second.process.pid!);
  second.process.kill('SIGKILL');
  await second.exit;
  await waitFor(() => children.every((pid) => !isAlive(pid)), { what: 'the servers of the killed launcher to leave' });

  await started();
  expect(await query('SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
});

test('a second start on the same data says who uses it and leaves the first alone', async () => {
  const first = await started();
  const second = start();
  expect(await second.exit).toBe(1);
  expect(second.output()).toContain(`process ${first.process.pid}`);
  expect(second.output()).toContain('FUQUAN_DATA_DIR');
  expect(await query('SELECT 1 AS n')).toEqual([{ n: 1 }]);
});

test('a taken port is named, and nothing stays half started', async () => {
  const blocker = createServer();
  const port = await new Promise<number>((resolve) => {
    blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port));
  });
  try {
    for (const variable of ['FUQUAN_POSTGRES_PORT', 'FUQUAN_TEMPORAL_PORT']) {
      const refused = start({ [variable]: String(port) });
      expect(await refused.exit).toBe(1);
      expect(refused.output()).toContain(`Port ${port} is taken`);
      expect(refused.output()).toContain(variable);
      expect(serversOf(dataDir)).toEqual([]);
    }
  } finally {
    blocker.close();
  }
});

test.each([
  ['Temporal', 'temporal', 'The Temporal server ended unexpectedly'],
  ['PostgreSQL', 'postgres', 'PostgreSQL ended unexpectedly'],
])('when %s dies there is one message, and the rest stops', async (_name, program, message) => {
  const running = await started();
  const children = childrenOf(running.process.pid!);
  const victim = children.find((pid) => commandOf(pid).split(' ')[0]!.includes(program))!;
  process.kill(victim, 'SIGKILL');
  expect(await running.exit).toBe(1);
  expect(running.output().split(message)).toHaveLength(2);
  expect(running.output()).not.toMatch(/^\s+at /m);
  await waitFor(() => children.every((pid) => !isAlive(pid)), { what: 'the other servers to stop' });
});

test('a part of a deployment waits for servers that are away, and says so', async () => {
  const closed = 1;
  const ports = { database: closed, temporal: closed };
  const [database, temporal] = [await Proxy.to(() => ports.database), await Proxy.to(() => ports.temporal)];
  const url = new URL(await freshDatabase());
  const real = { database: Number(url.port), temporal: Number(new URL(`tcp://${temporalAddress()}`).port) };
  url.port = String(database.port);
  const waiting = start({
    FUQUAN_ROLE: 'worker',
    DATABASE_URL: url.href,
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}`,
    LAUNCHER_WORKER_AWAY: '1',
  });
  const says = (text: string): Promise<boolean> =>
    waitFor(() => waiting.output().includes(text), { what: text, timeoutMs: 60_000 });
  try {
    await says('cannot be reached');
    ports.database = real.database;
    await says('cannot be used');
    ports.temporal = real.temporal;
    await says('not healthy yet');
    await says('Ready');
    expect(waiting.output().split('waiting for a minute at most')).toHaveLength(4);
  } finally {
    await Promise.all([database.close(), temporal.close()]);
  }
});

function start(env: NodeJS.ProcessEnv = {}): Launched {
  const child = spawn(process.execPath, ['--import', 'tsx', FIXTURE], {
    env: { ...process.env, FUQUAN_DATA_DIR: dataDir, DATABASE_URL: '', TEMPORAL_ADDRESS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += String(chunk)));
  const one: Launched = {
    process: child,
    output: () => text,
    exit: new Promise((resolve) => child.once('close', (code) => resolve(code))),
  };
  launched.push(one);
  return one;
}

async function started(): Promise<Launched> {
  const one = start();
  let exited = false;
  void one.exit.then(() => (exited = true));
  await waitFor(() => exited || one.output().includes('Ready'), { what: 'the launcher to be ready', timeoutMs: 60_000 });
  expect(one.output()).toContain('Ready');
  return one;
}

async function query(sql: string): Promise<unknown[]> {
  const note = JSON.parse(readFileSync(join(dataDir, 'postgres', 'fuquan.json'), 'utf8')) as { port: number; password: string };
  const client = new Client({ connectionString: `postgresql://postgres:${note.password}@127.0.0.1:${note.port}/fuquan` });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function childrenOf(pid: number): number[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter((row) => row[1] === pid).map((row) => row[0]!);
}

/** Process ids of PostgreSQL servers on this data directory. */
function serversOf(folder: string): string[] {
  const table = execFileSync('ps', ['-A', '-o', 'args='], { encoding: 'utf8' });
  return table.split('\n').filter((line) => line.includes(`-D ${folder}`));
}

function commandOf(pid: number): string {
  return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).trim();
}

function isAlive(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}
