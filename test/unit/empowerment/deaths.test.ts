/** People die, retire and leave at every step; no case may wait for the dead, and nothing of theirs is lost. */
import { describe, expect, it } from '@jest/globals';
import { empowerment, type Step } from '../../../domain/empowerment/index.ts';
import { better, Case, caseAt } from './case.ts';
import { applicationOf, changed, paper, sealed, World } from './world.ts';

const day = '2026-03-02 09:00';
const before: Step[] = [
  'consent',
  'check',
  'departmentReview',
  'groupDecision',
  'noticePreparation',
  'publicity',
  'statement',
  'agreement',
];
const later: Step[] = ['titleChange', 'registration'];

const proposed = (): Case =>
  caseAt('check', day)
    .does('bo', 'proposeRepresentative', { personId: 'bo' })
    .does('an', 'consentToRepresentative', { personId: 'bo' });

/** An amendment to 45/35/20 or to a team with Ding waits for signatures. */
const amending = (team: Record<string, number>, world = new World()): Case => {
  const one = caseAt('publicity', day, { mode: 'coOwnership' }, { world });
  const id = one.objects('eva');
  one.admits(id).finds(id, [true]).windowsClose();
  return one.proposes(team);
};

it('who dies has no part in the case any more, and is still known as one whose matter it was', () => {
  const one = caseAt('publicity', day).dies('bo');
  const parts = empowerment.project(one.state).parties.flatMap(({ personId, role }) => (personId === 'bo' ? role : []));
  expect(parts).toEqual(['deceased']);
});

describe('a death', () => {
  it.each([...before, ...later])('of a member at %s: the case goes on, and 30 % of 70 % are held for the heirs', (step) => {
    const one = caseAt(step, day).dies('bo').finishes();
    expect(one.state.rights[0]?.holders[1]).toEqual({ personId: 'bo', ppm: 210_000, held: true });
    expect(one.todo).toEqual(['recordHeirs officer']);
  });

  it('after the case is done: the share of the right is held too', () => {
    const one = caseAt('done', day).on('2027-01-10 09:00').dies('chen');
    expect(one.state.rights[0]?.holders[2]).toEqual({ personId: 'chen', ppm: 140_000, held: true });
    expect(one.todo).toEqual(['recordHeirs officer']);
  });

  it.each([...before, ...later])('of the representative at %s asks the others for another, who is alive', (step) => {
    const one = caseAt(step, day).dies('an');
    expect(one.todo).toEqual(expect.arrayContaining(['proposeRepresentative bo', 'proposeRepresentative chen']));
    one.isRefused('bo', 'proposeRepresentative', { personId: 'an' }, 'alreadyRepresentative');
    one.does('bo', 'proposeRepresentative', { personId: 'chen' }).does('chen', 'consentToRepresentative', { personId: 'chen' });
    expect(one.finishes().state).toMatchObject({ status: 'done', representativeId: 'chen' });
  });

  it.each([...before, ...later])('of all but one at %s: the one who is left names himself and goes on', (step) => {
    const one = caseAt(step, day).dies('an').dies('bo');
    one.does('chen', 'proposeRepresentative', { personId: 'chen' });
    expect(one.state.representativeId).toBe('chen');
    expect(one.finishes().state.rights[0]?.holders.map((h) => h.held)).toEqual([true, true, false]);
  });

  it.each(before)('of the last at %s ends the case: nobody is left who could sign, and nothing is held', (step) => {
    const one = caseAt(step, day).dies('an').dies('bo').dies('chen');
    expect(one.state).toMatchObject({ status: 'refused', rights: [] });
    expect(one.events('applicationRefused')).toEqual([{ by: 'rule', code: 'noInventorLives', clause: 'nm-hei.8d' }]);
    expect(one.todo).toEqual([]);
    expect(one.world.claims.get('achievement-1') ?? []).toEqual([]);
  });

  it.each(later)('of the last at %s ends nothing: what was agreed passes to the heirs', (step) => {
    const one = caseAt(step, day).dies('an').dies('bo').dies('chen').finishes();
    expect(one.state.status).toBe('done');
    expect(one.todo).toHaveLength(3);
  });

  it('is recorded once, of inventors, and not in advance', () => {
    const one = caseAt('check', day);
    const body = { personId: 'bo', kind: 'died', on: '2026-03-02', document: paper('x') } as const;
    one.isRefused('officer', 'recordLifeEvent', { ...body, personId: 'ding' }, 'inventorUnknown');
    one.isRefused('officer', 'recordLifeEvent', { ...body, on: '2026-03-03' }, 'dateInFuture');
    one.does('officer', 'recordLifeEvent', body);
    one.isRefused('officer', 'recordLifeEvent', body, 'alreadyRecorded');
    one.isRefused('bo', 'proposeRepresentative', { personId: 'bo' }, 'notYourAct');
  });

  it('of who had declined leaves the case to those who consented', () => {
    const one = Case.of('hohhot-university', day).does('an', 'sendForConsent', {
      application: applicationOf({ mode: 'coOwnership' }),
    });
    one.does('bo', 'declineConsent', { grounds: sealed('x') }).does('chen', 'consent', { applicationVersion: 1 });
    expect(one.todo).toEqual(['amendApplication an']);
    expect(one.dies('bo').todo).toEqual(['submit an', 'recordHeirs officer']);
  });

  it('leaves a returned application to be corrected with the share as it stands', () => {
    const one = caseAt('check', day).does('officer', 'returnForCorrection', { items: [] }).dies('bo');
    one.world.people['bo'] = { status: 'deceased', departments: [] };
    const { application } = one;
    const without = [
      { personId: 'an', ppm: 600_000 },
      { personId: 'chen', ppm: 400_000 },
    ];
    const amended = (inventors: typeof without) => ({ application: { ...application, inventors } });
    expect(one.isRefused('an', 'amendApplication', amended(without), 'deceasedShareFixed')).toMatchObject({
      at: '/application/inventors',
      persons: ['bo'],
    });
    const lessened = application.inventors.map((i) => ({ ...i, ppm: i.personId === 'bo' ? 200_000 : 400_000 }));
    expect(one.isRefused('an', 'amendApplication', amended(lessened), 'deceasedShareFixed').at).toBe('/application/inventors/1');
    one.does('an', 'amendApplication', { application: better(one, 'title') });
    expect(one.step).toBe('check');
  });
});

describe('a death while something waits for signatures', () => {
  it('of the last who had not consented: the representative changes', () => {
    expect(proposed().dies('chen').state.representativeId).toBe('bo');
  });

  it('of the one proposed: the proposal falls', () => {
    const one = proposed().dies('bo');
    expect(one.state.proposal).toBeUndefined();
    one.isRefused('chen', 'consentToRepresentative', { personId: 'bo' }, 'noSuchProposal');
  });

  it('of the representative while another is proposed: the proposal stands and is carried by the living', () => {
    const one = caseAt('check', day).does('bo', 'proposeRepresentative', { personId: 'bo' }).dies('an');
    expect(one.todo).toContain('consentToRepresentative chen');
    one.isRefused('bo', 'consentToRepresentative', { personId: 'bo' }, 'alreadyConsented');
    one.does('chen', 'consentToRepresentative', { personId: 'bo' });
    expect(one.state.representativeId).toBe('bo');
  });

  it('of the last to sign an amendment: it is adopted, and the share held', () => {
    const one = amending({ an: 45, bo: 35, chen: 20 }).signsAmendment('an');
    one.dies('bo');
    expect(one.step).toBe('groupDecision');
    expect(one.state.team[1]).toMatchObject({ personId: 'bo', ppm: 350_000, held: true });
    expect(one.state.assessment?.enough).toBe(true);
  });

  it('of one of several who have still to sign: it waits for the others', () => {
    const one = amending({ an: 40, bo: 30, chen: 20, ding: 10 }).signsAmendment('an', 'bo').dies('chen');
    expect(one.step).toBe('amendment');
    expect(one.todo).toEqual(expect.arrayContaining(['signAmendment ding']));
  });

  it('of the newcomer: it is adopted once the others have signed, and the part is held', () => {
    const one = amending({ an: 40, bo: 30, chen: 20, ding: 10 }).signsAmendment('an', 'bo', 'chen');
    one.dies('ding');
    expect(one.state.team[3]).toEqual({ personId: 'ding', ppm: 100_000, status: 'deceased', held: true });
    const two = amending({ an: 40, bo: 30, chen: 20, ding: 10 }).dies('ding');
    two.isRefused(
      'officer',
      'recordLifeEvent',
      { personId: 'ding', kind: 'died', on: '2026-03-02', document: paper('x') },
      'alreadyRecorded',
    );
    two.proposes({ an: 35, bo: 30, chen: 20, ding: 15 }).signsAmendment('an', 'bo', 'chen');
    expect(two.state.team[3]).toMatchObject({ status: 'deceased', held: true });
  });

  it('of everybody whom the amendment touches: the representative draws up another, which the living sign', () => {
    const one = amending({ an: 50, bo: 35, chen: 15 }).dies('bo').dies('chen');
    expect(one.state.amendment).toBeUndefined();
    one.proposes({ an: 50, bo: 35, chen: 15 });
    expect(one.state.amendment?.mustSign).toEqual(['an']);
    expect(one.signsAmendment('an').step).toBe('groupDecision');
  });

  it('of a co-author who is on file as deceased already: the part is held from the start', () => {
    const world = new World();
    world.people['ding'] = { status: 'deceased', departments: [] };
    const one = amending({ an: 40, bo: 30, chen: 20, ding: 10 }, world);
    expect(one.state.amendment?.mustSign).toEqual(['an', 'bo', 'chen']);
    one.signsAmendment('an', 'bo', 'chen');
    expect(one.state.team[3]).toMatchObject({ status: 'deceased', held: true });
  });

  it('of the representative before any amendment: another is named, who proposes it', () => {
    const one = amending({ an: 45, bo: 35, chen: 20 }).dies('an');
    expect(one.todo).toEqual(
      expect.arrayContaining(['signAmendment bo', 'proposeRepresentative bo', 'proposeRepresentative chen']),
    );
  });

  it('of the last who had not signed the agreement: it is concluded', () => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText()).signs('an', 'chen', 'signatory');
    expect(one.todo).toEqual(['signAgreement bo']);
    expect(one.dies('bo').step).toBe('titleChange');
  });

  it('of the last who had not signed, while a late letter holds the case: concluded when the letter is answered', () => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText()).signs('an', 'chen', 'signatory');
    const id = one.letter('2026-03-10 12:00', 'ding');
    one.confirms(id).admits(id).dies('bo');
    expect(one.step).toBe('objectionHandling');
    one.finds(id, [false]).does('ding', 'waiveReview', { objectionId: id });
    expect(one.step).toBe('titleChange');
  });

  it('of the last who had not signed, while a letter waits to be confirmed: concluded when it is answered, not before', () => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText()).signs('an', 'chen', 'signatory');
    const id = one.letter('2026-03-10 12:00', 'ding');
    one.dies('bo');
    expect([one.step, one.state.agreement?.concludedOn]).toEqual(['agreement', undefined]);
    one.confirms(id).admits(id).finds(id, [false]).does('ding', 'waiveReview', { objectionId: id });
    expect(one.step).toBe('titleChange');
  });

  it('of the last who had not signed, under rules that no longer prevail: the agreement is drawn up under the new ones', () => {
    const one = caseAt('agreement', day);
    one.does('officer', 'proposeAgreement', one.agreementText()).signs('an', 'chen', 'signatory');
    one.rules = changed(one.rules, { 'objection.handling': { bound: 'atMost', n: 9, unit: 'workingDay' } });
    one.does('system', 'raisePrevailingRules', { toHash: one.rules.hash, keys: ['objection.handling'] }).dies('bo');
    expect([one.step, one.state.agreement?.concludedOn]).toEqual(['agreement', undefined]);
    const move = { toHash: one.rules.hash, minutesNumber: 'm', minutes: paper('m'), grounds: sealed('g'), newNotice: false };
    one.does('secretary', 'transitionRules', move);
    expect(one.todo).toEqual(['proposeAgreement officer', 'recordHeirs officer']);
    expect(one.finishes().state.status).toBe('done');
  });

  it('of the last to sign an amendment, while another letter holds the case: adopted when the letter is answered', () => {
    const one = amending({ an: 45, bo: 35, chen: 20 }).signsAmendment('an');
    const id = one.letter('2026-03-10 12:00', 'ding');
    one.confirms(id).admits(id).dies('bo');
    one.finds(id, [false]).does('ding', 'waiveReview', { objectionId: id });
    expect(one.step).toBe('groupDecision');
  });

  it('of all, when a late letter is upheld after the agreement: nobody can amend, and the case ends', () => {
    const one = caseAt('titleChange', day);
    const id = one.letter('2026-03-10 12:00', 'ding');
    one.confirms(id).admits(id).dies('an').dies('bo').dies('chen');
    expect(one.step).toBe('objectionHandling');
    one.finds(id, [true]);
    expect(one.events('applicationRefused')).toEqual([{ by: 'objection', code: 'noInventorLives' }]);
    const two = caseAt('titleChange', day);
    const other = two.letter('2026-03-10 12:00', 'ding');
    two.confirms(other).admits(other).finds(other, [true]).dies('an').dies('bo').dies('chen');
    expect(two.state.status).toBe('refused');
  });
});

describe('retirement and leaving', () => {
  it.each(['retired', 'left'] as const)('%s: all rights and duties stay', (kind) => {
    const one = caseAt('agreement', day);
    const body = { personId: 'an', kind, on: '2026-03-01', document: paper('x') };
    one.does('officer', 'recordLifeEvent', body);
    one.isRefused('officer', 'recordLifeEvent', body, 'alreadyRecorded');
    expect(one.state.team[0]).toMatchObject({ status: kind, held: false });
    expect(one.state.representativeId).toBe('an');
    expect(one.finishes().state.rights[0]?.holders[0]).toEqual({ personId: 'an', ppm: 350_000, held: false });
  });
});
