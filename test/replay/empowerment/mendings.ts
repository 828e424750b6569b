/** Cases that the office mends, each time by two persons: parked while a proposal waits, on hold, and after each mending. */
import { paperOf, type Story } from '../../../cli/demo/story.ts';
import { addDays } from '../../../domain/time/index.ts';
import type { ActType } from '../../../domain/empowerment/index.ts';
import { dismissal, toNotice } from './disputes.ts';
import type { Incident } from './incidents.ts';
import { today, whenTimeHasDoneIt } from './journeys.ts';

const grounds = '金丝雀：等待有关机关的调查结论。';
const proposes = (story: Story, type: ActType, body: object): Promise<unknown> =>
  story.does('officer1', type, { grounds, ...body });
const pending = async (story: Story): Promise<{ mendingId: string }> => ({
  mendingId: (await story.state()).mending.pending.at(-1)?.id ?? '',
});

async function confirmed(story: Story, type: ActType, body: object): Promise<void> {
  await proposes(story, type, body);
  await story.does('administrator', 'confirmMending', await pending(story));
}

/** While the notice is shown and an objection handled: held and resumed, a deadline moved, somebody else in charge. */
const mended: Incident = {
  name: 'mended',
  institution: 'hohhot-university',
  async play(story, keep) {
    await toNotice(story);
    const objectionId = await story.objects('colleague2', ['金丝雀：本人参与核心实验。']);
    await story.does('officer1', 'admitObjection', { objectionId, handlers: [story.person('colleague3')] });
    await proposes(story, 'hold', { reason: 'authority' });
    await keep(story, 'publicity', 'mendingProposed');
    await story.does('administrator', 'refuseMending', { ...(await pending(story)), grounds: '金丝雀：没有必要。' });
    await confirmed(story, 'hold', { reason: 'dispute' });
    await keep(story, 'publicity', 'held');
    await confirmed(story, 'resume', {});
    await keep(story, 'publicity', 'resumed');
    const { key, lastDay } = (await story.notice()).deadline;
    await confirmed(story, 'moveDeadline', { deadline: key, lastDay: addDays(lastDay, 14) });
    await keep(story, 'publicity', 'moved');
    const seat = `recordFinding:${objectionId}:${story.person('colleague3')}`;
    await confirmed(story, 'reassign', { seat, to: story.person('group1') });
    await keep(story, 'publicity', 'reassigned');
    await story.does('group1', 'recordFinding', dismissal(objectionId));
    await story.does('colleague2', 'waiveReview', { objectionId });
    await whenTimeHasDoneIt(story);
    await keep(story, 'statement', 'mended');
    await confirmed(story, 'hold', { reason: 'investigation' });
    await keep(story, 'statement', 'held');
    await confirmed(story, 'resume', {});
    await story.stateResult();
    await keep(story, 'agreement', 'mended');
  },
};

/** A death is recorded while all sign, and is none. */
const deathCorrected: Incident = {
  name: 'death-corrected',
  institution: 'hohhot-university',
  async play(story, keep) {
    await toNotice(story);
    await whenTimeHasDoneIt(story);
    await story.stateResult();
    const personId = story.person('inventor3');
    const [kind, document] = ['died', paperOf('死亡证明')];
    await story.does('officer1', 'recordLifeEvent', { personId, kind, on: await today(story), document });
    await keep(story, 'agreement', 'died');
    await proposes(story, 'correctDeath', { personId });
    await keep(story, 'agreement', 'deathInQuestion');
    await story.does('administrator', 'confirmMending', await pending(story));
    await keep(story, 'agreement', 'deathCorrected');
    await story.agree();
    await keep(story, 'titleChange');
  },
};

export const mendings: Incident[] = [mended, deathCorrected];
