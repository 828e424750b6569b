/** The cases that `npm run demo` plays: invented people and amounts, on the dates of the 2026 calendar. */
import type { SampleName } from '../../runtime/samplePeople.ts';
import { paperOf, type Stage, type Story as StoryOn } from './story.ts';

type Story = StoryOn<Stage>;

export interface DemoStory {
  name: string;
  zh: string;
  en: string;
  institution: SampleName;
  startsAt: string;
  play(story: Story): Promise<void>;
}

const team = { inventor1: '50', inventor2: '30', inventor3: '20' };

/**
 * A notice shows the team's shares; a colleague proves co-authorship, but not that the split with the unit is wrong, and
 * is given a share when the notice is published again.
 */
export async function objectionUpheldInPart(
  s: Story,
  shares: Record<string, string> = team,
  amended: Record<string, string> = { inventor1: '40', inventor2: '30', inventor3: '20', colleague1: '10' },
): Promise<void> {
  await s.apply({ mode: 'coOwnership', team: shares });
  await s.submit('inventor1');
  await s.passCheck();
  await s.departmentsAgree();
  await s.on('2026-04-24 15:00');
  await s.decide('领纪〔2026〕7号', '2026-04-24');
  await s.on('2026-04-27 09:00');
  await s.publish();
  await s.on('2026-05-11 16:30');
  const objectionId = await s.objects('colleague1', ['本人参与了核心实验，应列为完成人。', '单位份额过低。']);
  await s.on('2026-05-12 09:00');
  await s.does('officer1', 'admitObjection', { objectionId, handlers: [s.person('colleague3')] });
  await s.on('2026-05-20 10:00');
  await s.does('colleague3', 'recordFinding', {
    objectionId,
    findings: [
      { ground: 1, upheld: true, reasons: '实验记录与署名证明其为共同完成人。' },
      { ground: 2, upheld: false, reasons: '份额由双方协商一致，无规定限制。' },
    ],
    consequence: 'amend',
    reply: '理由一成立，理由二不成立。',
  });
  await s.on('2026-05-21 09:00');
  await s.does('colleague1', 'waiveReview', { objectionId });
  await s.on('2026-05-25 09:00');
  await s.does('inventor1', 'proposeAmendment', {
    inventors: Object.entries(amended).map(([key, share]) => ({ personId: s.person(key), share })),
    unitShare: '30',
    incomeUnitShare: '30',
    grounds: '按异议处理结果增列完成人并调整比例。',
  });
  for (const who of Object.keys(amended)) await s.does(who, 'signAmendment', { amendmentVersion: 1 });
  await s.on('2026-06-05 15:00');
  await s.decide('领纪〔2026〕9号', '2026-06-05');
  await s.on('2026-06-08 09:00');
  await s.publish();
  await s.on('2026-06-24 09:00');
  await s.stateResult();
  await s.on('2026-07-01 10:00');
  await s.agree();
  await s.on('2026-08-20 10:00');
  await s.register('国知变更2026-0820', '2026-08-20');
  await s.tag();
}

/** Agreed income first, then all of the title (hlj.5a); the leadership decides, as the unit's rules make it major. */
async function heilongjiangFull(s: Story): Promise<void> {
  await s.apply({ mode: 'fullOwnership', road: 'agreedIncome', team, incomeUnitShare: '20' });
  await s.submit('inventor1');
  await s.passCheck();
  await s.departmentsAgree();
  await s.on('2026-03-06 15:00');
  await s.decide('领纪〔2026〕2号', '2026-03-06');
  await s.on('2026-03-10 15:00');
  await s.decide('常委纪〔2026〕5号', '2026-03-10');
  await s.on('2026-03-11 09:00');
  await s.publish();
  await s.on('2026-04-03 09:00');
  await s.stateResult();
  await s.agree();
  await s.on('2026-05-18 10:00');
  await s.register('国知变更2026-0518', '2026-05-18');
  await s.tag();
}

/** The unit's retained share is sold to the inventors (bt-149.1b): two notices, the price's in working days. */
async function baotouSale(s: Story): Promise<void> {
  await s.apply({
    mode: 'fullOwnership',
    road: 'saleOfRetainedShare',
    team: { inventor1: '60', inventor2: '40' },
    priceFen: '120000000',
  });
  await s.submit('inventor1');
  await s.passCheck();
  await s.departmentsAgree();
  await s.on('2026-04-03 15:00');
  await s.decide('领纪〔2026〕3号', '2026-04-03');
  await s.on('2026-04-08 15:00');
  await s.decide('校纪〔2026〕11号', '2026-04-08');
  await s.on('2026-04-10 09:00');
  await s.publish();
  await s.on('2026-05-07 09:00');
  await s.stateResult();
  await s.isRefused(
    'officer1',
    'proposeAgreement',
    { document: paperOf('协议'), terms: terms(), countsFirstDay: false, priceFen: '119999999' },
    'priceNotAsPublished',
  );
  await s.agree({ priceFen: '120000000' });
  await s.on('2026-06-22 10:00');
  await s.register('国知变更2026-0622', '2026-06-22');
  await s.tag();
}

const terms = (): Record<string, string> => {
  const text = '按协议约定（示例）。';
  return { incomeSplit: text, decisionMechanism: text, costSharing: text, maintenanceFees: text };
};

/** Twelve years, counted from the first day as the agreement says: the term then ends a day earlier. */
async function useRight(s: Story): Promise<void> {
  await s.apply({ mode: 'useRight', team: { inventor1: '70', inventor2: '30' }, years: 12 });
  await s.submit('inventor1');
  await s.passCheck();
  await s.departmentsAgree();
  await s.on('2026-03-13 15:00');
  await s.decide('领纪〔2026〕4号', '2026-03-13');
  await s.on('2026-03-16 09:00');
  await s.publish();
  await s.on('2026-04-02 09:00');
  await s.stateResult();
  await s.agree({ startsOn: '2026-05-01', years: 12, countsFirstDay: true, survivesLeaving: true });
  await s.on('2026-04-30 10:00');
  await s.does('officer1', 'grantUseRight', { startsOn: '2026-05-01' });
  await s.tag();
}

/** A state secret is not empowered in Heilongjiang (hlj.5b): the case ends with its clause, on the record. */
async function secretRefused(s: Story): Promise<void> {
  await s.apply({ mode: 'fullOwnership', road: 'agreedIncome', team, secret: true });
  await s.on('2026-03-04 09:00');
  await s.submit('inventor1');
}

/** The team thinks better of it while the notice is shown; nobody can object to what is no more. */
async function withdrawn(s: Story): Promise<void> {
  await s.apply({ mode: 'coOwnership', team });
  await s.submit('inventor1');
  await s.passCheck();
  await s.departmentsAgree();
  await s.on('2026-03-06 15:00');
  await s.decide('领纪〔2026〕5号', '2026-03-06');
  await s.on('2026-03-09 09:00');
  await s.publish();
  await s.on('2026-03-12 10:00');
  await s.does('inventor1', 'withdraw', { grounds: '团队改为由单位直接许可。' });
}

/** Told in this order. */
export const demoStories: DemoStory[] = [
  {
    name: 'objection',
    zh: '共同所有，异议部分成立后更正公示',
    en: 'Co-ownership, objection upheld in part, published again',
    institution: 'hohhot-university',
    startsAt: '2026-04-13 09:00',
    play: (story) => objectionUpheldInPart(story),
  },
  {
    name: 'heilongjiang',
    zh: '黑龙江：约定收益+全部赋权',
    en: 'Heilongjiang: agreed income, then full ownership',
    institution: 'harbin-university',
    startsAt: '2026-02-25 09:00',
    play: heilongjiangFull,
  },
  {
    name: 'sale',
    zh: '包头：转让单位留存份额',
    en: 'Baotou: full ownership by sale of the retained share',
    institution: 'baotou-university',
    startsAt: '2026-03-23 09:00',
    play: baotouSale,
  },
  {
    name: 'use-right',
    zh: '长期使用权十二年',
    en: 'A use right of twelve years',
    institution: 'baotou-institute',
    startsAt: '2026-03-02 09:00',
    play: useRight,
  },
  {
    name: 'secret',
    zh: '涉密成果不予赋权',
    en: 'A secret result is refused',
    institution: 'harbin-university',
    startsAt: '2026-03-02 09:00',
    play: secretRefused,
  },
  {
    name: 'withdrawn',
    zh: '公示期间撤回',
    en: 'Withdrawn during publicity',
    institution: 'hohhot-university',
    startsAt: '2026-02-25 09:00',
    play: withdrawn,
  },
];
