import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { rebuildProjections } from '../../activities/rebuild.ts';
import { noticeText, type NoticeContent } from '../../contracts/schemas.ts';
import { processes } from '../../domain/index.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { expectProblem } from './problem.ts';
import { testApi, type TestApi } from './service.ts';
import { pdf, Walk } from './walk.ts';
import { workerFor } from './worker.ts';

/** A case led by HTTP, with a real worker, from the draft to the handling of an objection. */

let api: TestApi;
let worker: RunningWorker;

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 30_000 });
  worker = await workerFor(api);
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

interface Draft {
  content: NoticeContent;
  contentDigest: string;
  missing: string[];
  findings: object[];
}

/** The application with its evidence under another name: a change that asks nobody's consent. */
const withPaper = (application: unknown, name: string): object => {
  const { conditions } = application as { conditions: { clearTitle: { evidence: object[] } } };
  const { clearTitle } = conditions;
  const evidence = clearTitle.evidence.map((paper) => ({ ...paper, name }));
  return { ...(application as object), conditions: { ...conditions, clearTitle: { ...clearTitle, evidence } } };
};

const digestOf = (content: NoticeContent): string => createHash('sha256').update(noticeText(content)).digest('hex');

describe('a draft', () => {
  it('is previewed whole before it is sent, as JSON and as text', async () => {
    const walk = new Walk(api, 'hohhot-university');
    await walk.draft({ inventor1: '60', inventor2: '40' });
    const check = await walk.get('inventor1', `/cases/${walk.caseId}/draft/check`);
    expect(check.body).toEqual({ ok: true, errors: [], missingRules: [] });
    const preview = await walk.get('inventor1', `/cases/${walk.caseId}/draft/preview`);
    const steps = (preview.body as { steps: { step: string; clauses: object[]; people: object[] }[] }).steps;
    expect(steps.map(({ step }) => step)).toEqual([
      'consent',
      'check',
      'departmentReview',
      'groupDecision',
      'noticePreparation',
      'publicity',
      'statement',
      'agreement',
      'titleChange',
      'registration',
      'done',
    ]);
    const text = await walk.get('inventor1', `/cases/${walk.caseId}/draft/preview?format=text`);
    expect(text.headers['content-type']).toMatch(/^text\/plain/);
    expect(text.text).toMatch(/nm-hei\.8e「公示期不少于15日」/);
    expect(text.text).toContain('青示例完成人一');
    expect(text.text).toMatch(/领导小组 \/ the leading group：青示例/);
    const english = await walk.get('inventor1', `/cases/${walk.caseId}/draft/preview?format=text&language=en`);
    expect(english.text).toMatch(/^2\d{3}-\d\d-\d\d {2}the consents$/m);
    expect(english.text).not.toContain('领导小组 /');
    const [seen, read] = await Promise.all(
      ['inventor1', 'supervisor'].map(async (who) => {
        const { body } = await walk.get(who, `/cases/${walk.caseId}/draft/preview`);
        return (body as { steps: { assessment?: object }[] }).steps.find(({ assessment }) => assessment)?.assessment;
      }),
    );
    expect(seen).toEqual({ quorum: expect.any(Number), enough: true, eligible: expect.any(Number) });
    expect(read).toMatchObject({ eligible: expect.arrayContaining([expect.any(String)]), barred: expect.any(Array) });
  });

  it('tells all that it lacks, and is not sent before', async () => {
    const walk = new Walk(api, 'hohhot-university');
    await walk.draft({ inventor1: '60', inventor2: '30' }, { title: undefined });
    const check = await walk.get('inventor1', `/cases/${walk.caseId}/draft/check`);
    expect(check.body).toMatchObject({ ok: false, errors: [{ pointer: '/application/title', en: 'is required' }] });
    const sent = await walk.tries('inventor1', 'sendForConsent');
    expect([sent.status, sent.body.errors[0].pointer]).toEqual([400, '/body/application/title']);
  });
});

describe('a notice', () => {
  let walk: Walk;
  let draft: Draft;

  beforeAll(async () => {
    walk = new Walk(api, 'hohhot-university');
    await walk.toDecision();
    await walk.decide();
    draft = (await walk.get('officer1', `/cases/${walk.caseId}/notice-draft`)).body as Draft;
  });

  const publish = (content: NoticeContent, contentDigest = digestOf(content)) =>
    walk.tries('officer1', 'publishNotice', { kind: 'empowerment', content, contentDigest, place: '公示栏' });
  const reworded = (item: string, value: string): NoticeContent => ({
    ...draft.content,
    items: draft.content.items.map((one) => (one.item === item ? { ...one, value } : one)),
  });

  it('is composed from the case', () => {
    expect(draft).toMatchObject({ missing: [], findings: [] });
    const values = Object.fromEntries(draft.content.items.map(({ item, value }) => [item, value]));
    expect(values).toMatchObject({
      resultName: '示例催化剂制备方法',
      resultNumber: 'ZL202610000001.0',
      inventors: '青示例完成人一、青示例完成人二',
      mode: '共同所有 / co-ownership',
    });
    expect(values['sharesOrTerm']).toMatch(/^单位 30%，完成人 70%，完成人之间：青示例完成人一 60%、青示例完成人二 40%/);
    expect(digestOf(draft.content)).toBe(draft.contentDigest);
  });

  it.each([
    ['a telephone number', '电话 138 0013 8000'],
    ['an identity number', '11010519491231002X'],
    ['a bank card', '6222 0212 3456 7890 127 或 4111111111111111'],
    ['an e-mail address', 'zhang@example.edu.cn'],
    ['a text marked secret', '【机密】'],
  ])('with %s is not published', async (_what, text) => {
    const answer = await publish(reworded('objectionRoute', `书面送交办公室 ${text}`));
    expect([answer.status, answer.body.code]).toEqual([422, 'notice.disclosure']);
    expect(answer.body.errors[0].pointer).toMatch(/^\/body\/content\/items\/\d+\/value$/);
  });

  it('that says something else than the case is not published', async () => {
    const answer = await publish(reworded('sharesOrTerm', '单位 10%'));
    expect([answer.status, answer.body.code]).toEqual([409, 'notice.changed']);
    const other = await publish(draft.content, 'f'.repeat(64));
    expect([other.status, other.body.errors[0].pointer]).toEqual([400, '/body/contentDigest']);
  });

  it('is read by members as a page and by nobody else', async () => {
    const published = await publish(reworded('objectionRoute', '书面送交成果转化办公室'));
    expect(published.status).toBe(200);
    const path = `/notices/${published.body.actId as string}`;
    const page = await request(api.app)
      .get(path)
      .set('Authorization', `Bearer ${(await walk.client('colleague1')).token}`);
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).toContain('示例催化剂制备方法');
    expect(page.text).toContain('书面送交成果转化办公室');
    const { publishedAt, lastDay } = (await walk.get('colleague1', path)).body as { publishedAt: string; lastDay: string };
    const at = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' });
    const inBeijing = at.format(new Date(publishedAt));
    expect(page.text).toContain(`${inBeijing} 发布，至 ${lastDay} 24:00（北京时间）`);
    expect(page.text).toContain(`published ${inBeijing}, until the end of ${lastDay} (24:00), Beijing time`);
    expect(page.text).not.toMatch(/\d{4}-\d{2}-\d{2}T/);
    expect((await request(api.app).get(path)).status).toBe(404);
    expect((await request(api.app).get(`/api/v1${path}`)).status).toBe(404);
    await api.pool.query("UPDATE notice SET audience = 'public' WHERE id = $1", [published.body.actId]);
    expect((await request(api.app).get(path)).text).toContain('公示中 / open');
    expect((await request(api.app).get(`/api/v1${path}`)).body.content.items).toHaveLength(8);
    const addenda = [
      { on: '2026-03-05T16:00:00.000Z', lastDay: '2026-04-01', endsAt: '2026-04-01T16:00:00.000Z', reason: 'moved:x' },
    ];
    await api.pool.query('UPDATE notice SET addenda = $2 WHERE id = $1', [published.body.actId, JSON.stringify(addenda)]);
    expect((await request(api.app).get(path)).text).toContain('<li>2026-03-06 00:00：延至 / until 2026-04-01 24:00');
    await api.pool.query("UPDATE notice SET audience = 'institution', addenda = '[]' WHERE id = $1", [published.body.actId]);
  });
});

describe('acts', () => {
  it('sent 50 times at once have one effect and one answer', async () => {
    const walk = new Walk(api, 'baotou-university');
    await walk.draft({ inventor1: '100' });
    const inventor = await walk.client('inventor1');
    await walk.does('inventor1', 'sendForConsent');
    const key = randomUUID();
    const act = { type: 'submit', body: { representationConfirmed: true } };
    const answers = await Promise.all(Array.from({ length: 50 }, () => inventor.act(walk.institution, walk.caseId, act, key)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const { rows } = await api.pool.query(
      "SELECT count(*)::int AS n FROM ledger WHERE case_id = $1 AND type = 'applicationSubmitted'",
      [walk.caseId],
    );
    expect(rows).toEqual([{ n: 1 }]);
    const again = await inventor.act(walk.institution, walk.caseId, act, key);
    expect(again.body).toEqual(answers[0]?.body);
    const other = await inventor.act(walk.institution, walk.caseId, { type: 'withdraw', body: { grounds: 'x' } }, key);
    expect([other.status, other.body.code]).toEqual([422, 'idempotency.otherBody']);
    for (let round = 0; round < 20; round += 1) {
      // Two steps on and off: the twin of an act that has just moved the case must still get its answer.
      const [who, type, body] =
        round % 2 === 0
          ? (['officer1', 'returnForCorrection', { items: [{ at: '/title', text: '请补正' }] }] as const)
          : ([
              'inventor1',
              'amendApplication',
              { application: withPaper((await walk.get('inventor1', `/cases/${walk.caseId}`)).body.application, `${round}`) },
            ] as const);
      const client = await walk.client(who);
      const once = randomUUID();
      const twins = await Promise.all([1, 2, 3, 4].map(() => client.act(walk.institution, walk.caseId, { type, body }, once)));
      expect([round, new Set(twins.map((one) => `${one.status} ${JSON.stringify(one.body)}`)).size, twins[0]?.status]).toEqual([
        round,
        1,
        200,
      ]);
    }
    const receipt = await inventor.get(`${walk.base}/acts/${answers[0]?.body.actId as string}`);
    expect(receipt.body).toEqual(answers[0]?.body);
  });

  it('that contradict each other: one wins, the other gets 409, both are kept', async () => {
    const walk = new Walk(api, 'hohhot-university');
    await walk.toCheck();
    const [pass, giveBack] = await Promise.all([
      walk.tries('officer1', 'passCheck', {
        conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'],
        secrecyChecked: true,
      }),
      walk.tries('officer2', 'returnForCorrection', { items: [{ at: '/title', text: '不符合条件' }] }),
    ]);
    expect(new Set([pass.status, giveBack.status])).toEqual(new Set([200, 409]));
    // Refused by the case, or at the door because the other one was through already: kept either way.
    const { rows } = await api.pool.query<{ outcome: string }>(
      `SELECT answer->>'outcome' AS outcome FROM inbox WHERE case_id::text = $1 AND type IN ('passCheck', 'returnForCorrection')
        UNION ALL SELECT 'refused' FROM audit WHERE subject = $1 AND action = 'refusedAct' ORDER BY 1`,
      [walk.caseId],
    );
    expect(rows).toEqual([{ outcome: 'done' }, { outcome: 'refused' }]);
  });

  it('refused by the case are problems that point into what was sent', async () => {
    const walk = new Walk(api, 'hohhot-university');
    const { document } = await walk.upload('inventor1', '未被采纳的材料');
    await walk.draft({ inventor1: '60', inventor2: '30' }, { exportCheck: { needed: true, document: { document } } });
    const answer = await walk.tries('inventor1', 'sendForConsent');
    expect([answer.status, answer.headers['content-type']]).toEqual([422, 'application/problem+json; charset=utf-8']);
    expect(answer.body).toMatchObject({ status: 422, type: `/api/v1/problems/refused#${answer.body.code as string}` });
    expect(answer.body.errors[0].pointer).toMatch(/^\/body\/application\/inventors/);
    expect(answer.body.zh).toMatch(/\p{Script=Han}/u);
    expect(answer.headers['location']).toMatch(/\/acts\/[0-9a-f-]{36}$/);
    // Its files are kept no longer than others that no act names.
    const { rows } = await api.pool.query('SELECT expires_at IS NULL AS kept FROM document WHERE digest = $1', [document]);
    expect(rows).toEqual([{ kept: false }]);
  });

  it('name only files that were uploaded', async () => {
    const walk = new Walk(api, 'hohhot-university');
    await walk.draft({ inventor1: '100' }, { exportCheck: { needed: true, document: { document: 'e'.repeat(64) } } });
    const answer = await walk.tries('inventor1', 'sendForConsent');
    expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([
      422,
      'document.missing',
      '/body/application/exportCheck/document',
    ]);
  });

  it('of a deputy carry both names, and end with the last day', async () => {
    const walk = new Walk(api, 'hohhot-university');
    await walk.toCheck();
    const today = await walk.today();
    const officer = await walk.client('officer1');
    const made = await officer.send('post', `${walk.base}/delegations`, {
      to: walk.person('colleague2'),
      firstDay: today,
      lastDay: today,
    });
    expect(made.status).toBe(201);
    const done = await walk.does('colleague2', 'returnForCorrection', { items: [{ at: '/title', text: '请写全称' }] });
    expect(done['onBehalfOf']).toBe(walk.person('officer1'));
    const { rows } = await api.pool.query("SELECT actor FROM ledger WHERE case_id = $1 AND type = 'returnedForCorrection'", [
      walk.caseId,
    ]);
    expect(rows).toMatchObject([{ actor: { personId: walk.person('colleague2'), onBehalfOf: walk.person('officer1') } }]);
    const tasks = await walk.get('colleague2', '/tasks');
    expect(tasks.status).toBe(200);
    await api.pool.query('UPDATE delegation SET first_day = first_day - 1, last_day = last_day - 1 WHERE id = $1', [
      made.body.id,
    ]);
    const late = await walk.tries('colleague2', 'refuseApplication', { grounds: 'x' });
    expect([late.status, late.body.code]).toEqual([404, 'notFound']);
  });
});

it('shows whoever checks an amended application what reads otherwise, and nothing else', async () => {
  const walk = new Walk(api, 'hohhot-university');
  await walk.toCheck();
  const shown = async () => (await walk.get('officer1', `/cases/${walk.caseId}`)).body as Record<string, object>;
  const { application, ...first } = await shown();
  expect(first).not.toHaveProperty('amended');
  await walk.does('officer1', 'returnForCorrection', { items: [{ at: '/title', text: '请写全称' }] });
  const changed = { ...application, title: '示例催化剂的制备方法及应用', resultNumber: 'ZL202610000002.8' };
  await walk.does('inventor1', 'amendApplication', { application: changed });
  expect((await shown())['amended']).toEqual({
    version: 2,
    changes: [
      { at: '/title', before: '示例催化剂制备方法', after: '示例催化剂的制备方法及应用' },
      { at: '/resultNumber', before: 'ZL202610000001.0', after: 'ZL202610000002.8' },
    ],
  });
});

describe('documents', () => {
  it('are taken when they are what they say, and come back as they were', async () => {
    const walk = new Walk(api, 'hohhot-university');
    const client = await walk.client('inventor3');
    const send = (bytes: Buffer, contentType: string) =>
      client.send('post', `${walk.base}/documents`).attach('file', bytes, { filename: '证明.pdf', contentType });
    const made = await send(pdf('journey'), 'application/pdf');
    expect(made.body).toEqual({
      document: createHash('sha256').update(pdf('journey')).digest('hex'),
      size: pdf('journey').length,
    });
    const back = await client.get(`${walk.base}/documents/${made.body.document as string}`).buffer(true);
    expect(Buffer.compare(back.body as Buffer, pdf('journey'))).toBe(0);
    const html = await send(Buffer.from('<script>'), 'text/html');
    expect([html.status, html.body.code]).toEqual([415, 'document.typeRefused']);
    const lie = await send(Buffer.from('no pdf'), 'application/pdf');
    expect([lie.status, lie.body.code]).toEqual([415, 'document.typeRefused']);
    const large = await send(Buffer.alloc(21 * 1024 * 1024), 'application/pdf');
    expect([large.status, large.body.code]).toEqual([413, 'request.tooLarge']);
    const form = await client.send('post', `${walk.base}/documents`, { file: 'x' });
    expect([form.status, form.body.code]).toEqual([415, 'request.unsupportedType']);
    expect((await walk.get('officer1', `/documents/${made.body.document as string}`)).status).toBe(404);
  });

  it('are refused when too much waits, with when there will be room', async () => {
    const walk = new Walk(api, 'hohhot-university');
    const client = await walk.client('inventor4');
    // As many bytes as one person may have waiting, which go in a minute.
    await api.pool.query(
      `INSERT INTO document (institution_id, digest, size, media_type, wrapped_key, kek_id, uploaded_by, expires_at)
       VALUES ($1, $2, $3, 'application/pdf', '', 'test', $4, service_clock() + interval '60 seconds')`,
      [sampleInstitutionId('hohhot-university'), 'f'.repeat(64), 400 * 1024 * 1024, client.id],
    );
    const full = await client.send('post', `${walk.base}/documents`).attach('file', pdf('more'), 'more.pdf');
    expectProblem(full, 429, 'document.tooManyWaiting');
    expect(Number(full.headers['retry-after'])).toBeGreaterThan(30);
    expect(Number(full.headers['retry-after'])).toBeLessThanOrEqual(60);
  });
});

describe('lists and search', () => {
  it('hold what the ledgers of all these cases give, though each was written before the instant of record was known', async () => {
    const { cases, differences, failed } = await rebuildProjections(api.pool, processes, { write: false });
    expect(cases).toBeGreaterThan(3);
    expect([differences, failed]).toEqual([[], []]);
  });
});
