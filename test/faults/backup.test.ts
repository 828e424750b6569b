/** "Back up" and "Restore" of docs/runbook.md, followed on a real cluster: what was received before the moment restored to is there. */
import { randomUUID } from 'node:crypto';
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeCheckpoint } from '../../activities/checkpoint.ts';
import { readLedger } from '../../activities/ledgerSource.ts';
import { localSigner } from '../../activities/note.ts';
import { verifyLedger } from '../../activities/verify.ts';
import { shanghai } from '../../cli/demo/play.ts';
import { sampleInstitutionId, samplePersonId } from '../../runtime/samplePeople.ts';
import { waitFor } from '../harness/services.ts';
import { bundleCache } from '../workflows/support/engine.ts';
import { atRest, unsound } from './script/checker.ts';
import { Archived } from './support/archived.ts';
import type { Acknowledged } from './support/client.ts';
import { HttpStage, HttpStory } from './support/stage.ts';
import { Stack } from './support/stack.ts';

const here = 'hohhot-university';
const base = `/api/v1/institutions/${here}`;
const paper = Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n');
/** What of the service's own directory is backed up, after PostgreSQL. */
const kept = ['documents', 'ledger-signing-key.pem'];
let cluster: Archived;
let stack: Stack;
let published: HttpStory;
let consenting: HttpStory;

beforeAll(async () => {
  cluster = await Archived.open();
  const { databaseUrl, temporalAddress } = cluster;
  stack = await Stack.open({ databaseUrl, temporalAddress, startsAt: shanghai('2026-02-25 09:00'), cacheDir: bundleCache });
});
afterAll(async () => {
  await stack?.stop();
  await cluster?.stop();
});

const stepOf = async ({ caseId }: HttpStory): Promise<unknown> =>
  (await stack.pool.query('SELECT step, status FROM cases WHERE id = $1', [caseId])).rows[0];

/** Sends the act and waits until it is done. */
async function sends(who: string, type: string, body: object, key: string): Promise<Acknowledged> {
  const sent = { institution: here, caseId: consenting.caseId, personId: samplePersonId(here, who), type, body };
  const told = await stack.client.act(sent, key);
  expect(told).toMatchObject({ outcome: 'done' });
  return told as Acknowledged;
}
const consents = (who: string, key: string) => sends(who, 'consent', { applicationVersion: 1 }, key);
/** Waits until the act has its receipt, whatever becomes of it. */
const received = (key: string) =>
  waitFor(async () => (await stack.pool.query('SELECT 1 FROM inbox WHERE idempotency_key = $1', [key])).rowCount === 1, {
    what: 'the receipt',
  });
const receipt = (who: string, actId: string) => stack.client.insist(samplePersonId(here, who), 'GET', `${base}/acts/${actId}`);

const upload = async (): Promise<string> => {
  const form = new FormData();
  form.append('file', new Blob([paper], { type: 'application/pdf' }), '附件.pdf');
  const answer = await stack.client.once(samplePersonId(here, 'inventor1'), `${base}/documents`, {
    method: 'POST',
    body: form,
  });
  return ((await answer.json()) as { document: string }).document;
};
const download = async (document: string): Promise<Buffer> => {
  const answer = await stack.client.once(samplePersonId(here, 'inventor1'), `${base}/documents/${document}`);
  return Buffer.from(await answer.arrayBuffer());
};

async function toPublicity(story: HttpStory, decidedOn: string, publishedOn: string): Promise<void> {
  await story.apply({ mode: 'coOwnership', team: { inventor1: '60', inventor2: '40' } });
  await story.submit('inventor1');
  await story.passCheck();
  await story.departmentsAgree();
  await story.on(`${decidedOn} 15:00`);
  await story.decide(`领纪〔2026〕${decidedOn}`, decidedOn);
  await story.on(`${publishedOn} 09:00`);
  await story.publish();
}

async function toTheEnd(story: HttpStory, windowOver: string, registered: string): Promise<void> {
  await story.on(`${windowOver} 09:00`);
  await story.stateResult();
  await story.agree();
  await story.on(`${registered} 10:00`);
  await story.register(`国知变更${registered}`, registered);
  await story.tag();
  expect(await stepOf(story)).toMatchObject({ status: 'done' });
}

/** The API and the workers are away while the work is done, and come back after it. */
async function without(work: () => Promise<void>): Promise<void> {
  const done = work();
  for (const process of stack.processes) process.kill(() => done.catch(() => undefined));
  await done;
  await stack.ready();
}

const verify = async (note?: string) => {
  const institutionId = sampleInstitutionId(here);
  const { findings } = await verifyLedger(readLedger(stack.pool, institutionId), {
    institutionId,
    ...(note !== undefined && { olderCheckpoints: [note] }),
  });
  return findings.map(({ code }) => code);
};

describe('a cluster of which a base backup and the WAL are kept', () => {
  const [answeredLate, lost] = [randomUUID(), randomUUID()];
  let actIds = { answeredLate: '', lost: '' };
  let document = '';
  let checkpoint = '';

  test('is backed up while a window runs and people go on', async () => {
    const stage = new HttpStage(stack);
    [published, consenting] = [new HttpStory(stage, here), new HttpStory(stage, here)];
    await toPublicity(published, '2026-03-06', '2026-03-09');
    document = await upload();
    await cluster.backUp(async () => {
      const draft = await stage.draft(published.institutionId, consenting.person('inventor1'), { kind: 'patent', title: '示例' });
      Object.assign(consenting, draft);
      const team = { inventor1: '40', inventor2: '30', inventor3: '20', inventor4: '10' };
      const application = consenting.application({ mode: 'coOwnership', team });
      await consenting.does('inventor1', 'sendForConsent', { application });
    });
    await consenting.does('inventor2', 'consent', { applicationVersion: 1 });

    // Received by the API while the worker stands still; the moment restored to lies between receipt and answer.
    stack.worker.signal('SIGSTOP');
    const late = consents('inventor3', answeredLate);
    await received(answeredLate);
    await cluster.archive('before');
    stack.worker.signal('SIGCONT');
    actIds = { answeredLate: (await late).actId, lost: (await consents('inventor4', lost)).actId };
    checkpoint = (await makeCheckpoint(stack.pool, await localSigner(stack.folder), sampleInstitutionId(here))).note;
    for (const name of kept) await cp(join(stack.folder, name), join(stack.folder, 'backup', name), { recursive: true });
  });

  test('is restored to one moment with the files of a later one, and the service starts', async () => {
    await without(async () => {
      await cluster.lose();
      for (const name of kept) await rm(join(stack.folder, name), { recursive: true });
      await cluster.restore('before');
      for (const name of kept) await cp(join(stack.folder, 'backup', name), join(stack.folder, name), { recursive: true });
      // A checkpoint that left the house tells that something is missing; without one nothing looks wrong.
      expect(await verify()).toEqual([]);
      expect(await verify(checkpoint)).toEqual(['log.truncated']);
    });
    const found = await stack.client.insist(samplePersonId(here, 'officer1'), 'GET', `${base}/cases/${published.caseId}`);
    expect(found).toMatchObject({ status: 200, body: { step: 'publicity' } });
  });

  test('has every act received before it: what was unanswered is answered, what came later has never happened', async () => {
    await waitFor(async () => (await receipt('inventor3', actIds.answeredLate)).body['outcome'] === 'done', {
      timeoutMs: 60_000,
    });
    expect((await receipt('inventor4', actIds.lost)).status).toBe(404);
    expect(await download(document)).toEqual(paper);
    expect((await consents('inventor4', lost)).actId).not.toBe(actIds.lost);
  });

  test('goes on: the window closes in its time, its case comes to its end, the other case to the next step', async () => {
    await toTheEnd(published, '2026-03-26', '2026-04-20');
    await consenting.submit('inventor1');
    expect(await stepOf(consenting)).toEqual({ step: 'check', status: 'open' });
    await atRest(stack.pool);
    expect(await unsound(stack.pool)).toEqual([]);
  });
});

describe('a cluster of which only the service’s own database could be saved', () => {
  const keeper = samplePersonId('outside', 'operator');
  const repairs = (body: object) =>
    stack.client.insist(keeper, 'POST', '/api/v1/platform/repairs', {
      headers: { 'Idempotency-Key': randomUUID() },
      body: { kind: 'restart', cause: 'workflowLost', reason: '引擎数据未能恢复。', ...body },
    });

  test('starts; its cases are found without a workflow and restarted from the ledger', async () => {
    published = new HttpStory(new HttpStage(stack), here);
    await toPublicity(published, '2026-05-08', '2026-05-11');
    await without(() => cluster.loseTemporal());
    const key = randomUUID();
    const passed = sends(
      'officer1',
      'passCheck',
      { conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'], secrecyChecked: true },
      key,
    );
    await received(key);
    const found = async (): Promise<boolean> => {
      // As the runbook says, and its follower looks as soon as it may.
      await stack.pool.query("DELETE FROM stalled_check WHERE name IN ('comparison', 'engine')");
      return ((await repairs({})).body['items'] as unknown[] | undefined)?.length === 2;
    };
    await waitFor(found, { what: 'the lost workflows', timeoutMs: 60_000, everyMs: 500 });
    const { jobId } = (await repairs({ run: true })).body;
    const job = async () => (await stack.client.insist(keeper, 'GET', `/api/v1/platform/repairs/${String(jobId)}`)).body;
    await waitFor(async () => (await job())['status'] === 'done', { what: 'the restarts', timeoutMs: 60_000, everyMs: 200 });
    expect(await job()).toMatchObject({ items: [{ status: 'done' }, { status: 'done' }] });
    await passed;
  });

  test('goes on: the window closes in its time, its case comes to its end', async () => {
    await toTheEnd(published, '2026-05-28', '2026-06-20');
    await atRest(stack.pool);
    expect(await unsound(stack.pool)).toEqual([]);
    expect(stack.client.faults).toEqual([]);
  });
});
