import { Client, type ClientConfig } from 'pg';
import { reasonOf, type Log } from './log.ts';

export interface Listener {
  stop(): Promise<void>;
}

export interface ListenOptions {
  /** Any connection settings of pg; the listener keeps one connection of its own. */
  connection: ClientConfig;
  channel: 'inbox' | 'outbox' | 'answered';
  /** The worker that this connection stands for: while it lives, nobody takes over what the worker has leased. */
  presence?: string;
  /** Called with each notice's payload. */
  onNotice: (payload: string) => void;
  /** Called after each (re)connection, since notices in between are lost. */
  onConnected: () => void;
  log: Log;
}

const LONGEST_PAUSE_MS = 5_000;

/** Listens to a channel, and connects again for as long as it is not stopped. */
export function listenTo({ connection, channel, presence, onNotice, onConnected, log }: ListenOptions): Listener {
  let stopped = false;
  let current: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let failures = 0;

  const connect = async (): Promise<void> => {
    const client = new Client({ ...connection, keepAlive: true });
    let gone = false;
    const lost = (error?: Error): void => {
      if (gone) return;
      gone = true;
      if (error && !stopped) log.warn({ channel, reason: reasonOf(error) }, 'listening connection lost');
      client.end().catch(() => undefined);
      if (stopped) return;
      timer = setTimeout(() => void connect(), Math.min(100 * 2 ** failures++, LONGEST_PAUSE_MS));
    };
    client.on('error', lost);
    client.on('end', () => lost());
    client.on('notification', ({ payload = '' }) => onNotice(payload));
    current = client;
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      if (presence !== undefined) await client.query('SELECT hold_presence($1)', [presence]);
      failures = 0;
      onConnected();
    } catch (error) {
      lost(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const first = connect();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await first;
      await current?.end().catch(() => undefined);
    },
  };
}
