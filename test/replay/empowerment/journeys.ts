/**
 * Cases on their way, stop by stop: every step at which a case can be parked is a stop of one of them. Saved histories
 * are what Temporal holds of them at each stop; the tests of releases park cases at each and finish them on other code.
 */
import { paperOf, Story, type ApplicationPlan } from '../../../cli/demo/story.ts';
import { empowerment, type Step } from '../../../domain/empowerment/index.ts';
import { addDays, dateOfInstant } from '../../../domain/time/index.ts';
import type { SampleName } from '../../../runtime/samplePeople.ts';

export interface Stop {
  /** Where the case stands when it has come here. */
  step: Step;
  /** Tells stops at the same step apart. */
  as?: string;
  /** From the stop before to this one. */
  go: (story: Story) => Promise<void>;
}

export interface Journey {
  name: string;
  institution: SampleName;
  stops: Stop[];
}

/** The day that it is, in Shanghai. */
export const today = async (story: Story): Promise<string> => dateOfInstant(await story.rehearsal.now());

export async function daysLater(story: Story, days: number): Promise<string> {
  const day = addDays(await today(story), days);
  await story.on(`${day} 09:00`);
  return day;
}

/** Lets time pass until whatever the case waits for by itself has happened; at once if it has already. */
export async function whenTimeHasDoneIt(story: Story): Promise<void> {
  const wake = empowerment.nextWake(await story.state());
  if (!wake) return;
  const days = Math.ceil((Date.parse(wake.at) - Date.parse(await story.rehearsal.now())) / 86_400_000);
  await daysLater(story, Math.max(days, 1));
}

export const decides = async (story: Story): Promise<void> => {
  const { decisions } = await story.state();
  await story.decide(`会纪〔2026〕${decisions.length + 1}号`, await today(story));
};
const objector = 'colleague1';
const grounds = ['金丝雀：本人参与了核心实验。', '金丝雀：单位份额过低。'];
const objection = async (story: Story): Promise<string> => (await story.state()).objections.at(-1)?.id ?? '';

const team = { inventor1: '50', inventor2: '30', inventor3: '20' };

const sent = (plan: ApplicationPlan): Stop => ({ step: 'consent', go: (story) => story.apply(plan) });
const submitted: Stop = {
  step: 'check',
  async go(story) {
    await story.submit('inventor1');
  },
};
const checked: Stop = {
  step: 'departmentReview',
  async go(story) {
    await story.passCheck();
  },
};
const reviewed: Stop = { step: 'groupDecision', go: (story) => story.departmentsAgree() };
const approved: Stop = { step: 'noticePreparation', go: decides };
const published: Stop = { step: 'publicity', go: (story) => story.publish() };
const closed: Stop = { step: 'statement', go: whenTimeHasDoneIt };
const stated: Stop = {
  step: 'agreement',
  async go(story) {
    await story.stateResult();
  },
};
const registered: Stop = {
  step: 'registration',
  async go(story) {
    await story.register('国知变更2026-1', await today(story));
  },
};
const signed: Stop = { step: 'titleChange', go: (story) => story.agree() };

/** Co-ownership with one return for correction. */
const coOwnership: Journey = {
  name: 'co-ownership',
  institution: 'hohhot-university',
  stops: [
    sent({ mode: 'coOwnership', team }),
    submitted,
    {
      step: 'returned',
      async go(story) {
        await story.does('officer1', 'returnForCorrection', { items: [{ at: '/title', text: '金丝雀：名称不明。' }] });
      },
    },
    {
      step: 'check',
      as: 'corrected',
      async go(story) {
        const title = '示例成果：名称更正后';
        await story.does('inventor1', 'amendApplication', {
          application: story.application({ mode: 'coOwnership', team, title }),
        });
        for (const who of Object.keys(team).slice(1)) await story.does(who, 'consent', { applicationVersion: 2 });
        await story.submit('inventor1');
      },
    },
    checked,
    reviewed,
    approved,
    published,
    closed,
    stated,
    signed,
    registered,
  ],
};

/** Full ownership where the leadership decides after the group. */
const fullOwnership: Journey = {
  name: 'full-ownership',
  institution: 'harbin-university',
  stops: [
    sent({ mode: 'fullOwnership', road: 'agreedIncome', team, incomeUnitShare: '20' }),
    submitted,
    checked,
    reviewed,
    { step: 'leadershipDecision', go: decides },
    approved,
    published,
    closed,
    stated,
    signed,
    registered,
  ],
};

const starts = { startsOn: '2026-12-01', years: 10 };

/** A use right whose holder dies when all is done: the case waits on for the heirs. */
const useRight: Journey = {
  name: 'use-right',
  institution: 'baotou-institute',
  stops: [
    sent({ mode: 'useRight', team, years: 10 }),
    submitted,
    checked,
    reviewed,
    approved,
    published,
    closed,
    stated,
    { step: 'useRightGrant', go: (story) => story.agree({ ...starts, survivesLeaving: true }) },
    {
      step: 'registration',
      async go(story) {
        await story.does('officer1', 'recordLifeEvent', {
          personId: story.person('inventor2'),
          kind: 'died',
          on: await today(story),
          document: paperOf('死亡证明'),
        });
        await story.does('officer1', 'grantUseRight', { startsOn: starts.startsOn });
      },
    },
    {
      step: 'done',
      as: 'heirs',
      async go(story) {
        await story.tag();
      },
    },
  ],
};

/** An objection is upheld in part: new split, decided and shown again. */
const objected: Journey = {
  name: 'objection',
  institution: 'hohhot-university',
  stops: [
    sent({ mode: 'coOwnership', team }),
    submitted,
    checked,
    reviewed,
    approved,
    published,
    {
      step: 'publicity',
      as: 'objected',
      async go(story) {
        await story.objects(objector, grounds);
      },
    },
    { step: 'objectionHandling', go: whenTimeHasDoneIt },
    {
      step: 'objectionHandling',
      as: 'review',
      async go(story) {
        const objectionId = await objection(story);
        await story.does('officer1', 'admitObjection', { objectionId, handlers: [story.person('colleague3')] });
        await story.does('colleague3', 'recordFinding', {
          objectionId,
          findings: [
            { ground: 1, upheld: true, reasons: '金丝雀：实验记录证明。' },
            { ground: 2, upheld: false, reasons: '金丝雀：由双方协商。' },
          ],
          consequence: 'amend',
          reply: '金丝雀：理由一成立，理由二不成立。',
        });
      },
    },
    // Nobody asks for the review: it lapses by itself.
    { step: 'amendment', go: whenTimeHasDoneIt },
    {
      step: 'groupDecision',
      as: 'amended',
      async go(story) {
        const shares = { inventor1: '40', inventor2: '30', inventor3: '20', [objector]: '10' };
        await story.does('inventor1', 'proposeAmendment', {
          inventors: Object.entries(shares).map(([key, share]) => ({ personId: story.person(key), share })),
          unitShare: '30',
          incomeUnitShare: '30',
          grounds: '金丝雀：增列完成人。',
        });
        for (const who of Object.keys(shares)) await story.does(who, 'signAmendment', { amendmentVersion: 1 });
      },
    },
    { ...approved, as: 'amended' },
    { ...published, as: 'amended' },
    { ...closed, as: 'amended' },
    { ...stated, as: 'amended' },
    { ...signed, as: 'amended' },
    { ...registered, as: 'amended' },
  ],
};

/** What every journey ends with: nothing is left to wait for. */
export async function finish(story: Story): Promise<void> {
  const { step, team: members } = await story.state();
  if (step === 'registration') await story.tag();
  for (const { personId } of members.filter(({ held }) => held)) {
    await story.does('officer1', 'recordHeirs', { personId, document: paperOf('继承公证书'), heirs: ['金丝雀：示例继承人'] });
  }
}

/** When every play begins. */
export const START = '2026-03-02 09:00';

/** All of them; each begins at `START` and needs nothing of the others. */
export const journeys: Journey[] = [coOwnership, fullOwnership, useRight, objected];
