/** Who reads a case for a time: members of the body it lies before, and deputies for single acts. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningWorker } from '../../worker/main.ts';
import { testApi, type TestApi } from './service.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

let api: TestApi;
let worker: RunningWorker;
let walk: Walk;

beforeAll(async () => {
  api = await testApi({ answerWithinMs: 20_000 });
  worker = await workerFor(api);
  walk = new Walk(api, 'hohhot-university');
  await delegate('officer1', 'colleague2', ['publishNotice', 'admitObjection', 'tagLedger']);
  await delegate('reviewer-research', 'colleague3', ['reviewAsDepartment']);
  await delegate('supervisor', 'inventor4', ['confirmPaperObjection']);
  await delegate('reviewer-finance', 'colleague1', []);
  await delegate('secretary', 'group3', ['recordDecision']);
  await delegate('officer1', 'group6', ['passCheck']);
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

async function delegate(from: string, to: string, acts: string[]): Promise<void> {
  const today = await walk.today();
  const body = { to: walk.person(to), firstDay: today, lastDay: today, ...(acts.length > 0 ? { acts } : {}) };
  const made = await (await walk.client(from)).send('post', `${walk.base}/delegations`, body);
  expect([from, made.status, made.body.errors]).toEqual([from, 201, undefined]);
}

/** Gives somebody an office beside what they are. */
async function employ(key: string, roles: string[]): Promise<void> {
  const administrator = await walk.client('administrator');
  const path = `${walk.base}/people/${walk.person(key)}`;
  const { body, headers } = await administrator.get(path);
  const { departments, from } = body as { departments: string[]; from: string };
  const match = { 'If-Match': headers['etag'] as string };
  const answer = await administrator.send('put', `${path}/membership`, { roles, departments, from }, match);
  expect([key, answer.status, answer.body.errors]).toEqual([key, 200, undefined]);
}

/** Puts somebody else in charge, by two persons. */
async function handsOver(seat: string, to: string): Promise<void> {
  const { actId } = await walk.does('officer1', 'reassign', { seat, to: walk.person(to), grounds: '出差。' });
  await walk.does('administrator', 'confirmMending', { mendingId: actId });
}

const review = (department: string): object => ({ department, outcome: 'agree', opinion: '同意。' });

/** Whether they read the case, by the case itself, its result and the lists that name it: all must say the same. */
async function reads(who: string): Promise<boolean> {
  const one = await walk.get(who, `/cases/${walk.caseId}`);
  const { body } = await walk.get('supervisor', `/cases/${walk.caseId}`);
  const result = `/achievements/${(body as { application: { achievementId: string } }).application.achievementId}`;
  const parts = ['decisions', 'ledger', 'deadlines', 'objections', 'preview'].map((part) => `/cases/${walk.caseId}/${part}`);
  const others = await Promise.all([...parts, result].map((path) => walk.get(who, path)));
  const list = await walk.get(who, '/cases');
  const listed = (list.body as { items: { id: string }[] }).items.some(({ id }) => id === walk.caseId);
  const seen = [one, ...others].map(({ status }) => status === 200);
  expect([who, new Set([...seen, listed]).size]).toEqual([who, 1]);
  return listed;
}

const actsOf = async (who: string): Promise<string[]> => {
  const { body } = await walk.get(who, `/cases/${walk.caseId}`);
  return (body as { allowedActs: { act: string }[] }).allowedActs.map(({ act }) => act);
};

const todo = async (who: string): Promise<object[]> => ((await walk.get(who, '/tasks')).body as { items: object[] }).items;

describe('a deputy for single acts', () => {
  it('reads no case in which there is nothing for them to do, and nothing of the institution', async () => {
    await walk.toCheck();
    for (const who of ['colleague2', 'colleague3', 'inventor4']) expect([who, await reads(who)]).toEqual([who, false]);
    for (const [who, path] of [
      ['inventor4', '/log'],
      ['colleague2', '/relations'],
    ] as const) {
      const answer = await walk.get(who, path);
      expect([who, path, answer.status, answer.body.code]).toEqual([who, path, 403, 'access.denied']);
    }
    expect(((await walk.get('inventor4', '/deadlines')).body as { items: object[] }).items).toEqual([]);
    const refused = await walk.tries('colleague2', 'refuseApplication', { grounds: '材料不全。' });
    expect([refused.status, refused.body.code]).toEqual([404, 'notFound']);
  });

  it('for the whole role reads as the role does', async () => {
    expect(await reads('colleague1')).toBe(true);
  });

  it('sees what was handed over to one of an office as everybody of that office does', async () => {
    await handsOver('passCheck', 'officer2');
    const personId = walk.person('officer2');
    for (const who of ['officer1', 'officer2', 'group6'])
      expect([who, await todo(who)]).toMatchObject([who, [{ caseId: walk.caseId, act: 'passCheck', inCharge: { personId } }]]);
    expect(await todo('colleague2')).toEqual([]);
  });

  it('reads the case while the act can be done, and once they have done it', async () => {
    await walk.does('officer1', 'passCheck', {
      conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'],
      secrecyChecked: true,
    });
    expect(await reads('colleague3')).toBe(true);
    expect(await actsOf('colleague3')).toEqual(['reviewAsDepartment']);
    expect(await reads('colleague2')).toBe(false);
    await walk.does('colleague3', 'reviewAsDepartment', review('research'), walk.person('reviewer-research'));
    expect(await reads('colleague3')).toBe(true);
    expect(await actsOf('colleague3')).toEqual([]);
    await walk.does('reviewer-stateAssets', 'reviewAsDepartment', review('stateAssets'));
    expect(await reads('colleague3')).toBe(true);
  });
});

describe('a member of a body', () => {
  it('is told who may vote only where they record it for the secretary', async () => {
    const assessed = async (who: string) => {
      const { body } = await walk.get(who, `/cases/${walk.caseId}/ledger?limit=200`);
      const events = (body as { items: { data: { assessment?: { eligible: unknown } } }[] }).items;
      return events.findLast(({ data }) => data.assessment)?.data.assessment?.eligible;
    };
    expect(await assessed('group1')).toEqual(expect.any(Number));
    expect(await assessed('group3')).toContain(walk.person('group1'));
  });

  it('has the case in the to-do for information while it lies before the body', async () => {
    expect(await todo('group1')).toMatchObject([{ caseId: walk.caseId, act: 'deliberate', information: true }]);
    expect(await todo('secretary')).toMatchObject([{ caseId: walk.caseId, act: 'recordDecision' }]);
    expect((await todo('secretary'))[0]).not.toHaveProperty('information');
    for (const who of ['leader1', 'groupSubstitute1', 'inventor3']) {
      expect([who, await reads(who), await todo(who)]).toEqual([who, false, []]);
    }
  });

  it('has it for information also when one of several secretaries was put in charge of the minutes', async () => {
    await employ('officer2', ['officer', 'secretary']);
    await handsOver('recordDecision', 'officer2');
    expect(await todo('group1')).toMatchObject([{ caseId: walk.caseId, act: 'deliberate', information: true }]);
    for (const who of ['officer2', 'secretary', 'group3']) {
      expect([who, await todo(who)]).toMatchObject([who, [{ act: 'recordDecision' }]]);
      expect((await todo(who))[0]).not.toHaveProperty('information');
    }
  });

  it('reads it from the day they join, and a substitute from when they are named', async () => {
    const administrator = await walk.client('administrator');
    const { body } = await administrator.get(`${walk.base}/bodies`);
    const group = (
      body as { items: { body: string; name: string; etag?: string; members: object[]; substitutes: object[] }[] }
    ).items.find((one) => one.body === 'leadingGroup');
    const { name, members = [], substitutes } = group ?? {};
    const put = { name, members: [...members, { personId: walk.person('inventor3') }], substitutes };
    const match = { 'If-Match': group?.etag ?? '' };
    expect((await administrator.send('put', `${walk.base}/bodies/leadingGroup`, put, match)).status).toBe(200);
    expect(await reads('inventor3')).toBe(true);
    expect(await todo('inventor3')).toMatchObject([{ act: 'deliberate' }]);
    const naming = {
      body: 'leadingGroup',
      for: walk.person('group5'),
      personId: walk.person('groupSubstitute1'),
      grounds: '出差',
    };
    await walk.does('administrator', 'nameSubstitute', naming);
    expect(await reads('groupSubstitute1')).toBe(true);
    expect(await todo('groupSubstitute1')).toMatchObject([{ act: 'deliberate' }]);
    expect(await reads('groupSubstitute2')).toBe(false);
  });

  it('reads on after the decision, and kin of an inventor does not from the day that is declared', async () => {
    await walk.decide();
    for (const who of ['group1', 'group7']) expect([who, await reads(who), await todo(who)]).toEqual([who, true, []]);
    const relation = { personA: walk.person('group7'), personB: walk.person('inventor1'), kind: 'kinship' };
    const declared = await (await walk.client('officer1')).send('post', `${walk.base}/relations`, relation);
    expect([declared.status, declared.body.errors]).toEqual([201, undefined]);
    expect(await reads('group7')).toBe(false);
    expect(await reads('group1')).toBe(true);
  });
});

describe('from the notice on', () => {
  it('a deputy for its publication composes it, and reads the case no more once it is out', async () => {
    expect(await reads('colleague2')).toBe(true);
    expect(await actsOf('colleague2')).toEqual(['publishNotice']);
    for (const onBehalfOf of [undefined, walk.person('officer1')]) {
      const refused = await walk.tries('colleague2', 'recordLifeEvent', {}, onBehalfOf);
      expect([refused.status, refused.body.code]).toEqual([403, 'delegation.otherActs']);
      expect(refused.body.en).toBe('What is delegated to you is only to publish the notice; admit the objection; tag the ledger');
    }
    const elsewhere = await walk.tries('colleague2', 'recordDecision', {});
    expect([elsewhere.status, elsewhere.body.code]).toEqual([403, 'access.denied']);
    expect((await walk.get('colleague2', `/cases/${walk.caseId}/notice-draft`)).status).toBe(200);
    expect((await walk.get('colleague3', `/cases/${walk.caseId}/notice-draft`)).status).toBe(403);
    await walk.publish();
    expect(await reads('colleague2')).toBe(false);
    expect((await walk.get('colleague2', `/cases/${walk.caseId}/notice-draft`)).status).toBe(404);
  });

  it('a member of the body who objects sees what every objector sees, and no colleague learns who it was', async () => {
    const { body } = await walk.get('group1', '/notices');
    const noticeId = (body as { items: { id: string }[] }).items[0]?.id;
    const filed = await walk.does('group2', 'fileObjection', {
      noticeId,
      name: '示例异议人',
      contact: 'contact-0815',
      grounds: ['ground-4711'],
      evidence: [],
    });
    const seen = await walk.get('group2', `/cases/${walk.caseId}`);
    expect(seen.body).toMatchObject({ myRoles: ['objector'], objections: [{ grounds: ['ground-4711'] }] });
    expect(seen.body).not.toHaveProperty('application');
    expect((await walk.get('group2', `/cases/${walk.caseId}/decisions`)).status).toBe(404);
    for (const part of ['', '/objections', '/ledger?limit=200']) {
      const { text } = await walk.get('group1', `/cases/${walk.caseId}${part}`);
      for (const secret of ['ground-4711', 'contact-0815', '示例异议人'])
        expect([part, text.includes(secret)]).toEqual([part, false]);
    }
    // Whoever is deputy for admitting it must know whose it is, and no longer than that.
    const before = await walk.get('colleague2', `/cases/${walk.caseId}/objections`);
    expect(before.body.items).toMatchObject([{ objectorId: walk.person('group2'), grounds: ['ground-4711'] }]);
    const objectionId = filed['actId'];
    await walk.does('colleague2', 'admitObjection', { objectionId, handlers: [walk.person('reviewer-legal')] });
    const after = await walk.get('colleague2', `/cases/${walk.caseId}/objections`);
    expect([after.status, after.text.includes('ground-4711'), after.text.includes(walk.person('group2'))]).toEqual([
      200,
      false,
      false,
    ]);
    expect(await reads('inventor4')).toBe(false);
  });
});
