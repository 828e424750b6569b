/** Who has an interest in a case holds no office over it and is not told who objects; nor is who stands in for them. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunningWorker } from '../../worker/main.ts';
import { testApi, type TestApi } from './service.ts';
import { Walk } from './walk.ts';
import { workerFor } from './worker.ts';

const ground = 'ground-4711';
const checked = { conditions: ['clearTitle', 'clearProspects', 'definiteRecipient', 'strongWill'], secrecyChecked: true };

let api: TestApi;
let worker: RunningWorker;
let walk: Walk;
let noticeId: string;
let objectionId: string;

/** `officer2` and the supervisor are kin of one inventor; the other inventor is an officer too. */
beforeAll(async () => {
  api = await testApi({ answerWithinMs: 20_000 });
  worker = await workerFor(api);
  walk = new Walk(api, 'hohhot-university');
  for (const key of ['officer2', 'supervisor']) await sends('administrator', '/relations', relation(key));
  await employ('inventor2', ['officer']);
  await walk.toCheck({ inventor1: '60', inventor2: '40' });
});
afterAll(async () => {
  await worker?.stop();
  await api?.close();
});

const relation = (key: string): object => ({ personA: walk.person(key), personB: walk.person('inventor1'), kind: 'kinship' });

async function sends(who: string, path: string, body: object): Promise<void> {
  const answer = await (await walk.client(who)).send('post', `${walk.base}${path}`, body);
  expect([who, path, answer.status, answer.body.errors]).toEqual([who, path, 201, undefined]);
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

async function delegates(from: string, to: string): Promise<void> {
  const today = await walk.today();
  await sends(from, '/delegations', { to: walk.person(to), firstDay: today, lastDay: today });
}

/** What there is of objections in all that they read of the case: whose, and in which words. */
async function tells(who: string): Promise<string[]> {
  const paths = ['', '/objections', '/ledger?limit=200', '/decisions'].map((part) => `/cases/${walk.caseId}${part}`);
  const texts = await Promise.all([...paths, '/log?limit=200'].map(async (path) => (await walk.get(who, path)).text));
  return [ground, walk.person('colleague1')].filter((secret) => texts.some((text) => text.includes(secret)));
}

const refusal = async (who: string, type: string, body: object, onBehalfOf?: string): Promise<string> => {
  const { status, body: answer } = await walk.tries(who, type, body, onBehalfOf);
  return `${status} ${(answer as { code?: string }).code}`;
};

describe('an office over a matter of one’s own', () => {
  it('is not held by kin of an inventor, whatever the act, and is not offered', async () => {
    expect(await refusal('officer2', 'returnForCorrection', { items: [{ at: '/application/summary', text: 'x' }] })).toBe(
      '403 ownMatter',
    );
    expect(await refusal('officer2', 'refuseApplication', { grounds: 'x' })).toBe('403 ownMatter');
    expect(await refusal('officer2', 'passCheck', checked)).toBe('403 ownMatter');
    const { body } = await walk.get('officer2', `/cases/${walk.caseId}`);
    expect(body.allowedActs).toEqual([]);
    await walk.does('officer1', 'passCheck', checked);
  });

  it('nor is the notice published, nor a guess at an objector answered', async () => {
    for (const department of ['research', 'stateAssets'])
      await walk.does(`reviewer-${department}`, 'reviewAsDepartment', { department, outcome: 'agree', opinion: '同意。' });
    await walk.decide();
    const { body } = await walk.get('officer2', `/cases/${walk.caseId}/notice-draft`);
    const { content, contentDigest, kind } = body as { content: object; contentDigest: string; kind: string };
    const notice = { kind, content, contentDigest, place: '单位网站公示栏' };
    for (const who of ['officer2', 'inventor2'])
      expect([who, await refusal(who, 'publishNotice', notice)]).toEqual([who, '403 ownMatter']);
  });
});

describe('who objects', () => {
  beforeAll(async () => {
    noticeId = await walk.publish();
    const objection = { noticeId, name: '示例异议人', contact: 'contact-0815', grounds: [ground], evidence: [] };
    objectionId = (await walk.does('colleague1', 'fileObjection', objection))['actId'] as string;
    // What the API refuses is in the log of the institution, with who tried.
    expect(await refusal('colleague1', 'fileObjection', objection, walk.person('officer1'))).toBe('403 delegation.notValid');
    await delegates('inventor2', 'colleague2');
    await delegates('officer2', 'colleague3');
    await delegates('officer1', 'group1');
  });

  it('is known to an officer without an interest and to their deputy', async () => {
    for (const who of ['officer1', 'group1']) expect([who, (await tells(who)).length]).toEqual([who, 2]);
  });

  it('is not told to officers and supervisors who are inventors, or their kin, nor to who stands in for them', async () => {
    for (const who of ['inventor2', 'officer2', 'supervisor', 'colleague2', 'colleague3'])
      expect([who, await tells(who)]).toEqual([who, []]);
  });

  it('is not to be told by who is in charge of an office’s task, as long as nobody objects, either', async () => {
    await employ('leader3', ['officer']);
    const seat = `admitObjection:${objectionId}`;
    const { actId } = await walk.does('officer1', 'reassign', { seat, to: walk.person('leader3'), grounds: '出差。' });
    await walk.does('administrator', 'confirmMending', { mendingId: actId });
    const inCharge = async (who: string) => {
      const { body } = await walk.get(who, '/tasks');
      const items = (body as { items: { key: string; inCharge?: { name: string } }[] }).items;
      return items.filter(({ key }) => key === seat).map((row) => row.inCharge?.name);
    };
    const name = expect.stringContaining('班子成员三');
    for (const who of ['officer1', 'leader3', 'group1']) expect([who, await inCharge(who)]).toEqual([who, [name]]);
    for (const who of ['officer2', 'colleague3']) expect([who, await inCharge(who)]).toEqual([who, [undefined]]);
  });

  it('is not settled by them either', async () => {
    const reject = { objectionId, reason: 'noGrounds', explanation: 'x' };
    for (const [who, principal] of [
      ['officer2', undefined],
      ['inventor2', undefined],
      ['colleague2', 'inventor2'],
      ['colleague3', 'officer2'],
    ] as const) {
      const answer = await refusal(who, 'rejectObjection', reject, principal && walk.person(principal));
      expect([who, answer]).toEqual([who, '403 ownMatter']);
    }
  });

  it('is known to one who handles it until they turn out to be kin or have left', async () => {
    await walk.does('officer1', 'admitObjection', {
      objectionId,
      handlers: [walk.person('inventor4'), walk.person('inventor3')],
    });
    for (const who of ['inventor3', 'inventor4']) expect([who, (await tells(who)).length]).toEqual([who, 2]);
    await sends('officer1', '/relations', relation('inventor4'));
    expect(await tells('inventor4')).toEqual([]);
    const administrator = await walk.client('administrator');
    const path = `${walk.base}/people/${walk.person('inventor3')}`;
    const match = { 'If-Match': (await administrator.get(path)).headers['etag'] as string };
    expect((await administrator.send('delete', `${path}/membership`, undefined, match)).status).toBe(204);
    expect((await walk.get('inventor3', `/cases/${walk.caseId}`)).status).toBe(404);
  });
});

/** Alerts of the cases in their list, and how many of these stand out and do not. */
const alerts = async (who: string): Promise<[string[][], number, number]> => {
  const lists = await Promise.all(['', '?alert=true', '?alert=false'].map((query) => walk.get(who, `/cases${query}`)));
  const [all = [], some = [], none = []] = lists.map(({ body }) => (body as { items: { alerts: string[] }[] }).items);
  return [all.map((row) => row.alerts), some.length, none.length];
};

const asked = async (who: string): Promise<string[]> => {
  const { body } = await walk.get(who, `/cases/${walk.caseId}`);
  return (body as { next: { tasks: { act: string }[] } }).next.tasks.map(({ act }) => act);
};

describe('that nobody is left who may handle it', () => {
  it('is told to who may know that the handlers object, and to nobody else', async () => {
    const replaced = { objectionId, personId: walk.person('inventor3'), replacement: walk.person('leader2'), grounds: 'x' };
    await walk.does('officer1', 'recuseHandler', replaced);
    for (const who of ['leader2', 'inventor4']) {
      const objection = { noticeId, name: `示例${who}`, contact: 'contact-2', grounds: ['ground-2'], evidence: [] };
      await walk.does(who, 'fileObjection', objection);
    }
    expect(await alerts('officer1')).toEqual([[['handlerBarred']], 1, 0]);
    expect(await asked('officer1')).toEqual(['recuseHandler', 'admitObjection', 'admitObjection']);
    for (const who of ['inventor1', 'inventor2', 'officer2', 'supervisor', 'administrator', 'group2']) {
      expect([who, await alerts(who)]).toEqual([who, [[[]], 0, 1]]);
      expect([who, await asked(who)]).toEqual([who, []]);
    }
  });
});

const hold = (grounds: string): object => ({ reason: 'papers', grounds });

/** What a dry run of the hold comes to. */
const holdDry = async (who: string, grounds: string, onBehalfOf?: string): Promise<string> => {
  const act = {
    type: 'hold',
    body: hold(grounds),
    ...(onBehalfOf === undefined ? {} : { onBehalfOf: walk.person(onBehalfOf) }),
  };
  const client = await walk.client(who);
  const { status, body } = await client.send('post', `${walk.base}/cases/${walk.caseId}/acts/preview`, act);
  return `${status} ${body.outcome ?? body.code}`;
};

describe('grounds of a mending', () => {
  const [guess, other] = ['示例异议人反映的情况待核。', '等待材料。'];

  it('answer no guess at who objects: not of somebody with an interest, nor of an office that may not know', async () => {
    for (const [who, principal] of [
      ['officer2', undefined],
      ['inventor2', undefined],
      ['colleague2', 'inventor2'],
      ['colleague3', 'officer2'],
    ] as const)
      for (const grounds of [guess, other]) expect([who, await holdDry(who, grounds, principal)]).toEqual([who, '403 ownMatter']);
    for (const grounds of [guess, other]) expect(await holdDry('administrator', grounds)).toBe('200 wouldDo');
    expect(await holdDry('officer1', other)).toBe('200 wouldDo');
    expect(await holdDry('officer1', guess)).toBe('422 objection.namesObjector');
  });

  it('are looked at by who knows before they take effect, and not read by applicants before that', async () => {
    const mendingId = (await walk.does('administrator', 'hold', hold(guess)))['actId'] as string;
    const seen = async (who: string): Promise<boolean[]> => {
      const texts = await Promise.all(['', '/ledger?limit=200'].map((part) => walk.get(who, `/cases/${walk.caseId}${part}`)));
      return texts.map(({ text }) => text.includes(mendingId) && text.includes(guess));
    };
    expect(await seen('officer1')).toEqual([true, true]);
    expect(await seen('inventor1')).toEqual([false, false]);
    expect((await walk.get('inventor1', `/cases/${walk.caseId}`)).body.mendings).toMatchObject([{ id: mendingId }]);
    expect(await refusal('officer2', 'confirmMending', { mendingId })).toBe('403 ownMatter');
    const { status, body } = await walk.tries('officer1', 'confirmMending', { mendingId });
    expect([status, body.code, body.errors[0].pointer]).toEqual([422, 'objection.namesObjector', '/body/mendingId']);
    expect(await refusal('officer1', 'refuseMending', { mendingId, grounds: guess })).toBe('422 objection.namesObjector');
    await walk.does('officer1', 'refuseMending', { mendingId, grounds: '理由不宜公开。' });
    expect((await walk.get('inventor1', `/cases/${walk.caseId}/ledger?limit=200`)).text).not.toContain('理由不宜公开');
    const proposed = await walk.does('administrator', 'hold', hold(other));
    await walk.does('officer1', 'confirmMending', { mendingId: proposed['actId'] });
    expect((await walk.get('inventor1', `/cases/${walk.caseId}`)).body.hold).toMatchObject({ grounds: other });
  });
});

/** Of the acts that were refused: whether the log tells them who tried to object. */
const seesWhoTried = async (who: string): Promise<boolean> =>
  (await walk.get(who, '/log?limit=200')).text.includes(walk.person('colleague1'));

describe('a supervisor', () => {
  it('who objects is not told who else tried to', async () => {
    await employ('leader1', ['supervisor']);
    expect(await seesWhoTried('leader1')).toBe(true);
    const objection = { noticeId, name: '示例监督员', contact: 'contact-1', grounds: ['ground-1'], evidence: [] };
    await walk.does('leader1', 'fileObjection', objection);
    expect(await seesWhoTried('leader1')).toBe(false);
    expect(await tells('leader1')).toEqual([]);
  });
});

describe('when the inventor dies', () => {
  it('their kin are told no more than before', async () => {
    const death = { personId: walk.person('inventor1'), kind: 'died', on: await walk.today() };
    await walk.does('officer1', 'recordLifeEvent', { ...death, document: await walk.upload('officer1', '死亡证明') });
    for (const who of ['officer2', 'supervisor', 'colleague3']) expect([who, await tells(who)]).toEqual([who, []]);
    expect((await tells('officer1')).length).toBe(2);
    const { body } = await walk.get('officer1', `/cases/${walk.caseId}`);
    const parties = (body as { parties: { personId: string }[] }).parties.map(({ personId }) => personId);
    expect(parties).not.toContain(walk.person('inventor1'));
    expect((await walk.get('inventor1', `/cases/${walk.caseId}`)).status).toBe(404);
  });
});
