/** Cases played at random: a start, and acts that people try one after the other. */
import { expect } from '@jest/globals';
import * as fc from 'fast-check';
import type { Step } from '../../../domain/empowerment/index.ts';
import { caseAt, type Case } from './case.ts';
import { next, surroundings, type Pick } from './menu.ts';
import { unreadable } from './recordedCase.ts';
import { World, type Plan } from './world.ts';

type Options = Parameters<typeof caseAt>[3];

export interface Start {
  step: Step;
  plan: Plan;
  options: NonNullable<Options>;
}

const steps = [
  'consent',
  'check',
  'departmentReview',
  'groupDecision',
  'leadershipDecision',
  'noticePreparation',
  'publicity',
  'statement',
  'agreement',
  'titleChange',
  'registration',
  'done',
] as const;

const settings = fc.constantFrom<Omit<Start, 'step'>>(
  { plan: { mode: 'coOwnership' }, options: {} },
  { plan: { mode: 'coOwnership', team: { an: 60, g1: 40 } }, options: {} },
  { plan: { mode: 'coOwnership' }, options: { changes: { 'publicity.order': 'publishThenApprove' } } },
  {
    plan: { mode: 'coOwnership' },
    options: { changes: { 'publicity.gapLengthens': false, 'decision.majorMatters': ['coOwnership'] } },
  },
  { plan: { mode: 'coOwnership' }, options: { name: 'baotou-institute' } },
  { plan: { mode: 'useRight', years: 12 }, options: {} },
  { plan: { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '120000000' }, options: { name: 'baotou-university' } },
  {
    plan: { mode: 'fullOwnership', road: 'saleOfRetainedShare', priceFen: '1' },
    options: { name: 'baotou-university', changes: { 'publicity.order': 'publishThenApprove' } },
  },
  { plan: { mode: 'fullOwnership', road: 'agreedIncome' }, options: { name: 'harbin-university' } },
);

/** Any setting, at any step that its path has and that the usual story reaches. */
export const start = fc.tuple(settings, fc.constantFrom<Step>(...steps)).map(([setting, step]): Start => ({ ...setting, step }));

/** Numbers below n, one after the other, from one seed. */
export function picker(seed: number): Pick {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return n > 0 ? ((t ^ (t >>> 14)) >>> 0) % n : 0;
  };
}

/** Plays a case of so many acts; answers it with how many were taken. */
export function play({ step, plan, options }: Start, seeds: readonly number[]): { one: Case; taken: number } {
  const world = new World();
  world.relations = [['an', 'g3']];
  world.people['g1'] = { status: 'active', departments: [] };
  const one = caseAt(step, '2026-03-02 09:00', plan, { ...options, world });
  let taken = 0;
  let afterwards = 0;
  for (const seed of seeds) {
    // What is over stays over: a few tries show it.
    if (one.state.status !== 'open' && (afterwards += 1) > 5) break;
    const pick = picker(seed);
    surroundings(one, pick);
    const { who, type, body } = next(one, pick);
    const outcome = one.tries(who, type, body as never);
    if ('done' in outcome) taken += 1;
    else expect([outcome.refused.code, unreadable(outcome.refused)]).toEqual([expect.stringMatching(/./), []]);
  }
  return { one, taken };
}

/** What each try is chosen by. */
export const seeds = fc.array(fc.integer(), { minLength: 40, maxLength: 120 });
