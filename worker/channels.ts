/** Ways to reach a person outside the service. Further ones (WeCom, DingTalk, webhooks) implement the same port. */
import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { Pool } from 'pg';
import type { Rendered } from '../letters/letter.ts';

export interface OutgoingLetter extends Rendered {
  /** The same for every attempt at the same letter. */
  id: string;
  personId: string;
}

export interface Channel {
  /** As in the outbox row's `channel`; never `inbox`, which is the service's own. */
  name: string;
  /** Hands the letter over, or throws; `noAddress` when the person cannot be reached this way at all. */
  send(letter: OutgoingLetter): Promise<'sent' | 'noAddress'>;
  close(): Promise<void>;
}

/** Where a person reads mail; undefined when that is not known. */
export type AddressBook = (personId: string) => Promise<string | undefined>;

/** Takes the subject of a person's tokens for an address where it has the form of one, as it does at many institutions. */
export function addressesFromAccounts(pool: Pool): AddressBook {
  return async (personId) => {
    const { rows } = await pool.query<{ external_id: string | null }>('SELECT external_id FROM person WHERE id = $1', [personId]);
    const account = rows[0]?.external_id ?? '';
    return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(account) ? account : undefined;
  };
}

/** Mail by SMTP, in plain text. */
export function mailChannel({ url, from }: { url: string; from: string }, addressOf: AddressBook): Channel {
  const transport = createTransport(
    { url, pool: true, maxConnections: 2, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 },
    { from },
  );
  const domain = /@([^\s>]+)>?$/.exec(from)?.[1] ?? 'localhost';
  return {
    name: 'mail',
    async send({ id, personId, subject, text }) {
      const to = await addressOf(personId);
      if (!to) return 'noAddress';
      // A mail server that saw the letter before can tell by this that it is the same one.
      const messageId = `<${createHash('sha256').update(id).digest('hex').slice(0, 40)}@${domain}>`;
      await transport.sendMail({ to, subject, text, messageId });
      return 'sent';
    },
    async close() {
      transport.close();
    },
  };
}
