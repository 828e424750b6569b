/** Whatever people try, in whatever order: what must hold of every case (see sound.ts) holds after every event. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { empowerment, type EmpowermentEvent } from '../../domain/empowerment/index.ts';
import { play, seeds, start } from '../unit/empowerment/play.ts';

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
      // No time limit: what is reached must not depend on how busy the machine is.
      { numRuns: 100, seed: 20260302 },
    );
    expect(taken).toBeGreaterThan(800);
    for (const type of [
      'noticePublished',
      'objectionReceived',
      'objectionDecided',
      'amendmentAdopted',
      'rulesTransitioned',
      'lifeEventRecorded',
      'holdBegun',
      'holdEnded',
      'deadlineMoved',
      'personReassigned',
    ])
      expect(seen).toContain(type);
  });
});
