import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Story } from '../../../cli/demo/story.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import type { Client } from '../../api/service.ts';
import { httpOver, type Http } from './http.ts';
import { closeSound, ledger, letters, rehearse, rows, tasks, team, toPublicity, version } from './support.ts';

const unit = 'hohhot-university';
const grounds = '等待有关机关的调查结论。';

let rehearsal: Rehearsal;
let http: Http;
let story: Story;

beforeAll(async () => {
  rehearsal = await rehearse('2026-06-04 09:00');
  http = await httpOver(rehearsal);
});
afterAll(async () => {
  await http.close();
  await closeSound(rehearsal);
});

const clients = new Map<string, Client>();
async function as(key: string): Promise<Client> {
  const client = clients.get(key) ?? (await http.as(story.person(key)));
  clients.set(key, client);
  return client;
}

interface Said {
  status: number;
  code?: string;
  /** What the dry run said. */
  foretold: Record<string, unknown>;
}

/** A dry run of the act, and then the act: both must say the same. */
async function mends(who: string, type: string, body: object, onBehalfOf?: string): Promise<Said> {
  const client = await as(who);
  const act = { type, body, ...(onBehalfOf === undefined ? {} : { onBehalfOf: story.person(onBehalfOf) }) };
  const before = [await version(story), await rows(story)];
  const dry = await client.send('post', `/institutions/${unit}/cases/${story.caseId}/acts/preview`, act);
  expect([await version(story), await rows(story)]).toEqual(before);
  const answer = await client.act(unit, story.caseId, act);
  const { code, events } = answer.body as { code?: string; events?: { type: string }[] };
  const foretold = dry.body as { outcome?: string; problem?: { code: string }; events?: { type: string }[] };
  expect([who, type, dry.status, foretold.problem?.code, foretold.events?.map((one) => one.type)]).toEqual([
    who,
    type,
    200,
    code,
    events?.map((one) => one.type),
  ]);
  return { status: answer.status, ...(code === undefined ? {} : { code }), foretold };
}

const pending = async (): Promise<string> => (await story.state()).mending.pending.at(-1)?.id ?? '';

async function isRefused(
  who: string,
  type: string,
  body: object,
  status: number,
  code: string,
  onBehalfOf?: string,
): Promise<void> {
  const said = await mends(who, type, body, onBehalfOf);
  expect([who, type, said.status, said.code]).toEqual([who, type, status, code]);
}

/** One proposes, neither they nor who acts for them confirm, another does; answers what the last one was shown beforehand. */
async function byTwo(type: string, body: object): Promise<Record<string, unknown>> {
  const proposed = await mends('officer1', type, { grounds, ...body });
  expect([type, proposed.status]).toEqual([type, 200]);
  const mendingId = await pending();
  await isRefused('officer1', 'confirmMending', { mendingId }, 403, 'secondPersonNeeded');
  await isRefused('colleague1', 'confirmMending', { mendingId }, 403, 'secondPersonNeeded', 'officer1');
  await isRefused('officer1', 'confirmMending', { mendingId }, 403, 'secondPersonNeeded', 'administrator');
  const confirmed = await mends('administrator', 'confirmMending', { mendingId });
  expect([type, confirmed.status]).toEqual([type, 200]);
  return confirmed.foretold;
}

/** The administrator's office and the officer's lent for the whole story. */
async function delegations(): Promise<void> {
  for (const [from, to] of [
    ['officer1', 'colleague1'],
    ['administrator', 'officer1'],
  ] as const) {
    const delegation = { to: story.person(to), firstDay: '2026-06-04', lastDay: '2026-12-31' };
    await (await as(from)).send('post', `/institutions/${unit}/delegations`, delegation).expect(201);
  }
}

const shown = async (who: string): Promise<Record<string, unknown>> =>
  (await (await as(who)).get(`/institutions/${unit}/cases/${story.caseId}`).expect(200)).body as Record<string, unknown>;

const deadline = async (key: string) => (await rows(story)).deadlines.find((row) => row.key === key);

const findings = (objectionId: string) => ({
  objectionId,
  findings: [{ ground: 1, upheld: false, reasons: '实验记录不支持。' }],
  consequence: 'none',
  reply: '异议不成立。',
});

describe('a case under publicity to 2026-06-23 is put on hold on 06-12 and resumed on 07-06', () => {
  let objectionId: string;
  let handling: string;

  beforeAll(async () => {
    story = new Story(rehearsal, unit);
    await delegations();
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-06-05 15:00', '2026-06-08 09:00');
    await story.on('2026-06-09 10:00');
    objectionId = await story.objects('colleague2', ['本人参与核心实验。']);
    await story.does('officer1', 'admitObjection', { objectionId, handlers: [story.person('colleague3')] });
    handling = `handling:${objectionId}`;
    await story.on('2026-06-12 09:00');
  });

  it('by two persons: the one who proposed it cannot confirm, nor their deputy, nor they as another’s deputy', async () => {
    const key = (await story.notice()).deadline.key;
    expect(await deadline(handling)).toMatchObject({ lastDay: '2026-06-24', state: 'running' });
    await isRefused('officer2', 'resume', { grounds }, 409, 'notOnHold');
    const foreseen = await byTwo('hold', { reason: 'authority' });
    expect(foreseen['deadlines']).toMatchObject([{ key: handling, nature: 'internal', to: { state: 'paused' } }]);
    expect(await rows(story)).toMatchObject({ heldSince: '2026-06-12T01:00:00.000Z' });
    expect([await deadline(handling), await deadline(key)]).toMatchObject([
      { state: 'paused' },
      { state: 'running', lastDay: '2026-06-23' },
    ]);
    const [held] = await story.events('holdBegun');
    expect(held).toMatchObject({
      reason: 'authority',
      proposedBy: story.person('officer1'),
      confirmedBy: story.person('administrator'),
      stopped: [{ key: handling, from: '2026-06-24', left: { n: 7, unit: 'workingDay' } }],
    });
    // The applicants read why; who objected still stands nowhere.
    expect(await shown('inventor1')).toMatchObject({ hold: { reason: 'authority', grounds } });
    expect(JSON.stringify(await shown('inventor1'))).not.toContain(story.person('colleague2'));
    await isRefused('officer2', 'hold', { reason: 'papers', grounds }, 409, 'alreadyOnHold');
  });

  it('names no objector in its grounds', async () => {
    const act = { type: 'resume', body: { grounds: '示例异议人要求恢复。' } };
    const answer = await (await as('officer1')).act(unit, story.caseId, act);
    expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([
      422,
      'objection.namesObjector',
      '/body/grounds',
    ]);
  });

  it('keeps the office waiting, with the name of who held it and since when', async () => {
    const refused = await (
      await as('colleague3')
    ).act(unit, story.caseId, { type: 'recordFinding', body: findings(objectionId) });
    expect([refused.status, refused.body.code]).toEqual([409, 'onHold']);
    expect(refused.body.zh).toContain('自 2026-06-12 起');
    expect(await tasks(story)).toEqual(['resume officer onHold']);
  });

  it('lets the window run to its end at midnight, and an objection in its last millisecond be in time', async () => {
    await story.on('2026-06-23 23:59:59.999');
    await story.objects('inventor4', ['成果归属有误。']);
    await story.on('2026-06-24 09:00');
    expect(await ledger(story, 'windowClosed')).toEqual(['2026-06-24 00:00 windowClosed', '2026-06-24 00:00 stepEntered']);
    expect(await rows(story)).toMatchObject({ step: 'objectionHandling', objections: [{}, { inTime: true, state: 'received' }] });
    const { id } = (await story.state()).objections.at(-1) ?? {};
    await isRefused('officer1', 'admitObjection', { objectionId: id, handlers: [story.person('colleague3')] }, 409, 'onHold');
  });

  it('gives the handling the seven working days that were left, counted from the day of resumption', async () => {
    await story.on('2026-07-06 16:00');
    expect(await deadline(handling)).toMatchObject({ state: 'paused' });
    const before = await version(story);
    const foreseen = await byTwo('resume', {});
    expect(foreseen['deadlines']).toMatchObject([
      { key: handling, from: { lastDay: '2026-06-24', state: 'paused' }, to: { lastDay: '2026-07-15', state: 'running' } },
    ]);
    expect(await deadline(handling)).toMatchObject({
      state: 'running',
      lastDay: '2026-07-15',
      endsAt: '2026-07-15T16:00:00.000Z',
      adjustments: [{ kind: 'hold', from: '2026-06-12', until: '2026-07-06', left: { n: 7, unit: 'workingDay' } }],
    });
    const { deadlines } = (await shown('officer1')) as { deadlines: { key: string; arithmetic: string[] }[] };
    expect(deadlines.find(({ key }) => key === handling)?.arithmetic.at(-1)).toMatch(
      /7 个工作日，2026-07-06 恢复后续算至 2026-07-15/,
    );
    expect(await letters(story, before)).toEqual(
      expect.arrayContaining(['mendingToConfirm administrator', 'caseResumed inventor1']),
    );
    expect(await tasks(story)).toEqual(['admitObjection officer', 'recordFinding colleague3']);
    await story.on('2026-07-15 17:00');
    await story.does('colleague3', 'recordFinding', findings(objectionId));
  });
});

describe('a deadline is moved', () => {
  let objectionId: string;
  let window: string;

  beforeAll(async () => {
    story = new Story(rehearsal, unit);
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-07-16 15:00', '2026-07-17 09:00');
    window = (await story.notice()).deadline.key;
    await story.on('2026-07-20 10:00');
    objectionId = await story.objects('colleague2', ['本人参与核心实验。']);
    await story.does('officer1', 'admitObjection', { objectionId, handlers: [story.person('colleague3')] });
  });

  it.each([
    ['the window, to the day before', 'window', '2026-08-02', 'toldNeverEarlier'],
    ['the window, to the same day', 'window', '2026-08-03', 'deadlineUnchanged'],
    ['the handling, to the day after', 'handling', '2026-08-04', 'ceilingOnlyEarlier'],
    ['the handling, into the past', 'handling', '2026-07-19', 'endInPast'],
    ['a deadline that there is not', 'term', '2026-08-05', 'deadlineNotFound'],
  ] as const)('not so: %s', async (_what, which, lastDay, code) => {
    const deadlineKey = which === 'window' ? window : `${which}:${objectionId}`;
    const said = await mends('officer1', 'moveDeadline', { deadline: deadlineKey, lastDay, grounds });
    expect(said.code).toBe(code);
  });

  it('a floor one day later by two persons, as an addendum to the notice; an objection of that day is in time', async () => {
    await byTwo('moveDeadline', { deadline: window, lastDay: '2026-08-04' });
    const { notices } = await rows(story);
    expect(notices).toMatchObject([{ addenda: [{ lastDay: '2026-08-04', endsAt: '2026-08-04T16:00:00.000Z' }] }]);
    expect(await deadline(window)).toMatchObject({
      lastDay: '2026-08-04',
      adjustments: [{ kind: 'move', lastDay: '2026-08-04' }],
    });
    expect((await letters(story)).filter((one) => one.startsWith('noticeLengthened'))).toHaveLength(4);
  });

  it('a ceiling one day earlier by two persons, and the handler is told', async () => {
    expect(await deadline(`handling:${objectionId}`)).toMatchObject({ lastDay: '2026-08-03' });
    const before = await version(story);
    await byTwo('moveDeadline', { deadline: `handling:${objectionId}`, lastDay: '2026-08-02' });
    expect(await deadline(`handling:${objectionId}`)).toMatchObject({ lastDay: '2026-08-02' });
    expect(await letters(story, before)).toEqual(
      expect.arrayContaining(['deadlineMoved colleague3', 'deadlineMoved colleague2']),
    );
    const { tasks: open } = await rows(story);
    expect(open.find(({ act }) => act === 'recordFinding')?.due).toBe('2026-08-02T16:00:00.000Z');
  });

  it('the window then ends on the new day at midnight, and moves no more', async () => {
    await story.on('2026-08-02 12:00');
    await story.does('colleague3', 'recordFinding', findings(objectionId));
    await story.on('2026-08-04 23:59:59.999');
    await story.objects('inventor4', ['成果归属有误。']);
    await story.on('2026-08-05 09:00');
    expect((await ledger(story, 'windowClosed'))[0]).toBe('2026-08-05 00:00 windowClosed');
    expect((await rows(story)).objections.map(({ inTime }) => inTime)).toEqual([true, true]);
    await isRefused('officer1', 'moveDeadline', { deadline: window, lastDay: '2026-08-10', grounds }, 409, 'deadlineClosed');
  });
});

describe('somebody in charge has left', () => {
  let objectionId: string;
  let seat: string;

  beforeAll(async () => {
    story = new Story(rehearsal, unit);
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-08-05 15:00', '2026-08-06 09:00');
    objectionId = await story.objects('colleague2', ['本人参与核心实验。']);
    await story.does('officer1', 'admitObjection', { objectionId, handlers: [story.person('colleague3')] });
    seat = `recordFinding:${objectionId}:${story.person('colleague3')}`;
    const path = `/institutions/${unit}/people/${story.person('colleague3')}`;
    const { headers } = await (await as('administrator')).get(path).expect(200);
    await (
      await as('administrator')
    )
      .send('delete', `${path}/membership`, undefined, { 'If-Match': String(headers['etag']) })
      .expect((answer) => expect([200, 204]).toContain(answer.status));
  });

  it('nobody is put in charge who is so already, has left, or has an interest', async () => {
    for (const [to, code] of [
      ['colleague3', 'alreadyInCharge'],
      ['inventor2', 'recused'],
      ['colleague2', 'recused'],
    ] as const) {
      const said = await mends('officer1', 'reassign', { seat, to: story.person(to), grounds });
      expect([to, said.code]).toEqual([to, code]);
    }
    const late = await mends('officer1', 'reassign', { seat: 'passCheck', to: story.person('officer2'), grounds });
    expect(late.code).toBe('seatNotFound');
    const id = await story.objects('inventor4', ['成果归属有误。']);
    const admission = { seat: `admitObjection:${id}`, to: story.person('colleague3'), grounds };
    expect((await mends('officer1', 'reassign', admission)).code).toBe('notEligible');
    await story.does('inventor4', 'withdrawObjection', { objectionId: id });
  });

  it('and another takes over, confirmed by a second person, both told, and decides', async () => {
    const before = await version(story);
    await byTwo('reassign', { seat, to: story.person('group1') });
    const [handed] = await story.events('personReassigned');
    expect(handed).toMatchObject({
      from: story.person('colleague3'),
      to: story.person('group1'),
      proposedBy: story.person('officer1'),
      confirmedBy: story.person('administrator'),
    });
    expect(await letters(story, before)).toEqual(expect.arrayContaining(['taskHandedOver group1', 'taskTakenAway colleague3']));
    expect(await tasks(story)).toEqual(['recordFinding group1']);
    const answer = await (await as('group1')).act(unit, story.caseId, { type: 'recordFinding', body: findings(objectionId) });
    expect([answer.status, answer.body.code]).toEqual([200, undefined]);
  });

  it('a proposal that the second person refuses changes nothing', async () => {
    const open = (await rows(story)).tasks;
    const window = (await story.notice()).deadline.key;
    await mends('officer1', 'moveDeadline', { deadline: window, lastDay: '2026-09-30', grounds });
    const mendingId = await pending();
    await isRefused('officer2', 'moveDeadline', { deadline: window, lastDay: '2026-09-29', grounds }, 409, 'mendingPending');
    const said = await mends('administrator', 'refuseMending', { mendingId, grounds: '没有必要。' });
    expect(said.status).toBe(200);
    await isRefused('administrator', 'confirmMending', { mendingId }, 404, 'mendingNotFound');
    expect((await rows(story)).tasks).toEqual(open);
    expect((await story.notice()).addenda).toEqual([]);
  });
});
