import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { paperOf, Story } from '../../../cli/demo/story.ts';
import type { Overlay, OverlayEntry, Pack } from '../../../policies/index.ts';
import { loadSample, loadShippedPacks, type SampleName } from '../../../policies/load.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { rulesOn } from '../../../worker/rules.ts';
import { httpOver, type Http } from './http.ts';
import {
  closeSound,
  ledger,
  letters,
  platformWorks,
  rehearse,
  rows,
  tasks,
  team,
  toDecision,
  toPublicity,
  version,
} from './support.ts';

let rehearsal: Rehearsal;
let http: Http;

beforeAll(async () => {
  rehearsal = await rehearse('2026-05-11 09:00');
  http = await httpOver(rehearsal);
  for (const unit of ['hohhot-university', 'baotou-university'] as const) await ownRule(unit, 2, '2026-01-01', 80);
});
afterAll(async () => {
  await http.close();
  await closeSound(rehearsal);
});

const share = (percent: number) => ({ bound: 'atLeast', percent, of: 'netIncomeOrEquity' }) as const;

/** The unit's own rules in a new version, with another share of the reward for the inventors. */
async function ownRule(unit: SampleName, no: number, from: string, percent: number): Promise<void> {
  const { institutionId } = new Story(rehearsal, unit);
  const { overlay } = loadSample(unit);
  const entry = {
    key: 'distribution.rewardShare',
    value: share(percent),
    cite: { clause: 'overlay.40', phrase: `奖励不低于净收入的${percent}%` },
  } as OverlayEntry;
  const content: Overlay = { ...overlay, institutionId, version: no, from, entries: [...overlay.entries, entry] };
  await rehearsal.pool.query(
    'INSERT INTO overlay_version (institution_id, version, from_date, content) VALUES ($1, $2, $3, $4)',
    [institutionId, no, from, JSON.stringify(content)],
  );
}

async function transition(story: Story, on: string, newNotice: boolean) {
  const { hash } = await rulesOn(rehearsal.pool, story.institutionId, on);
  const minutes = { minutesNumber: '校纪〔2026〕20号', minutes: paperOf('会议纪要') };
  return { toHash: hash, ...minutes, grounds: '适用新规定。', newNotice };
}

const rewardOf = async (story: Story): Promise<unknown> => {
  const { rules } = await story.state();
  return rules?.rules['distribution.rewardShare']?.value.percent;
};

describe('scenario 6: a rule of equal rank goes from 80 % to 90 % on 2026-06-01', () => {
  let story: Story;

  it('leaves the open case pinned to 80 %: its window closes on 06-02 and it goes on', async () => {
    story = new Story(rehearsal, 'hohhot-university');
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-05-15 15:00', '2026-05-18 09:00');
    await ownRule('hohhot-university', 3, '2026-06-01', 90);
    const pinned = (await story.state()).rules?.hash;
    expect(await rewardOf(story)).toBe(80);
    await story.on('2026-06-01 09:00');
    await platformWorks(rehearsal);
    expect(await story.events('rulesRaised')).toEqual([]);
    await story.on('2026-06-03 09:00');
    expect((await ledger(story, 'windowClosed'))[0]).toBe('2026-06-03 00:00 windowClosed');
    await story.stateResult();
    expect((await story.state()).rules?.hash).toBe(pinned);
    expect(await rewardOf(story)).toBe(80);
  });

  it('applies to a case opened on 06-03, which then has nothing to move to', async () => {
    const fresh = new Story(rehearsal, 'hohhot-university');
    await toDecision(fresh, { mode: 'coOwnership', team });
    expect(await rewardOf(fresh)).toBe(90);
    await fresh.isRefused('secretary', 'transitionRules', await transition(fresh, '2026-06-03', false), 'rulesUnchanged');
    await fresh.on('2026-06-04 09:00');
    // Another day, the same rules.
    await fresh.isRefused('secretary', 'transitionRules', await transition(fresh, '2026-06-04', false), 'rulesUnchanged');
    await fresh.does('inventor1', 'withdraw', { grounds: '不再申请。' });
  });

  it('reaches the open case by a decision of 06-04 alone, with a new notice', async () => {
    await story.isRefused('officer1', 'transitionRules', await transition(story, '2026-06-04', true), 'notYourAct');
    const kept = await transition(story, '2026-06-04', false);
    expect(await story.isRefused('secretary', 'transitionRules', kept, 'newNoticeNeeded')).toMatchObject({ at: '/newNotice' });
    await story.isRefused('secretary', 'transitionRules', await transition(story, '2026-05-31', true), 'rulesMoved');
    await story.does('secretary', 'transitionRules', await transition(story, '2026-06-04', true));
    expect(await rewardOf(story)).toBe(90);
    expect(await story.events('rulesTransitioned')).toMatchObject([
      { minutesNumber: '校纪〔2026〕20号', newNotice: true, rules: { overlayVersion: 3, on: '2026-06-04' } },
    ]);
    expect(await rows(story)).toMatchObject({ step: 'noticePreparation', notices: [{ edition: 1, state: 'closed' }] });
  });

  it('shows that notice from 06-05 to 06-22, past the Dragon Boat holiday', async () => {
    await story.on('2026-06-05 09:00');
    await story.publish();
    const { notices, deadlines } = await rows(story);
    expect(notices.map(({ edition, state }) => `${edition} ${state}`).toSorted()).toEqual(['1 superseded', '2 open']);
    expect(deadlines.map(({ lastDay, state }) => `${lastDay} ${state}`).toSorted()).toEqual([
      '2026-06-02 closed',
      '2026-06-22 running',
    ]);
    await story.on('2026-06-23 09:00');
    await story.stateResult();
    await story.agree();
    await story.register('国知变更2026-0623', '2026-06-23');
    await story.tag();
    expect((await rows(story)).status).toBe('done');
  });
});

/** The region's document as it stands from 07-01 on: the share is no longer a default. */
const pack = (): Pack => {
  const shipped = loadShippedPacks().find(({ id }) => id === 'nm-hei') as Pack;
  const [now] = shipped.rules['distribution.rewardShare'] ?? [];
  if (!now) throw new Error('The pack gives no share');
  const later = { from: '2026-07-01', value: share(90), force: 'mandatory', cite: now.cite } as const;
  return { ...shipped, version: '2', rules: { ...shipped.rules, 'distribution.rewardShare': [now, later] } };
};

describe('scenario 6: a rule of higher rank makes 90 % mandatory on 2026-07-01, and it prevails', () => {
  let deciding: Story;
  let shown: Story;

  it('imported on 06-24 it changes nothing yet; on 07-01 every open case under it is raised, once', async () => {
    deciding = new Story(rehearsal, 'baotou-university');
    shown = new Story(rehearsal, 'baotou-university');
    await toDecision(deciding, { mode: 'coOwnership', team });
    await toPublicity(shown, { mode: 'coOwnership', team }, '2026-06-23 15:00', '2026-06-24 09:00');
    const operator = await http.as(shown.person('operator'));
    await operator.send('post', '/packs', pack()).expect(201);
    await platformWorks(rehearsal);
    expect(await deciding.events('rulesRaised')).toEqual([]);
    await deciding.on('2026-07-01 08:00');
    const before = await version(deciding);
    await platformWorks(rehearsal);
    await platformWorks(rehearsal);
    const { hash } = await rulesOn(rehearsal.pool, deciding.institutionId, '2026-07-01');
    for (const story of [deciding, shown])
      expect(await story.events('rulesRaised')).toMatchObject([{ toHash: hash, keys: ['distribution.rewardShare'] }]);
    expect(await letters(deciding, before)).toEqual(['rulesPrevail secretary', 'rulesPrevail officer']);
    expect((await rehearsal.timeline(deciding.caseId)).at(-1)?.actor).toEqual({ kind: 'system' });
  });

  it('holds the case at its next legal step: the group cannot decide, the team can still withdraw or change', async () => {
    expect(await tasks(deciding)).toContain('transitionRules secretary rulesPrevail');
    await expect(deciding.decide('领纪〔2026〕30号', '2026-07-01')).rejects.toThrow('rulesPrevail');
    await deciding.does('inventor2', 'proposeRepresentative', { personId: deciding.person('inventor2') });
  });

  it('lets the window run: it closes on 07-09 by itself, hears an objection, and the case stands still after it', async () => {
    await shown.on('2026-07-03 10:00');
    await platformWorks(rehearsal);
    expect(await shown.events('rulesRaised')).toHaveLength(1);
    const objectionId = await shown.objects('colleague1', ['比例不当。']);
    await shown.does('officer1', 'rejectObjection', { objectionId, reason: 'notAboutNotice', explanation: '与公示内容无关。' });
    await shown.does('colleague1', 'waiveReview', { objectionId });
    await shown.on('2026-07-10 09:00');
    expect((await ledger(shown, 'windowClosed'))[0]).toBe('2026-07-10 00:00 windowClosed');
    await shown.isRefused('officer1', 'stateResult', { document: paperOf('公示情况说明') }, 'rulesPrevail');
  });

  it('moves on 07-10 by a recorded transition, under which a notice that satisfies it stands', async () => {
    for (const story of [deciding, shown]) {
      await story.does('secretary', 'transitionRules', await transition(story, '2026-07-10', false));
      expect(await rewardOf(story)).toBe(90);
      expect((await story.state()).raised).toBeUndefined();
    }
    await deciding.decide('领纪〔2026〕30号', '2026-07-10');
    expect((await rows(deciding)).step).toBe('noticePreparation');
    expect(await rows(shown)).toMatchObject({ step: 'statement', notices: [{ edition: 1, state: 'closed' }] });
    await shown.stateResult();
    expect((await rows(shown)).step).toBe('agreement');
    await platformWorks(rehearsal);
    expect(await shown.events('rulesRaised')).toHaveLength(1);
  });
});
