import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { stalledCauses, type RepairKind, type StalledCause } from '../../../contracts/stalled.ts';

/**
 * Every cause is provoked in a test, found, mended by each act that the list offers for it, and gone; every retry is also tried
 * where it does not help. Which test does it is told here, from the declared causes: one without does not compile, and
 * a test that is not there, or does not do it, fails.
 */

type Told = readonly [file: string, title: string];
type RepairsOf<C extends StalledCause> = (typeof stalledCauses)[C]['repairs'][number];
type Mended = { [C in StalledCause]: Record<[RepairsOf<C>] extends [never] ? 'itself' : RepairsOf<C>, Told> };

/** A retry that waits for the engine's own next try, which nothing brings forward, is tried against an engine that answers at once. */
const waits: Told = ['unit/worker/awaitTask', 'is done when the task has succeeded, or another has begun'];

const mended: Mended = {
  taskOverdue: {
    remind: [
      'api/overdue',
      'that is overdue is listed with who must act, since it was due; a reminder goes out; it goes when it is done',
    ],
    reassign: [
      'api/overdue',
      'that is overdue is put in the charge of somebody else, who is then named, and goes when they do it',
    ],
    hold: ['api/overdue', 'that is overdue goes from the list when it is put on hold, and is back when that ends'],
  },
  quorumLost: {
    remind: ['api/repairs', 'has whoever names substitutes reminded, and goes when one is named'],
    hold: ['api/repairs', 'goes as well when its case is put on hold, and is back when that ends'],
  },
  deadlinePassed: { retry: ['api/repairs', 'is closed when the case is made to look'] },
  actUnanswered: { retry: ['api/repairs', 'is tried again long before its time'] },
  messageStuck: { retry: ['api/repairs', 'are sent again: not helped while it refuses, done when all went out'] },
  activityFailing: {
    retry: [
      'api/repairsEngine',
      'is tried again: says that it did not help and, to the operator, why; is done only when it has succeeded',
    ],
  },
  workflowTaskFailing: {
    retry: waits,
    restart: ['api/repairs', 'is waited for, and started anew from the ledger: neither helps under a release with a bug'],
  },
  workflowLost: {
    restart: ['api/repairsEngine', 'is started again: first dry, then with a reason under a name, which the supervisor reads'],
  },
  workflowUnknown: { terminate: ['api/repairsEngine', 'is terminated by the operator of the platform'] },
  calendarMissing: {
    itself: ['api/stalled', 'has a missing calendar of the running year and a missing key, for everybody, until they are there'],
  },
  keyMissing: {
    itself: [
      'api/stalledEngine',
      'whose payloads need a key that is not there is found, with the key, and goes on when it is back',
    ],
  },
  noWorker: { itself: ['api/stalled', 'the list is whole, and empty when nothing stands still'] },
  checkStopped: { itself: ['api/stalled', 'says which check failed, and keeps what it had found'] },
};

type Retried = { [C in StalledCause]: 'retry' extends RepairsOf<C> ? C : never }[StalledCause];

/** Where a retry does not help and says so. */
const helpless: Record<Retried, Told> = {
  deadlinePassed: ['api/repairs', 'is not helped while its workflow is lost, and closed when that is started again'],
  actUnanswered: ['api/repairs', 'is tried again: not helped while its workflow is lost; it is answered when that is restarted'],
  messageStuck: ['api/repairs', 'are sent again: not helped while it refuses, done when all went out'],
  activityFailing: [
    'api/repairsEngine',
    'is tried again: says that it did not help and, to the operator, why; is done only when it has succeeded',
  ],
  workflowTaskFailing: [
    'api/repairs',
    'is waited for, and started anew from the ledger: neither helps under a release with a bug',
  ],
};

/** What the test of that title does, as its source says. */
function bodyOf([file, title]: Told): string {
  const source = readFileSync(new URL(`../../${file}.test.ts`, import.meta.url), 'utf8');
  const [, after] = source.split(`it('${title}'`);
  if (after === undefined) throw new Error(`${file} has no test "${title}"`);
  return after.split(/\n {2}\}\);/)[0] ?? '';
}

const cells = Object.entries(mended).flatMap(([cause, acts]) =>
  Object.entries(acts as Record<string, Told>).map(
    ([act, told]) => [cause as StalledCause, act as RepairKind | 'itself', told] as const,
  ),
);

describe('what stands still', () => {
  it('has an act in the table for each that is offered', () => {
    const offered = Object.entries(stalledCauses).flatMap(([cause, { repairs }]) =>
      (repairs.length === 0 ? ['itself'] : repairs).map((act) => `${cause} ${act}`),
    );
    expect(cells.map(([cause, act]) => `${cause} ${act}`).toSorted()).toEqual(offered.toSorted());
  });

  it.each(cells)('%s is mended by %s, and then gone', (cause, act, told) => {
    const body = bodyOf(told);
    if (told === waits) return;
    expect(body).toContain(cause);
    expect(body).toMatch(/\bgoes\(|toEqual\(\[\]\)/);
    if (act !== 'itself') expect(body).toContain(`'${act}'`);
    if (act !== 'itself') expect(body).toContain("status: 'done'");
  });

  it.each(Object.entries(helpless))('%s says that a retry does not help', (cause, told) => {
    const body = bodyOf(told);
    expect(body).toContain(cause);
    expect(body).toContain("'retry'");
    expect(body).toContain("status: 'notHelped'");
  });
});
