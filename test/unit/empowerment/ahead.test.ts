import { describe, expect, it, test } from '@jest/globals';
import type { Step } from '../../../domain/empowerment/index.ts';
import { preview, type Preview, type PreviewStep } from '../../../domain/empowerment/preview.ts';
import { opened, type OpenState } from '../../../domain/empowerment/state.ts';
import { stepLabels } from '../../../domain/labels.ts';
import type { Duration, RuleValues } from '../../../domain/rules.ts';
import { forStepTimes, timedSteps } from '../../../domain/timedSteps.ts';
import { caseAt, type Case } from './case.ts';
import { held } from './mendings.ts';
import { sealed } from './world.ts';

/** What a running case still has before it, from each step at which it may stand. */

const day = '2026-03-02 09:00';
const g = { grounds: sealed('g') };

function aheadOf(one: Case): Preview {
  const state = opened(one.state) as OpenState;
  const { people, bodies, calendar } = one.world;
  return preview(state.application, state.rules, calendar, { people, bodies, relations: [], roles: {} }, one.now, state);
}

const stepsOf = (one: Case): Step[] => aheadOf(one).steps.map(({ step }) => step);
const windowOf = (one: Case): PreviewStep | undefined => aheadOf(one).steps.find(({ step }) => step === 'publicity');

const dueOf = (one: Case): Partial<Record<Step, string | undefined>> =>
  Object.fromEntries(aheadOf(one).steps.map(({ step, dueBy }) => [step, dueBy]));

const fiveDays: Duration = { bound: 'atMost', n: 5, unit: 'workingDay' };

const path: Step[] = [
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
const from = (step: Step): Step[] => path.slice(path.indexOf(step));

/** In publicity with an admitted objection that is not decided when the window is over. */
function objected(): { one: Case; id: string } {
  const one = caseAt('publicity', day);
  const id = one.objects('ding');
  return { one: one.admits(id).windowsClose(), id };
}

/** In the amendment that an objection upheld in part asks for. */
function amending(): Case {
  const { one, id } = objected();
  return one.finds(id, [true]);
}

/** Steps without a case have no preview: their case is opened when the draft is sent. */
const rows: Record<Exclude<Step, 'draft'>, [() => Case, Step[]]> = {
  consent: [() => caseAt('consent', day), path],
  check: [() => caseAt('check', day), from('check')],
  returned: [() => caseAt('check', day).does('officer', 'returnForCorrection', { items: [] }), ['returned', ...from('check')]],
  departmentReview: [() => caseAt('departmentReview', day), from('departmentReview')],
  groupDecision: [() => caseAt('groupDecision', day), from('groupDecision')],
  leadershipDecision: [
    () => caseAt('leadershipDecision', day, { mode: 'fullOwnership', road: 'agreedIncome' }, { name: 'harbin-university' }),
    ['leadershipDecision', ...from('noticePreparation')],
  ],
  noticePreparation: [() => caseAt('noticePreparation', day), from('noticePreparation')],
  publicity: [() => caseAt('publicity', day), from('publicity')],
  objectionHandling: [() => objected().one, ['objectionHandling', ...from('statement')]],
  amendment: [amending, ['amendment', ...from('groupDecision')]],
  statement: [() => caseAt('statement', day), from('statement')],
  agreement: [() => caseAt('agreement', day), from('agreement')],
  titleChange: [() => caseAt('titleChange', day), from('titleChange')],
  useRightGrant: [() => caseAt('useRightGrant', day, { mode: 'useRight', years: 12 }), ['useRightGrant', 'registration', 'done']],
  registration: [() => caseAt('registration', day), from('registration')],
  done: [() => caseAt('done', day), []],
  refused: [() => caseAt('check', day).does('officer', 'refuseApplication', g), []],
  withdrawn: [() => caseAt('publicity', day).does('an', 'withdraw', g), []],
  merged: [
    () => {
      const one = caseAt('check', day);
      one.state = { ...one.state, step: 'merged', status: 'merged' };
      return one;
    },
    [],
  ],
};

describe('what is ahead', () => {
  it('is known from every step', () => {
    expect(Object.keys(rows).toSorted()).toEqual(
      Object.keys(stepLabels)
        .filter((step) => step !== 'draft')
        .toSorted(),
    );
  });

  test.each(Object.entries(rows))('at %s', (step, [at, steps]) => {
    const one = at();
    expect([one.step, ...stepsOf(one)]).toEqual([step, ...steps]);
    if (steps.length === 0) expect(aheadOf(one)).toEqual({ steps: [], warnings: [] });
  });

  it('begins on the day on which the case came there', () => {
    const one = caseAt('check', day).on('2026-03-05 09:00');
    expect(aheadOf(one).steps.slice(0, 2)).toMatchObject([
      { step: 'check', from: '2026-03-02', to: '2026-03-05' },
      { step: 'departmentReview', from: '2026-03-05', to: '2026-03-05' },
    ]);
  });

  it('is the end, once a ground was upheld that ends the case and another objection is pending', () => {
    const { one, id } = objected();
    one.state = { ...one.state, objections: one.state.objections.map((o) => ({ ...o, consequence: 'refuse' })) };
    expect([one.state.objections[0]?.id, stepsOf(one)]).toEqual([id, ['objectionHandling', 'refused']]);
  });

  it('is all of another round, notice and window too, after an amendment', () => {
    const one = amending();
    const before = one.notice().deadline.lastDay;
    expect(windowOf(one)?.from.localeCompare(before)).toBe(1);
  });

  it('leads back to where a letter that came in time took the case from', () => {
    const one = caseAt('agreement', day);
    one.confirms(one.letter('2026-03-03 10:00'));
    expect(stepsOf(one)).toEqual(['objectionHandling', ...from('agreement')]);
  });
});

describe('a window that runs', () => {
  it('is told as it was opened, not counted again from today', () => {
    const one = caseAt('publicity', day).on('2026-03-10 09:00');
    expect(windowOf(one)).toMatchObject({ from: '2026-03-02', to: '2026-03-17', window: { lastDay: '2026-03-17' } });
    expect(aheadOf(one).steps[1]).toMatchObject({ step: 'statement', from: '2026-03-18' });
  });

  it('is told with its new end, once a gap has lengthened it', () => {
    const one = caseAt('publicity', day, undefined, { changes: { 'publicity.gapLengthens': true } }).on('2026-03-10 09:00');
    one.does('officer', 'recordPublicityGap', { noticeId: one.notice().id, days: ['2026-03-05'], ...g });
    expect(one.notice().deadline.lastDay).toBe('2026-03-18');
    expect(windowOf(one)).toMatchObject({ to: '2026-03-18', window: { n: 16 } });
  });

  it('of the first of two notices runs on while the second is prepared', () => {
    const plan = { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '300000000' } as const;
    const one = caseAt('noticePreparation', day, plan, { name: 'baotou-university' });
    one.does('officer', 'publishNotice', one.noticeBody('empowerment')).on('2026-03-10 09:00');
    const { lastDay } = one.notice().deadline;
    const told = aheadOf(one).steps.filter(({ step }) => step === 'publicity');
    expect(told).toMatchObject([
      { from: '2026-03-02', to: lastDay, window: { kind: 'empowerment' } },
      { from: '2026-03-10', window: { kind: 'price' } },
    ]);
  });
});

const timed = (more: Partial<RuleValues> = {}): Case =>
  caseAt('check', day, undefined, { changes: { ...forStepTimes(() => fiveDays), ...more } });

describe('the time of a step', () => {
  it('is told where the institution gives one, from the earliest day of the step, with its clause', () => {
    const due = dueOf(timed());
    expect(due).toMatchObject({ check: '2026-03-09', departmentReview: '2026-03-09', statement: '2026-03-25' });
    for (const step of from('check'))
      expect([step, due[step] !== undefined]).toEqual([step, (timedSteps as readonly Step[]).includes(step)]);
    const [check] = aheadOf(timed()).steps;
    expect(check?.clauses.map(({ key }) => key)).toContain('stepTime.check');
    expect(aheadOf(caseAt('consent', day)).steps[0]).not.toHaveProperty('dueBy');
  });

  it('of the step where the case stands runs from its entry, and those after it from today', () => {
    const one = timed().on('2026-03-05 09:00');
    expect(dueOf(one)).toMatchObject({ check: '2026-03-09', departmentReview: '2026-03-12' });
  });

  it('is not told while a hold stops it', () => {
    expect(dueOf(held(timed()))).toMatchObject({ check: undefined, departmentReview: '2026-03-09' });
  });
});
