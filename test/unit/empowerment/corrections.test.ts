/** A death that was recorded and is none: corrected by two persons, unless something was settled without the person since. */
import { describe, expect, it } from '@jest/globals';
import type { Step } from '../../../domain/empowerment/index.ts';
import { Case, caseAt } from './case.ts';
import { mended } from './mendings.ts';
import { applicationOf, paper, sealed } from './world.ts';

const day = '2026-03-02 09:00';
const grounds = sealed('another person of that name');
const steps: Step[] = [
  'consent',
  'check',
  'departmentReview',
  'groupDecision',
  'noticePreparation',
  'publicity',
  'statement',
  'agreement',
  'titleChange',
  'registration',
  'done',
];

const corrected = (one: Case, personId = 'bo'): Case => mended(one, 'correctDeath', { personId, grounds });
const agreed = (one: Case): Case => one.does('officer', 'proposeAgreement', one.agreementText());
const heirsOf = (personId: string) => ({ personId, document: paper('notary'), heirs: [sealed('heir')] });

describe('a death that is none', () => {
  it.each(steps)('corrected at %s: the member is what they were, and the case goes on with them', (step) => {
    const one = caseAt(step, day);
    const before = one.state;
    corrected(one.dies('bo'));
    for (const part of ['team', 'rights', 'deaths', 'representativeId', 'step', 'agreement'] as const)
      expect([part, one.state[part]]).toEqual([part, before[part]]);
    expect(one.ledger.filter(({ type }) => ['lifeEventRecorded', 'deathCorrected'].includes(type))).toHaveLength(2);
    expect(one.todo).not.toContain('recordHeirs officer');
    expect(one.finishes().state.rights[0]?.holders[1]).toEqual({ personId: 'bo', ppm: 210_000, held: false });
    expect(one.todo).toEqual([]);
    expect(one.replayed()).toEqual(one.state);
  });

  it('leaves who had retired retired, and who had not consented asked again', () => {
    const one = Case.of('hohhot-university', day).does('an', 'sendForConsent', {
      application: applicationOf({ mode: 'coOwnership' }),
    });
    one.does('bo', 'declineConsent', { grounds }).does('chen', 'consent', { applicationVersion: 1 });
    one.does('officer', 'recordLifeEvent', { personId: 'bo', kind: 'retired', on: '2026-03-01', document: paper('x') });
    expect(one.dies('bo').todo).toEqual(['submit an', 'recordHeirs officer']);
    corrected(one);
    expect(one.state.team[1]).toMatchObject({ status: 'retired', held: false });
    expect(one.todo).toEqual(['consent bo']);
  });

  it('tells the team, the person among them, and the office', () => {
    const one = caseAt('check', day).dies('bo');
    const from = one.told.length;
    corrected(one);
    expect(one.told.slice(from).map(({ template, to }) => `${template} ${'personId' in to ? to.personId : to.role}`)).toEqual([
      'mendingToConfirm administrator',
      ...['an', 'bo', 'chen', 'officer'].map((who) => `deathCorrected ${who}`),
    ]);
  });

  it('takes two persons; heirs wait until it is decided', () => {
    const one = caseAt('done', day).dies('bo').does('officer', 'correctDeath', { personId: 'bo', grounds });
    const mendingId = one.state.mending.pending[0]?.id ?? '';
    expect(one.todo).toEqual(['recordHeirs officer', 'confirmMending administrator']);
    one.isRefused('officer', 'confirmMending', { mendingId }, 'secondPersonNeeded');
    one.isRefused('officer2', 'correctDeath', { personId: 'bo', grounds }, 'mendingPending');
    one.isRefused('officer', 'recordHeirs', heirsOf('bo'), 'deathInQuestion');
    one.does('administrator', 'refuseMending', { mendingId, grounds });
    one.does('officer', 'recordHeirs', heirsOf('bo'));
    expect(one.todo).toEqual([]);
  });

  it('can be recorded again, and is of somebody whose death is on record here', () => {
    const one = corrected(caseAt('check', day).dies('bo'));
    one.isRefused('officer', 'correctDeath', { personId: 'bo', grounds }, 'deathNotRecorded');
    one.isRefused('officer', 'correctDeath', { personId: 'ding', grounds }, 'deathNotRecorded');
    expect(one.dies('bo').state.team[1]).toMatchObject({ status: 'deceased', held: true });
  });

  it('has an amendment on the table drawn up anew: it was put to the others alone', () => {
    const one = caseAt('publicity', day);
    const id = one.objects('eva');
    one.admits(id).finds(id, [true]).windowsClose().dies('bo').proposes({ an: 45, bo: 35, chen: 20 });
    expect(one.state.amendment?.mustSign).toEqual(['an']);
    corrected(one);
    expect(one.todo).toEqual(['proposeAmendment an']);
    expect(one.proposes({ an: 45, bo: 35, chen: 20 }).state.amendment?.mustSign).toEqual(['an', 'bo']);
  });

  it('of who is about to join has the amendment drawn up anew too', () => {
    const one = caseAt('publicity', day);
    const id = one.objects('ding');
    one.admits(id).finds(id, [true]).windowsClose().proposes({ an: 40, bo: 30, chen: 20, ding: 10 }).dies('ding');
    corrected(one, 'ding').proposes({ an: 40, bo: 30, chen: 20, ding: 10 });
    expect(one.state.amendment).toMatchObject({ mustSign: ['an', 'bo', 'chen', 'ding'], deceased: [] });
  });
});

describe('what was settled without the person since', () => {
  it.each<[string, () => Case]>([
    ['登记继承人', () => caseAt('check', day).dies('bo').does('officer', 'recordHeirs', heirsOf('bo'))],
    [
      '提交申请',
      () => {
        const one = Case.of('hohhot-university', day);
        one.does('an', 'sendForConsent', { application: applicationOf({ mode: 'coOwnership' }) });
        return one.does('chen', 'consent', { applicationVersion: 1 }).dies('bo').submits();
      },
    ],
    [
      '更换代表',
      () =>
        caseAt('check', day)
          .does('an', 'proposeRepresentative', { personId: 'chen' })
          .does('chen', 'consentToRepresentative', { personId: 'chen' })
          .dies('bo'),
    ],
    [
      '修改分配方案',
      () => {
        const one = caseAt('publicity', day);
        const id = one.objects('eva');
        one.admits(id).finds(id, [true]).windowsClose().dies('bo');
        return one.proposes({ an: 45, bo: 35, chen: 20 }).signsAmendment('an');
      },
    ],
    ['签署协议', () => agreed(caseAt('agreement', day)).signs('an', 'chen', 'signatory').dies('bo')],
    [
      '移交记录',
      () => {
        const one = caseAt('titleChange', day, { mode: 'coOwnership', more: { resultKind: 'technicalSecret' } }).dies('bo');
        return one.does('officer', 'recordTitleChange', {
          kind: 'handoverRecord',
          on: one.state.agreement?.concludedOn ?? '',
          document: paper('handover'),
          signedBy: ['an', 'chen'],
        });
      },
    ],
    [
      '提交申请、签署协议',
      () => {
        const one = Case.of('hohhot-university', day);
        one.does('an', 'sendForConsent', { application: applicationOf({ mode: 'coOwnership' }) });
        return one.does('chen', 'consent', { applicationVersion: 1 }).dies('bo').finishes('titleChange');
      },
    ],
  ])('%s stands in the way, and the refusal says so', (what, story) => {
    const one = story();
    const refusal = one.isRefused('officer', 'correctDeath', { personId: 'bo', grounds }, 'deathReliedOn');
    expect(refusal.zh.endsWith(`：${what}。`)).toBe(true);
    expect(one.state.team[1]?.status).toBe('deceased');
  });

  it('does not where the person had given their word before', () => {
    const signed = agreed(caseAt('agreement', day)).signs('an', 'bo', 'signatory').dies('bo').signs('chen');
    expect(signed.step).toBe('titleChange');
    expect(corrected(signed).state.team[1]).toMatchObject({ status: 'active', held: false });
    const named = caseAt('check', day).does('bo', 'proposeRepresentative', { personId: 'bo' });
    named.does('chen', 'proposeRepresentative', { personId: 'chen' }).does('bo', 'consentToRepresentative', { personId: 'chen' });
    corrected(named.dies('bo').does('an', 'consentToRepresentative', { personId: 'chen' }));
    expect(named.state.representativeId).toBe('chen');
  });

  it('stands in the way also when it came between proposal and confirmation', () => {
    const one = agreed(caseAt('agreement', day)).signs('an', 'signatory').dies('bo');
    one.does('officer', 'correctDeath', { personId: 'bo', grounds }).signs('chen');
    const mendingId = one.state.mending.pending[0]?.id ?? '';
    one.isRefused('administrator', 'confirmMending', { mendingId }, 'deathReliedOn');
  });
});
