import { describe, expect, test } from '@jest/globals';
import { compareSnapshots, loadShippedPacks, planTransition, resolve } from '../../../policies/index.ts';
import { baotouUniversity, fixturePacks, hohhotUniversity, on, overlayWith, pilotUniversity, testPack } from './support.ts';

const state = (force: 'mandatory' | 'default') =>
  testPack({
    id: 't-state',
    from: '2026-06-01',
    rules: { 'publicity.coOwnership': [{ value: { bound: 'atLeast', n: 20, unit: 'calendarDay' }, force }] },
  });

const days = (n: number) => ({ bound: 'atLeast', n, unit: 'calendarDay' }) as const;

const overlay = (version: number, from: string, n: number) =>
  overlayWith(hohhotUniversity, { 'objection.handling': { bound: 'atMost', n, unit: 'workingDay' } }, { version, from });

describe('the rule changes on 2026-06-01 while a case is open', () => {
  test('of equal rank, from 80 % to 90 %: a change, but none that prevails', () => {
    const packs = fixturePacks('equalRank.yaml');
    const [pinned, now] = [
      on('2026-05-31', baotouUniversity, undefined, packs),
      on('2026-06-01', baotouUniversity, undefined, packs),
    ];
    expect(compareSnapshots(pinned, now)).toMatchObject({
      same: false,
      prevails: false,
      changed: [
        {
          key: 'distribution.rewardShare',
          from: { value: { percent: 80 } },
          to: { value: { percent: 90 } },
          prevails: false,
          because: { clause: 't-city-new.1' },
        },
      ],
    });
  });

  test('of higher rank, from 80 % to 90 %: it prevails, because the city yields to later rules of the region', () => {
    const packs = fixturePacks('higherRank.yaml');
    const [pinned, now] = [
      on('2026-05-31', baotouUniversity, undefined, packs),
      on('2026-06-01', baotouUniversity, undefined, packs),
    ];
    expect(compareSnapshots(pinned, now)).toMatchObject({
      same: false,
      prevails: true,
      changed: [
        { key: 'distribution.rewardShare', to: { value: { percent: 90 } }, prevails: true, because: { clause: 't-city.2' } },
      ],
    });
  });

  test('opting in to 90 % is a decision that needs a new notice', () => {
    const packs = fixturePacks('equalRank.yaml');
    const [pinned, next] = [
      on('2026-05-31', baotouUniversity, undefined, packs),
      on('2026-06-01', baotouUniversity, undefined, packs),
    ];
    const plan = planTransition(pinned, next);
    expect(plan).toMatchObject({ newNotice: true, prevails: false, fromHash: pinned.hash, toHash: next.hash });
  });

  test('a mandatory rule of higher rank prevails without any yielding clause; a default of higher rank does not', () => {
    const base = testPack({
      id: 't-region',
      rules: { 'publicity.coOwnership': [{ value: { bound: 'atLeast', n: 15, unit: 'calendarDay' }, force: 'default' }] },
    });
    const difference = (force: 'mandatory' | 'default') => {
      const packs = [base, state(force)];
      return compareSnapshots(
        on('2026-05-31', hohhotUniversity, undefined, packs),
        on('2026-06-01', hohhotUniversity, undefined, packs),
      );
    };
    expect(difference('mandatory')).toMatchObject({ same: false, prevails: true });
    expect(difference('default')).toMatchObject({ same: false, prevails: false });
  });

  test('a mandatory 20 days from 2026-06-01 prevails over a unit that pinned 16, also where the unit adopts 25 the same day', () => {
    const base = testPack({ id: 't-region', rules: { 'publicity.coOwnership': [{ value: days(15), force: 'default' }] } });
    const own = (version: number, from: string, n: number) =>
      overlayWith(hohhotUniversity, { 'publicity.coOwnership': days(n) }, { version, from });
    const packs = [base, state('mandatory')];
    const pinned = on('2026-05-31', hohhotUniversity, own(1, '2024-06-01', 16), packs);
    expect(compareSnapshots(pinned, on('2026-06-01', hohhotUniversity, own(2, '2026-06-01', 25), packs))).toMatchObject({
      prevails: true,
      changed: [{ key: 'publicity.coOwnership', from: { value: days(16) }, to: { value: days(25) }, prevails: true }],
    });
    // Whoever had promised as much already, and keeps to it, is not stopped.
    const strict = [own(1, '2024-06-01', 25), own(1, '2024-06-01', 25)] as const;
    const difference = compareSnapshots(
      on('2026-05-31', hohhotUniversity, strict[0], packs),
      on('2026-06-01', hohhotUniversity, strict[1], packs),
    );
    expect(difference).toMatchObject({ prevails: false });
  });

  test("the unit's own new version of 2026-06-01 touches the steps that read it, and prevails over nothing", () => {
    const packs = loadShippedPacks();
    const pinned = resolve({ institution: hohhotUniversity, on: '2026-05-31', packs, overlay: overlay(1, '2024-06-01', 10) });
    const next = resolve({ institution: hohhotUniversity, on: '2026-06-01', packs, overlay: overlay(2, '2026-06-01', 5) });
    expect(planTransition(pinned, next)).toMatchObject({ touches: ['objectionHandling'], newNotice: false, prevails: false });
  });
});

describe('what is no change', () => {
  test('another day under the same rules has another hash and is the same', () => {
    const [pinned, now] = [on('2026-03-01', baotouUniversity), on('2026-09-01', baotouUniversity)];
    expect(pinned.hash).not.toBe(now.hash);
    expect(compareSnapshots(pinned, now)).toEqual({ same: true });
    expect(planTransition(pinned, now)).toMatchObject({ changed: [], touches: [], newNotice: false, prevails: false });
  });

  test('the end of the pilot on 2023-12-31 takes values away, and nothing prevails: what was signed in it lives on', () => {
    const difference = compareSnapshots(on('2023-12-31', pilotUniversity), on('2024-01-01', pilotUniversity));
    expect(difference).toMatchObject({ same: false, prevails: false });
    const gone = difference.same ? [] : difference.changed.filter((one) => !one.to).map((one) => one.key);
    expect(gone).toEqual(
      expect.arrayContaining(['empowerment.exclusions', 'empowerment.useRight.plan', 'empowerment.useRight.survivesLeaving']),
    );
  });
});
