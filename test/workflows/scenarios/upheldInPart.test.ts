import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Story } from '../../../cli/demo/story.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { httpOver, type Http } from './http.ts';
import { closeSound, ledger, letters, local, rehearse, rows, tasks, team, toPublicity, version } from './support.ts';

let rehearsal: Rehearsal;
let story: Story;
let objectionId: string;
let http: Http;

beforeAll(async () => {
  rehearsal = await rehearse('2026-04-14 09:00');
  story = new Story(rehearsal, 'hohhot-university');
  http = await httpOver(rehearsal);
});
afterAll(async () => {
  await http.close();
  await closeSound(rehearsal);
});

/** The new split as the representative proposes it. */
const split = (shares: Record<string, string>): Record<string, unknown> => ({
  inventors: Object.entries(shares).map(([key, share]) => ({ personId: story.person(key), share })),
  unitShare: '30',
  incomeUnitShare: '30',
  grounds: '按异议处理结果增列完成人并调整比例。',
});

const findings = [
  { ground: 1, upheld: true, reasons: '实验记录与署名证明其为共同完成人。' },
  { ground: 2, upheld: false, reasons: '本案无交易价格，收益比例由双方商定。' },
];

describe('scenario 2: an objection is upheld in part', () => {
  it('is filed on 05-06, the last day of a window that the Labour Day holiday moved from 05-05', async () => {
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-04-17 15:00', '2026-04-20 09:00');
    expect((await rows(story)).deadlines).toMatchObject([
      { lastDay: '2026-05-06', endsAt: '2026-05-06T16:00:00.000Z', skipped: [{ date: '2026-05-05' }] },
    ]);
    await story.on('2026-05-06 22:10');
    objectionId = await story.objects('colleague1', ['本人参与核心实验，应列为完成人。', '价格过低。']);
    expect((await rows(story)).objections).toEqual([
      {
        id: objectionId,
        noticeId: (await story.notice()).id,
        objectorId: story.person('colleague1'),
        receivedAt: '2026-05-06T14:10:00.000Z',
        inTime: true,
        onPaper: false,
        state: 'received',
        handlers: [],
      },
    ]);
  });

  it('holds the case when the window closes at midnight', async () => {
    await story.on('2026-05-07 08:30');
    expect(await ledger(story, 'windowClosed')).toEqual(['2026-05-07 00:00 windowClosed', '2026-05-07 00:00 stepEntered']);
    expect(await rows(story)).toMatchObject({ step: 'objectionHandling', status: 'open' });
    expect(await tasks(story)).toEqual(['admitObjection officer']);
  });

  it('is handled within 10 working days, until 05-20, by nobody who has an interest', async () => {
    const admit = (key: string) => ({ objectionId, handlers: [story.person(key)] });
    await story.isRefused('inventor1', 'admitObjection', admit('colleague3'), 'notYourAct');
    for (const key of ['inventor2', 'colleague1'])
      await story.isRefused('officer1', 'admitObjection', admit(key), 'handlerBarred');
    await story.does('officer1', 'admitObjection', admit('colleague3'));
    const handling = (await rows(story)).deadlines.find(({ kind }) => kind === 'handling');
    // 05-09 is a Saturday that was made a working day.
    expect(handling).toMatchObject({ startDate: '2026-05-07', lastDay: '2026-05-20', clause: 'overlay.23', bound: 'atMost' });
    const { tasks: open } = await rows(story);
    expect(open).toMatchObject([{ act: 'recordFinding', personId: story.person('colleague3'), due: '2026-05-20T16:00:00.000Z' }]);
  });

  it('is found on 05-14: ground 1 upheld, ground 2 dismissed with reasons, each on its own', async () => {
    await story.on('2026-05-14 10:00');
    const reply = '理由一成立，理由二不成立。';
    const finding = { objectionId, findings, consequence: 'amend', reply };
    await story.isRefused('officer1', 'recordFinding', finding, 'notYourAct');
    await story.isRefused('colleague3', 'recordFinding', { ...finding, findings: findings.slice(0, 1) }, 'findingPerGround');
    await story.isRefused('colleague3', 'recordFinding', { ...finding, consequence: 'none' }, 'consequenceUnclear');
    await story.does('colleague3', 'recordFinding', finding);
    const [decided] = await story.events('objectionDecided');
    expect(decided).toMatchObject({ outcome: 'upheldInPart', findings: [{ upheld: true }, { upheld: false }] });
    // Five working days to ask for a review, which the objector does not want.
    expect(decided?.review).toMatchObject({ lastDay: '2026-05-21', clause: 'overlay.24', state: 'running' });
    expect((await story.state()).step).toBe('objectionHandling');
    await story.isRefused('colleague2', 'waiveReview', { objectionId }, 'notYourAct');
    await story.does('colleague1', 'waiveReview', { objectionId });
    expect(await tasks(story)).toEqual(['proposeAmendment inventor1']);
  });

  it('told the applicants the outcome and never who objected', async () => {
    const objector = story.person('colleague1');
    const all = await rehearsal.told(story.caseId);
    const toOthers = all.filter(({ recipient }) => recipient.personId !== objector);
    expect(JSON.stringify(toOthers)).not.toContain(objector);
    const [received] = await story.events('objectionReceived');
    for (const { sealed } of [received?.name, received?.contact].flatMap((ref) => ref ?? []))
      expect(JSON.stringify(toOthers)).not.toContain(sealed);
    const sent = await letters(story);
    expect(sent.filter((letter) => letter.startsWith('objectionOutcome')).toSorted()).toEqual(
      Object.keys(team).map((key) => `objectionOutcome ${key}`),
    );
    expect(sent).toEqual(
      expect.arrayContaining(['objectionReceipt colleague1', 'objectionAdmitted colleague1', 'objectionReply colleague1']),
    );
  });

  it('leads to 40/30/20/10, signed by all four: with three signatures nothing changes', async () => {
    await story.on('2026-05-18 09:00');
    const shares = { inventor1: '40', inventor2: '30', inventor3: '20', colleague1: '10' };
    await story.isRefused('inventor1', 'proposeAmendment', split({ ...shares, colleague1: '9.9999' }), 'splitNotWhole');
    await story.isRefused('inventor2', 'proposeAmendment', split(shares), 'notYourAct');
    await story.does('inventor1', 'proposeAmendment', split(shares));
    const four = Object.keys(shares);
    expect(await tasks(story)).toEqual(four.map((key) => `signAmendment ${key}`).toSorted());
    for (const key of four.slice(0, 3)) await story.does(key, 'signAmendment', { amendmentVersion: 1 });
    await story.isRefused('inventor3', 'signAmendment', { amendmentVersion: 1 }, 'alreadySigned');
    expect(await story.state()).toMatchObject({
      step: 'amendment',
      team: [{ ppm: 500_000 }, { ppm: 300_000 }, { ppm: 200_000 }],
    });
    await story.on('2026-05-20 11:00');
    await story.does('colleague1', 'signAmendment', { amendmentVersion: 1 });
    const { step, team: now, round } = await story.state();
    expect(now.map(({ personId, ppm }) => [story.keyOf(personId), ppm])).toEqual([
      ['inventor1', 400_000],
      ['inventor2', 300_000],
      ['inventor3', 200_000],
      ['colleague1', 100_000],
    ]);
    expect({ step, round }).toEqual({ step: 'groupDecision', round: 2 });
  });

  it('is decided again by the body that approved, under minutes of its own', async () => {
    await story.on('2026-06-05 15:00');
    await expect(story.decide('领纪〔2026〕1号', '2026-06-05')).rejects.toThrow('minutesNumberUsed');
    await expect(story.decide('领纪〔2026〕9号', '2026-05-19')).rejects.toThrow('meetingTooEarly');
    await story.decide('领纪〔2026〕9号', '2026-06-05');
    const decisions = await story.events('decisionRecorded');
    expect(decisions.map(({ body, round, recordedAt }) => [body, round, local(recordedAt)])).toEqual([
      ['leadingGroup', 1, '2026-04-17 15:00'],
      ['leadingGroup', 2, '2026-06-05 15:00'],
    ]);
  });

  it('is shown anew from 2026-06-08 to 06-23, and the first notice and its window stay on record', async () => {
    await story.on('2026-06-08 09:00');
    await story.publish();
    const { notices, deadlines } = await rows(story);
    const byEdition = notices.toSorted((a, b) => a.edition - b.edition);
    expect(byEdition).toMatchObject([
      { edition: 1, state: 'superseded', publishedAt: '2026-04-20T01:00:00.000Z' },
      { edition: 2, state: 'open', publishedAt: '2026-06-08T01:00:00.000Z' },
    ]);
    const windows = byEdition.map(({ deadlineKey }) => deadlines.find(({ key }) => key === deadlineKey));
    expect(windows).toMatchObject([
      { lastDay: '2026-05-06', state: 'closed' },
      { lastDay: '2026-06-23', endsAt: '2026-06-23T16:00:00.000Z', state: 'running', n: 15, clause: 'nm-hei.8e' },
    ]);
    const [first, second] = await story.events('noticePublished');
    expect(second).toMatchObject({ supersedes: first?.noticeId, changed: ['inventors', 'sharesOrTerm'], edition: 2, round: 2 });
    const late = { noticeId: first?.noticeId, name: '某', contact: '某', grounds: ['旧公示'], evidence: [] };
    await story.isRefused('colleague2', 'fileObjection', late, 'noticeReplaced');
  });

  it('and the new notice shows old and new side by side to whoever may read it', async () => {
    const [first, second] = await story.events('noticePublished');
    const path = `/institutions/hohhot-university/notices/${second?.noticeId}`;
    const member = await http.as(story.person('colleague2'));
    const { body } = await member.get(path).expect(200);
    const [before, after] = [
      'inventor1 50%、inventor2 30%、inventor3 20%',
      'inventor1 40%、inventor2 30%、inventor3 20%、colleague1 10%',
    ];
    expect(body).toMatchObject({
      amends: {
        id: first?.noticeId,
        edition: 1,
        changes: [{ item: 'sharesOrTerm', before: `sharesOrTerm：${before}（示例）`, after: `sharesOrTerm：${after}（示例）` }],
      },
    });
    expect((await member.get(`/institutions/hohhot-university/notices/${first?.noticeId}`)).body).not.toHaveProperty('amends');
    const page = await http.page(`/notices/${second?.noticeId}`, member);
    expect(page.indexOf(`<td>sharesOrTerm：${before}`)).toBeGreaterThan(page.indexOf('与第 1 次公示的不同之处'));
    expect(page).toContain(`<td>sharesOrTerm：${before}（示例）</td><td>sharesOrTerm：${after}（示例）</td>`);
    await rehearsal.pool.query("UPDATE notice SET state = 'takenDown' WHERE id = $1", [first?.noticeId]);
    expect((await member.get(path)).body).not.toHaveProperty('amends');
    await rehearsal.pool.query("UPDATE notice SET state = 'superseded' WHERE id = $1", [first?.noticeId]);
  });

  it('ends with 28, 21, 14 and 7 % of the title for the four and 30 % for the unit', async () => {
    const before = await version(story);
    await story.on('2026-06-24 09:00');
    expect((await ledger(story)).slice(before)).toEqual(['2026-06-24 00:00 windowClosed', '2026-06-24 00:00 stepEntered']);
    await story.stateResult();
    expect((await story.events('resultStated'))[0]?.objections).toBe(1);
    await story.on('2026-07-01 10:00');
    await story.agree();
    await story.on('2026-08-20 10:00');
    await story.register('国知变更2026-0820', '2026-08-20');
    await story.tag();
    const { rights, status } = await rows(story);
    expect(status).toBe('done');
    expect(rights.flatMap(({ holders }) => holders.map(({ personId, ppm }) => [story.keyOf(personId), ppm]))).toEqual([
      ['inventor1', 280_000],
      ['inventor2', 210_000],
      ['inventor3', 140_000],
      ['colleague1', 70_000],
    ]);
  });
});
