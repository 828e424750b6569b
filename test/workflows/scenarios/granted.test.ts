import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { paperOf, Story } from '../../../cli/demo/story.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { closeSound, ledger, letters, local, rehearse, rows, tasks, team, toPublicity, windowRows } from './support.ts';

let rehearsal: Rehearsal;

beforeAll(async () => {
  rehearsal = await rehearse('2026-02-24 09:00');
});
afterAll(() => closeSound(rehearsal));

describe('scenario 1: nothing goes wrong', () => {
  let story: Story;
  beforeAll(() => {
    story = new Story(rehearsal, 'hohhot-university');
  });

  it('shows the notice from 2026-03-02 to Tuesday 2026-03-17, 15 calendar days by nm-hei.8e', async () => {
    await toPublicity(story, { mode: 'coOwnership', team, unitShare: '30' }, '2026-02-27 15:00', '2026-03-02 09:00');
    const shown = await rows(story);
    expect(shown).toMatchObject({ step: 'publicity', status: 'open', number: '赋权〔2026〕1号', tasks: [] });
    expect(shown.notices).toEqual([
      expect.objectContaining({ edition: 1, state: 'open', audience: 'institution', number: '赋权〔2026〕1号', addenda: [] }),
    ]);
    expect(shown.deadlines).toEqual([
      {
        key: shown.notices[0]?.deadlineKey,
        kind: 'window',
        startDate: '2026-03-02',
        lastDay: '2026-03-17',
        endsAt: '2026-03-17T16:00:00.000Z',
        bound: 'atLeast',
        n: 15,
        unit: 'calendarDay',
        countsFirstDay: false,
        clause: 'nm-hei.8e',
        phrase: '公示期不少于15日',
        calendarVersion: 'cn-2026.1',
        provisional: false,
        skipped: [],
        source: 'law',
        state: 'running',
      },
    ]);
  });

  it('is open at 23:59:59.999 of 03-17 and closed by itself at 24:00, not by anybody', async () => {
    await story.on('2026-03-17 23:59:59.999');
    expect((await story.notice()).state).toBe('open');
    await story.isRefused('officer1', 'stateResult', { document: paperOf('公示情况说明') }, 'wrongStep');
    await story.on('2026-03-18 00:00');
    expect(await tasks(story)).toEqual(['stateResult officer']);
    const closing = (await rehearsal.timeline(story.caseId)).find(({ type }) => type === 'windowClosed');
    expect(closing).toMatchObject({
      recordedAt: '2026-03-17T16:00:00.000Z',
      effectiveAt: '2026-03-17T16:00:00.000Z',
      actor: { kind: 'system' },
    });
    expect(await windowRows(story)).toMatchObject([{ state: 'closed', lastDay: '2026-03-17' }]);
  });

  it('is signed on 03-25 and registered on 05-11, 30 % for the unit and 35, 21 and 14 % for the inventors', async () => {
    await story.on('2026-03-18 08:00');
    await story.stateResult();
    await story.isRefused('inventor1', 'stateResult', { document: paperOf('公示情况说明') }, 'wrongStep');
    await story.on('2026-03-25 09:00');
    await story.agree();
    await story.isRefused('inventor1', 'withdraw', { grounds: '反悔' }, 'wrongStep');
    expect(await tasks(story)).toEqual(['recordTitleChange officer']);
    await story.on('2026-05-11 09:00');
    await story.register('国知变更2026-0511', '2026-05-11');
    await story.tag();
    const done = await rows(story);
    expect(done).toMatchObject({ step: 'done', status: 'done', tasks: [] });
    expect(done.rights).toEqual([
      {
        key: 'title',
        kind: 'coOwnership',
        startDate: '2026-05-11',
        receipt: { kind: 'registry', number: '国知变更2026-0511', on: '2026-05-11' },
        holders: [
          { personId: story.person('inventor1'), ppm: 350_000, held: false },
          { personId: story.person('inventor2'), ppm: 210_000, held: false },
          { personId: story.person('inventor3'), ppm: 140_000, held: false },
        ],
      },
    ]);
  });

  it('has every event at its instant in the ledger', async () => {
    expect(await ledger(story)).toEqual([
      ...['caseOpened', 'stepEntered', 'consentGiven', 'consentGiven', 'consentGiven', 'applicationSubmitted'].map(
        at('02-24 09:00'),
      ),
      ...['stepEntered', 'caseNumbered', 'checkPassed', 'stepEntered'].map(at('02-24 09:00')),
      ...['departmentReviewed', 'departmentReviewed', 'stepEntered'].map(at('02-24 09:00')),
      ...['decisionRecorded', 'stepEntered'].map(at('02-27 15:00')),
      ...['noticePublished', 'stepEntered'].map(at('03-02 09:00')),
      ...['windowClosed', 'stepEntered'].map(at('03-18 00:00')),
      ...['resultStated', 'stepEntered'].map(at('03-18 08:00')),
      ...['agreementProposed', 'agreementSigned', 'agreementSigned', 'agreementSigned', 'agreementSigned'].map(at('03-25 09:00')),
      ...['agreementConcluded', 'stepEntered'].map(at('03-25 09:00')),
      ...['titleChanged', 'rightRecorded', 'stepEntered', 'ledgerTagged', 'caseClosed'].map(at('05-11 09:00')),
    ]);
  });

  it('told the team and the offices, once each, at every turn', async () => {
    const all = await letters(story);
    const everyone = Object.keys(team);
    for (const template of ['submitted', 'decided', 'noticePublished', 'windowClosed', 'agreementConcluded', 'caseDone']) {
      for (const who of everyone) expect(all.filter((letter) => letter === `${template} ${who}`)).toHaveLength(1);
    }
    expect(all).toEqual(
      expect.arrayContaining([
        'consentAsked inventor2',
        'decisionAsked secretary',
        'noticePublished supervisor',
        'agreementToSign signatory',
        'titleChangeAsked officer',
      ]),
    );
    expect(all.some((letter) => letter.startsWith('objection'))).toBe(false);
  });

  it('answers an act after the end with its step, and changes nothing', async () => {
    const { events, ...rest } = { events: await ledger(story), ...(await rows(story)) };
    const refusal = await story.isRefused('inventor1', 'withdraw', { grounds: '反悔' }, 'wrongStep');
    expect(refusal.status).toBe(409);
    expect({ events: await ledger(story), ...(await rows(story)) }).toEqual({ events, ...rest });
  });
});

describe('scenario 12: know-how has no registry', () => {
  it('passes title on 2026-07-10 by a handover record that all inventors signed, and by nothing less', async () => {
    const story = new Story(rehearsal, 'hohhot-university');
    await story.on('2026-05-12 09:00');
    const plan = { mode: 'coOwnership', team, kind: 'technicalSecret' } as const;
    await toPublicity(story, plan, '2026-05-14 15:00', '2026-05-15 09:00');
    // 2026-05-30 is a Saturday: a floor in calendar days goes on to Monday.
    expect((await rows(story)).deadlines).toMatchObject([
      { lastDay: '2026-06-01', endsAt: '2026-06-01T16:00:00.000Z', skipped: [{ date: '2026-05-30' }, { date: '2026-05-31' }] },
    ]);
    await story.on('2026-06-02 08:00');
    await story.stateResult();
    await story.on('2026-07-06 09:00');
    await story.agree();
    await story.on('2026-07-10 09:00');
    const record = { kind: 'handoverRecord', on: '2026-07-10', document: paperOf('移交记录') };
    const registry = { kind: 'registry', number: 'X1', on: '2026-07-10', document: paperOf('登记回执') };
    const noRegistry = await story.isRefused('officer1', 'recordTitleChange', registry, 'noRegistry');
    expect(noRegistry).toMatchObject({ clause: 'nm-hei.8g', status: 422, at: '/kind' });
    const signedBy = Object.keys(team).map((key) => story.person(key));
    await story.isRefused('officer1', 'recordTitleChange', record, 'handoverUnsigned');
    await story.isRefused('officer1', 'recordTitleChange', { ...record, signedBy: signedBy.slice(1) }, 'handoverUnsigned');
    await story.isRefused('officer1', 'recordTitleChange', { ...record, signedBy, on: '2026-07-05' }, 'beforeAgreement');
    await story.isRefused('officer1', 'recordTitleChange', { ...record, signedBy, on: '2026-07-11' }, 'dateInFuture');
    await story.does('officer1', 'recordTitleChange', { ...record, signedBy });
    await story.tag();
    expect(await rows(story)).toMatchObject({
      number: '赋权〔2026〕2号',
      status: 'done',
      rights: [{ kind: 'coOwnership', startDate: '2026-07-10', receipt: { kind: 'handoverRecord', on: '2026-07-10' } }],
    });
    expect(local((await story.events('titleChanged'))[0]?.recordedAt ?? '')).toBe('2026-07-10 09:00');
  });
});

function at(time: string): (type: string) => string {
  return (type) => `2026-${time} ${type}`;
}
