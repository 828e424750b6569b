/** What operators see: which part is not ready, since when, what to do; and numbers that name nobody. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import request from 'supertest';
import { createApp } from '../../api/app.ts';
import type { Health } from '../../contracts/health.ts';
import { openOperations, type Operations } from '../../runtime/operations.ts';
import { pickPort } from '../../runtime/ports.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { NAMESPACE, temporalAddress, uniqueTaskQueue, waitFor } from '../harness/services.ts';
import { testApi, type TestApi } from './service.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

const quiet = pino({ level: 'silent' });
const taskQueue = uniqueTaskQueue('cases');
let api: TestApi;
let operations: Operations;
let worker: RunningWorker | undefined;
let hole: Server;
const opened: Operations[] = [];
const held = new Set<Socket>();

async function operationsOn(databaseUrl: string, address: string): Promise<Operations> {
  const listen = { host: '127.0.0.1', port: await pickPort() };
  const options = { databaseUrl, temporal: { address, namespace: NAMESPACE }, listen, worker: false, taskQueue, log: quiet };
  const one = await openOperations(options);
  opened.push(one);
  return one;
}

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 20_000 });
  operations = await operationsOn(api.databaseUrl, temporalAddress());
  api.deps.health = () => operations.readiness.look();
  api.deps.metrics = operations.metrics.api;
  // Takes every connection and never says a word.
  hole = createServer((socket) => void held.add(socket.on('error', () => undefined)));
  await new Promise<void>((listening) => hole.listen(0, '127.0.0.1', listening));
});

afterAll(async () => {
  await worker?.stop();
  await Promise.all(opened.map((one) => one.stop()));
  held.forEach((socket) => socket.destroy());
  hole.close();
  await api.close();
});

const seen = async (at: Operations, path = '/readyz'): Promise<{ status: number; body: Health }> => {
  const answer = await fetch(`${at.url}${path}`);
  return { status: answer.status, body: (await answer.json()) as Health };
};
const failing = ({ parts }: Health): string[] => parts.filter(({ ok }) => !ok).map(({ part }) => part);

test('without a worker it is not ready, says since when and what to do, and is ready once one polls', async () => {
  const first = await seen(operations);
  expect([first.status, first.body.ready, failing(first.body)]).toEqual([503, false, ['worker']]);
  const part = first.body.parts.find(({ ok }) => !ok);
  expect(part).toMatchObject({ zh: expect.stringContaining('worker'), en: expect.any(String), todo: { zh: expect.any(String) } });
  const overHttp = await request(api.app).get('/readyz');
  expect([overHttp.status, failing(overHttp.body as Health)]).toEqual([503, ['worker']]);
  expect((await request(api.app).get('/livez')).body).toEqual({ live: true });

  worker = await workerFor(api, { taskQueue, metrics: operations.metrics.worker });
  // A look later still names the instant at which it began to fail, until it is well.
  const well = await waitFor(async () => {
    const { status, body } = await seen(operations);
    if (status === 200) return body;
    expect(body.parts.find(({ ok }) => !ok)?.since).toBe(part?.since);
    return undefined;
  });
  expect(failing(well)).toEqual([]);
  expect((await request(api.app).get('/readyz')).status).toBe(200);
});

test('a worker of this process that has stopped makes it unready, whoever else polls', async () => {
  const own = await operationsOn(api.databaseUrl, temporalAddress());
  own.readiness.watchWorker(() => false);
  expect(failing((await seen(own)).body)).toEqual(['worker']);
});

test('servers that take the connection and never answer are named, and hold up nobody', async () => {
  const { port } = hole.address() as AddressInfo;
  const dead = await operationsOn(`postgresql://nobody@127.0.0.1:${port}/none`, `127.0.0.1:${port}`);
  const { status, body } = await seen(dead);
  expect([status, failing(body)]).toEqual([503, ['database', 'temporal', 'worker', 'calendar']]);
  expect((await seen(dead, '/livez')).status).toBe(200);
  const text = await (await fetch(`${dead.url}/metrics`)).text();
  expect(text).toContain('fuquan_database_numbers_up 0');
  expect(text).toContain('fuquan_ready{part="temporal"} 0');
  // What could not be read is absent, not zero.
  expect(text).not.toMatch(/^fuquan_inbox_unanswered \d/m);
});

test('a calendar without this year makes it unready', async () => {
  await api.pool.query(
    `INSERT INTO calendar_version (version, content, imported_at) VALUES ('old', '{"version":"old","years":{"2004":{}}}', now() + interval '1 day')`,
  );
  await waitFor(async () => failing((await seen(operations)).body).includes('calendar'), { what: 'the missing year to be seen' });
  await api.pool.query(`DELETE FROM calendar_version WHERE version = 'old'`);
  await waitFor(async () => (await seen(operations)).status === 200, { what: 'it to be well again' });
});

test('numbers count what was done, by codes alone', async () => {
  api.app = createApp(api.deps, { version: 'test' });
  const walk = new Walk(api, 'hohhot-university');
  await walk.draft({ inventor1: '60', inventor2: '40' });
  await walk.does('inventor1', 'sendForConsent');
  expect((await walk.tries('inventor1', 'submit', {})).status).toBe(400);
  const text = await waitFor(
    async () => {
      const page = await (await fetch(`${operations.url}/metrics`)).text();
      // The answer reaches the caller before the dispatcher has counted its delivery.
      const counted = [
        'fuquan_open_cases{kind="empowerment",step="consent"} 1',
        'fuquan_delivery_seconds_count{outcome="done"} 1',
      ];
      return counted.every((line) => page.includes(line)) ? page : undefined;
    },
    { what: 'the open case and its delivery to be counted' },
  );
  for (const line of [
    /^fuquan_act_seconds_count\{act="sendForConsent",outcome="done"\} 1$/m,
    /^fuquan_act_seconds_count\{act="submit",outcome="refused"\} 1$/m,
    /^fuquan_delivery_seconds_count\{outcome="done"\} 1$/m,
    /^fuquan_record_seconds_count\{outcome="recorded"\} 1$/m,
    /^fuquan_http_requests_total\{operation="performAct",status="200"\} 1$/m,
    /^fuquan_inbox_unanswered 0$/m,
    /^fuquan_tasks_overdue|# TYPE fuquan_tasks_overdue gauge/m,
    /^fuquan_ready\{part="worker"\} 1$/m,
    /^process_cpu_seconds_total /m,
  ]) {
    expect(text).toMatch(line);
  }
  // Labels hold codes: no id of a case or person, nothing outside ASCII.
  const labels = [...text.matchAll(/="([^"]*)"/g)].map(([, value]) => value ?? '');
  expect(labels.filter((value) => /[0-9a-f]{8}-[0-9a-f]{4}/.test(value) || !/^[\x20-\x7e]{0,60}$/.test(value))).toEqual([]);
});

test('the address of operators serves nothing else, and the public one no numbers', async () => {
  expect((await fetch(`${operations.url}/api/v1/openapi.json`)).status).toBe(404);
  expect((await fetch(`${operations.url}/metrics`, { method: 'POST' })).status).toBe(404);
  expect((await request(api.app).get('/metrics')).status).toBe(404);
});
