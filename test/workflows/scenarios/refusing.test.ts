import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { paperOf, Story } from '../../../cli/demo/story.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { claims, closeSound, letters, rehearse, rows, tasks, team, toDecision, toPublicity } from './support.ts';

let rehearsal: Rehearsal;
let story: Story;

beforeAll(async () => {
  rehearsal = await rehearse('2026-03-02 09:00');
  story = new Story(rehearsal, 'hohhot-university');
});
afterAll(() => closeSound(rehearsal));

const grounds = '完成人三长期不签署协议。';

describe('an agreement that one inventor never signs', () => {
  it('holds the case, and its result for everybody else', async () => {
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-03-04 15:00', '2026-03-05 09:00');
    await story.on('2026-03-27 09:00');
    await story.stateResult();
    const text = '按协议约定（示例）。';
    const terms = { incomeSplit: text, decisionMechanism: text, costSharing: text, maintenanceFees: text };
    await story.does('officer1', 'proposeAgreement', { document: paperOf('协议'), terms, countsFirstDay: false });
    for (const key of ['inventor1', 'inventor2', 'signatory']) await story.does(key, 'signAgreement', { agreementVersion: 1 });
    await story.on('2026-06-01 09:00');
    expect(await tasks(story)).toEqual(['signAgreement inventor3']);
  });

  it('is ended by the group that had approved it, by minutes of its own, and by nobody alone', async () => {
    await story.isRefused('officer1', 'refuseApplication', { grounds }, 'decisionNeeded');
    const decision = { body: 'leadingGroup', minutesNumber: '领纪〔2026〕21号', minutes: paperOf('会议纪要') };
    await story.isRefused('inventor1', 'refuseApplication', { grounds, decision }, 'notYourAct');
    const approval = { ...decision, minutesNumber: '领纪〔2026〕1号' };
    await story.isRefused('officer1', 'refuseApplication', { grounds, decision: approval }, 'minutesNumberUsed');
    await story.does('officer1', 'refuseApplication', { grounds, decision });
    expect(await rows(story)).toMatchObject({ step: 'refused', status: 'refused', tasks: [], rights: [] });
    expect((await story.events('applicationRefused'))[0]).toMatchObject({ by: 'decision', decision });
    expect((await letters(story)).filter((letter) => letter.startsWith('refused'))).toEqual(
      Object.keys(team).map((key) => `refused ${key}`),
    );
    expect(await claims(story)).toEqual([{ caseId: story.caseId, state: 'released' }]);
  });

  it('after which others apply for the result; what the office returned and nobody corrects it ends itself', async () => {
    const next = new Story(rehearsal, 'hohhot-university');
    const { achievementId } = story;
    await toDecision(next, { mode: 'coOwnership', team: { inventor2: '60', inventor3: '40' }, achievementId });
    expect((await next.state()).linkedCases).toEqual([]);
    const other = new Story(rehearsal, 'hohhot-university');
    await other.apply({ mode: 'coOwnership', team, title: '示例成果二' });
    await other.submit('inventor1');
    await other.does('officer1', 'returnForCorrection', { items: [{ at: '/title', text: '请补正。' }] });
    await other.on('2026-09-01 09:00');
    await other.does('officer1', 'refuseApplication', { grounds: '长期未补正。' });
    expect((await other.events('applicationRefused'))[0]).toMatchObject({ by: 'office', code: 'refusedByOffice' });
    expect(await claims(other)).toEqual([{ caseId: other.caseId, state: 'released' }]);
  });
});
