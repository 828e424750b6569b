import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shanghai } from '../../../cli/demo/play.ts';
import { paperOf, Story } from '../../../cli/demo/story.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { setClock } from '../../../runtime/rehearsing/clock.ts';
import { closeSound, ledger, letters, local, rehearse, rows, tasks, team, toPublicity, version } from './support.ts';

let rehearsal: Rehearsal;
let story: Story;

beforeAll(async () => {
  rehearsal = await rehearse('2026-06-04 09:00');
});
afterAll(() => closeSound(rehearsal));

const newStory = (): void => {
  story = new Story(rehearsal, 'hohhot-university');
};

/** The letter as the officer enters it; its postmark is its moment of receipt. */
const letter = async (postmark: string, objectorId: string) => ({
  noticeId: (await story.notice()).id,
  name: '示例异议人',
  contact: '联系方式（示例）',
  grounds: ['本人参与核心实验。'],
  evidence: [paperOf('来信')],
  receivedAt: shanghai(postmark),
  proof: paperOf('信封邮戳'),
  objectorId,
});
const confirm = async () => ({ objectionId: (await story.state()).objections.at(-1)?.id ?? '' });

describe('scenario 11: an objection comes by post', () => {
  beforeAll(newStory);

  it('postmarked 06-22, inside the window to 06-23, it arrives on 06-25: nothing is signed any more until it is confirmed', async () => {
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-06-05 15:00', '2026-06-08 09:00');
    await story.on('2026-06-24 10:00');
    await story.stateResult();
    const text = '按协议约定（示例）。';
    const terms = { incomeSplit: text, decisionMechanism: text, costSharing: text, maintenanceFees: text };
    await story.does('officer1', 'proposeAgreement', { document: paperOf('协议'), terms, countsFirstDay: false });
    await story.does('inventor1', 'signAgreement', { agreementVersion: 1 });
    await story.on('2026-06-25 15:00');
    const entry = await letter('2026-06-22 16:20', story.person('colleague2'));
    await story.isRefused('inventor2', 'enterPaperObjection', entry, 'notYourAct');
    const future = await letter('2026-06-25 15:01', story.person('colleague2'));
    await story.isRefused('officer1', 'enterPaperObjection', future, 'receiptInFuture');
    const early = await letter('2026-06-08 08:59', story.person('colleague2'));
    await story.isRefused('officer1', 'enterPaperObjection', early, 'receiptBeforeNotice');
    await story.does('officer1', 'enterPaperObjection', entry);
    expect((await rows(story)).objections).toMatchObject([
      { inTime: true, onPaper: true, state: 'unconfirmed', receivedAt: '2026-06-22T08:20:00.000Z' },
    ]);
    expect(await letters(story)).toContain('objectionToConfirm officer');
    await story.isRefused('inventor2', 'signAgreement', { agreementVersion: 1 }, 'objectionUnconfirmed');
  });

  it('and the case opens again on 06-26, when a second person confirms the proof', async () => {
    const body = await confirm();
    await story.isRefused('officer1', 'confirmPaperObjection', body, 'secondPersonNeeded');
    await story.on('2026-06-26 09:30');
    await story.does('officer2', 'confirmPaperObjection', body);
    expect((await ledger(story)).slice(-2)).toEqual(['2026-06-26 09:30 paperObjectionConfirmed', '2026-06-26 09:30 stepEntered']);
    expect(await rows(story)).toMatchObject({ step: 'objectionHandling', notices: [{ state: 'closed', edition: 1 }] });
    // The window itself stays as it was: closed windows never move.
    expect((await rows(story)).deadlines).toMatchObject([{ kind: 'window', lastDay: '2026-06-23', state: 'closed' }]);
    await story.isRefused('inventor2', 'signAgreement', { agreementVersion: 1 }, 'wrongStep');
  });

  it('goes on where it stood, with the signature given, when the time for a review of its dismissal ends on 07-09', async () => {
    const { objectionId } = await confirm();
    await story.does('officer1', 'admitObjection', { objectionId, handlers: [story.person('colleague3')] });
    await story.on('2026-07-02 11:00');
    await story.does('colleague3', 'recordFinding', {
      objectionId,
      findings: [{ ground: 1, upheld: false, reasons: '实验记录不支持。' }],
      consequence: 'none',
      reply: '异议不成立。',
    });
    const review = (await rows(story)).deadlines.find(({ kind }) => kind === 'review');
    expect(review).toMatchObject({ lastDay: '2026-07-09', endsAt: '2026-07-09T16:00:00.000Z', n: 5, unit: 'workingDay' });
    await story.on('2026-07-13 09:00');
    const lapsed = (await rehearsal.timeline(story.caseId)).find(({ type }) => type === 'reviewLapsed');
    expect(lapsed).toMatchObject({ recordedAt: '2026-07-09T16:00:00.000Z', actor: { kind: 'system' } });
    const state = await story.state();
    expect(state).toMatchObject({ step: 'agreement', agreement: { signedBy: [story.person('inventor1')], unitSigned: false } });
    expect(await tasks(story)).toEqual(['signAgreement inventor2', 'signAgreement inventor3', 'signAgreement signatory']);
    await story.isRefused('colleague2', 'requestReview', { objectionId, grounds: '不服。' }, 'wrongStep');
  });

  it('postmarked 06-24, the day after: it goes to the supervisors and holds nothing', async () => {
    const before = await version(story);
    await story.does('officer1', 'enterPaperObjection', await letter('2026-06-24 00:00', story.person('colleague1')));
    await story.does('officer2', 'confirmPaperObjection', await confirm());
    expect((await rows(story)).objections.find(({ inTime }) => !inTime)).toMatchObject({ state: 'late', onPaper: true });
    expect(await letters(story, before)).toEqual([
      'objectionToConfirm officer',
      'objectionReceipt colleague1',
      'objectionLate supervisor',
    ]);
    for (const key of ['inventor2', 'inventor3', 'signatory']) await story.does(key, 'signAgreement', { agreementVersion: 1 });
    expect((await rows(story)).step).toBe('titleChange');
    const objectors = ['colleague1', 'colleague2'].map((key) => story.person(key));
    const told = (await rehearsal.told(story.caseId)).filter(({ recipient }) => !objectors.includes(recipient.personId ?? ''));
    for (const objector of objectors) expect(JSON.stringify(told)).not.toContain(objector);
  });
});

describe('the last millisecond of a window to 2026-07-29', () => {
  beforeAll(newStory);

  it('an objection at 23:59:59.999 is in time; at 00:00:00.000 it is late, though no timer has fired yet', async () => {
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-07-13 15:00', '2026-07-14 09:00');
    expect((await rows(story)).deadlines).toMatchObject([{ lastDay: '2026-07-29', endsAt: '2026-07-29T16:00:00.000Z' }]);
    await story.on('2026-07-29 23:59:59.999');
    await story.objects('colleague1', ['在最后一毫秒提出。']);
    // The database's clock alone: the case's own timer still sleeps.
    await setClock(rehearsal.pool, shanghai('2026-07-30 00:00'));
    expect((await rows(story)).step).toBe('publicity');
    await story.objects('colleague2', ['迟了一毫秒。']);
    const { objections } = await rows(story);
    expect(objections.map(({ receivedAt, inTime, state }) => `${local(receivedAt)} ${inTime} ${state}`).toSorted()).toEqual([
      '2026-07-29 23:59:59.999 true received',
      '2026-07-30 00:00 false late',
    ]);
    expect(await ledger(story, 'objectionReceived')).toEqual([
      '2026-07-29 23:59:59.999 objectionReceived',
      '2026-07-30 00:00 windowClosed',
      '2026-07-30 00:00 stepEntered',
      '2026-07-30 00:00 objectionReceived',
    ]);
    expect((await letters(story)).filter((one) => one.startsWith('objection'))).toEqual([
      'objectionReceipt colleague1',
      'objectionReceived officer',
      'objectionReceipt colleague2',
      'objectionLate supervisor',
    ]);
  });

  it('the one in time alone holds the case, and withdrawn on 07-31 it lets it go on', async () => {
    await story.on('2026-07-31 09:00');
    const [inTime, late] = (await story.state()).objections;
    await story.isRefused(
      'officer1',
      'admitObjection',
      { objectionId: late?.id, handlers: [story.person('colleague3')] },
      'objectionState',
    );
    await story.does('colleague1', 'withdrawObjection', { objectionId: inTime?.id });
    expect(await rows(story)).toMatchObject({ step: 'statement' });
    await story.stateResult();
    expect((await story.events('resultStated'))[0]?.objections).toBe(1);
  });
});

describe('a gap in the publicity', () => {
  beforeAll(newStory);

  it('of two days moves the window from 08-18 to 08-20, as a dated addendum to a notice that stays as it was', async () => {
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-07-31 15:00', '2026-08-03 09:00');
    const notice = await story.notice();
    expect(notice.deadline.lastDay).toBe('2026-08-18');
    await story.on('2026-08-12 09:00');
    const gap = (...days: string[]) => ({ noticeId: notice.id, days, grounds: '网站停机。' });
    await story.isRefused('officer1', 'recordPublicityGap', gap('2026-08-13'), 'dayOutsideWindow');
    await story.isRefused('officer1', 'recordPublicityGap', gap('2026-08-02'), 'dayOutsideWindow');
    const before = await version(story);
    await story.does('officer1', 'recordPublicityGap', gap('2026-08-11', '2026-08-10', '2026-08-11'));
    await story.isRefused('officer1', 'recordPublicityGap', gap('2026-08-10'), 'gapKnown');
    const { notices, deadlines } = await rows(story);
    expect(deadlines).toMatchObject([{ lastDay: '2026-08-20', endsAt: '2026-08-20T16:00:00.000Z', n: 17, state: 'running' }]);
    expect(notices).toMatchObject([
      {
        contentDigest: notice.contentDigest,
        addenda: [{ on: shanghai('2026-08-12 09:00'), lastDay: '2026-08-20', reason: 'gap:2026-08-10,2026-08-11' }],
      },
    ]);
    expect(await letters(story, before)).toEqual(Object.keys(team).map((key) => `noticeLengthened ${key}`));
  });

  it('and the objection of 08-19, after the first end, is in time', async () => {
    await story.on('2026-08-19 21:00');
    expect((await rows(story)).step).toBe('publicity');
    await story.objects('colleague1', ['延长期内提出。']);
    expect((await rows(story)).objections).toMatchObject([{ inTime: true }]);
    await story.on('2026-08-21 09:00');
    expect((await ledger(story, 'windowClosed'))[0]).toBe('2026-08-21 00:00 windowClosed');
  });
});
