/** What the document promises of single requests, where a client that reads it once found otherwise. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { testApi, type TestApi } from './service.ts';
import { expectProblem } from './problem.ts';
import { Walk } from './walk.ts';

let api: TestApi;
let walk: Walk;

beforeAll(async () => {
  api = await testApi();
  walk = new Walk(api, 'hohhot-university');
});
afterAll(() => api?.close());

it('its patterns are regular expressions', async () => {
  const { body } = await (await walk.client('officer1')).get('/openapi.json');
  const patterns: string[] = [];
  JSON.stringify(body, (key, value: unknown) => {
    if (key === 'pattern' && typeof value === 'string') patterns.push(value);
    return value;
  });
  expect(patterns.length).toBeGreaterThan(0);
  for (const pattern of patterns) expect(() => new RegExp(pattern, 'u')).not.toThrow();
  expect(patterns.filter((pattern) => pattern.endsWith('/u'))).toEqual([]);
});

it.each([[null], [[]], ['text'], [{ other: 1 }], [{ application: null }]])(
  'a draft that is sent with %j in place of its application is not sent as it stands',
  async (body) => {
    await walk.draft({ inventor1: '60', inventor2: '40' });
    expectProblem(await walk.tries('inventor1', 'sendForConsent', body as object), 400, 'request.invalid');
  },
);

it('a method that a path does not know is told those of this path', async () => {
  const answer = await (await walk.client('operator')).send('delete', '/packs/preview');
  expectProblem(answer, 405, 'request.methodNotAllowed');
  expect(answer.headers['allow']).toBe('POST');
});

it('nobody is related to themselves', async () => {
  const relation = { personA: walk.person('inventor1'), personB: walk.person('inventor1'), kind: 'kinship' };
  const answer = await (await walk.client('officer1')).send('post', `${walk.base}/relations`, relation);
  expectProblem(answer, 400, 'request.invalid');
  expect(answer.body.errors[0].pointer).toBe('/personB');
});

it('a file comes back as what it was uploaded', async () => {
  const { document } = await walk.upload('inventor1', '附件');
  const answer = await walk.get('inventor1', `/documents/${document}`);
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/pdf']);
});
