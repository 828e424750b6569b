import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { probeSignature } from '../../contracts/probe.ts';
import { createApp } from '../../api/app.ts';
import { runProbes, type Probe } from '../../worker/probes/index.ts';
import { noticeReads } from '../../worker/probes/notices.ts';
import { QuietLog } from '../workflows/support/engine.ts';
import { testApi, type TestApi } from './service.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

/** The daily check on the real page of a notice for members, and what it proves to whom. */

let api: TestApi;
let worker: Awaited<ReturnType<typeof workerFor>>;
let server: Server;
let walk: Walk;
let noticeId: string;
const key = new Uint8Array(32).fill(7);
const log = new QuietLog();

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 20_000 });
  worker = await workerFor(api);
  walk = new Walk(api, 'hohhot-university');
  noticeId = await walk.toPublicity();
  server = createApp({ ...api.deps, probeKey: key }, { version: 'test' }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server?.close();
  await worker?.stop();
  await api?.close();
});

const probe = (signed: boolean): Probe => {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const urlOf = ({ id }: { id: string }): string => `${base}/notices/${id}${signed ? `?probe=${probeSignature(key, id)}` : ''}`;
  return noticeReads({ pool: api.pool, sealer: api.sealer, log, urlOf });
};

interface Proof {
  notice: { id: string; contentDigest: string; lastDay: string };
  place: string;
  seq: number;
  days: { day: string; counted: boolean; read: boolean; gap: boolean; checks: { ok: boolean; digest?: string }[] }[];
}

const proof = async (who: string): Promise<Proof> => (await walk.get(who, `/notices/${noticeId}/proof`)).body as Proof;

it('tells of each day whether the page could be read: not without the right to, then with it', async () => {
  expect((await proof('supervisor')).days).toMatchObject([{ counted: false, read: false, gap: false, checks: [] }]);
  await runProbes({ pool: api.pool, probes: [probe(false)], log });
  await runProbes({ pool: api.pool, probes: [probe(true)], log });
  const { notice, place, seq, days } = await proof('supervisor');
  const { rows } = await api.pool.query<{ seq: number; digest: string; place: string }>(
    `SELECT seq, data->>'contentDigest' AS digest, data->>'place' AS place FROM ledger WHERE type = 'noticePublished' AND data->>'noticeId' = $1`,
    [noticeId],
  );
  expect({ seq, digest: notice.contentDigest, place }).toEqual(rows[0]);
  expect(days).toMatchObject([{ read: true, gap: false, checks: [{ ok: false }, { ok: true }] }]);
  expect(days[0]?.checks[1]?.digest).toMatch(/^[0-9a-f]{64}$/);
});

it('is for whoever reads the case whole', async () => {
  const path = `/notices/${noticeId}/proof`;
  const of = async (who: string): Promise<number> => (await walk.get(who, path)).status;
  expect([await of('inventor1'), await of('officer1')]).toEqual([200, 200]);
  expect(await of('colleague1')).toBe(404);
  const stranger = await api.as('harbin-university', 'supervisor');
  expect((await stranger.get(`/institutions/hohhot-university${path}`)).status).toBe(404);
});
