import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { rebuildProjections } from '../../activities/rebuild.ts';
import { processes } from '../../domain/index.ts';
import { installClock, setClock } from '../../runtime/rehearsing/clock.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { uniqueTaskQueue, waitFor } from '../harness/services.ts';
import { sampleInstitutionId, samplePersonId } from '../../runtime/samplePeople.ts';
import { clientOf, testApi, type Client, type TestApi } from './service.ts';
import { withThisYear } from './stalledList.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

/** A thousand objections to published notices in the two milliseconds around the end, sent by HTTP while no worker runs. */

const CASES = 10;
const EACH = 50;
const IN_ALL = CASES * EACH;

/** Half a minute on an idle machine, and as long as it takes on a busy one. */
const LONG_MS = 240_000;
const HERE = 'hohhot-university';

let api: TestApi;
let worker: RunningWorker | undefined;
const taskQueue = uniqueTaskQueue('cases');
/** Cases that are shown, with the notice of each. */
const shown: { walk: Walk; noticeId: string }[] = [];
/** Ids of the acts that were received in the last millisecond, and one later. */
const sent = { last: [] as string[], next: [] as string[] };
/** Who objects: each to every notice, but nobody twice to one. */
let members: Client[] = [];
let endsAt = 0;

const iso = (ms: number): string => new Date(ms).toISOString();

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 60_000 });
  await withThisYear(api);
  // The legal clock stands where it is put, so that any number of receipts fall into one millisecond.
  await installClock(api.pool, iso(Date.now()));
  worker = await workerFor(api, { taskQueue });
  const lead = async (): Promise<void> => {
    const walk = new Walk(api, HERE);
    shown.push({ walk, noticeId: await walk.toPublicity() });
  };
  await Promise.all(Array.from({ length: CASES }, lead));
  const { rows } = await api.pool.query<{ at: Date }>("SELECT DISTINCT ends_at AS at FROM deadline WHERE kind = 'window'");
  expect(rows).toHaveLength(1);
  endsAt = rows[0]!.at.getTime();
  members = await join(2 * EACH);
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

/** More members of the institution than the samples have. */
async function join(count: number): Promise<Client[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await api.pool.query(
    "INSERT INTO person (id, name, global_roles) SELECT n, p.name, '{}' FROM unnest($1::uuid[]) AS n, person p WHERE p.id = $2",
    [ids, samplePersonId(HERE, 'colleague1')],
  );
  await api.pool.query(
    `INSERT INTO membership (institution_id, person_id, roles, departments, "from")
     SELECT $2, n, '{member}', '{}', service_clock()::date FROM unnest($1::uuid[]) AS n`,
    [ids, sampleInstitutionId(HERE)],
  );
  return Promise.all(ids.map(async (id) => clientOf(api.app, id, await api.token(id))));
}

/** Each of them objects to every notice, at the instant by the legal clock; answers the ids of the receipts. */
async function object(objectors: Client[], at: number): Promise<string[]> {
  await setClock(api.pool, iso(at));
  const ids: string[] = [];
  const allTo = async ({ walk, noticeId }: (typeof shown)[number]): Promise<void> => {
    for (const objector of objectors) {
      const body = { noticeId, name: '示例异议人', contact: '联系方式（示例）', grounds: ['成果归属有误。'], evidence: [] };
      const answer = await objector.act(HERE, walk.caseId, { type: 'fileObjection', body });
      expect([answer.status, answer.body]).toMatchObject([202, { receivedAt: iso(at) }]);
      ids.push((answer.body as { actId: string }).actId);
    }
  };
  await Promise.all(shown.map(allTo));
  return ids;
}

const counted = async <T>(sql: string, ids: string[]): Promise<T[]> => (await api.pool.query(`SELECT ${sql}`, [ids])).rows as T[];

describe('objections around the end of a window', () => {
  it('are received while no worker runs, 500 in the last millisecond and 500 in the next', async () => {
    await worker?.stop();
    api.deps.answerWithinMs = 0;
    sent.last = await object(members.slice(0, EACH), endsAt - 1);
    sent.next = await object(members.slice(EACH), endsAt);
    for (const [ids, at] of [
      [sent.last, endsAt - 1],
      [sent.next, endsAt],
    ] as const) {
      expect(new Set(ids).size).toBe(IN_ALL);
      const receipts =
        'received_at AS at, answered_at AS answered, count(*)::int AS n FROM inbox WHERE id = ANY ($1::uuid[]) GROUP BY 1, 2';
      expect(await counted(receipts, ids)).toEqual([{ at: new Date(at), answered: null, n: IN_ALL }]);
    }
  });

  it('are all on record once workers run: each of the 500 in time, none of the others', async () => {
    worker = await workerFor(api, { taskQueue });
    const all = [...sent.last, ...sent.next];
    const outcomes = "answer->>'outcome' AS outcome, count(*)::int AS n FROM inbox WHERE id = ANY ($1::uuid[]) GROUP BY 1";
    const answered = await waitFor(
      async () => {
        const found = await counted<{ outcome: string | null; n: number }>(outcomes, all);
        return found.every(({ outcome }) => outcome !== null) && found;
      },
      { what: 'an answer to each', timeoutMs: LONG_MS, everyMs: 100 },
    );
    expect(answered).toEqual([{ outcome: 'done', n: 2 * IN_ALL }]);
    const kept = 'in_time, state, count(*)::int AS n FROM objection WHERE id = ANY ($1) GROUP BY 1, 2';
    expect(await counted(kept, sent.last)).toEqual([{ in_time: true, state: 'received', n: IN_ALL }]);
    expect(await counted(kept, sent.next)).toEqual([{ in_time: false, state: 'late', n: IN_ALL }]);
  }, 300_000);

  it('leave each case with those in time before the closing and the others behind it', async () => {
    const { rows } = await api.pool.query<{ before: number; after: number; closings: number; step: string }>(
      `SELECT count(*) FILTER (WHERE l.type = 'objectionReceived' AND l.seq < w.seq)::int AS before,
              count(*) FILTER (WHERE l.type = 'objectionReceived' AND l.seq > w.seq)::int AS after,
              count(DISTINCT w.seq)::int AS closings, c.step
         FROM cases c JOIN ledger l ON l.case_id = c.id JOIN ledger w ON w.case_id = c.id AND w.type = 'windowClosed'
        WHERE c.status = 'open' GROUP BY c.id, c.step`,
    );
    expect(rows).toEqual(
      Array.from({ length: CASES }, () => ({ before: EACH, after: EACH, closings: 1, step: 'objectionHandling' })),
    );
    const { differences, failed } = await rebuildProjections(api.pool, processes, { write: false });
    expect([differences, failed]).toEqual([[], []]);
  });

  it('are admitted by the officer if they were in time, and cannot be if not', async () => {
    api.deps.answerWithinMs = 60_000;
    for (const { walk } of shown) {
      const { rows } = await api.pool.query<{ id: string; in_time: boolean }>(
        'SELECT DISTINCT ON (in_time) id, in_time FROM objection WHERE case_id = $1 ORDER BY in_time, id',
        [walk.caseId],
      );
      const [late, inTime] = rows.map(({ id }) => ({ objectionId: id, handlers: [walk.person('colleague1')] }));
      expect(await walk.does('officer1', 'admitObjection', inTime)).toMatchObject({ outcome: 'done' });
      expect(await walk.tries('officer1', 'admitObjection', late)).toMatchObject({
        status: 409,
        body: { code: 'objectionState' },
      });
    }
  });
});
