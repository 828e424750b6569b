import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '../../api/app.ts';
import type { Route } from '../../api/route.ts';
import type { RunningWorker } from '../../worker/main.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { waitFor } from '../harness/services.ts';
import { namesObject, rowsOf, write, writes } from './foreignWrites.ts';
import { testApi, type Client, type TestApi } from './service.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

/** Two institutions side by side, and an objector whom nobody may find out. */

const NAME = '青示例教师一';
/** An id that nothing has. */
const nowhere = randomUUID();
const words = { name: '异议人甲乙丙', contact: 'contact-marker-4711', ground: 'ground-marker-0815' };

let api: TestApi;
let worker: RunningWorker;
let walk: Walk;
let ids: Record<string, string>;
let objector: Client;
let evidence: string;

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 20_000 });
  worker = await workerFor(api);
  walk = new Walk(api, 'hohhot-university');
  const noticeId = await walk.toPublicity();
  objector = await walk.client('colleague1');
  evidence = (await walk.upload('colleague1', 'evidence-marker')).document;
  const filed = await walk.does('colleague1', 'fileObjection', {
    noticeId,
    name: words.name,
    contact: words.contact,
    grounds: [words.ground],
    evidence: [{ document: evidence, name: `${NAME}的证据.pdf` }],
  });
  const objectionId = filed['actId'] as string;
  await walk.does('officer1', 'admitObjection', { objectionId, handlers: [walk.person('colleague3')] });
  const delegation = await (
    await walk.client('officer1')
  ).send('post', `${walk.base}/delegations`, {
    to: walk.person('colleague2'),
    firstDay: await walk.today(),
    lastDay: await walk.today(),
  });
  const draft = await (
    await walk.client('inventor3')
  ).send('post', `${walk.base}/cases`, { application: { title: 'draft-marker' } });
  const repair = await (
    await walk.client('administrator')
  ).send(
    'post',
    `${walk.base}/repairs`,
    { kind: 'restart', run: true, reason: 'repair-marker', cases: [walk.caseId] },
    { 'Idempotency-Key': 'repair-1' },
  );
  expect(repair.body).toHaveProperty('jobId');
  const seen = await walk.get('officer1', `/cases/${walk.caseId}`);
  ids = {
    institution: 'hohhot-university',
    caseId: walk.caseId,
    noticeId,
    actId: objectionId,
    personId: walk.person('officer1'),
    achievementId: (seen.body as { application: { achievementId: string } }).application.achievementId,
    digest: evidence,
    delegationId: (delegation.body as { id: string }).id,
    jobId: (repair.body as { jobId: string }).jobId,
    draftId: (draft.body as { caseId: string }).caseId,
  };
  await waitFor(async () => (await api.pool.query('SELECT 1 FROM message')).rowCount, { what: 'messages' });
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

const gets = routes.filter(({ method }) => method === 'get');

function pathOf(route: Route, given: Record<string, string>): string {
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => given[name] ?? (name.endsWith('Id') ? nowhere : 'x'));
  return route.id === 'downloadDocument' ? `${path}?caseId=${given['caseId']}` : path;
}

/** Everything that a client can read with the ids, as one text; drafts too. */
async function readAll(client: Client, given: Record<string, string>): Promise<{ id: string; status: number; text: string }[]> {
  const paths = gets.flatMap((route) => {
    const own = [{ id: route.id, path: pathOf(route, given) }];
    return route.path.includes('/draft')
      ? [{ id: route.id, path: pathOf(route, { ...given, caseId: given['draftId'] ?? '' }) }, ...own]
      : own;
  });
  return Promise.all(
    paths.map(async ({ id, path }) => {
      const answer = await client.get(path).buffer(true);
      return { id, status: answer.status, text: answer.text ?? (answer.body as Buffer).toString('latin1') };
    }),
  );
}

describe('institutions', () => {
  const strangers = ['administrator', 'supervisor', 'officer1', 'secretary', 'inventor1'] as const;

  it.each(strangers)("a %s of another finds nothing under the institution's own address", async (key) => {
    const client = await api.as('baotou-university', key);
    const seen = await readAll(client, ids);
    const inside = seen.filter(({ id }) => gets.find((route) => route.id === id)?.path.startsWith('/institutions/{institution}'));
    // An address that any party may use answers with empty lists; whatever names an object, or is for members, is not there.
    for (const { id, status, text } of inside) {
      if (status === 200) expect([id, JSON.parse(text)]).toEqual([id, { items: [] }]);
      else expect([id, status]).toEqual([id, 404]);
    }
    expect(
      inside
        .filter(({ status }) => status === 200)
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['listCases', 'listNotices', 'listTasks']);
  });

  it.each(strangers)("a %s of another reads no byte of it under their own institution's address", async (key) => {
    const client = await api.as('baotou-university', key);
    const own = { ...ids, institution: 'baotou-university' };
    const seen = await readAll(client, own);
    const markers = [
      '青示例',
      '示例催化剂',
      '青城示例大学科技',
      'draft-marker',
      'repair-marker',
      words.ground,
      words.name,
      words.contact,
      '赋权〔2026〕1号',
    ];
    const foreign = [
      ids['caseId'],
      ids['achievementId'],
      ids['personId'],
      ids['noticeId'],
      ids['actId'],
      sampleInstitutionId('hohhot-university'),
    ];
    for (const { id, text } of seen) {
      for (const marker of [...markers, ...foreign]) expect([id, text.includes(marker as string)]).toEqual([id, false]);
    }
  });

  it('answer the same for what is another’s and for what is not there', async () => {
    const client = await api.as('baotou-university', 'supervisor');
    for (const route of gets.filter(({ path }) => /\{(caseId|noticeId|actId|personId|achievementId|digest)\}/.test(path))) {
      const nothing = {
        ...ids,
        caseId: randomUUID(),
        noticeId: randomUUID(),
        actId: randomUUID(),
        personId: randomUUID(),
        achievementId: randomUUID(),
        digest: 'f'.repeat(64),
      };
      for (const institution of ['hohhot-university', 'baotou-university', 'no-such-place']) {
        const [there, absent] = await Promise.all(
          [ids, nothing].map(async (given) => {
            const { status, body, headers } = await client.get(pathOf(route, { ...given, institution }));
            const { instance: _instance, ...rest } = body as Record<string, unknown>;
            return { status, rest, type: headers['content-type'] };
          }),
        );
        expect([route.id, there]).toEqual([route.id, absent]);
        expect(there?.status).toBe(404);
      }
    }
  });
});

const unanswered = async (): Promise<number> =>
  (await api.pool.query('SELECT 1 FROM inbox WHERE answered_at IS NULL')).rowCount ?? 0;

describe('a write upon what another institution has', () => {
  const theirs = 'hohhot-university';
  const mine = 'baotou-university';
  const strangers = ['administrator', 'officer1', 'secretary', 'signatory', 'supervisor', 'inventor1', 'colleague1'];
  let known: Record<string, string>;
  let before: Record<string, string[]>;

  beforeAll(async () => {
    const { rows } = await api.pool.query<{ id: string }>('SELECT id FROM message WHERE person_id = $1 LIMIT 1', [
      walk.person('officer1'),
    ]);
    const [personA = '', personB = ''] = [walk.person('inventor3'), walk.person('inventor4')].toSorted();
    const declared = { personA, personB, kind: 'kinship' };
    await (await walk.client('administrator')).send('post', `${walk.base}/relations`, declared);
    known = { ...ids, ...declared, otherPersonId: walk.person('officer2'), today: await walk.today(), body: 'leadingGroup' };
    known['messageId'] = rows[0]?.id ?? nowhere;
    await waitFor(async () => (await unanswered()) === 0, { what: 'answers to all acts' });
    before = await rowsOf(api.pool, sampleInstitutionId(theirs));
    for (const table of ['ledger', 'inbox', 'cases', 'membership', 'relation', 'institution'])
      expect([table, before[table]?.length ?? 0]).not.toEqual([table, 0]);
  });
  afterEach(async () => {
    expect(await rowsOf(api.pool, sampleInstitutionId(theirs))).toEqual(before);
  });

  it.each(strangers)('by a %s under its own address is not found, whichever it is, and changes nothing there', async (key) => {
    const client = await api.as(mine, key);
    // Whoever has a token may upload what an objection to an open notice names; it changes nothing that is there.
    const inside = writes.filter(({ id, path }) => path.includes('{institution}') && id !== 'uploadDocument');
    for (const route of inside)
      expect([route.id, await write(client, route, { ...known, institution: theirs })]).toEqual([
        route.id,
        { status: 404, code: 'notFound' },
      ]);
  });

  it.each(strangers)('by a %s under another address is refused as for what is not there, and changes nothing', async (key) => {
    const client = await api.as(mine, key);
    for (const route of writes.filter(namesObject)) {
      // A draft is a case of its own.
      const caseId = (route.path.endsWith('/draft') ? known['draftId'] : known['caseId']) ?? '';
      const answer = await write(client, route, { ...known, caseId, institution: mine });
      expect([route.id, [403, 404].includes(answer.status), answer]).toEqual([route.id, true, answer]);
      const random = Object.fromEntries(Object.keys(known).map((name) => [name, randomUUID()]));
      const { kind = '', today = '', body = '' } = known;
      const absent = await write(client, route, { ...random, kind, today, body, institution: mine });
      expect([route.id, answer]).toEqual([route.id, absent]);
    }
  });

  it.each(['createDelegation', 'createRelation', 'putBody', 'askRehearsal', 'repair'])(
    '%s that names its people or cases in the body hears the same as of nobody, and changes nothing',
    async (id) => {
      const client = await api.as(mine, 'administrator');
      const route = writes.find((one) => one.id === id);
      if (!route) throw new Error(`no endpoint ${id}`);
      const given = { ...known, institution: mine };
      const answer = await write(client, route, given);
      const nobody = { ...given, personId: randomUUID(), otherPersonId: randomUUID(), caseId: randomUUID() };
      expect(answer).toEqual(await write(client, route, nobody));
    },
  );
});

describe('the objector', () => {
  const hiddenFrom = [
    'inventor1',
    'inventor2',
    'secretary',
    'signatory',
    'administrator',
    'reviewer-research',
    'reviewer-finance',
    'group1',
    'interested',
  ];

  it.each(hiddenFrom)('is hidden from %s wherever they look', async (key) => {
    const client = await walk.client(key);
    const all = await readAll(client, ids);
    // The list of colleagues names everybody, and says nothing of objections.
    const seen = all.filter(({ id }) => !['listPeople', 'getPerson'].includes(id));
    for (const { id, text } of seen) {
      for (const marker of [...Object.values(words), NAME, evidence, objector.id]) {
        expect([key, id, marker, text.includes(marker)]).toEqual([key, id, marker, false]);
      }
    }
  });

  it('leaves applicants the course of the objection, without a word of it', async () => {
    const { body } = await walk.get('inventor1', `/cases/${walk.caseId}/objections`);
    expect(body.items).toMatchObject([{ state: 'admitted', grounds: 1, inTime: true, handlers: [walk.person('colleague3')] }]);
    const ledger = await walk.get('inventor1', `/cases/${walk.caseId}/ledger?limit=200`);
    const events = (ledger.body as { items: { type: string; actor: object }[] }).items;
    expect(events.find(({ type }) => type === 'objectionReceived')?.actor).toEqual({ kind: 'hidden' });
  });

  it.each(['officer1', 'supervisor', 'colleague3'])('is known to %s, who handles or oversees it', async (key) => {
    const { body } = await walk.get(key, `/cases/${walk.caseId}/objections`);
    expect(body.items).toMatchObject([
      { objectorId: objector.id, name: words.name, contact: words.contact, grounds: [words.ground] },
    ]);
    const file = await walk.get(key, `/documents/${evidence}?caseId=${walk.caseId}`);
    expect([file.status, file.headers['content-type']]).toEqual([200, 'application/pdf']);
  });

  it('is not among whom a dry run says would be told, but for those who may know', async () => {
    const preview = async (key: string, type: string, body: object) =>
      (await walk.client(key)).send('post', `${walk.base}/cases/${walk.caseId}/acts/preview`, { type, body });
    const foretold = await preview('inventor1', 'withdraw', { grounds: '不再申请。' });
    expect([foretold.status, foretold.body.outcome]).toEqual([200, 'wouldDo']);
    expect(foretold.body).not.toHaveProperty('messages');
    expect(foretold.text).not.toContain(objector.id);
    const recuse = {
      objectionId: ids['actId'],
      personId: walk.person('colleague3'),
      replacement: walk.person('inventor4'),
      grounds: 'x',
    };
    for (const [key, told] of [
      ['officer1', true],
      ['colleague3', false],
    ] as const) {
      const { body } = await preview(key, 'recuseHandler', recuse);
      expect([key, body.outcome, 'messages' in body]).toEqual([key, 'wouldDo', told]);
    }
  });

  it('sees their own objection and the notice, and nothing of the case behind it', async () => {
    const { body } = await walk.get('colleague1', `/cases/${walk.caseId}`);
    expect(body).toMatchObject({ myRoles: ['objector'], objections: [{ grounds: [words.ground], state: 'admitted' }] });
    expect(Object.keys(body)).not.toEqual(expect.arrayContaining(['application']));
    expect((await walk.get('colleague1', `/cases/${walk.caseId}/ledger`)).status).toBe(404);
    expect((body as { allowedActs: { act: string }[] }).allowedActs.map(({ act }) => act)).toContain('withdrawObjection');
  });

  it('is not named in reasons that the applicants will read', async () => {
    const finding = (reasons: string) => ({
      objectionId: ids['actId'],
      findings: [{ ground: 1, upheld: false, reasons }],
      consequence: 'none',
      reply: `答复${words.name}`,
    });
    for (const name of [words.name, NAME]) {
      const named = await walk.tries('colleague3', 'recordFinding', finding(`${name}的主张不成立`));
      expect([named.status, named.body.code, named.body.errors[0].pointer]).toEqual([
        422,
        'objection.namesObjector',
        '/body/findings/0/reasons',
      ]);
    }
    const refused = await walk.tries('officer1', 'refuseApplication', { grounds: `${words.name}的异议属实` });
    expect([refused.status, refused.body.code, refused.body.errors[0].pointer]).toEqual([
      422,
      'objection.namesObjector',
      '/body/grounds',
    ]);
    await walk.does('colleague3', 'recordFinding', finding('主张不成立，见实验记录'));
    const { body } = await walk.get('inventor1', `/cases/${walk.caseId}/objections`);
    expect(body.items[0].findings).toMatchObject([{ upheld: false, reasons: '主张不成立，见实验记录' }]);
    expect(JSON.stringify(body)).not.toContain(words.name);
  });
});

describe('a member of the body that the case came before', () => {
  it('reads the case, what was decided and on which papers, and finds it in the list', async () => {
    const { body } = await walk.get('group1', `/cases/${walk.caseId}`);
    expect(body).toMatchObject({ myRoles: ['bodyMember'], application: { achievementId: ids['achievementId'] } });
    const acts = (body as { allowedActs: { act: string }[] }).allowedActs.map(({ act }) => act);
    expect(acts).toEqual(['fileObjection']);
    const listed = await walk.get('group1', '/cases');
    expect((listed.body as { items: { id: string }[] }).items.map(({ id }) => id)).toEqual([walk.caseId]);
    const decisions = await walk.get('group1', `/cases/${walk.caseId}/decisions`);
    expect((decisions.body as { items: object[] }).items).toMatchObject([{ minutesNumber: '领纪〔2026〕1号' }]);
    const [{ minutes }] = (decisions.body as { items: [{ minutes: { document: string } }] }).items;
    expect((await walk.get('group1', `/documents/${minutes.document}?caseId=${walk.caseId}`)).status).toBe(200);
  });

  it('is told how many may vote and not who: whom an objection bars would give the objector away', async () => {
    const { body } = await walk.get('group1', `/cases/${walk.caseId}/ledger?limit=200`);
    const { items } = body as { items: { type: string; data: { assessment?: object; votes?: unknown } }[] };
    const assessed = items.filter(({ data }) => data.assessment !== undefined);
    expect(assessed.length).toBeGreaterThan(0);
    for (const { data } of assessed) {
      expect(data.assessment).toEqual({ quorum: 5, enough: true, eligible: expect.any(Number) });
      expect(data).not.toHaveProperty('votes');
    }
  });

  it('was told when it came', async () => {
    const inbox = await (await walk.client('group1')).get('/messages');
    expect((inbox.body as { items: object[] }).items).toMatchObject([{ template: 'deliberationAsked', caseId: walk.caseId }]);
  });

  it('is not named to the applicants', async () => {
    const all = await readAll(await walk.client('inventor1'), ids);
    // Who sits in the bodies is known to everybody; who could vote on this case is not.
    const seen = all.filter(({ id }) => !['listPeople', 'getPerson', 'listBodies'].includes(id));
    for (const { id, text } of seen) expect([id, text.includes(walk.person('group1'))]).toEqual([id, false]);
  });

  it.each(['leader1', 'groupSubstitute1', 'inventor4'])('is what %s is not: nobody else reads it', async (key) => {
    expect((await walk.get(key, `/cases/${walk.caseId}`)).status).toBe(404);
    expect((await walk.get(key, `/cases/${walk.caseId}/decisions`)).status).toBe(404);
  });
});

it('nothing that was sealed stands in the ledger, the inbox or the outbox', async () => {
  for (const table of ['ledger', 'inbox', 'outbox', 'message', 'task', 'notice', 'objection', 'cases']) {
    const { rows } = await api.pool.query<{ text: string }>(
      `SELECT coalesce(jsonb_agg(to_jsonb(t))::text, '') AS text FROM ${table} t`,
    );
    for (const marker of [...Object.values(words), '示例催化剂制备方法', NAME])
      expect([table, rows[0]?.text.includes(marker)]).toEqual([table, false]);
  }
});
