import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { BASE } from '../../api/app.ts';
import { sampleInstitutionId } from '../../runtime/samplePeople.ts';
import { expectProblem } from './problem.ts';
import { clientOf, testApi, type Client, type TestApi } from './service.ts';
import { pdf } from './walk.ts';

let api: TestApi;
let administrator: Client;
let neighbour: Client;
const base = '/institutions/hohhot-university';
const elsewhere = '/institutions/baotou-university';

beforeAll(async () => {
  api = await testApi();
  administrator = await api.as('hohhot-university', 'administrator');
  neighbour = await api.as('baotou-university', 'administrator');
});
afterAll(() => api?.close());

/** A case at a step, as far as receipt looks at it. */
async function openCase(step: string): Promise<string> {
  const caseId = randomUUID();
  await api.pool.query(
    "INSERT INTO cases (id, institution_id, kind, mode, step, status, created_by) VALUES ($1, $2, 'empowerment', 'useRight', $3, 'open', $4)",
    [caseId, sampleInstitutionId('hohhot-university'), step, administrator.id],
  );
  return caseId;
}

async function upload(client: Client): Promise<{ document: string }> {
  const sent = client.send('post', `${base}/documents`).attach('file', pdf(randomUUID()), 'paper.pdf');
  return { document: ((await sent).body as { document: string }).document };
}

describe('people of two institutions', () => {
  const person = { name: '示例双聘教师', externalId: 'login-shared', roles: [], departments: [] };

  it('join by login id without being named, and no institution alone changes who they are', async () => {
    const made = await administrator.send('post', `${base}/people`, person);
    const path = `/people/${made.body.id as string}`;
    const change = async (client: Client, at: string, status: string) => {
      const { headers } = await client.get(`${at}${path}`);
      return client.send('put', `${at}${path}`, { name: '改名', status }, { 'If-Match': headers['etag'] as string });
    };
    expect((await change(administrator, base, 'retired')).body).toMatchObject({ name: '改名', status: 'retired' });
    const joined = await neighbour.send('post', `${elsewhere}/people`, { ...person, name: '随便' });
    expect([joined.status, joined.body]).toEqual([201, { id: made.body.id }]);
    expectProblem(await neighbour.send('post', `${elsewhere}/people`, person), 409, 'conflict.exists');
    expectProblem(await change(neighbour, elsewhere, 'deceased'), 403, 'person.elsewhere');
    expectProblem(await change(administrator, base, 'deceased'), 403, 'person.elsewhere');
    const { headers } = await neighbour.get(`${elsewhere}${path}`);
    await neighbour.send('delete', `${elsewhere}${path}/membership`, undefined, { 'If-Match': headers['etag'] as string });
    expectProblem(await change(administrator, base, 'deceased'), 403, 'person.elsewhere');
    expect((await administrator.get(`${base}${path}`)).body).toMatchObject({ name: '改名', status: 'retired' });
  });

  it('are made once, however many add them at one moment', async () => {
    const one = { ...person, externalId: 'login-raced' };
    const all = await Promise.all(Array.from({ length: 10 }, () => administrator.send('post', `${base}/people`, one)));
    expect(all.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const lost of all.filter(({ status }) => status !== 201)) expectProblem(lost, 409, 'conflict.exists');
  });
});

describe('the erased', () => {
  it('are not written about again, and their heirs can still be recorded', async () => {
    const officer = await api.as('hohhot-university', 'officer1');
    const gone = await api.as('hohhot-university', 'colleague1');
    const path = `${base}/people/${gone.id}`;
    const match = { 'If-Match': (await administrator.get(path)).headers['etag'] as string };
    await api.sealer.erase({ kind: 'person', id: gone.id });
    const erased = await administrator.get(path);
    expect([erased.status, erased.body.name]).toEqual([200, null]);
    expectProblem(await administrator.send('put', path, { name: '某人', status: 'deceased' }, match), 410, 'subject.erased');
    const caseId = await openCase('titleChange');
    const heirs = { personId: gone.id, document: await upload(officer), heirs: ['示例继承人'] };
    const received = await officer.act('hohhot-university', caseId, { type: 'recordHeirs', body: heirs });
    expect([received.status, received.body.outcome]).toEqual([202, 'received']);
    const { rows } = await api.pool.query('SELECT body FROM inbox WHERE case_id = $1', [caseId]);
    const ref = (rows[0] as { body: { heirs: { sealed: string }[] } }).body.heirs[0]?.sealed ?? '';
    expect((await api.sealer.open([ref])).get(ref)).toBe('示例继承人');
  });
});

describe('text that no database holds is refused, not a failure', () => {
  it.each([
    `${base}/cases?step=%00`,
    `${base}/cases?number=%00`,
    `${base}/people?department=%00`,
    `${base}/notices/a%00b`,
    '/calendars/a%00',
    '/notices/a%00b',
    '/packs/a%00',
  ])('%s', async (path) => {
    expectProblem(await administrator.get(path), 400, 'request.invalid');
  });

  it('in bodies, on pages, in tokens and at the development issuer', async () => {
    expectProblem(await administrator.send('post', '/messages/a%00b/read'), 400, 'request.invalid');
    for (const sign of ['\u0000', '\ud800']) {
      const person = { name: '示例', externalId: `login${sign}`, roles: [], departments: [] };
      expectProblem(await administrator.send('post', `${base}/people`, person), 400, 'request.invalid');
    }
    expectProblem(await request(api.app).get('/notices/a%00b'), 404, 'notFound');
    for (const name of ['role', 'institution', 'department']) {
      const given = { role: 'officer', [name]: '\u0000' };
      expectProblem(await request(api.app).get(`/dev/token?${new URLSearchParams(given).toString()}`), 404, 'notFound');
    }
    expectProblem(await request(api.app).get(`${BASE}/problems/a%00`), 404, 'notFound');
    expectProblem(await clientOf(api.app, '', await api.token('a\u0000b')).get('/me'), 400, 'request.invalid');
    const read = await administrator.get(`${base}/overlay`);
    const { version: _version, ...overlay } = read.body.overlay as Record<string, unknown>;
    const match = { 'If-Match': read.headers['etag'] as string };
    const put = await administrator.send('put', `${base}/overlay`, { ...overlay, title: '规定\u0000' }, match);
    expectProblem(put, 400, 'request.invalid');
  });
});
