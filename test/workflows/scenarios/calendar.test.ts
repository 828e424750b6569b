import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shanghai } from '../../../cli/demo/play.ts';
import { Story } from '../../../cli/demo/story.ts';
import type { DeadlineRow } from '../../../domain/process.ts';
import type { NoticeKind } from '../../../domain/rules.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import type { Client } from '../../api/service.ts';
import { httpOver, type Http } from './http.ts';
import {
  closeSound,
  holdInbox,
  ledger,
  letters,
  platformWorks,
  rehearse,
  rows,
  team,
  toDecision,
  toPublicity,
  version,
} from './support.ts';

let rehearsal: Rehearsal;
let http: Http;
let operator: Client;
let story: Story;

beforeAll(async () => {
  rehearsal = await rehearse('2026-08-10 09:00');
  http = await httpOver(rehearsal);
  story = new Story(rehearsal, 'baotou-university');
  operator = await http.as(story.person('operator'));
});
afterAll(async () => {
  await http.close();
  await closeSound(rehearsal);
});

/** The deadline row of the notice in force of the kind, as lists read it. */
async function window(kind: NoticeKind, of = story): Promise<DeadlineRow | undefined> {
  const { deadline } = await of.notice(kind);
  return (await rows(of)).deadlines.find(({ key }) => key === deadline.key);
}

const dayOff = { version: 'cn-2026.2', days: { '2026-09-03': { is: 'off', reason: '纪念日放假（示例）' } } };
const makeUp = { version: 'cn-2026.3', days: { '2026-08-29': { is: 'work', reason: '调休上班（示例）' } } };

describe('a calendar is imported while the price of a sale is shown, 15 working days from 2026-08-17', () => {
  it('before: the empowerment is shown to 09-01, the price to 09-07', async () => {
    await toDecision(story, {
      mode: 'fullOwnership',
      road: 'saleOfRetainedShare',
      team: { inventor1: '60', inventor2: '40' },
      priceFen: '120000000',
    });
    await story.on('2026-08-12 15:00');
    await story.decide('领纪〔2026〕40号', '2026-08-12');
    await story.on('2026-08-14 15:00');
    await story.decide('校纪〔2026〕41号', '2026-08-14');
    await story.on('2026-08-17 09:00');
    await story.publish();
    expect(await window('empowerment')).toMatchObject({
      lastDay: '2026-09-01',
      unit: 'calendarDay',
      calendarVersion: 'cn-2026.1',
    });
    expect(await window('price')).toMatchObject({
      lastDay: '2026-09-07',
      endsAt: '2026-09-07T16:00:00.000Z',
      unit: 'workingDay',
      n: 15,
      clause: 'nm-hei.6d',
      provisional: false,
    });
  });

  let release: () => Promise<void>;
  it('09-03 becomes a day off on 08-24: the price is shown to 09-08, and what was foretold is what happened', async () => {
    await story.on('2026-08-24 10:00');
    release = await holdInbox(rehearsal);
    const preview = await operator.send('post', '/calendars/preview', dayOff).expect(200);
    const done = await operator.send('post', '/calendars', dayOff).expect(201);
    expect(done.body).toMatchObject({ version: 'cn-2026.2', changes: (preview.body as { changes: object[] }).changes });
    expect((done.body as { changes: object[] }).changes).toContainEqual(
      expect.objectContaining({
        caseId: story.caseId,
        outcome: 'later',
        from: expect.objectContaining({ lastDay: '2026-09-07' }),
        to: expect.objectContaining({ lastDay: '2026-09-08', endsAt: '2026-09-08T16:00:00.000Z' }),
      }),
    );
    expect(await window('price')).toMatchObject({ lastDay: '2026-09-08', calendarVersion: 'cn-2026.2' });
    expect((await story.notice('price')).deadline).toMatchObject({ lastDay: '2026-09-07', calendarVersion: 'cn-2026.1' });
  });

  it('the case notes it: a dated addendum, told to the team and the office', async () => {
    const before = await version(story);
    await release();
    const recounted = await story.events('deadlineRecounted');
    expect(recounted.map(({ deadline, recordedAt }) => [deadline.lastDay, recordedAt])).toContainEqual([
      '2026-09-08',
      shanghai('2026-08-24 10:00'),
    ]);
    expect(await story.notice('price')).toMatchObject({
      state: 'open',
      addenda: [{ lastDay: '2026-09-08', reason: 'calendar:cn-2026.2', on: shanghai('2026-08-24 10:00') }],
    });
    expect(await window('price')).toMatchObject({ lastDay: '2026-09-08', calendarVersion: 'cn-2026.2', state: 'running' });
    const told = new Set(await letters(story, before));
    expect([...told].toSorted()).toEqual([
      'noticeLengthened inventor1',
      'noticeLengthened inventor2',
      'noticeLengthened officer',
    ]);
    const days = (await window('price'))?.skipped.map(({ date }) => date);
    expect(days).toContain('2026-09-03');
  });

  it('08-29 becomes a working day on 08-25: the count would end earlier, and the window that people were told stands', async () => {
    await story.on('2026-08-25 10:00');
    const before = await version(story);
    const done = await operator.send('post', '/calendars', makeUp).expect(201);
    expect((done.body as { changes: object[] }).changes).toContainEqual(
      expect.objectContaining({ outcome: 'held', to: expect.objectContaining({ lastDay: '2026-09-08' }) }),
    );
    expect(await window('price')).toMatchObject({ lastDay: '2026-09-08', endsAt: '2026-09-08T16:00:00.000Z' });
    expect(await letters(story, before)).toEqual([]);
    expect((await story.notice('price')).addenda).toHaveLength(1);
  });

  it('an objection of 09-08 is in time, and each window closes at its own midnight', async () => {
    await story.on('2026-09-08 20:00');
    const noticeId = (await story.notice('price')).id;
    const objection = { noticeId, name: '某', contact: '某', grounds: ['价格过低。'], evidence: [] };
    await story.does('colleague1', 'fileObjection', objection);
    expect((await rows(story)).objections).toMatchObject([{ inTime: true }]);
    await story.on('2026-09-09 09:00');
    expect((await ledger(story)).filter((line) => line.endsWith('windowClosed'))).toEqual([
      '2026-09-02 00:00 windowClosed',
      '2026-09-09 00:00 windowClosed',
    ]);
    expect((await rows(story)).step).toBe('objectionHandling');
  });
});

describe('two calendars are imported before the case has followed the first, and the second undoes it', () => {
  let other: Story;
  const off = { version: 'cn-2026.4', days: { '2026-10-29': { is: 'off', reason: '临时放假（示例）' } } };
  const undone = { version: 'cn-2026.5', days: { '2026-10-29': { is: 'weekly', reason: '取消放假（示例）' } } };

  it('the window runs to 10-29, the first import shows 10-30, and the second leaves what readers were shown', async () => {
    other = new Story(rehearsal, 'hohhot-university');
    await other.on('2026-10-12 09:00');
    await toPublicity(other, { mode: 'coOwnership', team }, '2026-10-13 15:00', '2026-10-14 09:00');
    expect(await window('empowerment', other)).toMatchObject({ lastDay: '2026-10-29', calendarVersion: 'cn-2026.3' });
    await other.on('2026-10-19 10:00');
    await operator.send('post', '/calendars', off).expect(201);
    expect(await window('empowerment', other)).toMatchObject({ lastDay: '2026-10-30', calendarVersion: 'cn-2026.4' });
    const second = await operator.send('post', '/calendars', undone).expect(201);
    expect((second.body as { changes: object[] }).changes).toContainEqual(
      expect.objectContaining({ caseId: other.caseId, outcome: 'held' }),
    );
    expect(await window('empowerment', other)).toMatchObject({ lastDay: '2026-10-30' });
  });

  it('the case takes the shown end over, with its addendum, and its ledger gives the row', async () => {
    await platformWorks(rehearsal);
    expect(await other.notice('empowerment')).toMatchObject({
      deadline: { lastDay: '2026-10-30', endsAt: '2026-10-30T16:00:00.000Z' },
      addenda: [{ lastDay: '2026-10-30', reason: 'calendar:cn-2026.4' }],
    });
    expect(await window('empowerment', other)).toMatchObject({ lastDay: '2026-10-30', calendarVersion: 'cn-2026.4' });
    const { rows: left } = await rehearsal.pool.query('SELECT 1 FROM deadline WHERE moved_to IS NOT NULL');
    expect(left).toEqual([]);
  });

  it('and closes at the midnight that readers were shown', async () => {
    await other.on('2026-10-31 09:00');
    expect((await ledger(other)).filter((line) => line.endsWith('windowClosed'))).toEqual(['2026-10-31 00:00 windowClosed']);
  });
});
