import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { caseWorkflowId } from '../../contracts/messages.ts';
import { waitFor } from '../harness/services.ts';
import { Engine } from './support/engine.ts';

/** Acts of one case go one by one, and on a busy machine as long as it takes. */
const LONG_MS = 110_000;
/** A thousand real objections, to the millisecond: test/api/lastMillisecond.test.ts. Here the clock runs. */
const RECEIPTS = 300;
let engine: Engine;

beforeAll(async () => {
  engine = await Engine.create();
});
afterAll(() => engine.stop());

const now = async () => {
  const { rows } = await engine.pool.query<{ now: Date }>('SELECT service_clock() AS now');
  return rows[0]?.now.getTime() ?? 0;
};

describe('a window', () => {
  it('closes by itself at its end', async () => {
    const worker = await engine.startWorker({ punctual: true });
    const caseId = await engine.openCase();
    const endsAt = new Date((await now()) + 700).toISOString();
    await engine.perform(caseId, 'openWindow', { endsAt });
    const closed = await waitFor(async () => (await engine.ledger(caseId)).find(({ type }) => type === 'windowClosed'));
    expect(closed).toMatchObject({ seq: 3, effectiveAt: endsAt, actor: { kind: 'system' } });
    expect(Date.parse(closed.recordedAt)).toBeGreaterThanOrEqual(Date.parse(endsAt));
    await worker.stop();
  });

  it('takes receipts around its end by the running clock with no worker running, each by its own instant', async () => {
    const first = await engine.startWorker({ punctual: true });
    const caseId = await engine.openCase();
    const endsAt = (await now()) + 3_000;
    await engine.perform(caseId, 'openWindow', { endsAt: new Date(endsAt).toISOString() });
    await first.stop();

    const acts: string[] = [];
    const receive = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) acts.push(await engine.receive(caseId, 'object'));
    };
    await Promise.all(Array.from({ length: 10 }, () => receive(RECEIPTS / 25)));
    await waitFor(async () => (await now()) > endsAt - 100, { everyMs: 1 });
    await Promise.all(Array.from({ length: 10 }, () => receive((RECEIPTS * 3) / 50)));
    expect(acts).toHaveLength(RECEIPTS);

    const { rows } = await engine.pool.query<{ id: string; received_at: Date }>(
      `SELECT id, received_at FROM inbox WHERE case_id = $1 AND type = 'object'`,
      [caseId],
    );
    const inTime = new Set(rows.filter((row) => row.received_at.getTime() < endsAt).map(({ id }) => id));
    const closest = Math.max(...rows.map((row) => row.received_at.getTime()).filter((at) => at < endsAt));
    expect(inTime.size).toBeGreaterThan((RECEIPTS * 2) / 5);
    expect(acts.filter((id) => !inTime.has(id)).length).toBeGreaterThan(0);

    const began = performance.now();
    const second = await engine.startWorker({ punctual: true });
    const answered = await waitFor(
      async () => {
        const { rows: outcomes } = await engine.pool.query<{ outcome: string | null; n: number }>(
          "SELECT answer->>'outcome' AS outcome, count(*)::int AS n FROM inbox WHERE id = ANY ($1::uuid[]) GROUP BY outcome",
          [acts],
        );
        return outcomes.every(({ outcome }) => outcome !== null) && outcomes;
      },
      { what: 'an answer to each', timeoutMs: LONG_MS, everyMs: 200 },
    );
    expect(answered).toEqual([{ outcome: 'done', n: RECEIPTS }]);
    process.stderr.write(
      `${RECEIPTS} receipts: ${inTime.size} in time, the last ${endsAt - closest} ms before the end; worked off in ${Math.round(performance.now() - began)} ms\n`,
    );

    const ledger = await engine.ledger(caseId);
    const objected = ledger.filter(({ type }) => type === 'objected');
    expect(objected).toHaveLength(RECEIPTS);
    for (const { actId, data } of objected) expect((data as { inTime: boolean }).inTime).toBe(inTime.has(actId));
    // Nobody who was in time was shut out by the closing.
    const closing = ledger.findIndex(({ type }) => type === 'windowClosed');
    const before = ledger.slice(0, closing).filter(({ type }) => type === 'objected');
    expect(before.map(({ actId }) => actId).every((id) => inTime.has(id))).toBe(true);
    expect(before).toHaveLength(inTime.size);

    // So long a history starts afresh on the way, and the case stands where it stood.
    const handle = second.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
    const { runId } = await handle.describe();
    const started = (await handle.fetchHistory()).events?.[0]?.workflowExecutionStartedEventAttributes;
    expect(started?.continuedExecutionRunId).toBeTruthy();
    expect(started?.firstExecutionRunId).not.toBe(runId);
    expect(await engine.perform(caseId, 'mark', { n: 1 })).toMatchObject({ outcome: 'done', version: ledger.length + 1 });
  });
});
