/** Receipt and its moment: what is in time, what is the same act again, and how receipts and closings meet. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { waitFor } from '../harness/services.ts';
import { atOnce, event, Office, projection, window } from './record.fixture.ts';

const endsAt = '2026-03-16T16:00:00.000Z';
const key = 'publicity:1';
let office: Office;

beforeEach(async () => {
  office = await Office.open();
});
afterEach(() => office.close());

async function inPublicity(end = endsAt): Promise<string> {
  const caseId = await office.draft();
  await office.record(caseId, 0, { projection: projection({ deadlines: [window(end)] }) });
  return caseId;
}

const closing = (end = endsAt) => ({
  guards: [{ kind: 'windowOver' as const, key, endsAt: end }],
  events: [event({ type: 'windowClosed' })],
  projection: projection({ deadlines: [window(end, { state: 'closed' })] }),
});

describe('an act received', () => {
  test('again with the same key and body is the same act; with another body it is a conflict', async () => {
    const caseId = await office.draft();
    const again = { idempotencyKey: 'k', bodyHashes: ['k1:a'] };
    const first = await office.receive(caseId, again);
    expect(first.outcome).toBe('received');
    const second = await office.receive(caseId, again);
    expect(second).toEqual({ ...first, outcome: 'repeated' });
    expect(await office.receive(caseId, { ...again, bodyHashes: ['k1:b'] })).toEqual({ outcome: 'conflict' });
    expect(await office.receive(caseId, { ...again, type: 'submit' })).toEqual({ outcome: 'conflict' });
    expect(await office.receive(await office.draft(), again)).toEqual({ outcome: 'conflict' });
    // After a rotation the hash under the older key still tells that it is the same body.
    expect(await office.receive(caseId, { ...again, bodyHashes: ['k2:c', 'k1:a'] })).toMatchObject({ outcome: 'repeated' });
  });

  test('again after its answer is told that answer', async () => {
    const caseId = await office.draft();
    const again = { idempotencyKey: 'k' };
    const { act } = await office.receive(caseId, again);
    await office.record(caseId, 0, { actId: act?.id ?? '', fromInbox: true });
    expect(await office.receive(caseId, again)).toMatchObject({
      outcome: 'repeated',
      act: { answer: { outcome: 'done', version: 1 } },
    });
  });

  test('fifty times at once is one row, with its sealed values once', async () => {
    const caseId = await office.draft();
    const results = await atOnce(50, () => {
      const sealed = [
        { id: randomUUID(), subjectKind: 'case', subjectId: caseId, digest: 'd', nonce: 'AAAA', ciphertext: 'AAAA' },
      ];
      return office.receive(caseId, { idempotencyKey: 'k', sealed });
    });
    expect(results.filter(({ outcome }) => outcome === 'received')).toHaveLength(1);
    expect(new Set(results.map(({ act }) => act?.id)).size).toBe(1);
    expect(await office.one('SELECT count(*)::int AS x FROM sealed_value')).toBe(1);
  });

  test('waits for one that was received before it and is not committed yet, so that no later act is seen without it', async () => {
    const caseId = await office.draft();
    const earlier = await office.pool.connect();
    await earlier.query('BEGIN');
    const first = await office.receive(caseId, {}, earlier);
    const second = office.receive(caseId);
    await waitFor(() => office.one("SELECT count(*) > 0 AS x FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"));
    expect(await office.sql('SELECT claim_inbox(5, 60, $1) AS x', 'a')).toEqual([]);
    await earlier.query('COMMIT');
    earlier.release();
    const [before = '', after = ''] = [first, await second].map(({ act }) => act?.receivedAt);
    expect(after >= before).toBe(true);
    expect(await office.sql('SELECT claim_inbox(5, 60, $1) AS x', 'a')).toMatchObject([{ x: { id: first.act?.id } }]);
  });

  test('for a case of another institution finds no case', async () => {
    expect(await office.receive(await office.draft(), { institutionId: randomUUID() })).toEqual({ outcome: 'noCase' });
  });

  test('keeps the files it names, and is not received when one of them is gone', async () => {
    const caseId = await office.draft();
    await office.sql(
      `INSERT INTO document VALUES ($1, 'aa', 1, 'application/pdf', NULL, '', 'k', $2, clock_timestamp(), clock_timestamp())`,
      office.institutionId,
      office.personId,
    );
    await expect(office.receive(caseId, { documents: ['aa', 'bb'] })).rejects.toMatchObject({ code: 'FQ404', detail: '["bb"]' });
    expect(await office.one('SELECT expires_at IS NULL AS x FROM document')).toBe(false);
    expect(await office.receive(caseId, { documents: ['aa', 'aa'] })).toMatchObject({ outcome: 'received' });
    expect(await office.one('SELECT expires_at IS NULL AS x FROM document')).toBe(true);
  });
});

test('the clock cuts to whole milliseconds: it is never ahead of time', async () => {
  const never = 'SELECT bool_and(service_clock() <= clock_timestamp()) AS x FROM generate_series(1, 50000)';
  expect(await office.one(never)).toBe(true);
});

describe('the last millisecond of a window', () => {
  test('is in time, the first after it is not, and a closed window is not spoken of', async () => {
    const at = await office.holdClock();
    await at('2026-03-10T00:00:00Z');
    const caseId = await inPublicity();
    const timely = async (): Promise<unknown> => (await office.receive(caseId)).act?.timely;
    await at('2026-03-16T15:59:59.999Z');
    expect(await timely()).toEqual({ [key]: true });
    // Cut, not rounded: a microsecond before midnight is still the last millisecond.
    await at('2026-03-16T15:59:59.999999Z');
    const last = await office.receive(caseId);
    expect(last.act).toMatchObject({ receivedAt: '2026-03-16T15:59:59.999Z', timely: { [key]: true } });
    await at('2026-03-16T16:00:00.000Z');
    expect(await timely()).toEqual({ [key]: false });
    await office.sql(`UPDATE inbox SET answered_at = received_at, answer = '{}'`);
    await office.record(caseId, 1, closing());
    expect(await timely()).toEqual({});
  });

  test('belongs to the window: nothing closes before its end by the clock of the database', async () => {
    const at = await office.holdClock();
    await at('2026-03-16T15:59:59.999Z');
    const caseId = await inPublicity();
    expect(await office.record(caseId, 1, closing())).toEqual({ kind: 'notYet', retryAt: endsAt });
    await at(endsAt);
    expect(await office.record(caseId, 1, closing())).toMatchObject({ kind: 'recorded', version: 2 });
  });

  test('is what the row says, when a calendar has moved the row and the case has not heard of it', async () => {
    const at = await office.holdClock();
    await at('2026-03-16T16:00:00Z');
    const caseId = await inPublicity();
    await office.sql(`UPDATE deadline SET ends_at = '2026-03-17T16:00:00Z', moved_to = '2026-2' WHERE case_id = $1`, caseId);
    expect(await office.record(caseId, 1, closing())).toEqual({ kind: 'notYet', retryAt: '2026-03-17T16:00:00.000Z' });
  });
});

describe('closing a window', () => {
  test('that holds the case makes a receipt wait, and the receipt counts from then', async () => {
    const at = await office.holdClock();
    await at('2026-03-16T15:59:59.999Z');
    const caseId = await inPublicity();
    const holder = await office.pool.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT 1 FROM cases WHERE id = $1 FOR UPDATE', [caseId]);
      const receipt = office.receive(caseId);
      expect(await Promise.race([receipt, new Promise((next) => setTimeout(() => next('waiting'), 200))])).toBe('waiting');
      await at(endsAt);
      await holder.query('COMMIT');
      expect((await receipt).act).toMatchObject({ receivedAt: endsAt, timely: { [key]: false } });
    } finally {
      holder.release();
    }
  });

  test('waits for an earlier receipt that is undelivered, but not for a later one', async () => {
    const at = await office.holdClock();
    await at('2026-03-16T15:59:00Z');
    const caseId = await inPublicity();
    const early = await office.receive(caseId);
    await at('2026-03-16T16:00:05Z');
    await office.receive(caseId);
    expect(await office.record(caseId, 1, closing())).toEqual({ kind: 'notYet', retryAt: '2026-03-16T16:00:07.000Z' });
    await office.record(caseId, 1, {
      actId: early.act?.id ?? '',
      fromInbox: true,
      projection: projection({ deadlines: [window(endsAt)] }),
    });
    expect(await office.record(caseId, 2, closing())).toMatchObject({ kind: 'recorded' });
  });

  test('waits for a receipt that holds the case and has not committed', async () => {
    const caseId = await inPublicity(new Date(Date.now() + 300).toISOString());
    const end = await office.one<string>('SELECT iso(ends_at) AS x FROM deadline WHERE case_id = $1', caseId);
    const receiving = await office.pool.connect();
    try {
      await receiving.query('BEGIN');
      const { act } = await office.receive(caseId, {}, receiving);
      expect(act?.timely).toEqual({ [key]: true });
      await new Promise((next) => setTimeout(next, 400));
      // The window is over and the act not yet visible: the closing must find it all the same.
      const close = office.record(caseId, 1, closing(end));
      const state = await Promise.race([close, new Promise((next) => setTimeout(() => next('waiting'), 200))]);
      expect(state).toBe('waiting');
      await receiving.query('COMMIT');
      expect(await close).toMatchObject({ kind: 'notYet' });
    } finally {
      receiving.release();
    }
  });

  test('leaves no act in time behind it, whoever comes first: receipts without pause across the end', async () => {
    for (let round = 0; round < 5; round++) {
      const caseId = await inPublicity(new Date(Date.now() + 150).toISOString());
      const end = await office.one<string>('SELECT iso(ends_at) AS x FROM deadline WHERE case_id = $1', caseId);
      const publicity = { closed: false };
      const senders = atOnce(8, async () => {
        while (!publicity.closed) await office.receive(caseId);
      });
      // Deliver what was received, and try to close, as the dispatcher and the case would.
      for (let version = 1; !publicity.closed;) {
        const result = await office.record(caseId, version, closing(end));
        if (result.kind === 'recorded') publicity.closed = true;
        else {
          await office.sql(
            `UPDATE inbox SET answered_at = clock_timestamp(), answer = '{}' WHERE case_id = $1 AND answered_at IS NULL`,
            caseId,
          );
        }
      }
      await senders;
      const late = await office.sql(
        `SELECT 1 FROM inbox i WHERE i.case_id = $1 AND (i.timely->>'${key}')::boolean AND i.answered_at IS NULL`,
        caseId,
      );
      expect(late).toEqual([]);
      const wrong = await office.sql(
        `SELECT 1 FROM inbox WHERE case_id = $1 AND timely ? '${key}' AND (timely->>'${key}')::boolean <> (received_at < $2)`,
        caseId,
        end,
      );
      expect(wrong).toEqual([]);
    }
  });
});

describe('handing out', () => {
  test('gives each act to one of many workers, oldest first, one in flight a case', async () => {
    const cases = await atOnce(30, () => office.draft());
    for (const caseId of cases) for (let i = 0; i < 3; i++) await office.receive(caseId);
    interface Claimed {
      id: string;
      caseId: string;
      receivedAt: string;
    }
    const claim = (worker: string): Promise<Claimed[]> =>
      office.sql<{ x: Claimed }>('SELECT claim_inbox(5, 60, $1) AS x', worker).then((rows) => rows.map(({ x }) => x));
    const given: Claimed[] = [];
    for (let wave = 0; wave < 3; wave++) {
      // Several sweeps, since workers that meet skip what another is looking at.
      const inWave: Claimed[] = [];
      for (let sweep = 0; sweep < 4; sweep++) inWave.push(...(await atOnce(10, (i) => claim(`w${i}`))).flat());
      expect(new Set(inWave.map(({ caseId }) => caseId)).size).toBe(30);
      expect(inWave).toHaveLength(30);
      given.push(...inWave);
      for (const { id } of inWave) await office.one('SELECT answer_refused($1, $2) AS x', id, '{}');
    }
    expect(new Set(given.map(({ id }) => id)).size).toBe(90);
    for (const caseId of cases) {
      const times = given.filter((act) => act.caseId === caseId).map(({ receivedAt }) => receivedAt);
      expect(times).toEqual(times.toSorted());
    }
  });

  test('gives an act again when the lease has run out, and lets a failed delivery wait', async () => {
    const { act } = await office.receive(await office.draft());
    const claim = (worker: string, seconds: number): Promise<{ x: { id: string; attempts: number } }[]> =>
      office.sql('SELECT claim_inbox(5, $2, $1) AS x', worker, seconds);
    expect(await claim('a', 0)).toMatchObject([{ x: { id: act?.id, attempts: 1 } }]);
    expect(await claim('b', 60)).toMatchObject([{ x: { attempts: 2 } }]);
    expect(await claim('c', 60)).toEqual([]);
    // The lease has passed to b: what a says no longer counts.
    expect(await office.one('SELECT defer_inbox($1, $2, $3, 0) AS x', act?.id, 'a', 'slow')).toBe(false);
    expect(await office.one('SELECT defer_inbox($1, $2, $3, 0) AS x', act?.id, 'b', 'down')).toBe(true);
    expect(await claim('c', 60)).toMatchObject([{ x: { attempts: 3 } }]);
  });

  test('wakes those who listen', async () => {
    const listener = await office.pool.connect();
    const heard: string[] = [];
    listener.on('notification', ({ channel, payload }) => heard.push(`${channel} ${payload ?? ''}`));
    await listener.query('LISTEN inbox; LISTEN answered; LISTEN outbox');
    const caseId = await office.draft();
    const { act } = await office.receive(caseId);
    const message = { template: 't', to: { personId: office.personId }, values: {} };
    await office.record(caseId, 0, { actId: act?.id ?? '', fromInbox: true, messages: [message] });
    await listener.query('SELECT 1');
    expect(heard.toSorted()).toEqual([`answered ${act?.id}`, `inbox ${act?.id}`, 'outbox ']);
    listener.release(true);
  });
});
