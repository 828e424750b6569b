import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pickPort } from '../../runtime/ports.ts';
import { Bare } from '../bare.ts';
import type { Bench, Found, Measure } from '../bench.ts';
import { startNode } from '../child.ts';
import { startServers } from '../servers.ts';
import { median } from '../stats.ts';

/** Seconds until `npm start` says that it is ready, on servers of its own in the folder. */
async function ours(dataDir: string): Promise<number> {
  const env = {
    NODE_ENV: 'development',
    FUQUAN_ROLE: 'all',
    FUQUAN_DATA_DIR: dataDir,
    FUQUAN_API_PORT: String(await pickPort()),
    FUQUAN_TEMPORAL_PORT: String(await pickPort()),
    FUQUAN_POSTGRES_PORT: String(await pickPort()),
    FUQUAN_TEMPORAL_UI_PORT: String(await pickPort()),
    LOG_LEVEL: 'warn',
  };
  const child = await startNode('runtime/start.ts', env, /Ready, Ctrl-C/, { logFile: join(dataDir, '..', 'startup.log') });
  await child.stop();
  return child.readyMs / 1_000;
}

/** The same of the bare worker, behind the same two servers. */
async function theirs(dataDir: string): Promise<number> {
  const began = performance.now();
  const servers = await startServers(dataDir, () => undefined);
  try {
    const bare = await Bare.start({ servers, dataDir });
    const seconds = (performance.now() - began) / 1_000;
    await bare.stop();
    return seconds;
  } finally {
    await servers.stop();
  }
}

async function run(bench: Bench): Promise<Found> {
  // Nothing else is to run meanwhile.
  await bench.stopSides();
  const folder = await mkdtemp(join(tmpdir(), 'fuquan-startup-'));
  // PostgreSQL may run as another user than we do.
  await chmod(folder, 0o755);
  try {
    const times = async (
      name: string,
      start: (dataDir: string) => Promise<number>,
    ): Promise<{ first: number; later: number }> => {
      const first = await start(join(folder, name));
      const later: number[] = [];
      while (later.length < bench.scale.startUps) later.push(await start(join(folder, name)));
      return { first, later: median(later) };
    };
    const product = await times('product', ours);
    const bare = await times('bare', theirs);
    const row = (what: string, key: 'first' | 'later') => ({
      what,
      unit: 's',
      product: product[key],
      bare: bare[key],
      ratio: product[key] / bare[key],
    });
    return {
      rows: [row('first start: servers, schema, samples', 'first'), row('later start', 'later')],
      notes: [
        'From the command to “ready”, with PostgreSQL and Temporal started by it. The Temporal program is there already: building it',
        'once takes minutes. The bare side starts the same servers, without tables, samples or API, and starts PostgreSQL once more',
        'to count statements.',
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const startup: Measure = { name: 'startup', title: 'Start-up', run };
