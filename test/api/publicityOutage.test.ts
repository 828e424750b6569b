import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createApp } from '../../api/app.ts';
import { probeSignature } from '../../contracts/probe.ts';
import { addDays } from '../../domain/time/index.ts';
import { installClock, setClock } from '../../runtime/rehearsing/clock.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { factReader } from '../../worker/facts.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { runProbes } from '../../worker/probes/index.ts';
import { noticeReads } from '../../worker/probes/notices.ts';
import { sendSystemAct } from '../../worker/systemActs.ts';
import { uniqueTaskQueue, waitFor } from '../harness/services.ts';
import { QuietLog } from '../workflows/support/engine.ts';
import { testApi, type TestApi } from './service.ts';
import { withThisYear } from './stalledList.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

/** The service is down for days while a notice is shown: in the middle of its window, and over its end. */

const HERE = 'hohhot-university';
const taskQueue = uniqueTaskQueue('cases');
const key = new Uint8Array(32).fill(7);
const log = new QuietLog();
let api: TestApi;
let worker: RunningWorker | undefined;
let server: Server;
let walk: Walk;
/** The day of the publication. */
let first = '';

const noon = (day: string): string => new Date(`${day}T12:00:00+08:00`).toISOString();
const daysAfter = (from: string, ...days: number[]): string[] => days.map((n) => addDays(from, n));

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 60_000 });
  await withThisYear(api);
  api.deps.facts = factReader({ pool: api.pool, noticesChecked: true });
  first = addDays(new Date().toISOString().slice(0, 10), 1);
  await installClock(api.pool, noon(first));
  server = createApp({ ...api.deps, probeKey: key }, { version: 'test' }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  await comesUp();
  walk = new Walk(api, HERE);
  await walk.toPublicity();
});
afterAll(async () => {
  server?.close();
  await worker?.stop();
  await api?.close();
});

async function comesUp(): Promise<void> {
  worker = await workerFor(api, { taskQueue, facts: factReader({ pool: api.pool, noticesChecked: true }) });
}

/** What the workers do every five minutes. */
async function look(): Promise<void> {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urlOf = ({ id }: { id: string }): string => `${base}/notices/${id}?probe=${probeSignature(key, id)}`;
  await runProbes({ pool: api.pool, probes: [noticeReads({ pool: api.pool, sealer: api.sealer, log, urlOf })], log });
  await answered();
}

const answered = (): Promise<unknown> =>
  waitFor(async () => (await api.pool.query('SELECT 1 FROM inbox WHERE answered_at IS NULL')).rowCount === 0, {
    what: 'an answer to each act',
    timeoutMs: 60_000,
  });

/** Days on which the service is up, one after the other. */
async function up(...days: string[]): Promise<void> {
  for (const day of days) {
    await setClock(api.pool, noon(day));
    await look();
  }
}

const range = (from: string, until: string): string[] => (from > until ? [] : [from, ...range(addDays(from, 1), until)]);

interface Shown {
  step: string;
  allowedActs: { act: string }[];
  notices: { id: string; edition: number; state: string; lastDay: string; addenda: { reason: string }[] }[];
}
const shown = async (): Promise<Shown> => (await walk.get('officer1', `/cases/${walk.caseId}`)).body as Shown;
const newest = async (): Promise<Shown['notices'][number]> =>
  (await shown()).notices.toSorted((a, b) => b.edition - a.edition)[0]!;

/** What the case's own timer does, which here goes by the machine's clock and not by the legal one. */
async function windowEnds(): Promise<void> {
  const { id, lastDay } = await newest();
  await setClock(api.pool, noon(addDays(lastDay, 1)));
  const institutionId = sampleInstitutionId(HERE);
  const body = { noticeId: id };
  await sendSystemAct(api.pool, { institutionId, caseId: walk.caseId, type: 'closeWindow', body, reason: `ends ${id}` });
  await answered();
}

const states = async () => walk.tries('officer1', 'stateResult', { document: await walk.upload('officer1', '公示情况说明') });

it('down for two days in the middle: both are gaps, and the window is two days longer', async () => {
  const { lastDay } = await newest();
  await up(...daysAfter(first, 1));
  expect((await newest()).addenda).toEqual([]);
  await worker?.stop();
  await setClock(api.pool, noon(addDays(first, 3)));
  await comesUp();
  await up(...daysAfter(first, 4));
  const notice = await newest();
  expect(notice.addenda).toMatchObject([{ reason: `gap:${daysAfter(first, 2, 3).join(',')}` }]);
  expect(notice.lastDay > lastDay).toBe(true);
});

it('down over the end: nobody states the result between the restart and the first look of the service', async () => {
  const { lastDay } = await newest();
  await up(...range(addDays(first, 5), addDays(lastDay, -2)));
  expect(await newest()).toMatchObject({ lastDay });
  await worker?.stop();
  await setClock(api.pool, noon(addDays(lastDay, 1)));
  await comesUp();
  await windowEnds();
  const { step, allowedActs } = await shown();
  expect([step, allowedActs.map(({ act }) => act)]).toEqual(['statement', expect.not.arrayContaining(['stateResult'])]);
  const refused = await states();
  expect([refused.status, refused.body.code]).toEqual([409, 'publicityUnproved']);
  for (const day of daysAfter(lastDay, -1, 0)) expect(refused.body.zh).toContain(day);
});

it('then the days are on record, the closed window stays as it was, and the notice is to be published anew', async () => {
  const { id, lastDay } = await newest();
  await look();
  expect(await shown()).toMatchObject({ step: 'noticePreparation' });
  expect(await newest()).toMatchObject({ id, state: 'closed', lastDay, addenda: [expect.anything()] });
  const proof = (await walk.get('supervisor', `/notices/${id}/proof`)).body as {
    days: { day: string; read: boolean; gap: boolean }[];
  };
  const gaps = proof.days.filter(({ gap }) => gap).map(({ day }) => day);
  expect(gaps).toEqual([...daysAfter(first, 2, 3), ...daysAfter(lastDay, -1, 0)]);
  const { rows } = await api.pool.query<{ template: string; recipient: { role?: string } }>(
    "SELECT DISTINCT template, recipient FROM outbox WHERE case_id = $1 AND template = 'noticeInsufficient' AND recipient ? 'role'",
    [walk.caseId],
  );
  expect(rows).toEqual([{ template: 'noticeInsufficient', recipient: { role: 'officer' } }]);
  expect((await states()).body.code).toBe('act.wrongStep');
});

it('up on all days of the new edition, the result is stated', async () => {
  await walk.publish();
  expect((await shown()).notices.map(({ state }) => state).toSorted()).toEqual(['open', 'superseded']);
  const { edition, lastDay } = await newest();
  expect(edition).toBe(2);
  const published = (await walk.today()).slice(0, 10);
  expect(lastDay >= addDays(published, 15)).toBe(true);
  await up(...range(addDays(published, 1), lastDay));
  await windowEnds();
  await look();
  expect((await states()).status).toBe(200);
  expect((await shown()).step).toBe('agreement');
  expect((await newest()).addenda).toEqual([]);
});
