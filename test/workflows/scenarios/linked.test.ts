import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Story, type ApplicationPlan } from '../../../cli/demo/story.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { claims, closeSound, ledger, letters, local, platformWorks, rehearse, rows, tasks, toDecision } from './support.ts';

let rehearsal: Rehearsal;
/** The earlier and the later application of each pair; both wait for their notice from 03-11 on. */
const pairs: { earlier: Story; later: Story }[] = [];

const plan = { mode: 'coOwnership', title: '示例成果：一件专利族' } as const;
const mine: ApplicationPlan = { ...plan, team: { inventor1: '60', inventor2: '40' } };
const yours: ApplicationPlan = { ...plan, team: { inventor2: '50', inventor3: '50' } };

beforeAll(async () => {
  rehearsal = await rehearse('2026-03-02 09:00');
  for (let i = 0; i < 3; i++) {
    const earlier = new Story(rehearsal, 'hohhot-university');
    await toDecision(earlier, mine);
    pairs.push({ earlier, later: new Story(rehearsal, 'hohhot-university') });
  }
  await rehearsal.advanceTo('2026-03-05T06:00:00.000Z');
  for (const { earlier, later } of pairs) await toDecision(later, { ...yours, achievementId: earlier.achievementId });
  await platformWorks(rehearsal);
  for (const [i, { earlier, later }] of pairs.entries()) {
    await earlier.on('2026-03-11 09:00');
    for (const story of [earlier, later]) await story.decide(`领纪〔2026〕${i}号`, '2026-03-11');
  }
});
afterAll(() => closeSound(rehearsal));

const pair = (i: number): { earlier: Story; later: Story } => pairs[i] as { earlier: Story; later: Story };

describe('scenario 5: two applications of 03-02 and 03-05 for one patent family, by different co-inventors', () => {
  it('are linked when the second is submitted, and both claims stand', async () => {
    const { earlier, later } = pair(0);
    expect(await claims(earlier)).toEqual([
      { caseId: earlier.caseId, state: 'claimed' },
      { caseId: later.caseId, state: 'claimed' },
    ]);
    const [linked] = await later.events('applicationLinked');
    expect(linked).toMatchObject({ achievementId: earlier.achievementId, otherCaseIds: [earlier.caseId] });
    expect(local(linked?.recordedAt ?? '')).toBe('2026-03-05 14:00');
    expect(await letters(later)).toContain('linked officer');
    expect(await tasks(later)).toEqual(['publishNotice officer linked', 'resolveLink officer linked']);
  });

  it('the earlier hears of it too, and its officers can resolve it as well', async () => {
    const { earlier, later } = pair(0);
    expect(await earlier.events('linkNoted')).toMatchObject([{ otherCaseId: later.caseId }]);
    expect(await tasks(earlier)).toEqual(['publishNotice officer linked', 'resolveLink officer linked']);
    expect(await letters(earlier)).toEqual(expect.arrayContaining(['linked officer', 'linked inventor1']));
  });

  it('neither publishes on 03-12: each is refused with 409 until it is resolved', async () => {
    const { earlier, later } = pair(0);
    await earlier.on('2026-03-12 09:00');
    for (const story of [earlier, later]) {
      const refusal = await story.isRefused(
        'officer1',
        'publishNotice',
        await story.noticeBody('empowerment'),
        'achievement.claimed',
      );
      expect(refusal.status).toBe(409);
      expect((await rows(story)).notices).toEqual([]);
    }
  });

  it('refused with reasons on 03-13: the later ends with its grounds on record, its team is told, and the earlier publishes to 03-30', async () => {
    const { earlier, later } = pair(0);
    await later.on('2026-03-13 10:00');
    const grounds = '与在先申请为同一专利族，完成人已列入在先申请。';
    const body = { outcome: 'refused', otherCaseId: earlier.caseId, grounds };
    await later.isRefused('inventor2', 'resolveLink', body, 'notYourAct');
    await later.isRefused('officer1', 'resolveLink', { ...body, otherCaseId: later.caseId }, 'linkUnknown');
    await later.does('officer1', 'resolveLink', body);
    expect(await rows(later)).toMatchObject({ status: 'refused', tasks: [] });
    expect(await ledger(later, 'linkResolved')).toEqual([
      '2026-03-13 10:00 linkResolved',
      '2026-03-13 10:00 applicationRefused',
      '2026-03-13 10:00 caseClosed',
    ]);
    expect((await letters(later)).slice(-2)).toEqual(['refused inventor2', 'refused inventor3']);
    const [refused] = await later.events('applicationRefused');
    expect(refused).toMatchObject({ by: 'link', code: 'refusedAsDouble' });
    const words = refused?.grounds ?? { sealed: '', digest: '' };
    expect((await rehearsal.sealer.open([words])).get(words.sealed)).toBe(grounds);
    expect(await claims(earlier)).toEqual([
      { caseId: earlier.caseId, state: 'claimed' },
      { caseId: later.caseId, state: 'released' },
    ]);
    await platformWorks(rehearsal);
    expect(await earlier.events('linkEnded')).toMatchObject([{ otherCaseId: later.caseId }]);
    expect((await letters(earlier)).slice(-3)).toEqual(['linkEnded officer', 'linkEnded inventor1', 'linkEnded inventor2']);
    await earlier.publish();
    expect((await rows(earlier)).deadlines).toMatchObject([{ lastDay: '2026-03-30', skipped: [{}, {}] }]);
  });

  it('merged on 03-13: the earlier goes into the later, which then publishes', async () => {
    const { earlier, later } = pair(1);
    await earlier.does('officer1', 'resolveLink', { outcome: 'merged', otherCaseId: later.caseId, grounds: '并入后一申请。' });
    expect(await rows(earlier)).toMatchObject({ status: 'merged', step: 'merged', tasks: [] });
    expect((await letters(earlier)).slice(-2)).toEqual(['linkResolved inventor1', 'linkResolved inventor2']);
    await later.publish();
    expect(await rows(later)).toMatchObject({ step: 'publicity', notices: [{ state: 'open' }] });
    expect(await claims(later)).toMatchObject([{ state: 'released' }, { state: 'claimed' }]);
    await earlier.isRefused('officer1', 'publishNotice', await earlier.noticeBody('empowerment'), 'wrongStep');
  });

  it('split on 03-13: the later claims an achievement of its own, and both publish', async () => {
    const { earlier, later } = pair(2);
    const other = await rehearsal.achievement(later.institutionId, { kind: 'patent', title: '分案成果（示例）' });
    const body = { outcome: 'split', otherCaseId: earlier.caseId, grounds: '为可分的两项发明。' };
    await later.isRefused('officer1', 'resolveLink', body, 'achievementMissing');
    const unknown = '00000000-0000-4000-8000-000000000000';
    await later.isRefused('officer1', 'resolveLink', { ...body, newAchievementId: unknown }, 'achievement.unknown');
    await later.does('officer1', 'resolveLink', { ...body, newAchievementId: other });
    expect((await later.state()).linkedCases).toEqual([]);
    expect((await rows(later)).achievementId).toBe(other);
    for (const story of [earlier, later]) {
      await story.publish();
      expect((await rows(story)).step).toBe('publicity');
    }
  });
});

describe('a case that ends without a right frees the achievement', () => {
  const after: ApplicationPlan = { ...plan, team: { inventor3: '100' } };

  it('withdrawn on 03-16: another application on 03-17 is linked to nothing', async () => {
    const story = new Story(rehearsal, 'hohhot-university');
    await story.on('2026-03-16 09:00');
    await toDecision(story, mine);
    expect(await claims(story)).toEqual([{ caseId: story.caseId, state: 'claimed' }]);
    await story.does('inventor1', 'withdraw', { grounds: '团队改为由单位直接许可。' });
    expect(await claims(story)).toEqual([{ caseId: story.caseId, state: 'released' }]);
    await story.on('2026-03-17 09:00');
    const next = new Story(rehearsal, 'hohhot-university');
    await toDecision(next, { ...after, achievementId: story.achievementId });
    expect(await next.events('applicationLinked')).toEqual([]);
    expect(await claims(next)).toMatchObject([{ state: 'released' }, { caseId: next.caseId, state: 'claimed' }]);
  });

  it('refused by the group on 03-18, with grounds: the claim goes with the case', async () => {
    const story = new Story(rehearsal, 'hohhot-university');
    await story.on('2026-03-18 09:00');
    await toDecision(story, after);
    await story.decide('领纪〔2026〕18号', '2026-03-18', 'rejected');
    expect(await rows(story)).toMatchObject({ status: 'refused', tasks: [], rights: [] });
    expect(await claims(story)).toEqual([{ caseId: story.caseId, state: 'released' }]);
    expect(await story.events('applicationRefused')).toMatchObject([{ by: 'decision', code: 'rejectedByDecision' }]);
  });

  it('refused by a rule on 03-19: an interest of the state bars it at submission, and it never held the achievement', async () => {
    const story = new Story(rehearsal, 'hohhot-university');
    await story.on('2026-03-19 09:00');
    await story.apply({ ...after, secret: true });
    await story.submit('inventor3');
    expect(await rows(story)).toMatchObject({ status: 'refused', step: 'refused' });
    expect(await story.events('applicationRefused')).toMatchObject([{ by: 'rule', code: 'secretBarred', clause: 'overlay.4' }]);
    expect(await claims(story)).toEqual([]);
    expect((await story.state()).number).toBeDefined();
  });
});
