import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectProblem } from './problem.ts';
import { testApi, type Client, type TestApi } from './service.ts';

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
});
