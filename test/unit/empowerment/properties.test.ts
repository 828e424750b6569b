/** Whatever people try, in whatever order: what must hold of every case (see sound.ts) holds after every event. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { empowerment, type EmpowermentEvent, type Step } from '../../../domain/empowerment/index.ts';
import { caseAt, type Case } from './case.ts';
import { next, surroundings, type Pick } from './menu.ts';
import { World, type Plan } from './world.ts';

type Options = Parameters<typeof caseAt>[3];

interface Start {
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
const start = fc.tuple(settings, fc.constantFrom<Step>(...steps)).map(([setting, step]): Start => ({ ...setting, step }));

/** Numbers below n, one after the other, from one seed. */
function picker(seed: number): Pick {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return n > 0 ? ((t ^ (t >>> 14)) >>> 0) % n : 0;
  };
}

/** Plays a case of so many acts; answers it with how many were taken. */
function play({ step, plan, options }: Start, seeds: readonly number[]): { one: Case; taken: number } {
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
    else
      expect(outcome.refused).toMatchObject({ code: expect.stringMatching(/./), zh: expect.stringMatching(/\p{Script=Han}/u) });
  }
  return { one, taken };
}

const seeds = fc.array(fc.integer(), { minLength: 40, maxLength: 120 });

/** More runs look further: `FUQUAN_RUNS=5000 npx jest …`. */
const runs = Number(process.env['FUQUAN_RUNS'] ?? 100);

describe('any sequence of acts', () => {
  it('never breaks a case: no throw, nothing for the dead, never stuck, shares whole, rights earned, one right, an end', () => {
    fc.assert(
      fc.property(start, seeds, (from, numbers) => {
        const { one } = play(from, numbers);
        const events = one.ledger as EmpowermentEvent[];
        expect(one.replayed()).toEqual(one.state);
        // Carried over a fresh history as JSON, at any point: the same state comes out.
        const half = Math.floor(events.length / 2);
        const initial = empowerment.initial(one.id, one.rules.institutionId);
        const first = events.slice(0, half).reduce((state, event) => empowerment.evolve(state, event), initial);
        const carried = JSON.parse(JSON.stringify(first)) as typeof first;
        expect(events.slice(half).reduce((state, event) => empowerment.evolve(state, event), carried)).toEqual(one.state);
      }),
      { numRuns: runs, interruptAfterTimeLimit: runs * 150 },
    );
  });

  it('is not only refused: cases reach objections, amendments, new rounds and rights', () => {
    const seen = new Set<string>();
    let taken = 0;
    fc.assert(
      fc.property(start, seeds, (from, numbers) => {
        const played = play(from, numbers);
        taken += played.taken;
        for (const { type } of played.one.ledger) seen.add(type);
      }),
      { numRuns: 100, seed: 20260302, interruptAfterTimeLimit: runs * 150 },
    );
    expect(taken).toBeGreaterThan(800);
    for (const type of [
      'noticePublished',
      'objectionReceived',
      'objectionDecided',
      'amendmentAdopted',
      'rulesTransitioned',
      'lifeEventRecorded',
    ])
      expect(seen).toContain(type);
  });
});
