import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Story } from '../../../cli/demo/story.ts';
import type { DeadlineRow } from '../../../domain/process.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import type { Client } from '../../api/service.ts';
import { httpOver, type Http } from './http.ts';
import { closeSound, holdInbox, ledger, rehearse, rows, toDecision, unsound, version } from './support.ts';

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

/** The price notice's window as everybody reads it. */
async function shown(): Promise<DeadlineRow | undefined> {
  const { deadline } = await story.notice('price');
  return (await rows(story)).deadlines.find(({ key }) => key === deadline.key);
}

/** The last day by the case's own ledger. */
const known = async (): Promise<string> => (await story.notice('price')).deadline.lastDay;

const addenda = async (): Promise<[string, string][]> =>
  (await story.notice('price')).addenda.map(({ lastDay, reason }) => [lastDay, reason]);

/** Imports days under the version; answers what became of the price window. */
async function imports(calendar: string, days: Record<string, 'off' | 'weekly'>): Promise<string | undefined> {
  const amended = Object.fromEntries(Object.entries(days).map(([day, is]) => [day, { is, reason: '调整（示例）' }]));
  const { body } = await operator.send('post', '/calendars', { version: calendar, days: amended }).expect(201);
  const { key } = (await story.notice('price')).deadline;
  return (body as { changes: { key: string; outcome: string }[] }).changes.find((change) => change.key === key)?.outcome;
}

/** An act written to the inbox, to be delivered some time. */
const sends = (who: string, type: 'proposeRepresentative' | 'fileObjection', body: object): Promise<string> =>
  rehearsal.receive({ caseId: story.caseId, institutionId: story.institutionId, personId: story.person(who), type, body });

describe('several calendars come before a case has followed the first: a price shown for 15 working days from 2026-08-17', () => {
  it('is shown to 09-07', async () => {
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
    expect(await shown()).toMatchObject({ lastDay: '2026-09-07', calendarVersion: 'cn-2026.1' });
  });

  it('the second takes the first back: the end that was made known stands, in the rows at once and in the ledger later', async () => {
    await story.on('2026-08-24 10:00');
    const release = await holdInbox(rehearsal);
    const before = await version(story);
    await sends('inventor2', 'proposeRepresentative', { personId: story.person('inventor2') });
    expect(await imports('undone.1', { '2026-09-03': 'off' })).toBe('later');
    expect(await shown()).toMatchObject({ lastDay: '2026-09-08', calendarVersion: 'undone.1' });
    expect(await imports('undone.2', { '2026-09-03': 'weekly' })).toBe('held');
    expect(await shown()).toMatchObject({ lastDay: '2026-09-08', calendarVersion: 'undone.1' });
    expect([await known(), await version(story)]).toEqual(['2026-09-07', before]);

    await release();
    expect((await ledger(story)).slice(before)).toEqual([
      '2026-08-24 10:00 representativeProposed',
      '2026-08-24 10:00 deadlineRecounted',
    ]);
    expect([await known(), await addenda()]).toEqual(['2026-09-08', [['2026-09-08', 'calendar:undone.1']]]);
    expect(await shown()).toMatchObject({ lastDay: '2026-09-08', calendarVersion: 'undone.1', state: 'running' });
    expect(await unsound(rehearsal)).toEqual([]);
  });

  it('both move it: each is noted by its own calendar, in order', async () => {
    await story.on('2026-08-25 10:00');
    const release = await holdInbox(rehearsal);
    expect(await imports('twice.1', { '2026-09-03': 'off', '2026-09-04': 'off' })).toBe('later');
    expect(await shown()).toMatchObject({ lastDay: '2026-09-09', calendarVersion: 'twice.1' });
    expect(await imports('twice.2', { '2026-09-07': 'off' })).toBe('later');
    expect(await shown()).toMatchObject({ lastDay: '2026-09-10', calendarVersion: 'twice.2' });
    expect(await known()).toBe('2026-09-08');

    await release();
    expect((await addenda()).slice(1)).toEqual([
      ['2026-09-09', 'calendar:twice.1'],
      ['2026-09-10', 'calendar:twice.2'],
    ]);
    expect(await shown()).toMatchObject({ lastDay: '2026-09-10', calendarVersion: 'twice.2', state: 'running' });
    expect(await unsound(rehearsal)).toEqual([]);
  });

  it('the case is not reached before its old end has passed: the window stays open, and who objects is in time', async () => {
    await story.on('2026-09-10 12:00');
    const release = await holdInbox(rehearsal);
    expect(await imports('unreached.1', { '2026-09-10': 'off' })).toBe('later');
    await story.on('2026-09-11 10:00');
    expect(await known()).toBe('2026-09-10');
    expect(await shown()).toMatchObject({ lastDay: '2026-09-11', state: 'running' });
    const noticeId = (await story.notice('price')).id;
    await sends('colleague1', 'fileObjection', { noticeId, name: '某', contact: '某', grounds: ['价格过低。'], evidence: [] });

    await release();
    expect((await rows(story)).objections).toMatchObject([{ inTime: true }]);
    expect((await addenda()).at(-1)).toEqual(['2026-09-11', 'calendar:unreached.1']);
    expect(await unsound(rehearsal)).toEqual([]);
    await story.on('2026-09-12 09:00');
    expect((await ledger(story)).at(-2)).toBe('2026-09-12 00:00 windowClosed');
    expect((await rows(story)).step).toBe('objectionHandling');
  });
});
