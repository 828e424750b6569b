/** What can happen to a case's workflow beside its steps: an opening refused, links, an outage, a history grown long. */
import { Story } from '../../../cli/demo/story.ts';
import { until } from '../../../runtime/rehearsing/clock.ts';
import type { SampleName } from '../../../runtime/samplePeople.ts';
import { caseWorkflowId } from '../../../contracts/messages.ts';
import type { Keep } from '../plays.ts';
import { today } from './journeys.ts';
import { platformWorks, toDecision, toPublicity } from '../../workflows/scenarios/support.ts';

export interface Incident {
  name: string;
  institution: SampleName;
  play: (story: Story, keep: Keep) => Promise<void>;
}

const team = { inventor1: '60', inventor2: '40' };

/** The shares do not make a whole, so the opening is refused and the workflow ends. */
const refusedOpening: Incident = {
  name: 'refused-opening',
  institution: 'hohhot-university',
  async play(story, keep) {
    await story.apply({ mode: 'coOwnership', team: { inventor1: '60', inventor2: '39' } }).then(
      () => Promise.reject(new Error('The opening was taken')),
      () => undefined,
    );
    await keep(story, 'draft');
  },
};

/** Two applications for one result: the record tells the later, the later tells the earlier, one is merged away. */
const linked: Incident = {
  name: 'linked',
  institution: 'hohhot-university',
  async play(story, keep) {
    await toDecision(story, { mode: 'coOwnership', team });
    const later = new Story(story.rehearsal, story.institution);
    const { achievementId } = story;
    await toDecision(later, { mode: 'coOwnership', team: { inventor2: '50', inventor3: '50' }, achievementId });
    await platformWorks(story.rehearsal);
    await keep(story, 'groupDecision');
    await keep(later, 'groupDecision');
    await later.does('officer1', 'resolveLink', {
      outcome: 'merged',
      otherCaseId: story.caseId,
      grounds: '金丝雀：同一专利族。',
    });
    await keep(later, 'merged');
  },
};

/** Refused at the check. */
const refused: Incident = {
  name: 'refused',
  institution: 'baotou-institute',
  async play(story, keep) {
    await story.apply({ mode: 'useRight', team, years: 10 });
    await story.submit('inventor1');
    await story.does('officer1', 'refuseApplication', { grounds: '金丝雀：不具备条件。' });
    await keep(story, 'refused');
  },
};

/** The case's row is locked by others for longer than a local activity may take: the act goes on as an ordinary one. */
const outage: Incident = {
  name: 'outage',
  institution: 'hohhot-university',
  async play(story, keep) {
    await story.apply({ mode: 'coOwnership', team });
    const { rehearsal, caseId, institutionId } = story;
    const workflow = rehearsal.client.workflow.getHandle(caseWorkflowId('empowerment', caseId));
    const act = await rehearsal.receive({
      caseId,
      institutionId,
      personId: story.person('inventor1'),
      type: 'submit',
      body: { representationConfirmed: true },
    });
    const other = await rehearsal.pool.connect();
    try {
      await other.query('BEGIN');
      await other.query('SELECT 1 FROM cases WHERE id = $1 FOR UPDATE', [caseId]);
      await until('no ordinary activity', async () => {
        const { pendingActivities } = (await workflow.describe()).raw;
        return (pendingActivities ?? []).length > 0;
      });
      await keep(story, 'consent', 'waiting');
    } finally {
      await other.query('ROLLBACK');
      other.release();
    }
    await rehearsal.answer(act);
    await keep(story, 'check');
  },
};

/** A history grown long ends with its milestone, and a fresh one goes on where the ledger is. */
const continued: Incident = {
  name: 'continued',
  institution: 'hohhot-university',
  async play(story, keep) {
    await toPublicity(story, { mode: 'coOwnership', team }, `${await today(story)} 15:00`, `${await today(story)} 16:00`);
    const people = Object.keys(team);
    for (let i = 0; i < LONG_ENOUGH / 2; i++) {
      const [from = '', to = ''] = i % 2 === 0 ? people : people.toReversed();
      const body = { personId: story.person(to) };
      await story.does(to, 'proposeRepresentative', body);
      await story.does(from, 'consentToRepresentative', body);
    }
    const { endsAt } = (await story.notice()).deadline;
    await story.rehearsal.advanceTo(new Date(Date.parse(endsAt) + 9 * 3_600_000).toISOString());
    await keep(story, 'statement', 'long');
    await story.stateResult();
    await keep(story, 'agreement');
  },
};

/** Acts after which a history is longer than what a milestone lets pass. */
const LONG_ENOUGH = 74;

export const incidents: Incident[] = [refusedOpening, linked, refused, outage, continued];
