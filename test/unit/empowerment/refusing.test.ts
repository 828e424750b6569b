/** The office ends a case that stands still for somebody who never acts: at which steps, by whose decision, and what follows. */
import { describe, expect, it } from '@jest/globals';
import type { Bodies, Step } from '../../../domain/empowerment/index.ts';
import { caseAt, type Case } from './case.ts';
import { held, resumed } from './mendings.ts';
import { paper, sealed } from './world.ts';

const day = '2026-03-02 09:00';
const grounds = sealed('it never went on');

const minutes = (body: 'leadingGroup' | 'leadership' = 'leadingGroup', minutesNumber = '纪要〔2026〕99号') => ({
  grounds,
  decision: { body, minutesNumber, minutes: paper('minutes') },
});

const refuses = (one: Case, body: Bodies['refuseApplication'] = { grounds }): Case =>
  one.does('officer', 'refuseApplication', body);

/** A case whose objection was upheld, at the amendment. */
function amending(): Case {
  const one = caseAt('publicity', day);
  const id = one.objects('ding');
  return one.admits(id).finds(id, [true]).windowsClose();
}

/** A case that the office returned, with nothing corrected since. */
const returned = (): Case =>
  caseAt('check', day).does('officer', 'returnForCorrection', { items: [{ at: '/title', text: sealed('x') }] });

function isOver(one: Case): void {
  expect(one.state).toMatchObject({ status: 'refused', step: 'refused' });
  expect(one.state).not.toHaveProperty('amendment');
  expect(one.state.notices.map(({ state }) => state)).not.toContain('open');
  expect(one.world.claims.get('achievement-1')).toEqual([]);
  expect(one.told.filter((m) => m.template === 'refused').map((m) => m.to)).toEqual(
    one.state.team.map(({ personId }) => ({ personId })),
  );
  expect(one.todo).toEqual([]);
  expect(one.replayed()).toEqual(one.state);
}

describe('before any approval the office refuses with grounds', () => {
  it.each<[string, () => Case]>([
    ['returned and never corrected', returned],
    ['at the departments', () => caseAt('departmentReview', day)],
    ['before the group has met', () => caseAt('groupDecision', day)],
    [
      'shown before it is decided',
      () => caseAt('noticePreparation', day, { mode: 'coOwnership' }, { changes: { 'publicity.order': 'publishThenApprove' } }),
    ],
    [
      'in publicity before it is decided',
      () => caseAt('publicity', day, { mode: 'coOwnership' }, { changes: { 'publicity.order': 'publishThenApprove' } }),
    ],
  ])('a case %s', (_what, start) => {
    const one = refuses(start());
    expect(one.events('applicationRefused')).toEqual([{ by: 'office', code: 'refusedByOffice', grounds }]);
    isOver(one);
  });

  it('of a case whose correction one member never agrees to, which waits for consents a second time', () => {
    const one = returned();
    const inventors = [
      { personId: 'an', ppm: 600_000 },
      { personId: 'bo', ppm: 200_000 },
      { personId: 'chen', ppm: 200_000 },
    ];
    one.does('an', 'amendApplication', { application: { ...one.application, inventors } });
    expect(one.step).toBe('consent');
    isOver(refuses(one));
  });

  it('but has nothing to refuse while the application is not submitted', () => {
    caseAt('consent', day).isRefused('officer', 'refuseApplication', { grounds }, 'notSubmitted');
  });

  it('and waits with it on hold', () => {
    const one = held(returned());
    one.isRefused('officer', 'refuseApplication', { grounds }, 'onHold');
    isOver(refuses(resumed(one)));
  });
});

describe('once a body has approved, that is for the body that decides such a case', () => {
  it.each<[Step | 'signing', () => Case]>([
    ['noticePreparation', () => caseAt('noticePreparation', day)],
    ['publicity', () => caseAt('publicity', day)],
    ['amendment', amending],
    ['statement', () => caseAt('statement', day)],
    ['agreement', () => caseAt('agreement', day)],
    [
      'signing',
      () => {
        const one = caseAt('agreement', day);
        return one.does('officer', 'proposeAgreement', one.agreementText()).signs('an', 'bo', 'signatory');
      },
    ],
  ])('at %s', (_step, start) => {
    const one = start();
    const before = one.state.version;
    const refusal = one.isRefused('officer', 'refuseApplication', { grounds }, 'decisionNeeded');
    expect(refusal).toMatchObject({ at: '/decision', clause: 'nm-hei.6a' });
    one.isRefused('officer', 'refuseApplication', minutes('leadership'), 'wrongBody');
    const used = one.state.decisions[0]?.minutesNumber ?? '';
    expect(one.isRefused('officer', 'refuseApplication', minutes('leadingGroup', used), 'minutesNumberUsed').at).toBe(
      '/decision/minutesNumber',
    );
    expect(one.state.version).toBe(before);
    refuses(one, minutes());
    expect(one.events('applicationRefused')).toEqual([{ by: 'decision', code: 'refusedByDecision', ...minutes() }]);
    isOver(one);
  });

  it('where one member never signs the amendment', () => {
    const one = amending().proposes({ an: 40, bo: 30, chen: 20, ding: 10 }).signsAmendment('an', 'bo', 'ding');
    expect(one.todo).toEqual(['signAmendment chen']);
    isOver(refuses(one, minutes()));
  });

  it('also after an adopted amendment, whose terms it has not seen yet', () => {
    const one = amending().proposes({ an: 40, bo: 40, chen: 20 }).signsAmendment('an', 'bo');
    expect(one.step).toBe('groupDecision');
    one.isRefused('officer', 'refuseApplication', { grounds }, 'decisionNeeded');
    isOver(refuses(one, minutes()));
  });

  it('on a major matter the leadership, whatever the group has said', () => {
    const one = caseAt(
      'leadershipDecision',
      day,
      { mode: 'coOwnership' },
      { changes: { 'decision.majorMatters': ['coOwnership'] } },
    );
    one.isRefused('officer', 'refuseApplication', { grounds }, 'decisionNeeded');
    one.isRefused('officer', 'refuseApplication', minutes('leadingGroup'), 'wrongBody');
    isOver(refuses(one, minutes('leadership')));
  });
});

describe('whoever objected is answered first', () => {
  it('and the case is refused once nothing is pending', () => {
    const one = caseAt('publicity', day);
    const id = one.objects('ding');
    const waits = (): unknown => one.isRefused('officer', 'refuseApplication', minutes(), 'objectionPending');
    waits();
    one.admits(id);
    waits();
    one.finds(id, [false]);
    // The objector may still ask for a review.
    waits();
    one.does('ding', 'waiveReview', { objectionId: id });
    isOver(refuses(one, minutes()));
  });
});

describe('nor once the agreement binds', () => {
  it('at any later step', () => {
    for (const step of ['titleChange', 'registration'] as const)
      caseAt(step, day).isRefused('officer', 'refuseApplication', minutes(), 'wrongStep');
  });

  it('nor at the amendment to which a letter that came to light late has brought it back', () => {
    const one = caseAt('titleChange', day);
    const id = one.letter('2026-03-10 09:00', 'ding');
    one.confirms(id).admits(id).finds(id, [true]);
    expect(one.step).toBe('amendment');
    one.isRefused('officer', 'refuseApplication', minutes(), 'agreementBinds');
  });
});
