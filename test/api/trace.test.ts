/** An act under the trace of its request: in the answer, in the logs of API and worker, and as `fuquan trace` tells it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { pino } from 'pino';
import type { Trace } from '../../cli/trace.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { waitFor } from '../harness/services.ts';
import { testApi, type TestApi } from './service.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const REFUSED = 'aaf92f3577b34da6a3ce929d0e0e4736';
const parent = (trace: string): string => `00-${trace}-00f067aa0ba902b7-01`;
const dashed = (trace: string): string => trace.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');

let api: TestApi;
let worker: RunningWorker;
let walk: Walk;
const lines: string[] = [];

beforeAll(async () => {
  const log = pino({ level: 'debug' }, { write: (line) => void lines.push(line) });
  api = await testApi({ answerWithinMs: 20_000, log });
  worker = await workerFor(api, { log });
  walk = new Walk(api, 'hohhot-university');
  await walk.draft({ inventor1: '60', inventor2: '40' });
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

async function sends(who: string, type: string, trace: string, body?: object) {
  const path = `${walk.base}/cases/${walk.caseId}/acts`;
  const headers = { 'Idempotency-Key': `${type}-${trace}`, traceparent: parent(trace) };
  return (await walk.client(who)).send('post', path, { type, body }, headers);
}

/** What the command tells, and the code that it ends with. */
async function told(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return promisify(execFile)(process.execPath, [
    '--import',
    'tsx',
    'cli/main.ts',
    'trace',
    '--database',
    api.databaseUrl,
    ...args,
  ]).then(
    (said) => ({ code: 0, ...said }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
}
const traced = async (id: string): Promise<Trace> => JSON.parse((await told('--json', id)).stdout) as Trace;

it('an act keeps the trace of its request to its rows, its answer and its letters', async () => {
  const answer = await sends('inventor1', 'sendForConsent', TRACE);
  const { actId } = answer.body as { actId: string };
  expect(answer.status).toBe(200);
  expect(answer.headers['traceparent']).toMatch(new RegExp(`^00-${TRACE}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`));

  const seen = await waitFor(
    async () => {
      const { acts } = await traced(parent(TRACE));
      return acts[0]?.answeredAt && acts[0].letters.length > 0 ? acts : undefined;
    },
    { what: 'the act to be told of' },
  );
  expect(seen).toMatchObject([
    {
      id: actId,
      traceId: TRACE,
      caseId: walk.caseId,
      type: 'sendForConsent',
      personId: walk.person('inventor1'),
      outcome: 'done',
    },
  ]);
  const { rows } = await api.pool.query<{ seq: number }>('SELECT seq FROM ledger WHERE case_id = $1 ORDER BY seq', [walk.caseId]);
  expect(rows.length).toBeGreaterThan(0);
  expect(seen[0]?.ledger.map(({ seq }) => seq)).toEqual(rows.map(({ seq }) => seq));
  const { rows: letters } = await api.pool.query<{ id: string }>('SELECT id FROM outbox WHERE case_id = $1', [walk.caseId]);
  expect(seen[0]?.letters.map(({ id }) => id).toSorted()).toEqual(letters.map(({ id }) => id).toSorted());
  // By the trace, by a problem's form of it, and by the act, it is the same act.
  for (const id of [TRACE, `urn:uuid:${dashed(TRACE)}`, actId])
    expect((await traced(id)).acts.map((act) => act.id)).toEqual([actId]);
  const { stdout } = await told(TRACE);
  expect(stdout).toMatch(new RegExp(`收件 / received {2}sendForConsent {2}${actId} .*\n.*${TRACE}\n[^]*留痕 / ledger {2}#1 `));
});

it('each log line on its way names the trace, once, and none names what was written', async () => {
  const mine = await waitFor(
    () => {
      const found = lines.filter((line) => line.includes(TRACE));
      return found.some((line) => line.includes('request completed')) &&
        found.some((line) => line.includes('an act was delivered'))
        ? found
        : undefined;
    },
    { what: 'the lines' },
  );
  const messages = mine.map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(messages.toSorted()).toEqual(
    [
      'an act goes to its case',
      'an act was brought to the record',
      'an act was decided',
      'an act was delivered',
      'an act was received',
      'request completed',
    ].toSorted(),
  );
  expect(mine.filter((line) => line.split('"traceId"').length !== 2)).toEqual([]);
  expect(lines.filter((line) => line.includes('示例'))).toEqual([]);
});

it('a refusal at the door is found by the problem’s instance', async () => {
  const answer = await sends('officer1', 'passCheck', REFUSED, {});
  const { instance, code } = answer.body as { instance: string; code: string };
  expect([answer.status, instance]).toEqual([409, `urn:uuid:${dashed(REFUSED)}`]);
  expect(await traced(instance)).toMatchObject({
    acts: [],
    log: [{ action: 'refusedAct', subject: walk.caseId, personId: walk.person('officer1'), code }],
  });
});

it('what is known of nothing and what is no id are told apart', async () => {
  expect(await told(dashed('0'.repeat(31) + '1'))).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('nothing is known'),
  });
  expect(await told('x')).toMatchObject({ code: 2, stderr: expect.stringContaining('neither a trace id') });
});
