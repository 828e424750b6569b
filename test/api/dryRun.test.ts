import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { until } from '../../runtime/rehearsing/clock.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { testApi, type TestApi } from './service.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

/** Dry runs over HTTP with a real worker: each says what the act then does, and leaves nothing behind. */

let api: TestApi;
let worker: RunningWorker;
let walk: Previewed;

interface Foretold {
  outcome: string;
  step?: { from: string; to: string };
  status: string;
  events: { type: string; data?: Record<string, unknown> }[];
  deadlines?: { key: string; to: { lastDay: string } }[];
  tasks?: { begun: { act: string; key: string }[]; ended: { act: string; key: string }[] };
  messages?: { template: string }[];
}

/** Rows of every table, once what was told before is delivered: a dry run may add none, nor take any. */
async function rowsOf({ pool }: TestApi, without: string[] = []): Promise<Record<string, number>> {
  await until('messages are undelivered', async () => {
    const { rowCount } = await pool.query('SELECT 1 FROM outbox WHERE delivered_at IS NULL LIMIT 1');
    return rowCount === 0;
  });
  const { rows } = await pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
  );
  const counts: Record<string, number> = {};
  for (const { name } of rows.filter((table) => !without.includes(table.name))) {
    const counted = await pool.query<{ n: number }>(`SELECT count(*)::int AS n FROM "${name}"`);
    counts[name] = counted.rows[0]?.n ?? 0;
  }
  return counts;
}

/** Each act is tried dry before it is done, and must then do what was foretold. */
class Previewed extends Walk {
  readonly seen: Foretold[] = [];

  async preview(who: string, type: string, body?: object, onBehalfOf?: string) {
    const act = { type, body, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
    return (await this.client(who)).send('post', `${this.base}/cases/${this.caseId}/acts/preview`, act);
  }

  async tasks(): Promise<string[]> {
    const { rows } = await this.api.pool.query<{ key: string }>('SELECT key FROM task WHERE case_id = $1', [this.caseId]);
    return rows.map(({ key }) => key);
  }

  override async does(who: string, type: string, body?: object, onBehalfOf?: string): Promise<Record<string, unknown>> {
    // What tells of a number that the record gave comes after the answer.
    const told = ['outbox', 'message'];
    const [before, tasks] = [await rowsOf(this.api, told), await this.tasks()];
    const tried = await this.preview(who, type, body, onBehalfOf);
    expect([type, tried.status, tried.body.problem]).toEqual([type, 200, undefined]);
    expect(await rowsOf(this.api, told)).toEqual(before);
    const foretold = tried.body as Foretold;
    const done = await super.does(who, type, body, onBehalfOf);
    const { events } = done as { events: { type: string }[] };
    // The number is the record's own to give.
    const types = events.map((one) => one.type).filter((one) => one !== 'caseNumbered');
    expect([type, foretold.outcome, foretold.events.map((one) => one.type)]).toEqual([type, 'wouldDo', types]);
    if (foretold.step) expect([type, foretold.step.to]).toEqual([type, done['step']]);
    const { begun, ended } = foretold.tasks ?? { begun: [], ended: [] };
    const left = tasks.filter((key) => !ended.some((one) => one.key === key));
    if (foretold.tasks)
      expect([type, await this.tasks()]).toEqual([type, expect.arrayContaining([...left, ...begun.map((t) => t.key)])]);
    this.seen.push(foretold);
    return done;
  }
}

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 30_000 });
  worker = await workerFor(api);
  walk = new Previewed(api, 'hohhot-university');
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

const unheard = (answer: { status: number; body: { code?: string } }) => [answer.status, answer.body.code];

describe('a dry run', () => {
  it('says of every act from the draft to the notice what it then does', async () => {
    await walk.toPublicity();
    expect(walk.seen.length).toBeGreaterThan(6);
    const published = walk.seen.at(-1);
    const { rows } = await api.pool.query<{ day: string }>('SELECT last_day::text AS day FROM deadline WHERE case_id = $1', [
      walk.caseId,
    ]);
    expect(published?.deadlines).toMatchObject([{ nature: 'floor', to: { lastDay: rows[0]?.day, state: 'running' } }]);
    expect(published?.messages?.length).toBeGreaterThan(0);
  });

  it('is refused as the act would be, where the act would not even be received', async () => {
    for (const [who, type, body] of [
      ['colleague3', 'passCheck', {}],
      ['inventor1', 'passCheck', {}],
      ['officer1', 'passCheck', {}],
      ['officer1', 'hold', { reason: 'because' }],
      ['officer1', 'takeDownNotice', { noticeId: randomUUID(), grounds: 'x', more: 1 }],
      ['secretary', 'hold', { reason: 'papers', grounds: '等待材料。' }],
    ] as const) {
      const [dry, done] = [await walk.preview(who, type, body), await walk.tries(who, type, body)];
      expect([who, type, ...unheard(dry), dry.body.errors]).toEqual([who, type, ...unheard(done), done.body.errors]);
      expect(dry.status).toBeGreaterThanOrEqual(400);
    }
    const nobody = await walk.preview('officer1', 'closeWindow', {});
    expect(unheard(nobody)).toEqual(unheard(await walk.tries('officer1', 'closeWindow', {})));
  });

  it('says by what the case would refuse it, with the same pointers', async () => {
    const body = { noticeId: randomUUID(), grounds: '内容有误。' };
    const before = await rowsOf(api);
    const dry = await walk.preview('officer1', 'takeDownNotice', body);
    expect(await rowsOf(api)).toEqual(before);
    const done = await walk.tries('officer1', 'takeDownNotice', body);
    expect([dry.status, dry.body.outcome, done.status]).toEqual([200, 'wouldBeRefused', 404]);
    const { code, zh, en, errors } = done.body as Record<string, unknown>;
    expect(dry.body.problem).toMatchObject({ code, zh, en, errors });
  });

  it('shows nobody more than they see of the case', async () => {
    const noticeId = (await api.pool.query<{ id: string }>('SELECT id FROM notice WHERE case_id = $1', [walk.caseId])).rows[0]
      ?.id;
    const body = { noticeId, name: '青示例教师三', contact: '电话略', grounds: ['本人参与核心实验。'], evidence: [] };
    const dry = await walk.preview('colleague3', 'fileObjection', body);
    // Who is shown the notice alone cannot watch the case by it, whatever comes of the objection.
    const { type, caseId } = { type: 'fileObjection', caseId: walk.caseId };
    const outcome = { outcome: 'wouldDo', events: [{ type: 'objectionReceived' }] };
    expect([dry.status, dry.body]).toEqual([200, { type, caseId, at: expect.any(String), ...outcome }]);
    const none = await walk.preview('colleague3', 'fileObjection', { ...body, noticeId: randomUUID() });
    const problem = expect.objectContaining({ code: 'noticeNotFound' });
    expect(none.body).toEqual({ type, caseId, at: expect.any(String), outcome: 'wouldBeRefused', problem });
    // A representative does not learn by whom an objection would be handled.
    await walk.does('colleague3', 'fileObjection', body);
    const withdrawn = await walk.preview('inventor1', 'withdraw', { grounds: '不再申请。' });
    expect([withdrawn.status, withdrawn.body.outcome]).toEqual([200, 'wouldDo']);
    expect(withdrawn.body).not.toHaveProperty('messages');
    expect(JSON.stringify(withdrawn.body)).not.toContain(walk.person('colleague3'));
  });

  it('keeps nothing, and no word of what was sent', async () => {
    const words = '只在试办中出现的说明';
    const before = await rowsOf(api);
    const dry = await walk.preview('officer1', 'hold', { reason: 'papers', grounds: words });
    expect(await rowsOf(api)).toEqual(before);
    expect([dry.status, dry.body.outcome, dry.body.events]).toMatchObject([200, 'wouldDo', [{ type: 'mendingProposed' }]]);
    expect(dry.body.events[0].data.grounds).toBeNull();
    expect(JSON.stringify(dry.body)).not.toContain(words);
  });
});
