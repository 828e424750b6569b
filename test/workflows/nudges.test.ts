import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCaseActivities } from '../../activities/record.ts';
import { caseWorkflowId, stateQuery } from '../../contracts/messages.ts';
import { SYSTEM_ACTOR } from '../../contracts/systemActs.ts';
import type { processes } from '../../domain/index.ts';
import type { Decision, Envelope } from '../../domain/process.ts';
import { noMetrics } from '../../worker/metrics.ts';
import { nudger, startNudges, type NudgeOptions } from '../../worker/nudges.ts';
import { wakeOf } from '../../worker/wakeOf.ts';
import { CaseState } from '../../workflows/shared/caseState.ts';
import type { CaseSummary } from '../../workflows/shared/caseProcess.ts';
import { spreadOf } from '../../workflows/shared/ids.ts';
import { installClock, setClock } from '../faults/support/clock.ts';
import { waitFor } from '../harness/services.ts';
import { Engine } from './support/engine.ts';
import { probe } from './support/probeProcess.ts';

const probes = { empowerment: probe } as unknown as typeof processes;

interface Nudge {
  caseId: string;
  type: string;
  body: object;
  code: string | null;
}

/** What the system was to do, in the order of receipt. */
async function nudges({ pool }: Engine): Promise<Nudge[]> {
  const { rows } = await pool.query<Nudge>(
    `SELECT case_id::text AS "caseId", type, body, answer->'refusal'->>'code' AS code FROM inbox
      WHERE actor_person = $1 ORDER BY received_at, seq`,
    [SYSTEM_ACTOR],
  );
  return rows;
}

/** Records an act as a worker does that dies, together with the server, before the end of its task: only the ledger knows. */
async function recordUnheard(engine: Engine, caseId: string, type: string, body: object): Promise<void> {
  const actId = await engine.receive(caseId, type, body);
  const activities = createCaseActivities({ pool: engine.pool });
  const known = CaseState.from(probe, caseId, await activities.loadCase({ caseId, after: 0 }));
  const actor = { kind: 'person', personId: engine.personId, roles: ['member'], departments: [] } as Envelope['actor'];
  const envelope: Envelope = { actId, type, body, actor, receivedAt: new Date().toISOString(), timely: {}, facts: {} };
  const { events } = probe.decide(known.state, envelope) as Extract<Decision, { events: unknown }>;
  const request = known.request(envelope, known.preview(envelope, events), [], true);
  expect(await activities.record(request)).toMatchObject({ kind: 'recorded' });
}

describe('a window that the workflow has not heard of', () => {
  it('is closed by itself after its end, once, whichever of two workers looks', async () => {
    const engine = await Engine.create();
    const config = { spreadMs: 200 };
    const first = await engine.startWorker({ config });
    const caseId = await engine.openCase();
    await first.stop();
    const endsAt = new Date(Date.now() + 1_500).toISOString();
    await recordUnheard(engine, caseId, 'openWindow', { endsAt });

    const deaf = await engine.startWorker({ config });
    await waitFor(() => Date.now() > Date.parse(endsAt) + config.spreadMs + 300);
    const handle = deaf.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
    const state = await handle.query<CaseSummary>(stateQuery);
    expect(state).toMatchObject({ version: 1, step: 'marking' });
    expect(state).not.toHaveProperty('wake');
    await deaf.stop();

    const { pool, log } = engine;
    const counted: string[] = [];
    const metrics = { ...noMetrics, nudged: (...of: string[]): void => void counted.push(of.join(' ')) };
    const awaited = (id: string) => wakeOf(pool, id, probes);
    const companions = [() => startNudges({ pool, log, metrics, awaited, spreadMs: config.spreadMs, graceMs: 0, everyMs: 20 })];
    await Promise.all([1, 2].map(() => engine.startWorker({ config, companions })));
    const closed = await waitFor(async () => (await engine.ledger(caseId)).find(({ type }) => type === 'windowClosed'));
    expect(closed).toMatchObject({ seq: 3, effectiveAt: endsAt, actor: { kind: 'system' } });
    await waitFor(async () => (await nudges(engine))[0]?.code);
    expect(await nudges(engine)).toEqual([{ caseId, type: 'closeWindow', body: {}, code: 'step.wrong' }]);
    expect(counted).toEqual(['window first']);
    expect(log.lines).toContainEqual({
      level: 'warn',
      message: 'a case slept past a deadline and is asked to look',
      fields: { caseId, deadline: 'window:probe', endsAt, attempt: 1 },
    });
    expect(await engine.perform(caseId, 'mark', { n: 1 })).toMatchObject({ outcome: 'done', version: 4 });
    await engine.stop();
  });
});

const closing: NudgeOptions['awaited'] = async () => ({ type: 'closeWindow', body: {} });

describe('who is asked', () => {
  let engine: Engine;
  /** Nobody answers here: there is no worker. */
  const ask = (more: Partial<NudgeOptions> = {}): (() => Promise<number>) => {
    const { pool, log } = engine;
    return nudger({ pool, log, awaited: closing, spreadMs: 0, graceMs: 0, ...more });
  };
  const midnight = Date.parse('2026-03-01T16:00:00.000Z');
  /** Legal time, in seconds after the end of the windows. */
  const at = (seconds: number): Promise<void> => setClock(engine.pool, new Date(midnight + seconds * 1_000).toISOString());
  const answer = (): Promise<unknown> =>
    engine.pool.query(
      `UPDATE inbox SET answered_at = service_clock(), answer = '{"outcome":"refused"}' WHERE answered_at IS NULL`,
    );

  /** An open case with a deadline that ends at the midnight. */
  async function waiting(kind = 'window', state = 'running'): Promise<string> {
    const caseId = await engine.draft();
    await engine.pool.query("UPDATE cases SET status = 'open', step = 'publicity' WHERE id = $1", [caseId]);
    await engine.pool.query(
      `INSERT INTO deadline (case_id, institution_id, key, kind, start_date, last_day, ends_at, bound, n, unit, counts_first_day,
                             clause, phrase, calendar_version, provisional, skipped, state)
       VALUES ($1, $2, $3 || ':1', $3, '2026-02-14', '2026-03-01', $4, 'atLeast', 15, 'calendarDay', false, 'c', 'p', 'v', false, '[]', $5)`,
      [caseId, engine.institutionId, kind, new Date(midnight), state],
    );
    return caseId;
  }
  const asked = async (caseId: string): Promise<number> => (await nudges(engine)).filter((one) => one.caseId === caseId).length;

  beforeAll(async () => {
    engine = await Engine.create();
    await installClock(engine.pool, '2026-02-14T00:00:00.000Z');
  });
  afterAll(() => engine.stop());

  it('is a case after its own moment of the spread, and never one that waits for nothing', async () => {
    const late = await waiting('review');
    const others = [await waiting('window', 'paused'), await waiting('window', 'closed'), await waiting('handling')];
    const spreadMs = 600_000;
    const own = spreadOf(late, spreadMs) / 1_000;
    const round = ask({ spreadMs, graceMs: 10_000 });
    for (const seconds of [-1, own - 1, own + 8]) {
      await at(seconds);
      expect(await round()).toBe(0);
    }
    await at(own + 11);
    expect(await round()).toBe(1);
    expect(await asked(late)).toBe(1);
    for (const other of others) expect(await asked(other)).toBe(0);
    await engine.pool.query("UPDATE deadline SET state = 'closed'");
  });

  it('is asked again only when it has answered, ever more rarely, once a day at last', async () => {
    const caseId = await waiting();
    const round = ask();
    const answered = [
      [0, 1],
      [59, 1],
      [61, 2],
      [61 + 119, 2],
      [61 + 121, 3],
      [86_400, 4],
    ] as const;
    for (const [seconds, times] of answered) {
      await at(seconds);
      await round();
      expect([seconds, await asked(caseId)]).toEqual([seconds, times]);
      await answer();
    }
    for (let day = 2; day < 20; day += 1) {
      await at(day * 86_500);
      await round();
      await answer();
    }
    await at(19 * 86_500 + 86_300);
    expect(await round()).toBe(0);
    await at(20 * 86_500);
    expect(await round()).toBe(1);
    await at(40 * 86_500);
    // Not answered: it waits in its case's inbox, and what waits there is found otherwise.
    expect(await round()).toBe(0);
    await answer();
    await engine.pool.query("UPDATE deadline SET state = 'closed'");
  });

  it('is asked by one of two who look at once', async () => {
    await at(1);
    const caseId = await waiting();
    const [one, other] = [ask(), ask()];
    const counts = await Promise.all([one(), other(), one(), other()]);
    expect(counts.toSorted()).toEqual([0, 0, 0, 1]);
    expect(await asked(caseId)).toBe(1);
    await answer();
    await engine.pool.query("UPDATE deadline SET state = 'closed'");
  });

  it('are twenty at a time; one of which nothing can be told holds up no other and is not tried again at once', async () => {
    await at(1);
    const cases = await Promise.all(Array.from({ length: 25 }, () => waiting()));
    const sick = cases.toSorted()[0]!;
    const tried: string[] = [];
    const round = ask({
      awaited: async (caseId) => {
        tried.push(caseId);
        if (caseId === sick) throw new Error('The ledger cannot be read');
        return { type: 'lapseReview', body: { objectionId: randomUUID() } };
      },
    });
    expect(await round()).toBe(20);
    expect(await round()).toBe(0);
    // What is not answered within a minute gives its place up.
    await at(62);
    expect(await round()).toBe(4);
    expect(tried.filter((id) => id === sick)).toHaveLength(1);
    expect(await asked(sick)).toBe(0);
    expect(engine.log.lines).toContainEqual({
      level: 'error',
      message: 'a case sleeps past a deadline and cannot be asked',
      fields: { caseId: sick, deadline: 'window:1', seconds: 60, reason: expect.stringContaining('cannot be read') },
    });
  });
});
