import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Story } from '../../../cli/demo/story.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { httpOver, type Http } from './http.ts';
import { closeSound, ledger, rehearse, team, toPublicity } from './support.ts';

let rehearsal: Rehearsal;
let story: Story;
let http: Http;

beforeAll(async () => {
  rehearsal = await rehearse('2026-03-02 09:00');
  http = await httpOver(rehearsal);
  story = new Story(rehearsal, 'hohhot-university');
});
afterAll(async () => {
  await http.close();
  await closeSound(rehearsal);
});

describe('an objector whose own act takes the case on', () => {
  it('is not known by what follows from it', async () => {
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-03-04 15:00', '2026-03-05 09:00');
    const objectionId = await story.objects('colleague1', ['本人参与核心实验，应列为完成人。']);
    await story.on('2026-04-01 09:00');
    await story.does('colleague1', 'withdrawObjection', { objectionId });
    expect((await ledger(story, 'objectionWithdrawn')).map((line) => line.split(' ')[2])).toEqual([
      'objectionWithdrawn',
      'stepEntered',
    ]);
    for (const who of ['inventor1', 'reviewer-research', 'group1']) {
      const { text } = await (
        await http.as(story.person(who))
      )
        .get(`/institutions/hohhot-university/cases/${story.caseId}/ledger?limit=200`)
        .expect(200);
      expect([who, text.includes('objectionWithdrawn'), text.includes(story.person('colleague1'))]).toEqual([who, true, false]);
    }
    const officer = await http.as(story.person('officer1'));
    const { text } = await officer.get(`/institutions/hohhot-university/cases/${story.caseId}/ledger?limit=200`);
    expect(text).toContain(story.person('colleague1'));
  });
});
