import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { erasePerson, planErasure } from '../../activities/erasure.ts';
import { readLedger } from '../../activities/ledgerSource.ts';
import { verifyLedger } from '../../activities/verify.ts';
import { ERASED_NAME } from '../../contracts/noticeNames.ts';
import { noticeText, type NoticeContent } from '../../contracts/schemas.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { waitFor } from '../harness/services.ts';
import { testApi, type TestApi } from './service.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';
import type { SealedRef } from '../../domain/process.ts';

/** A person who is named in a published notice is erased: their name and address are nowhere, and the record stands. */

const NAME = '青示例完成人二';
const MAIL = 'canary.4711@mail.test';

let api: TestApi;
let worker: RunningWorker;
let walk: Walk;
let noticeId: string;
let original: NoticeContent;

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 20_000 });
  worker = await workerFor(api);
  walk = new Walk(api, 'hohhot-university');
  await api.pool.query('UPDATE person SET external_id = $2 WHERE id = $1', [walk.person('inventor2'), MAIL]);
  noticeId = await walk.toPublicity();
  original = (await shown()).content;
  await waitFor(
    async () => (await api.pool.query('SELECT 1 FROM message WHERE person_id = $1', [walk.person('inventor2')])).rowCount,
    {
      what: 'messages',
    },
  );
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

async function shown(): Promise<{ content: NoticeContent; contentDigest: string }> {
  return (await walk.get('colleague1', `/notices/${noticeId}`)).body as { content: NoticeContent; contentDigest: string };
}

async function page(): Promise<string> {
  const { token } = await walk.client('colleague1');
  return (await request(api.app).get(`/notices/${noticeId}`).set('Authorization', `Bearer ${token}`)).text;
}

const digestOf = (text: NoticeContent): string => createHash('sha256').update(noticeText(text)).digest('hex');

/** Every row of every table, and everything in them that can still be decrypted. */
async function everything(): Promise<string> {
  const { pool, sealer } = api;
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'",
  );
  const dumps = await Promise.all(
    tables.map(async ({ name }) =>
      (await pool.query<{ x: string }>(`SELECT t::text AS x FROM ${name} t`)).rows.map(({ x }) => x),
    ),
  );
  const { rows: values } = await pool.query<SealedRef>('SELECT id::text AS sealed, digest FROM sealed_value');
  const opened = await sealer.open(values);
  const { rows: drafts } = await pool.query<{ id: string; content: Buffer }>(
    'SELECT case_id::text AS id, content FROM case_draft',
  );
  const texts = await Promise.all(drafts.map(({ id, content }) => sealer.decrypt({ kind: 'case', id }, content)));
  return [...dumps.flat(), ...opened.values(), ...texts.map(String)].join('\n');
}

describe('erasing a person whom a published notice names', () => {
  it('is told beforehand: the notice, the open case, the values', async () => {
    const found = await everything();
    expect([found.includes(NAME), found.includes(MAIL)]).toEqual([true, true]);
    expect(await page()).toContain(NAME);
    const plan = await planErasure(api.pool, walk.person('inventor2'));
    expect(plan).toMatchObject({ notices: [noticeId], openCases: [walk.caseId], erasedAt: null });
    // The name on file and the one on the notice, at least.
    expect(plan?.values).toBeGreaterThanOrEqual(2);
    expect(await planErasure(api.pool, walk.person('colleague2'))).toMatchObject({ notices: [] });
  });

  it('leaves name and address nowhere that can be read or decrypted', async () => {
    await erasePerson(api.pool, walk.person('inventor2'), '本人申请');
    const found = await everything();
    expect([found.includes(NAME), found.includes(MAIL)]).toEqual([false, false]);
    // The search itself still finds who was not erased.
    expect(found).toContain('青示例完成人一');
  });

  it('leaves the notice readable, with a neutral word for the name', async () => {
    const { content } = await shown();
    const values = Object.fromEntries(content.items.map(({ item, value }) => [item, value]));
    expect(values['inventors']).toBe(`青示例完成人一、${ERASED_NAME}`);
    expect(values['sharesOrTerm']).toContain(`青示例完成人一 60%、${ERASED_NAME} 40%`);
    expect(await page()).toContain(ERASED_NAME);
    expect(await page()).not.toContain(NAME);
    for (const path of [`/cases/${walk.caseId}`, `/cases/${walk.caseId}/ledger?limit=200`]) {
      const { status, text } = await walk.get('supervisor', path);
      expect([status, text.includes(NAME), text.includes('⟦')]).toEqual([200, false, false]);
    }
  });

  it('leaves chain and log valid, and the digest by which whoever holds the original proves what was shown', async () => {
    const { content, contentDigest } = await shown();
    expect(JSON.stringify(original)).toContain(NAME);
    expect([digestOf(original), digestOf(content) === contentDigest]).toEqual([contentDigest, false]);
    const institutionId = sampleInstitutionId('hohhot-university');
    expect((await verifyLedger(readLedger(api.pool, institutionId), { institutionId })).findings).toEqual([]);
  });
});

it('a key that is not at hand is named, as something to put right, and is no fault of the service', async () => {
  await api.pool.query("UPDATE subject_key SET kek_id = 'key-of-2025' WHERE subject_id = $1", [walk.caseId]);
  const { status, body } = await walk.get('colleague1', `/notices/${noticeId}`);
  expect([status, body.code]).toEqual([503, 'service.unavailable']);
  expect([body.zh, body.en]).toEqual([expect.stringContaining('key-of-2025'), expect.stringContaining('key-of-2025')]);
  expect(JSON.stringify(body)).not.toMatch(/at .*\.ts|stack/);
});
