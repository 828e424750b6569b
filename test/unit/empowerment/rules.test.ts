/** New law in a running case: where it is moved to, and what is asked of it again. */
import { describe, expect, it } from '@jest/globals';
import type { Step } from '../../../domain/empowerment/index.ts';
import type { RuleValues } from '../../../domain/rules.ts';
import { Case, caseAt } from './case.ts';
import { changed, lacking, paper, sealed } from './world.ts';

const day = '2026-03-02 09:00';
const body = (one: Case, newNotice: boolean) => ({
  toHash: one.rules.hash,
  minutesNumber: '纪要〔2026〕99号',
  minutes: paper('m'),
  grounds: sealed('g'),
  newNotice,
});

/** The case at the step, with other rules in force since. */
function under(
  step: Step,
  changes: Partial<RuleValues>,
  options: Parameters<typeof caseAt>[3] = {},
  plan: Parameters<typeof caseAt>[2] = { mode: 'coOwnership' },
): Case {
  const one = caseAt(step, day, plan, options);
  one.rules = changed(one.rules, changes);
  return one;
}

const raised = (one: Case): Case => one.does('system', 'raisePrevailingRules', { toHash: one.rules.hash, keys: ['x'] });
const moves = (one: Case, newNotice = false): Case => one.does('secretary', 'transitionRules', body(one, newNotice));

const publishFirst = { 'publicity.order': 'publishThenApprove' } as const;
const approveFirst = { 'publicity.order': 'approveThenPublish' } as const;
const major = { 'decision.majorMatters': ['coOwnership' as const] };
const handling = { 'objection.handling': { bound: 'atMost', n: 9, unit: 'workingDay' } as const };
const longer = { 'publicity.coOwnership': { bound: 'atLeast', n: 20, unit: 'calendarDay' } as const };

/** To the end, whatever is asked on the way. */
function finished(one: Case): Case {
  expect(one.finishes().state.status).toBe('done');
  return one;
}

describe('a prevailing rule', () => {
  it.each<[Step, (one: Case) => unknown]>([
    ['consent', (one) => one.tries('an', 'submit', { representationConfirmed: true })],
    ['check', (one) => one.tries('officer', 'passCheck', { conditions: [], secrecyChecked: true })],
    ['groupDecision', (one) => one.tries('secretary', 'recordDecision', one.minutes())],
    ['noticePreparation', (one) => one.tries('officer', 'publishNotice', one.noticeBody('empowerment'))],
    ['agreement', (one) => one.tries('officer', 'proposeAgreement', one.agreementText())],
    [
      'titleChange',
      (one) =>
        one.tries('officer', 'recordTitleChange', { kind: 'registry', number: '1', on: '2026-03-18', document: paper('r') }),
    ],
    [
      'registration',
      (one) => one.tries('officer', 'tagLedger', { attribute: 'granted', stage: 'research', conversion: 'intended' }),
    ],
  ])('stops the case at %s, and lets it go on once moved', (step, legal) => {
    const one = raised(under(step, handling));
    expect(legal(one)).toMatchObject({ refused: { code: 'rulesPrevail' } });
    expect(finished(moves(one)).state.rules?.hash).toBe(one.rules.hash);
  });

  it('does not stop a window from closing, nor people from objecting and withdrawing', () => {
    const one = raised(under('publicity', handling));
    const id = one.objects('ding');
    one.does('ding', 'withdrawObjection', { objectionId: id }).windowsClose();
    expect(one.step).toBe('statement');
    one.does('an', 'withdraw', { grounds: sealed('x') });
    expect(one.state.status).toBe('withdrawn');
  });

  it('with a longer window lets no notice stand that was shorter', () => {
    const one = raised(under('statement', longer));
    expect(one.isRefused('secretary', 'transitionRules', body(one, false), 'newNoticeNeeded').clause).toBe('nm-hei.8e');
    const otherUnit = raised(under('statement', { 'publicity.coOwnership': { bound: 'atLeast', n: 15, unit: 'workingDay' } }));
    otherUnit.isRefused('secretary', 'transitionRules', body(otherUnit, false), 'newNoticeNeeded');
    finished(moves(one, true));
    expect(one.notice().deadline.n).toBe(20);
    const fifteen = { bound: 'atLeast', unit: 'workingDay', n: 15 } as const;
    const stricter = caseAt('statement', day, { mode: 'coOwnership' }, { changes: { 'publicity.coOwnership': fifteen } });
    stricter.rules = changed(stricter.rules, { 'publicity.coOwnership': { ...fifteen, unit: 'calendarDay' } });
    finished(moves(raised(stricter)));
    expect(stricter.state.notices).toHaveLength(1);
  });
});

describe('a transition', () => {
  it('is to today’s rules, which are other than the case’s', () => {
    const one = caseAt('check', day);
    one.isRefused('secretary', 'transitionRules', body(one, false), 'rulesUnchanged');
    one.rules = changed(one.rules, handling);
    one.isRefused('secretary', 'transitionRules', { ...body(one, false), toHash: 'old' }, 'rulesMoved');
    one.isRefused('officer', 'transitionRules', body(one, false), 'notYourAct');
    finished(moves(one));
  });

  it('with a new notice waits until objections are answered and carried out', () => {
    const one = under('publicity', handling);
    const id = one.objects('ding');
    one.isRefused('secretary', 'transitionRules', body(one, true), 'objectionPending');
    one.admits(id).finds(id, [false]);
    one.isRefused('secretary', 'transitionRules', body(one, true), 'objectionPending');
    one.does('ding', 'waiveReview', { objectionId: id });
    const two = under('publicity', handling);
    const other = two.objects('ding');
    two.admits(other).finds(other, [true]).windowsClose();
    two.isRefused('secretary', 'transitionRules', body(two, true), 'objectionPending');
    finished(moves(one, true));
  });

  it('with a new notice takes the old one off at once: its window does not go on beside the new one', () => {
    const one = moves(under('publicity', handling), true);
    expect(one.state.notices.map((n) => n.state)).toEqual(['superseded']);
    expect(one.step).toBe('noticePreparation');
    expect(one.publishes().events('noticePublished')[1]).toMatchObject({ edition: 2, changed: [] });
  });

  it.each<Step>(['titleChange', 'registration'])(
    'leaves what is agreed at %s: only a prevailing rule moves it, and without a notice',
    (step) => {
      const one = under(step, handling);
      one.isRefused('secretary', 'transitionRules', body(one, true), 'agreementBinds');
      one.isRefused('secretary', 'transitionRules', body(one, false), 'agreementBinds');
      finished(moves(raised(one)));
    },
  );

  it('while signatures are missing asks for the agreement anew', () => {
    const one = under('agreement', handling);
    one.does('officer', 'proposeAgreement', one.agreementText()).signs('an');
    moves(raised(one));
    expect(one.todo).toEqual(['proposeAgreement officer']);
    one.isRefused('bo', 'signAgreement', { agreementVersion: 1 }, 'versionChanged');
    finished(one);
  });

  it('to rules that bar the result ends the case with their clause', () => {
    const exclusions = {
      nationalSecurity: true,
      defenceSecurity: false,
      publicSecurity: false,
      economicSecurity: false,
      socialStability: false,
    };
    const asked = { 'empowerment.exclusions': { asked: ['nationalSecurity' as const], bars: false } };
    const one = caseAt(
      'groupDecision',
      day,
      { mode: 'coOwnership', more: { exclusions } },
      { changes: { ...asked, 'decision.majorMatters': [] } },
    );
    one.rules = changed(one.rules, { 'empowerment.exclusions': { asked: ['nationalSecurity'], bars: true } });
    moves(one);
    expect(one.events('applicationRefused')).toMatchObject([{ by: 'rule', code: 'exclusionBars' }]);
    expect(one.world.claims.get('achievement-1')).toEqual([]);
  });

  it('to rules that the application does not satisfy returns it, and it comes back the whole way', () => {
    const one = under(
      'publicity',
      { 'empowerment.useRight.term': { bound: 'atLeast', n: 12, unit: 'year' } },
      {},
      { mode: 'useRight' },
    );
    raised(one).isRefused('secretary', 'transitionRules', body(one, false), 'newNoticeNeeded');
    moves(one, true);
    expect(one.state).toMatchObject({
      step: 'returned',
      returns: 1,
      returnItems: [{ at: '/application/years', text: sealed('g') }],
    });
    one.does('an', 'amendApplication', { application: { ...one.application, years: 12 } });
    one.does('bo', 'consent', { applicationVersion: 2 }).does('chen', 'consent', { applicationVersion: 2 }).submits();
    one.passes().reviewed().approved();
    expect(one.step).toBe('noticePreparation');
    one
      .publishes()
      .windowsClose()
      .states()
      .agrees()
      .does('officer', 'grantUseRight', { startsOn: one.state.agreement?.text.startsOn ?? '' })
      .tags();
    expect(one.state.status).toBe('done');
  });

  it('to rules that lack what the path needs is refused, and the case stays where it can go on', () => {
    const one = caseAt('departmentReview', day);
    one.rules = lacking(one.rules, 'review.departments');
    one.isRefused('secretary', 'transitionRules', body(one, false), 'ruleMissing');
    expect(one.reviewed().step).toBe('groupDecision');
  });
});

describe('a transition to another path', () => {
  it.each<[string, Step, Partial<RuleValues>, Partial<RuleValues>, boolean, string]>([
    [
      'departments that review no more',
      'departmentReview',
      {},
      { 'review.departments': { departments: [], rule: 'all' } },
      false,
      'groupDecision',
    ],
    [
      'other departments that review anew',
      'departmentReview',
      {},
      { 'review.departments': { departments: ['legal'], rule: 'all' } },
      false,
      'departmentReview',
    ],
    ['a matter that is major now: the group first', 'groupDecision', {}, major, false, 'groupDecision'],
    ['a matter that is major now, approved by the group alone', 'noticePreparation', {}, major, false, 'groupDecision'],
    ['a matter that is major now, shown already', 'statement', {}, major, true, 'groupDecision'],
    ['a unit that publishes first now', 'groupDecision', {}, publishFirst, false, 'noticePreparation'],
    ['a unit that approves first now, with a notice out', 'publicity', publishFirst, approveFirst, true, 'groupDecision'],
    [
      'a unit that approves first now, before any notice',
      'noticePreparation',
      publishFirst,
      approveFirst,
      false,
      'groupDecision',
    ],
    ['a unit that publishes first now, approved already', 'noticePreparation', {}, publishFirst, false, 'noticePreparation'],
  ])('with %s', (_, step, before, after, newNotice, to) => {
    const one = Case.of('hohhot-university', day, { changes: before }).applies({ mode: 'coOwnership' });
    const go: [string, () => unknown][] = [
      ['check', () => one.submits()],
      ['departmentReview', () => one.passes()],
      ['later', () => one.reviewed()],
    ];
    for (const [, act] of go) if (one.step !== step) act();
    while (one.step !== step) one.goesOn();
    one.rules = changed(one.rules, after);
    moves(one, newNotice);
    expect(one.step).toBe(to);
    finished(one);
  });

  it('with an order of its own asks for a new notice even of a prevailing rule', () => {
    const one = raised(under('publicity', publishFirst));
    one.isRefused('secretary', 'transitionRules', body(one, false), 'newNoticeNeeded');
    finished(moves(one, true));
  });

  it('while a late letter holds the case waits for the answer, where what was shown was not approved as the new rules ask', () => {
    const one = caseAt('agreement', day);
    const id = one.letter('2026-03-10 12:00', 'ding');
    one.confirms(id).admits(id);
    one.rules = changed(one.rules, major);
    raised(one).isRefused('secretary', 'transitionRules', body(one, false), 'newNoticeNeeded');
    one.isRefused('secretary', 'transitionRules', body(one, true), 'objectionPending');
    one.finds(id, [false]).does('ding', 'waiveReview', { objectionId: id });
    expect(one.step).toBe('agreement');
    expect(moves(one, true).step).toBe('groupDecision');
    finished(one);
  });

  it('while a late letter holds the case brings it back to where the new rules have it', () => {
    const one = caseAt('groupDecision', day, { mode: 'coOwnership' }, { changes: publishFirst });
    const id = one.letter('2026-03-10 12:00', 'ding');
    one.confirms(id).admits(id);
    one.rules = changed(one.rules, { ...major, 'decision.collective': { groupFirst: false, leadershipForMajor: true } });
    moves(raised(one)).finds(id, [false]).does('ding', 'waiveReview', { objectionId: id });
    expect(one.step).toBe('leadershipDecision');
    finished(one);
  });
});
