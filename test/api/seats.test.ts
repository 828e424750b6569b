/** Seats that change while a case lies before a body: who is asked to sit from now on, and who no more. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RunningWorker } from '../../worker/main.ts';
import { sittingLetters } from '../../worker/probes/sittings.ts';
import { waitFor } from '../harness/services.ts';
import { testApi, type TestApi } from './service.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

interface Seat {
  personId: string;
  department?: string;
}

let api: TestApi;
let worker: RunningWorker;
let walk: Walk;

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 20_000 });
  worker = await workerFor(api);
  walk = new Walk(api, 'hohhot-university');
  await walk.toDecision();
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

/** Gives the seats of some to others from today; to nobody where none is named. */
async function reseat(changes: Record<string, string | undefined>, added: Seat[] = []): Promise<void> {
  const administrator = await walk.client('administrator');
  const { body } = await administrator.get(`${walk.base}/bodies`);
  type Body = { body: string; name: string; etag: string; members: Seat[]; substitutes: Seat[] };
  const group = (body as { items: Body[] }).items.find((one) => one.body === 'leadingGroup') as Body;
  const to = new Map(Object.entries(changes).map(([from, key]) => [walk.person(from), key && walk.person(key)]));
  const members = group.members.flatMap((seat) => {
    const personId = to.has(seat.personId) ? to.get(seat.personId) : seat.personId;
    return personId === undefined ? [] : [{ ...seat, personId }];
  });
  members.push(...added);
  const put = { name: group.name, members, substitutes: group.substitutes };
  const answer = await administrator.send('put', `${walk.base}/bodies/leadingGroup`, put, { 'If-Match': group.etag });
  expect([answer.status, answer.body.errors]).toEqual([200, undefined]);
}

const look = (): Promise<number> => sittingLetters(api.pool, api.deps.facts).run();

/** Every letter of the case has been delivered. */
const delivered = () =>
  waitFor(
    async () => {
      const { rows } = await api.pool.query('SELECT 1 FROM outbox WHERE case_id = $1 AND delivered_at IS NULL', [walk.caseId]);
      return rows.length === 0 ? true : undefined;
    },
    { what: 'letters of the case' },
  );

/** What somebody was told of the sitting, the newest first. */
async function told(who: string): Promise<{ id: string; template: string }[]> {
  const { body } = await (await walk.client(who)).get('/messages');
  const items = (body as { items: { id: string; template: string }[] }).items;
  return items.filter(({ template }) => template.startsWith('deliberation'));
}

const templates = async (who: string): Promise<string[]> => (await told(who)).map(({ template }) => template);

const todo = async (who: string): Promise<string[]> =>
  ((await walk.get(who, '/tasks')).body as { items: { act: string }[] }).items.map(({ act }) => act);

it('nobody is written to again while the seats stay as they are', async () => {
  await delivered();
  expect(await templates('group1')).toEqual(['deliberationAsked']);
  expect(await look()).toBe(0);
});

it('who gives up the seat on the day on which the case came is told, and asked as often as they take it again', async () => {
  const seat = { personId: walk.person('group7'), department: 'audit' };
  for (const again of [1, 2]) {
    await reseat({ group7: undefined });
    expect([await look(), await look()]).toEqual([1, 0]);
    await delivered();
    expect([again, await todo('group7'), (await templates('group7'))[0]]).toEqual([again, [], 'deliberationEnded']);
    await reseat({}, [seat]);
    expect([await look(), await look()]).toEqual([1, 0]);
    await delivered();
    expect([again, await todo('group7'), (await templates('group7'))[0]]).toEqual([again, ['deliberate'], 'deliberationAsked']);
  }
});

it('who joins is asked, kin of an inventor is not, and who was replaced has nothing to do any more', async () => {
  const relation = { personA: walk.person('colleague3'), personB: walk.person('inventor1'), kind: 'kinship' };
  expect((await (await walk.client('officer1')).send('post', `${walk.base}/relations`, relation)).status).toBe(201);
  await reseat({ group1: 'colleague1', group2: 'colleague2', group4: 'colleague3' });
  expect(await look()).toBe(5);
  expect(await look()).toBe(0);
  await delivered();
  for (const who of ['colleague1', 'colleague2'])
    expect([who, await templates(who), await todo(who)]).toEqual([who, ['deliberationAsked'], ['deliberate']]);
  expect([await templates('colleague3'), await todo('colleague3')]).toEqual([[], []]);
  // What was delivered stays, with what came of it.
  for (const who of ['group1', 'group2'])
    expect([await templates(who), await todo(who)]).toEqual([['deliberationEnded', 'deliberationAsked'], []]);
  expect([await templates('group3'), await todo('group3')]).toEqual([['deliberationAsked'], ['deliberate']]);
});

it('who comes back is asked again, and nobody once the body has decided', async () => {
  await reseat({ colleague1: 'group1' });
  expect(await look()).toBe(2);
  await delivered();
  expect([await templates('group1'), await todo('group1')]).toEqual([
    ['deliberationAsked', 'deliberationEnded', 'deliberationAsked'],
    ['deliberate'],
  ]);
  expect([await templates('colleague1'), await todo('colleague1')]).toEqual([['deliberationEnded', 'deliberationAsked'], []]);
  await reseat({ colleague2: 'group2', colleague3: 'group4' });
  expect(await look()).toBe(3);
  await walk.decide();
  await reseat({ group1: 'colleague1' });
  expect(await look()).toBe(0);
});
