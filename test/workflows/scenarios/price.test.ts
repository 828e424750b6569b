import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NoticeContent } from '../../../contracts/schemas.ts';
import { Story } from '../../../cli/demo/story.ts';
import type { NoticeKind } from '../../../domain/rules.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { httpOver, type Http } from './http.ts';
import { closeSound, rehearse, rows, tasks, toDecision } from './support.ts';

let rehearsal: Rehearsal;
let story: Story;
let objectionId: string;
let http: Http;

beforeAll(async () => {
  rehearsal = await rehearse('2026-03-23 09:00');
  story = new Story(rehearsal, 'baotou-university');
  http = await httpOver(rehearsal);
});
afterAll(async () => {
  await http.close();
  await closeSound(rehearsal);
});

const team = { inventor1: '60', inventor2: '40' };

/** Publishes what the service composes from the case as it now stands; answers the notice's id. */
async function publishComposed(kind: NoticeKind): Promise<string> {
  const officer = await http.as(story.person('officer1'));
  const path = `/institutions/baotou-university/cases/${story.caseId}/notice-draft?kind=${kind}`;
  const { body } = await officer.get(path).expect(200);
  const { content, contentDigest, missing } = body as { content: NoticeContent; contentDigest: string; missing: string[] };
  expect(missing).toEqual([]);
  await story.does('officer1', 'publishNotice', { kind, content, contentDigest, place: '单位内网公示栏' });
  return (await story.notice(kind)).id;
}

/** Both decide, as a sale is a major matter here. */
async function decided(on: [string, string], numbers: [string, string]): Promise<void> {
  for (const [i, day] of on.entries()) {
    await story.on(`${day} 15:00`);
    await story.decide(numbers[i] ?? '', day);
  }
}

const proposal = (more: object) => ({
  inventors: Object.entries(team).map(([key, share]) => ({ personId: story.person(key), share })),
  unitShare: '0',
  incomeUnitShare: '30',
  grounds: '按异议处理结果调整拟交易价格。',
  ...more,
});

describe('a sale in Baotou whose price is objected to', () => {
  it('is shown for 1,200,000 yuan, and a colleague objects that it is worth more', async () => {
    await toDecision(story, { mode: 'fullOwnership', road: 'saleOfRetainedShare', team, priceFen: '120000000' });
    await decided(['2026-04-03', '2026-04-08'], ['领纪〔2026〕3号', '校纪〔2026〕11号']);
    await story.on('2026-04-10 09:00');
    await publishComposed('empowerment');
    const noticeId = await publishComposed('price');
    await story.on('2026-04-20 10:00');
    await story.does('colleague1', 'fileObjection', {
      noticeId,
      name: '示例异议人',
      contact: '联系方式（示例）',
      grounds: ['价格明显低于评估值。', '受让人不应为完成人。'],
      evidence: [],
    });
    objectionId = (await story.state()).objections[0]?.id ?? '';
  });

  it('is upheld in part: the price is too low, that inventors buy is what the road is for', async () => {
    await story.on('2026-04-21 09:00');
    await story.does('officer1', 'admitObjection', { objectionId, handlers: [story.person('colleague3')] });
    await story.does('colleague3', 'recordFinding', {
      objectionId,
      findings: [
        { ground: 1, upheld: true, reasons: '评估报告显示价值更高。' },
        { ground: 2, upheld: false, reasons: '规定允许完成人受让单位留存份额。' },
      ],
      consequence: 'amend',
      reply: '理由一成立，理由二不成立。',
    });
    await story.does('colleague1', 'waiveReview', { objectionId });
    await story.on('2026-05-07 09:00');
    expect(await tasks(story)).toEqual(['proposeAmendment inventor1']);
  });

  it('is amended to 2,100,000 yuan, signed by both who buy; the same price is no proposal', async () => {
    await story.isRefused('inventor1', 'proposeAmendment', proposal({ priceFen: '120000000' }), 'nothingChanged');
    await story.does('inventor1', 'proposeAmendment', proposal({ priceFen: '210000000' }));
    expect(await tasks(story)).toEqual(['signAmendment inventor1', 'signAmendment inventor2']);
    const inventor = await http.as(story.person('inventor2'));
    const shown = await inventor.get(`/institutions/baotou-university/cases/${story.caseId}`).expect(200);
    expect(shown.body.amendment).toMatchObject({ version: 1, priceFen: '210000000' });
    for (const key of Object.keys(team)) await story.does(key, 'signAmendment', { amendmentVersion: 1 });
    expect(await story.events('amendmentAdopted')).toMatchObject([{ version: 1, changed: ['intendedPrice'] }]);
    expect(await story.state()).toMatchObject({
      step: 'leadershipDecision',
      round: 2,
      application: { price: { intendedFen: '210000000' } },
    });
  });

  it('is decided again by the leadership, and shown again with the old price beside the new', async () => {
    await story.on('2026-05-15 15:00');
    await story.decide('校纪〔2026〕15号', '2026-05-15');
    await story.on('2026-05-18 09:00');
    await publishComposed('empowerment');
    const noticeId = await publishComposed('price');
    const member = await http.as(story.person('colleague2'));
    const { body } = await member.get(`/institutions/baotou-university/notices/${noticeId}`).expect(200);
    expect(body).toMatchObject({ kind: 'price', edition: 2, amends: { edition: 1 } });
    const changes = (body as { amends: { changes: { item: string; before: string; after: string }[] } }).amends.changes;
    // The days of the window differ too.
    expect(changes.map(({ item }) => item)).toEqual(['intendedPrice', 'period']);
    expect(changes[0]).toMatchObject({ before: '1200000.00 元 / CNY', after: '2100000.00 元 / CNY' });
    const { notices } = await rows(story);
    expect(notices.filter(({ state }) => state === 'open').map(({ kind, edition }) => [kind, edition])).toEqual([
      ['empowerment', 2],
      ['price', 2],
    ]);
  });

  it('ends at the new price, and at no other', async () => {
    await story.on('2026-06-10 09:00');
    await story.stateResult();
    await expect(story.agree({ priceFen: '120000000' })).rejects.toThrow('priceNotAsPublished');
    await story.agree({ priceFen: '210000000' });
    await story.on('2026-06-22 10:00');
    await story.register('国知变更2026-0622', '2026-06-22');
    await story.tag();
    const { rights, status } = await rows(story);
    expect(status).toBe('done');
    expect(rights).toMatchObject([{ kind: 'fullOwnership', holders: [{ ppm: 600_000 }, { ppm: 400_000 }] }]);
  });
});
