import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'pg';
import { SMTPServer } from 'smtp-server';
import type { Message } from '../../domain/process.ts';
import { addressesFromAccounts, mailChannel, type Channel } from '../../worker/channels.ts';
import { startOutbox } from '../../worker/outbox.ts';
import { losingPool } from '../harness/losingPool.ts';
import { freshDatabase, waitFor } from '../harness/services.ts';
import { QuietLog } from './support/engine.ts';

const TITLE = { sealed: randomUUID(), digest: 'd' };
const values = { number: '', step: 'check', title: TITLE };

let url: string;
let pool: Pool;
let smtp: SMTPServer;
let smtpUrl: string;
const mails: string[] = [];
let smtpDown = false;

beforeAll(async () => {
  url = await freshDatabase();
  pool = new Pool({ connectionString: url });
  smtp = new SMTPServer({
    closeTimeout: 100,
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, callback) {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
      stream.on('end', () => {
        if (smtpDown) return callback(new Error('try later, <li@example.edu.cn>'));
        mails.push(text);
        callback();
      });
    },
  });
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  smtpUrl = `smtp://127.0.0.1:${(smtp.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await pool.end();
  await new Promise<void>((done) => smtp.close(() => done()));
});
beforeEach(() => {
  mails.length = 0;
  smtpDown = false;
});

const opener = { open: async () => new Map([[TITLE.sealed, '新型催化剂']]) };
const mail = (): Channel => mailChannel({ url: smtpUrl, from: '赋权 <fuquan@example.edu.cn>' }, addressesFromAccounts(pool));
const start = (channels: Channel[], by = pool) =>
  startOutbox({
    pool: by,
    connection: { connectionString: url },
    opener,
    identity: randomUUID(),
    channels,
    log: new QuietLog(),
    sweepMs: 200,
    firstBackoffSeconds: 0.2,
  });

interface Holder {
  status?: string;
  roles?: string[];
  departments?: string[];
  until?: string;
}

interface Setting {
  institutionId: string;
  person: (account: string, holder?: Holder) => Promise<string>;
  tell: (template: string, to: Message['to'], given?: Message['values']) => Promise<string>;
}

async function setting(): Promise<Setting> {
  const institutionId = randomUUID();
  await pool.query(
    `INSERT INTO institution (id, code, name, kind, province, state_founded) VALUES ($1, $2, 'Test', 'university', '150000', true)`,
    [institutionId, institutionId],
  );
  return {
    institutionId,
    async person(account, { status = 'active', roles = [], departments = [], until } = {}) {
      const id = randomUUID();
      await pool.query(`INSERT INTO person (id, external_id, name, status, global_roles) VALUES ($1, $2, '{}', $3, '{}')`, [
        id,
        account,
        status,
      ]);
      await pool.query(
        `INSERT INTO membership (institution_id, person_id, roles, departments, "from", until) VALUES ($1, $2, $3, $4, '2020-01-01', $5)`,
        [institutionId, id, roles, departments, until ?? null],
      );
      return id;
    },
    async tell(template, to, given = values) {
      const id = `${randomUUID()}:1:0`;
      await pool.query(
        `INSERT INTO outbox (id, institution_id, case_id, seq, template, recipient, values) VALUES ($1, $2, $3, 1, $4, $5, $6)`,
        [id, institutionId, randomUUID(), template, JSON.stringify(to), JSON.stringify(given)],
      );
      await pool.query(`SELECT pg_notify('outbox', '')`);
      return id;
    },
  };
}

/** A plain mail's text, whichever way it was wrapped for the journey. */
function textOf(source: string): string {
  const [head = '', ...body] = source.split(/\r?\n\r?\n/);
  const wrapped = body.join('\n\n');
  if (/^Content-Transfer-Encoding: base64/im.test(head)) return Buffer.from(wrapped, 'base64').toString();
  const bytes = wrapped
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

const messagesOf = async (personId: string) =>
  (await pool.query<{ id: string; template: string }>('SELECT id, template FROM message WHERE person_id = $1', [personId])).rows;
const delivered = (id: string) =>
  waitFor(async () => (await pool.query('SELECT 1 FROM outbox WHERE id = $1 AND delivered_at IS NOT NULL', [id])).rowCount === 1);

describe('the outbox', () => {
  it('puts a message into the service and sends it by mail, in both languages under a stable id', async () => {
    const { person, tell } = await setting();
    const id = await person('zhang@example.edu.cn');
    const outbox = start([mail()]);
    const row = await tell('submitted', { personId: id });
    await waitFor(() => mails.length === 1);
    expect(await messagesOf(id)).toEqual([{ id: `${row}:${id}`, template: 'submitted' }]);
    expect(mails[0]).toMatch(/^To: zhang@example\.edu\.cn/m);
    expect(mails[0]).toMatch(/^Message-ID: <[0-9a-f]{40}@example\.edu\.cn>/im);
    expect(textOf(mails[0]!)).toContain('《新型催化剂》的赋权申请已提交');
    await outbox.stop();
  });

  it('resolves a role when it delivers: those who hold it today, in the department, and nobody deceased', async () => {
    const { person, tell } = await setting();
    const here = await person('a', { roles: ['departmentReviewer'], departments: ['finance'] });
    const elsewhere = await person('b', { roles: ['departmentReviewer'], departments: ['legal'] });
    const dead = await person('c', { roles: ['departmentReviewer'], departments: ['finance'], status: 'deceased' });
    const left = await person('d', { roles: ['departmentReviewer'], departments: ['finance'], until: '2021-01-01' });
    const outbox = start([]);
    await delivered(await tell('departmentAsked', { role: 'departmentReviewer', department: 'finance' }));
    expect(await Promise.all([here, elsewhere, dead, left].map(async (id) => (await messagesOf(id)).length))).toEqual([
      1, 0, 0, 0,
    ]);
    const toDead = await tell('withdrawn', { personId: dead });
    await delivered(toDead);
    expect(await messagesOf(dead)).toEqual([]);
    await outbox.stop();
  });

  it('goes on with its own messages while the mail server is down, and sends each letter once when it is back', async () => {
    const { person, tell } = await setting();
    const id = await person('li@example.edu.cn');
    smtpDown = true;
    const outbox = start([mail()]);
    await tell('submitted', { personId: id });
    await waitFor(async () => {
      const { rows } = await pool.query<{ attempts: number }>(
        `SELECT attempts FROM outbox WHERE channel = 'mail' AND recipient->>'personId' = $1 AND last_error LIKE 'Error E% 45_ %'`,
        [id],
      );
      return (rows[0]?.attempts ?? 0) >= 2;
    });
    // The server's words repeat the address; the row keeps the code alone.
    const { rows: kept } = await pool.query('SELECT last_error FROM outbox WHERE last_error LIKE $1', ['%example%']);
    expect(kept).toEqual([]);
    await delivered(await tell('caseDone', { personId: id }));
    expect(await messagesOf(id)).toHaveLength(2);
    smtpDown = false;
    await waitFor(() => mails.length === 2);
    await waitFor(async () => {
      const open =
        'SELECT 1 FROM outbox WHERE institution_id IN (SELECT institution_id FROM membership WHERE person_id = $1) AND delivered_at IS NULL';
      return (await pool.query(open, [id])).rowCount === 0;
    });
    expect(mails).toHaveLength(2);
    await outbox.stop();
  });

  it('takes over at once what a worker that died had on its way, and leaves what one that is there has', async () => {
    const { person, tell } = await setting();
    const id = await person('zhou@example.edu.cn');
    const session = await pool.connect();
    await session.query("SELECT hold_presence('busy')");
    const [left, held] = [await tell('submitted', { personId: id }), await tell('submitted', { personId: id })];
    const lease = "UPDATE outbox SET lease_until = clock_timestamp() + interval '1 hour', leased_by = $2 WHERE id = $1";
    await pool.query(lease, [left, 'dead']);
    await pool.query(lease, [held, 'busy']);
    const outbox = start([]);
    await delivered(left);
    expect((await messagesOf(id)).map((message) => message.id)).toEqual([`${left}:${id}`]);
    session.release(true);
    await delivered(held);
    await outbox.stop();
  });

  it('sends at once what it claimed without hearing of it', async () => {
    const { person, tell } = await setting();
    const id = await person('wu@example.edu.cn');
    const row = await tell('submitted', { personId: id });
    const losing = losingPool({ connectionString: url }, 'SET lease_until');
    const outbox = start([], losing);
    await delivered(row);
    expect(await messagesOf(id)).toHaveLength(1);
    await outbox.stop();
    await losing.end();
  });

  it('serves a channel that works while another hangs', async () => {
    const { person, tell } = await setting();
    const id = await person('wang@example.edu.cn');
    const hanging: Channel = { name: 'robot', send: () => new Promise(() => undefined), close: async () => undefined };
    const outbox = start([hanging, mail()]);
    await tell('submitted', { personId: id });
    await waitFor(() => mails.length === 1);
    const stopped = outbox.stop();
    await expect(stopped).resolves.toBeUndefined();
  });

  it('keeps a message with an unknown letter, with its reason, and sends the others', async () => {
    const { person, tell } = await setting();
    const id = await person('zhao@example.edu.cn');
    const outbox = start([mail()]);
    await tell('nobodyWroteThis', { personId: id });
    await tell('submitted', { personId: id });
    await waitFor(() => mails.length === 1);
    const { rows } = await pool.query<{ last_error: string }>(
      `SELECT last_error FROM outbox WHERE channel = 'mail' AND delivered_at IS NULL`,
    );
    expect(rows.some((row) => row.last_error.includes('There is no letter nobodyWroteThis'))).toBe(true);
    await outbox.stop();
  });
});
