/**
 * Tells people what happened, apart from the cases: an endpoint that is down for days holds up no case and no other
 * endpoint. Every row is delivered at least once, under an id that stays the same.
 *
 * A row of channel `inbox` is put into the service's own messages, one for each recipient, and in the same transaction
 * becomes a row for each recipient and each further channel; those are then sent one by one.
 */
import type { ClientConfig, Pool } from 'pg';
import type { Message, SealedRef } from '../domain/process.ts';
import { backoffSeconds, pause } from './backoff.ts';
import { Bell } from './bell.ts';
import type { Channel } from './channels.ts';
import { listenTo } from './listen.ts';
import { reasonOf, type Log } from './log.ts';
import { noMetrics, type WorkerMetrics } from './metrics.ts';
import { recipientsOf } from './recipients.ts';
import type { LetterValues } from '../letters/letter.ts';
import { renderLetter } from '../letters/index.ts';

/** Opens sealed values, held against their refs' digests; erased ones are absent. */
export interface Opener {
  open(refs: readonly SealedRef[]): Promise<Map<string, string>>;
}

export interface OutboxOptions {
  pool: Pool;
  connection: ClientConfig;
  opener: Opener;
  /** Names this worker in the leases. */
  identity: string;
  /** Ways out of the service beside its own messages. */
  channels: readonly Channel[];
  log: Log;
  metrics?: WorkerMetrics;
  sweepMs?: number;
  /** Seconds after the first failure; later ones double it. */
  firstBackoffSeconds?: number;
}

interface OutboxRow {
  id: string;
  institution_id: string;
  case_id: string;
  template: string;
  recipient: Message['to'];
  values: Message['values'];
  attempts: number;
}

const OWN_CHANNEL = 'inbox';
const BATCH = 10;
const LEASE_SECONDS = 120;
const LONGEST_BACKOFF_SECONDS = 3_600;
const STOP_GRACE_MS = 5_000;

/** Starts delivering; goes on until it is stopped. */
export function startOutbox(options: OutboxOptions): { stop(): Promise<void> } {
  const {
    pool,
    connection,
    opener,
    identity,
    channels,
    log,
    metrics = noMetrics,
    sweepMs = 10_000,
    firstBackoffSeconds = 5,
  } = options;
  const stopping = new AbortController();

  /** A batch of the channel. What this worker holds there already it knows nothing of: the answer to a claim was lost. */
  async function claim(channel: string): Promise<OutboxRow[]> {
    const { rows } = await pool.query<OutboxRow>(
      `UPDATE outbox o SET lease_until = clock_timestamp() + make_interval(secs => $3), leased_by = $4, attempts = attempts + 1
        WHERE id IN (SELECT id FROM outbox WHERE delivered_at IS NULL AND channel = $1 AND next_at <= clock_timestamp()
                        AND (lease_until IS NULL OR lease_until <= clock_timestamp() OR leased_by = $4)
                      ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING id, institution_id, case_id, template, recipient, values, attempts`,
      [channel, BATCH, LEASE_SECONDS, identity],
    );
    return rows;
  }

  /** Into the service's own messages, and onwards into a row for each person and further channel: one statement. */
  async function post(row: OutboxRow): Promise<string | undefined> {
    const persons = await recipientsOf(pool, row.institution_id, row.recipient);
    const note = persons.length === 0 ? 'noRecipient' : undefined;
    await pool.query(
      `WITH posted AS (
         INSERT INTO message (id, institution_id, person_id, case_id, template, values, created_at)
         SELECT $1 || ':' || p, $2, p::uuid, $3, $4, $5, service_clock() FROM unnest($6::text[]) AS p ON CONFLICT DO NOTHING
       ), onwards AS (
         INSERT INTO outbox (id, institution_id, case_id, seq, template, recipient, values, channel)
         SELECT $1 || ':' || c || ':' || p, o.institution_id, o.case_id, o.seq, o.template, jsonb_build_object('personId', p), o.values, c
           FROM outbox o, unnest($6::text[]) AS p, unnest($7::text[]) AS c WHERE o.id = $1 ON CONFLICT DO NOTHING
       )
       UPDATE outbox SET delivered_at = clock_timestamp(), lease_until = NULL, last_error = $8 WHERE id = $1`,
      [
        row.id,
        row.institution_id,
        row.case_id,
        row.template,
        JSON.stringify(row.values),
        persons,
        channels.map(({ name }) => name),
        note ?? null,
      ],
    );
    return note;
  }

  /** Out by a channel, with sealed values opened only now. */
  async function send(channel: Channel, row: OutboxRow): Promise<string | undefined> {
    if (!('personId' in row.recipient)) throw new Error('A row of this channel must name one person');
    // The person may have died since the row was written.
    const [personId] = await recipientsOf(pool, row.institution_id, row.recipient);
    const letter = renderLetter(row.template, await opened(opener, row.values));
    const outcome = personId === undefined ? 'noRecipient' : await channel.send({ ...letter, id: row.id, personId });
    const note = outcome === 'sent' ? undefined : outcome;
    await pool.query('UPDATE outbox SET delivered_at = clock_timestamp(), lease_until = NULL, last_error = $2 WHERE id = $1', [
      row.id,
      note ?? null,
    ]);
    return note;
  }

  async function deliver(name: string, row: OutboxRow, how: (row: OutboxRow) => Promise<string | undefined>): Promise<void> {
    try {
      const note = await how(row);
      if (note) log.warn({ id: row.id, channel: name, note }, 'a message reached nobody');
      metrics.told(name, 'delivered');
    } catch (error) {
      metrics.told(name, 'failed');
      const seconds = backoffSeconds(row.attempts, firstBackoffSeconds, LONGEST_BACKOFF_SECONDS);
      const reason = failureOf(error);
      log.warn({ id: row.id, channel: name, reason, seconds }, 'a message could not be delivered');
      await pool
        .query(
          `UPDATE outbox SET lease_until = NULL, last_error = $2, next_at = clock_timestamp() + make_interval(secs => $3)
            WHERE id = $1 AND delivered_at IS NULL`,
          [row.id, reason, seconds],
        )
        // The lease runs out by itself.
        .catch(() => undefined);
    }
  }

  /** Serves one channel for itself, so that a slow one holds up no other. */
  async function serve(name: string, bell: Bell, how: (row: OutboxRow) => Promise<string | undefined>): Promise<void> {
    for (;;) {
      await bell.heard();
      if (stopping.signal.aborted) return;
      try {
        const rows = await claim(name);
        await Promise.all(rows.map((row) => deliver(name, row, how)));
        if (rows.length > 0) ringAll();
      } catch (error) {
        log.warn({ channel: name, reason: reasonOf(error) }, 'the outbox cannot be read');
      }
    }
  }

  const bells: Bell[] = [];
  const ringAll = (): void => bells.forEach((bell) => bell.ring());
  const start = (name: string, how: (row: OutboxRow) => Promise<string | undefined>): Promise<void> => {
    const bell = new Bell();
    bells.push(bell);
    return serve(name, bell, how);
  };
  const serving = [start(OWN_CHANNEL, post), ...channels.map((channel) => start(channel.name, (row) => send(channel, row)))];
  const look = (): void =>
    void pool
      .query('SELECT take_over_messages($1)', [identity])
      .catch((error: unknown) => log.warn({ reason: reasonOf(error) }, 'the outbox cannot be looked through'))
      .finally(ringAll);
  const listener = listenTo({ connection, channel: 'outbox', presence: identity, onNotice: ringAll, onConnected: look, log });
  const sweep = setInterval(look, sweepMs);

  return {
    async stop() {
      stopping.abort();
      clearInterval(sweep);
      ringAll();
      const ended = new AbortController();
      const all = Promise.allSettled([...serving, listener.stop()]).then(() => ended.abort());
      // A letter that is being handed over may take long; its lease runs out and it is sent again under the same id.
      await Promise.race([all, pause(STOP_GRACE_MS, ended.signal)]);
      await Promise.allSettled(channels.map((channel) => channel.close()));
    },
  };
}

/** Whether the failure came from the other side, as a mail server's refusal does. */
const isForeign = (error: Error): error is Error & { code?: string; responseCode?: number; command?: string } =>
  'responseCode' in error || 'command' in error;

/** Why it failed. Of what the other side said only the code: its words may repeat an address or a part of the letter. */
function failureOf(error: unknown): string {
  if (!(error instanceof Error) || !isForeign(error)) return reasonOf(error);
  return [error.name, error.code, error.responseCode, error.command].filter((part) => part !== undefined).join(' ');
}

const isSealed = (value: Message['values'][string]): value is SealedRef => typeof value === 'object';

async function opened(opener: Opener, values: Message['values']): Promise<LetterValues> {
  const refs = Object.values(values).filter(isSealed);
  const texts = refs.length > 0 ? await opener.open(refs) : new Map<string, string>();
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, isSealed(value) ? texts.get(value.sealed) : value]),
  );
}
