/** The faults, each as something that is done to a scene at work. */
import { waitFor } from '../../harness/services.ts';
import type { Scene } from './scene.ts';

export interface Fault {
  name: string;
  /** How often it is tried. */
  times: number;
  /** Does it, mends it where it does not mend itself, and answers the instant from which people wait to be served again. */
  strike(scene: Scene): Promise<number>;
}

/** A worker that is stopped is taken for gone neither by PostgreSQL nor by Temporal until its leases and tasks run out. */
const FROZEN_MS = 45_000;
const NEWER_KEY = `f2:${Buffer.alloc(32, 2).toString('base64')}`;
const QUERY = 'SELECT count(*)::int AS n FROM';

const now = async (what: () => Promise<unknown> | void): Promise<number> => {
  const at = Date.now();
  await what();
  return at;
};

const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms));

async function count(scene: Scene, rows: string): Promise<number> {
  const { rows: found } = await scene.stack.pool.query<{ n: number }>(`${QUERY} ${rows}`);
  return found[0]?.n ?? 0;
}

/** Kills of single processes: each is over before the next one comes. */
export const single: Fault[] = [
  { name: 'API killed', times: 10, strike: ({ stack }) => now(() => stack.api.kill()) },
  { name: 'worker killed', times: 10, strike: ({ stack }) => now(() => stack.worker.kill()) },
  { name: 'PostgreSQL killed', times: 10, strike: ({ servers }) => now(() => void servers.killPostgres()) },
  { name: 'Temporal killed', times: 10, strike: ({ servers }) => now(() => void servers.killTemporal()) },
];

/** Connections that break, some of them while an acknowledgement is on its way. */
export const cuts: Fault[] = [
  { name: 'all connections to PostgreSQL cut', times: 10, strike: ({ lines }) => now(() => void lines.database.cut()) },
  { name: 'all connections to Temporal cut', times: 10, strike: ({ lines }) => now(() => void lines.temporal.cut()) },
  { name: 'connections of clients cut', times: 10, strike: ({ lines }) => now(() => void lines.api.cut()) },
  {
    name: 'cut while the answer to an act is on its way to the client',
    times: 10,
    strike: ({ lines }) => lines.api.cutAnswerTo('/acts HTTP/1.1').then(Date.now),
  },
  {
    name: 'cut while the commit of a receipt is on its way to the API',
    times: 10,
    strike: ({ lines }) => lines.database.cutAnswerTo('COMMIT').then(Date.now),
  },
  {
    name: 'cut while the record of an act is on its way to the worker',
    times: 10,
    strike: ({ lines }) => lines.database.cutAnswerTo('record_act').then(Date.now),
  },
  {
    name: 'cut while a claim is on its way to the worker',
    times: 10,
    strike: ({ lines }) => lines.database.cutAnswerTo('claim_inbox').then(Date.now),
  },
];

export const frozen: Fault[] = [
  {
    name: 'worker stopped past its timeouts, then woken',
    times: 2,
    strike: async ({ stack }) => {
      const at = Date.now();
      stack.worker.signal('SIGSTOP');
      await pause(FROZEN_MS);
      stack.worker.signal('SIGCONT');
      return at;
    },
  },
  {
    name: 'API stopped for ten seconds, then woken',
    times: 2,
    strike: async ({ stack }) => {
      stack.api.signal('SIGSTOP');
      await pause(10_000);
      stack.api.signal('SIGCONT');
      return Date.now();
    },
  },
];

/** What has been said of `channel = 'mail'` is left to be told when the server is back; the cases go on. */
export const mail: Fault[] = [
  {
    name: 'SMTP slow (2 s a letter)',
    times: 1,
    strike: async (scene) => {
      scene.stack.mailbox.mood = 'slow';
      await scene.acts(60);
      scene.stack.mailbox.mood = 'well';
      return Date.now();
    },
  },
  {
    name: 'SMTP refusing',
    times: 1,
    strike: async (scene) => {
      const { mailbox, pool } = scene.stack;
      mailbox.mood = 'refusing';
      await scene.acts(60);
      await waitFor(() => mailbox.refused > 0, { what: 'a letter to be refused', timeoutMs: 60_000 });
      mailbox.mood = 'well';
      await pool.query("UPDATE outbox SET next_at = clock_timestamp() WHERE channel = 'mail' AND delivered_at IS NULL");
      return Date.now();
    },
  },
  {
    name: 'SMTP gone for three days',
    times: 1,
    strike: async (scene) => {
      const { mailbox, pool } = scene.stack;
      await mailbox.go();
      await scene.acts(60);
      // Of three days only the attempts are played: each waits for its turn, and its turn comes at once.
      for (let attempt = 0; attempt < 75; attempt += 1) {
        await pool.query("UPDATE outbox SET next_at = clock_timestamp() WHERE channel = 'mail' AND delivered_at IS NULL");
        await pool.query("SELECT pg_notify('outbox', '')");
        await pause(100);
      }
      if ((await count(scene, "outbox WHERE channel = 'mail' AND delivered_at IS NULL AND attempts > 3")) === 0) {
        throw new Error('No letter was tried again and again');
      }
      await mailbox.come();
      await pool.query("UPDATE outbox SET next_at = clock_timestamp() WHERE channel = 'mail' AND delivered_at IS NULL");
      return Date.now();
    },
  },
];

/** A key that is lost, and a case that nothing can be done for. */
export const keys: Fault[] = [
  {
    name: 'codec key lost, then found',
    times: 2,
    strike: async (scene) => {
      const { worker } = scene.stack;
      const at = Date.now();
      // The newest key is there, and what older ones encrypted cannot be read.
      worker.change({ FUQUAN_CODEC_KEYS: NEWER_KEY });
      await worker.ready();
      await pause(15_000);
      worker.change({ FUQUAN_CODEC_KEYS: `${NEWER_KEY},${scene.stack.codecKeys}` });
      await worker.ready();
      return at;
    },
  },
  {
    name: 'a poison case among healthy ones',
    times: 3,
    strike: async (scene) => {
      const at = Date.now();
      const mend = await scene.poison();
      // The others are served while it stands still.
      await scene.acts(40);
      await mend();
      return at;
    },
  },
];
