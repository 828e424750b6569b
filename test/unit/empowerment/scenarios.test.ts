/** The cases as they come, with their dates. 1 and 12 stand with the paths. */
import { describe, expect, it } from '@jest/globals';
import { empowerment } from '../../../domain/empowerment/index.ts';
import { better, Case, caseAt } from './case.ts';
import { changed, paper, sealed, World } from './world.ts';

/** A case in publicity whose notice was shown on 2026-05-11. */
const inPublicity = (): Case => caseAt('publicity', '2026-05-11 09:00');

const two = (): [Case, Case] => {
  const world = new World();
  const first = caseAt('noticePreparation', '2026-03-02 09:00', { mode: 'coOwnership' }, { world, id: 'first' });
  const second = caseAt(
    'noticePreparation',
    '2026-03-05 09:00',
    { mode: 'coOwnership', team: { bo: 60, eva: 40 } },
    { world, id: 'second' },
  );
  return [first, second];
};

const transition = (one: Case, newNotice: boolean) => ({
  toHash: one.rules.hash,
  minutesNumber: '纪要',
  minutes: paper('m'),
  grounds: sealed('g'),
  newNotice,
});

describe('partly upheld', () => {
  it('50/30/20 shown 05-11; co-authorship proven, price claim dismissed; 40/30/20/10 signed by all four, decided again, amended notice 06-08 to 06-23', () => {
    const one = inPublicity();
    const objection = one.on('2026-05-20 10:00').objects('ding', 2);
    one.admits(objection);
    one.on('2026-05-27 10:00').finds(objection, [true, false]);
    expect(one.state.objections[0]).toMatchObject({ state: 'upheldInPart', consequence: 'amend', review: { state: 'running' } });
    one.on('2026-05-28 09:00').does('ding', 'waiveReview', { objectionId: objection });
    expect(one.step).toBe('amendment');
    one.on('2026-06-01 09:00').proposes({ an: 40, bo: 30, chen: 20, ding: 10 });
    // Bo's and Chen's parts stay as they were, but it is another team now, and all of it agrees in writing.
    expect(one.state.amendment?.mustSign).toEqual(['an', 'bo', 'chen', 'ding']);
    one.signsAmendment('an', 'bo', 'chen');
    expect(one.todo).toContain('signAmendment ding');
    one.isRefused('eva', 'signAmendment', { amendmentVersion: 1 }, 'notYourAct');
    one.signsAmendment('ding');
    expect(one.step).toBe('groupDecision');
    expect(one.state.assessment?.eligible).toHaveLength(7);
    one.on('2026-06-05 15:00').decides();
    one.on('2026-06-08 09:00').publishes();
    expect(one.state.notices.map((n) => [n.edition, n.state, n.deadline.lastDay])).toEqual([
      [1, 'superseded', '2026-05-26'],
      [2, 'open', '2026-06-23'],
    ]);
    expect(one.events('noticePublished')[1]).toMatchObject({
      supersedes: one.state.notices[0]?.id,
      changed: ['inventors', 'sharesOrTerm'],
    });
    one.on('2026-06-24 09:00').states().agrees().registers().tags();
    expect(one.state.rights[0]?.holders.map((h) => h.ppm)).toEqual([280_000, 210_000, 140_000, 70_000]);
  });

  it('where the team stays the same, those sign whose part changes: 45/35/20 is not Chen’s matter', () => {
    const one = inPublicity();
    const objection = one.objects('bo');
    one.admits(objection).finds(objection, [true]).windowsClose();
    one.proposes({ an: 45, bo: 35, chen: 20 });
    expect(one.state.amendment?.mustSign).toEqual(['an', 'bo']);
    one.isRefused('chen', 'signAmendment', { amendmentVersion: 1 }, 'signatureNotNeeded');
    one.proposes({ an: 45, bo: 35, chen: 20 }, 310_000);
    expect(one.state.amendment?.mustSign).toEqual(['an', 'bo', 'chen']);
    one.isRefused('an', 'signAmendment', { amendmentVersion: 1 }, 'versionChanged');
  });

  it('an objection to the amended notice leads to a second amendment and a third edition', () => {
    const one = inPublicity();
    const first = one.objects('ding');
    one.admits(first).finds(first, [true]).windowsClose();
    one.proposes({ an: 40, bo: 30, chen: 20, ding: 10 }).signsAmendment('an', 'bo', 'chen', 'ding').decides().publishes();
    const second = one.objects('eva');
    one.admits(second).finds(second, [true]).windowsClose();
    expect(one.step).toBe('amendment');
    one
      .proposes({ an: 35, bo: 30, chen: 20, ding: 10, eva: 5 })
      .signsAmendment('an', 'bo', 'chen', 'ding', 'eva')
      .decides()
      .publishes();
    expect(one.state.notices.map((n) => n.state)).toEqual(['superseded', 'superseded', 'open']);
    expect(one.notice().edition).toBe(3);
    one.windowsClose().states().agrees().registers().tags();
    expect(one.state.settled).toEqual([first, second]);
    expect(one.replayed()).toEqual(one.state);
  });
});

describe('a member dies', () => {
  it('in 2026-08 with 30 %: the term stands, the share is held until the heirs’ papers are in, nobody writes to the dead', () => {
    const one = caseAt('agreement', '2026-07-15 09:00', { mode: 'useRight' });
    const before = one.told.length;
    one.on('2026-08-10 09:00').dies('bo');
    expect(one.told.slice(before).map((m) => m.to)).not.toContainEqual({ personId: 'bo' });
    one.on('2026-08-20 09:00').agrees({ startsOn: '2026-09-01' }).does('officer', 'grantUseRight', { startsOn: '2026-09-01' });
    expect(one.state.rights[0]).toMatchObject({
      lastDay: '2036-09-01',
      holders: [{ held: false }, { personId: 'bo', ppm: 300_000, held: true }, { held: false }],
    });
    one.tags();
    expect(one.state.status).toBe('done');
    expect(one.todo).toEqual(['recordHeirs officer']);
    one
      .on('2027-02-01 09:00')
      .does('officer', 'recordHeirs', { personId: 'bo', document: paper('heirs'), heirs: [sealed('heir')] });
    expect(one.state.rights[0]?.holders[1]).toEqual({ personId: 'bo', ppm: 300_000, held: false });
    expect(one.todo).toEqual([]);
    one.isRefused('officer', 'recordHeirs', { personId: 'bo', document: paper('heirs'), heirs: [] }, 'shareNotHeld');
  });
});

describe('a new representative', () => {
  it('while the window is open: all consent, earlier acts stay valid, no new notice', () => {
    const one = inPublicity().on('2026-05-13 09:00').does('bo', 'proposeRepresentative', { personId: 'bo' });
    expect(one.todo).toEqual(['consentToRepresentative an', 'consentToRepresentative chen']);
    one.does('an', 'consentToRepresentative', { personId: 'bo' }).does('chen', 'consentToRepresentative', { personId: 'bo' });
    expect(one.state.representativeId).toBe('bo');
    expect(one.step).toBe('publicity');
    one.isRefused('an', 'withdraw', { grounds: sealed('x') }, 'notYourAct');
    one.windowsClose().states().agrees().registers().tags();
    expect(one.state.notices).toHaveLength(1);
  });

  it('before submission does not ask everybody for consent anew', () => {
    const one = caseAt('consent').does('bo', 'proposeRepresentative', { personId: 'bo' });
    one.does('an', 'consentToRepresentative', { personId: 'bo' }).does('chen', 'consentToRepresentative', { personId: 'bo' });
    one.does('bo', 'amendApplication', { application: better(one, 'ZL2') });
    expect(one.state.consents).toHaveLength(3);
    expect(one.submits('bo').step).toBe('check');
  });
});

describe('two applications, one patent family', () => {
  it('of 03-02 and 03-05: the later is linked to the earlier, and neither publishes', () => {
    const [first, second] = two();
    expect(second.state.linkedCases).toEqual(['first']);
    expect(second.tasks.find((t) => t.act === 'resolveLink')).toMatchObject({ role: 'officer', alert: 'linked' });
    first.isRefused('officer', 'publishNotice', first.noticeBody('empowerment'), 'achievementClaimed');
    second.isRefused('officer', 'publishNotice', second.noticeBody('empowerment'), 'achievementClaimed');
  });

  it('merged: the later ends as merged, its team is told, the earlier publishes', () => {
    const [first, second] = two();
    second.does('officer', 'resolveLink', { outcome: 'merged', otherCaseId: 'first', grounds: sealed('one result') });
    expect(second.state.status).toBe('merged');
    expect(second.told.filter((m) => m.template === 'linkResolved').map((m) => m.to)).toEqual([
      { personId: 'bo' },
      { personId: 'eva' },
    ]);
    expect(first.publishes().step).toBe('publicity');
  });

  it('split: the later goes on with an achievement of its own, and both publish', () => {
    const [first, second] = two();
    second.isRefused(
      'officer',
      'resolveLink',
      { outcome: 'split', otherCaseId: 'first', grounds: sealed('x') },
      'achievementMissing',
    );
    second.isRefused('officer', 'resolveLink', { outcome: 'split', otherCaseId: 'third', grounds: sealed('x') }, 'linkUnknown');
    second.does('officer', 'resolveLink', {
      outcome: 'split',
      otherCaseId: 'first',
      newAchievementId: 'achievement-2',
      grounds: sealed('x'),
    });
    expect(second.todo).toEqual(['publishNotice officer']);
    expect(first.publishes().step).toBe('publicity');
    expect(second.publishes().step).toBe('publicity');
  });

  it('the earlier hears of the later and of its end, once each, and both officers can resolve it', () => {
    const [first] = two();
    first.isRefused('system', 'noteLink', { otherCaseId: 'second', ended: true }, 'linkKnown');
    first.does('system', 'noteLink', { otherCaseId: 'second', ended: false });
    first.isRefused('system', 'noteLink', { otherCaseId: 'second', ended: false }, 'linkKnown');
    expect(first.todo).toContain('resolveLink officer');
    first.does('system', 'noteLink', { otherCaseId: 'second', ended: true });
    expect(first.state.linkedCases).toEqual([]);
    expect(first.told.at(-1)?.template).toBe('linkEnded');
  });

  it('refused: the later is refused as a double with grounds', () => {
    const [first, second] = two();
    second.does('officer', 'resolveLink', { outcome: 'refused', otherCaseId: 'first', grounds: sealed('older') });
    expect(second.events('applicationRefused')).toMatchObject([
      { by: 'link', code: 'refusedAsDouble', grounds: sealed('older') },
    ]);
    expect(first.publishes().step).toBe('publicity');
  });

  it('once the earlier is withdrawn, the later publishes and nothing is left to resolve', () => {
    const [first, second] = two();
    first.does('an', 'withdraw', { grounds: sealed('x') });
    expect(second.publishes().todo).toEqual([]);
  });
});

describe('the rule changes on 06-01', () => {
  const stricter = { 'publicity.coOwnership': { bound: 'atLeast', n: 20, unit: 'calendarDay' } } as const;
  it('of equal rank: the case stays pinned; opting in is a decision with a new notice of 20 days', () => {
    const one = caseAt('statement', '2026-05-11 09:00').on('2026-06-01 09:00');
    one.rules = changed(one.rules, stricter);
    one.isRefused('secretary', 'transitionRules', transition(one, false), 'newNoticeNeeded');
    one.does('secretary', 'transitionRules', transition(one, true));
    expect(one.step).toBe('noticePreparation');
    expect(one.publishes().notice()).toMatchObject({ edition: 2, deadline: { lastDay: '2026-06-22', n: 20 } });
    one.windowsClose().states().agrees().registers().tags();
    expect(one.state.rules?.hash).toBe(one.rules.hash);
  });

  it('of higher rank: the case stands still at its next legal step until it is moved', () => {
    const one = caseAt('statement', '2026-05-11 09:00').on('2026-06-01 09:00');
    one.rules = changed(one.rules, { 'objection.handling': { bound: 'atMost', n: 5, unit: 'workingDay' } });
    one.does('system', 'raisePrevailingRules', { toHash: one.rules.hash, keys: ['objection.handling'] });
    one.isRefused('system', 'raisePrevailingRules', { toHash: one.rules.hash, keys: [] }, 'alreadyRaised');
    one.isRefused('officer', 'stateResult', { document: paper('x') }, 'rulesPrevail');
    expect(one.todo).toContain('transitionRules secretary');
    one.does('secretary', 'transitionRules', transition(one, false)).states();
    expect(one.step).toBe('agreement');
  });
});

describe('the group cannot vote', () => {
  it('of seven two are inventors and one is married to one: four remain, quorum is five, a substitute makes five', () => {
    const world = new World();
    world.relations = [['an', 'g7']];
    for (const [i, id] of ['an', 'bo'].entries())
      world.bodies.leadingGroup.members[i + 4] = { personId: id, department: i === 0 ? 'stateAssets' : 'legal' };
    const one = caseAt('groupDecision', '2026-03-02 09:00', { mode: 'coOwnership' }, { world });
    expect(one.state.assessment).toMatchObject({ eligible: ['g1', 'g2', 'g3', 'g4'], quorum: 5, enough: false });
    expect(one.tasks).toContainEqual(
      expect.objectContaining({ act: 'nameSubstitute', role: 'administrator', alert: 'quorumLost' }),
    );
    expect(one.told.filter((m) => m.template === 'quorumLost')).toMatchObject([
      { to: { role: 'administrator' }, values: { eligible: 4, quorum: 5 } },
    ]);
    one.isRefused('secretary', 'recordDecision', one.minutes(), 'quorumLost');
    const named = { body: 'leadingGroup', for: 'an', personId: 'gs1', grounds: sealed('recusal') } as const;
    const reads = () =>
      empowerment.project(one.state).parties.flatMap(({ personId, role }) => (role === 'bodyMember' ? personId : []));
    expect(reads()).toEqual(['g1', 'g2', 'g3', 'g4']);
    one.does('administrator', 'nameSubstitute', named);
    // Who stands aside reads no more than before, and hears of no meeting; the substitute does both.
    expect(reads()).toEqual(['g1', 'g2', 'g3', 'g4', 'gs1']);
    expect(one.told.flatMap(({ template, to }) => (template === 'deliberationAsked' ? [to] : []))).toEqual(
      reads().map((personId) => ({ personId })),
    );
    expect(one.state.assessment).toMatchObject({ enough: true });
    expect(one.todo).toEqual(['recordDecision secretary']);
    expect(one.decides().step).toBe('noticePreparation');
  });
});

describe('by post', () => {
  it('a letter postmarked 03-17 arrives 03-19: entered with proof, confirmed by another, the case opens again and comes back', () => {
    const one = caseAt('statement', '2026-03-02 09:00').on('2026-03-19 10:00');
    const id = one.letter('2026-03-17 18:00');
    one.isRefused('officer', 'stateResult', { document: paper('x') }, 'objectionUnconfirmed');
    one.isRefused('officer', 'confirmPaperObjection', { objectionId: id }, 'secondPersonNeeded');
    one.confirms(id);
    expect(one.step).toBe('objectionHandling');
    one.admits(id).finds(id, [false]);
    // Nobody with an account wrote it, so nobody can waive the review: it lapses by time.
    expect(one.state.objections[0]?.review?.lastDay).toBe('2026-03-26');
    one.on('2026-03-27 00:00');
    expect(one.step).toBe('statement');
    expect(one.states().events('resultStated')).toMatchObject([{ objections: 1 }]);
  });

  it('a letter postmarked 03-18 is late: it goes to the supervisors and holds nothing', () => {
    const one = caseAt('statement', '2026-03-02 09:00').on('2026-03-19 10:00');
    const id = one.letter('2026-03-18 00:00');
    expect(one.states().step).toBe('agreement');
    one.confirms(id);
    expect(one.state.objections[0]?.state).toBe('late');
    expect(one.told.at(-1)).toMatchObject({ template: 'objectionLate', to: { role: 'supervisor' } });
    expect(one.step).toBe('agreement');
  });
});
