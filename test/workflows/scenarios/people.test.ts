import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { paperOf, Story } from '../../../cli/demo/story.ts';
import type { Rehearsal } from '../../../runtime/rehearsing/rehearsal.ts';
import { closeSound, ledger, letters, rehearse, rows, tasks, team, toPublicity, version, windowRows } from './support.ts';

let rehearsal: Rehearsal;
let story: Story;

beforeAll(async () => {
  rehearsal = await rehearse('2026-05-12 09:00');
});
afterAll(() => closeSound(rehearsal));

const died = (key: string, on: string) => ({
  personId: story.person(key),
  kind: 'died',
  on,
  document: paperOf('死亡证明'),
});
const heirs = (key: string) => ({ personId: story.person(key), document: paperOf('继承公证书'), heirs: ['示例继承人'] });

/** Shares held of the recorded right, in ppm, by key; `*` marks one that waits for heirs. */
async function holders(): Promise<string[]> {
  const [right] = (await rows(story)).rights;
  return (right?.holders ?? []).map(({ personId, ppm, held }) => `${story.keyOf(personId)} ${ppm}${held ? '*' : ''}`);
}

describe('scenario 4: a new representative while the window is open', () => {
  beforeAll(() => {
    story = new Story(rehearsal, 'hohhot-university');
  });

  it('changes on 05-20 with the last of all consents, and not before', async () => {
    await toPublicity(story, { mode: 'coOwnership', team }, '2026-05-13 15:00', '2026-05-14 09:00');
    await story.on('2026-05-19 09:00');
    const body = { personId: story.person('inventor2') };
    await story.isRefused('colleague1', 'proposeRepresentative', body, 'notYourAct');
    await story.isRefused(
      'inventor1',
      'proposeRepresentative',
      { personId: story.person('colleague1') },
      'representativeNotInventor',
    );
    await story.does('inventor2', 'proposeRepresentative', body);
    await story.does('inventor3', 'consentToRepresentative', body);
    await story.isRefused('inventor3', 'consentToRepresentative', body, 'alreadyConsented');
    expect((await story.state()).representativeId).toBe(story.person('inventor1'));
    expect(await tasks(story)).toEqual(['consentToRepresentative inventor1']);
    await story.on('2026-05-20 10:30');
    await story.does('inventor1', 'consentToRepresentative', body);
    expect(await ledger(story, 'representativeProposed')).toEqual([
      '2026-05-19 09:00 representativeProposed',
      '2026-05-19 09:00 representativeConsented',
      '2026-05-20 10:30 representativeConsented',
      '2026-05-20 10:30 representativeChanged',
    ]);
    const { parties } = await rows(story);
    expect(parties.filter(({ role }) => role === 'representative')).toEqual([
      { personId: story.person('inventor2'), role: 'representative' },
    ]);
  });

  it('leaves earlier acts, the one notice and its window to 05-29 as they were', async () => {
    const state = await story.state();
    expect(state).toMatchObject({ step: 'publicity', round: 1, applicationVersion: 1 });
    expect(state.consents).toHaveLength(3);
    expect(state.notices).toMatchObject([{ edition: 1, state: 'open', deadline: { lastDay: '2026-05-29' } }]);
    await story.isRefused('inventor1', 'withdraw', { grounds: '我不再是代表' }, 'notYourAct');
    await story.on('2026-05-30 09:00');
    expect((await ledger(story)).slice(-2)).toEqual(['2026-05-30 00:00 windowClosed', '2026-05-30 00:00 stepEntered']);
    expect(await story.events('noticePublished')).toHaveLength(1);
    await story.does('inventor2', 'withdraw', { grounds: '改由单位直接许可。' });
    expect(await rows(story)).toMatchObject({ status: 'withdrawn', tasks: [] });
  });
});

describe('scenario 3: a member dies in 2026-08 with 30 %', () => {
  beforeAll(() => {
    story = new Story(rehearsal, 'hohhot-university');
  });

  it('after the right is there: ten years from 2026-07-01 still end on 2036-07-01, and the share is held', async () => {
    await story.on('2026-06-01 09:00');
    const plan = { mode: 'useRight', team, years: 10 } as const;
    await toPublicity(story, plan, '2026-06-02 15:00', '2026-06-03 09:00');
    // 06-18 is a Thursday, the day before the Dragon Boat holiday.
    await story.on('2026-06-19 09:00');
    expect(await windowRows(story)).toMatchObject([{ lastDay: '2026-06-18', state: 'closed' }]);
    await story.stateResult();
    await story.agree({ startsOn: '2026-07-01', years: 10, survivesLeaving: true });
    await story.on('2026-07-01 09:00');
    await story.does('officer1', 'grantUseRight', { startsOn: '2026-07-01' });
    await story.tag();
    expect((await rows(story)).status).toBe('done');
    expect(await holders()).toEqual(['inventor1 500000', 'inventor2 300000', 'inventor3 200000']);

    await story.on('2026-08-20 09:00');
    const before = await version(story);
    await story.isRefused('officer1', 'recordHeirs', heirs('inventor2'), 'shareNotHeld');
    await story.isRefused('officer1', 'recordLifeEvent', died('inventor2', '2026-08-21'), 'dateInFuture');
    await story.does('officer1', 'recordLifeEvent', died('inventor2', '2026-08-12'));
    expect(await holders()).toEqual(['inventor1 500000', 'inventor2 300000*', 'inventor3 200000']);
    const now = await rows(story);
    expect(now).toMatchObject({ status: 'done', step: 'done', rights: [{ startDate: '2026-07-01', lastDay: '2036-07-01' }] });
    expect(now.deadlines.find(({ key }) => key === 'term')).toMatchObject({
      lastDay: '2036-07-01',
      endsAt: '2036-07-01T16:00:00.000Z',
      n: 10,
      unit: 'year',
      clause: 'nm-hei.8b',
      state: 'running',
    });
    expect(await tasks(story)).toEqual(['recordHeirs officer']);
    expect(await letters(story, before)).toEqual(['shareHeld inventor1', 'shareHeld inventor3', 'shareHeld officer']);
  });

  it('and is no longer held from 2026-11-03 on, when the heirs’ papers are in', async () => {
    await story.isRefused('inventor2', 'recordHeirs', heirs('inventor2'), 'notYourAct');
    await story.on('2026-11-03 10:00');
    await story.does('officer1', 'recordHeirs', heirs('inventor2'));
    expect(await holders()).toEqual(['inventor1 500000', 'inventor2 300000', 'inventor3 200000']);
    expect(await rows(story)).toMatchObject({ status: 'done', tasks: [], rights: [{ lastDay: '2036-07-01' }] });
    await story.isRefused('officer1', 'recordHeirs', heirs('inventor2'), 'shareNotHeld');
    expect((await ledger(story)).slice(-2)).toEqual(['2026-08-20 09:00 lifeEventRecorded', '2026-11-03 10:00 heirsRecorded']);
  });

  it('and a death that was none is corrected by two persons, unless heirs are on record', async () => {
    await story.on('2026-11-04 10:00');
    await story.does('officer1', 'recordLifeEvent', died('inventor3', '2026-11-01'));
    expect(await holders()).toEqual(['inventor1 500000', 'inventor2 300000', 'inventor3 200000*']);
    const correction = (key: string) => ({ personId: story.person(key), grounds: '同名人员，登记有误。' });
    await story.isRefused('officer1', 'correctDeath', correction('inventor2'), 'deathReliedOn');
    await story.does('officer1', 'correctDeath', correction('inventor3'));
    expect(await tasks(story)).toEqual(['confirmMending administrator', 'recordHeirs officer']);
    await story.isRefused('officer1', 'recordHeirs', heirs('inventor3'), 'deathInQuestion');
    const { mending } = await story.state();
    await story.does('administrator', 'confirmMending', { mendingId: mending.pending[0]?.id ?? '' });
    expect(await holders()).toEqual(['inventor1 500000', 'inventor2 300000', 'inventor3 200000']);
    expect(await rows(story)).toMatchObject({ status: 'done', tasks: [], rights: [{ lastDay: '2036-07-01' }] });
    expect((await ledger(story)).slice(-3)).toEqual(
      ['lifeEventRecorded', 'mendingProposed', 'deathCorrected'].map((type) => `2026-11-04 10:00 ${type}`),
    );
  });
});

describe('scenario 3, while the case still runs: the representative dies during the window', () => {
  beforeAll(() => {
    story = new Story(rehearsal, 'hohhot-university');
  });

  it('asks the living for another representative, and nobody waits for the dead', async () => {
    await story.on('2026-11-16 09:00');
    const plan = { mode: 'useRight', team: { inventor1: '30', inventor2: '50', inventor3: '20' }, years: 10 } as const;
    await toPublicity(story, plan, '2026-11-17 15:00', '2026-11-18 09:00');
    await story.on('2026-11-23 09:00');
    const before = await version(story);
    await story.does('officer1', 'recordLifeEvent', died('inventor1', '2026-11-20'));
    expect(await tasks(story)).toEqual([
      'proposeRepresentative inventor2 representativeLost',
      'proposeRepresentative inventor3 representativeLost',
      'recordHeirs officer',
    ]);
    const body = { personId: story.person('inventor3') };
    await story.isRefused('inventor1', 'proposeRepresentative', body, 'notYourAct');
    await story.does('inventor2', 'proposeRepresentative', body);
    await story.does('inventor3', 'consentToRepresentative', body);
    await story.on('2026-12-04 09:00');
    await story.stateResult();
    await story.agree({ startsOn: '2027-01-01', years: 10, survivesLeaving: true });
    await story.on('2027-01-04 09:00');
    await story.does('officer1', 'grantUseRight', { startsOn: '2027-01-01' });
    await story.tag();
    expect(await holders()).toEqual(['inventor1 300000*', 'inventor2 500000', 'inventor3 200000']);
    expect(await tasks(story)).toEqual(['recordHeirs officer']);
    expect((await letters(story, before)).filter((letter) => letter.endsWith('inventor1'))).toEqual([]);
    const { parties } = await rows(story);
    expect(parties.flatMap(({ personId, role }) => (personId === story.person('inventor1') ? role : []))).toEqual(['deceased']);
  });
});

describe('scenario 7: the group cannot vote', () => {
  beforeAll(async () => {
    story = new Story(rehearsal, 'hohhot-university');
    await story.on('2027-01-11 09:00');
    const [a, b] = [story.person('group1'), story.person('group3')].toSorted();
    await rehearsal.pool.query(
      "INSERT INTO relation (institution_id, person_a, person_b, kind) VALUES ($1, $2, $3, 'marriage')",
      [story.institutionId, a, b],
    );
  });

  it('of seven members two are inventors and one is married to one: four remain of five, and the case is raised', async () => {
    await story.apply({ mode: 'coOwnership', team: { inventor1: '40', group1: '30', group2: '30' } });
    await story.submit('inventor1');
    await story.passCheck();
    await story.departmentsAgree();
    const { assessment } = await story.state();
    expect(assessment?.eligible.map((id) => story.keyOf(id)).filter(Boolean)).toEqual(['group4']);
    expect(assessment).toMatchObject({ quorum: 5, enough: false, missingDepartments: [] });
    expect(assessment?.eligible).toHaveLength(4);
    const bars = assessment?.barred.map(({ personId, bar, through }) => [story.keyOf(personId), bar, story.keyOf(through ?? '')]);
    expect(bars?.toSorted()).toEqual([
      ['group1', 'inventor', ''],
      ['group2', 'inventor', ''],
      ['group3', 'related', 'group1'],
    ]);
    expect(await tasks(story)).toEqual(['nameSubstitute administrator quorumLost', 'recordDecision secretary']);
    expect(await letters(story)).toContain('quorumLost administrator');
    await expect(story.decide('领纪〔2027〕1号', '2027-01-11')).rejects.toThrow('quorumLost');
  });

  it('and decides with the substitute who was named beforehand', async () => {
    const named = { body: 'leadingGroup', for: story.person('group2'), grounds: '本人为完成人，回避。' };
    const substitute = { ...named, personId: story.person('groupSubstitute1') };
    await story.isRefused('secretary', 'nameSubstitute', substitute, 'notYourAct');
    await story.isRefused(
      'administrator',
      'nameSubstitute',
      { ...named, personId: story.person('colleague1') },
      'notASubstitute',
    );
    await story.isRefused('administrator', 'nameSubstitute', { ...named, personId: story.person('group4') }, 'alreadyAMember');
    await story.on('2027-01-12 09:00');
    await story.does('administrator', 'nameSubstitute', substitute);
    expect(await tasks(story)).toEqual(['recordDecision secretary']);
    await story.on('2027-01-15 15:00');
    await story.decide('领纪〔2027〕1号', '2027-01-15');
    const [decision] = await story.events('decisionRecorded');
    expect(decision).toMatchObject({
      substitutes: [{ for: story.person('group2'), personId: story.person('groupSubstitute1') }],
      tally: { approve: 5, reject: 0, abstain: 0, base: 5 },
      recordedAt: '2027-01-15T07:00:00.000Z',
    });
    expect(decision?.recusals.map(({ personId }) => story.keyOf(personId)).toSorted()).toEqual(['group1', 'group2', 'group3']);
    expect((await rows(story)).step).toBe('noticePreparation');
  });
});
