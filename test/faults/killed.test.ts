/**
 * Every activity, handler and step of the service's processes, killed by SIGKILL before its effect, after its commit and
 * before its acknowledgement: the case ends as one that nothing happened to. The lanes run side by side, since most of a
 * killed worker's time is waiting for Temporal to give its task to the next one.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf } from './support/endState.ts';
import { freshDatabase, temporalAddress } from '../harness/services.ts';
import { bundleCache } from '../workflows/support/engine.ts';
import {
  activityPoints,
  apiPoints,
  firstDifference,
  parkedAt,
  playLane,
  workerPoints,
  type Kills,
  type Played,
} from './support/lanes.ts';

const { loadCase = [], loadFacts = [], refuse = [], settle = [] } = activityPoints;
const of = (points: readonly string[], ...subjects: string[]): string[] =>
  points.filter((point) => subjects.some((subject) => point.startsWith(`${subject}:`)));
/** A first delivery is a start, of which the play has two; each kill around it makes the next one another delivery. */
const started = 'dispatcher start: answered';
const dispatching = workerPoints.filter((point) => point.startsWith('dispatcher') && point !== started);

/** Each lane is a worker and an API of its own; together they are killed at every point there is. */
const lanes: Record<string, Kills> = {
  'nothing at all': {},
  'what loads a case, and an act': { worker: [...loadCase, ...of(settle, 'activity settle of an act')] },
  'a refusal, and what follows from an act': {
    worker: [...refuse, ...of(settle, 'activity settle of a refusal', 'activity settle of what follows')],
  },
  'what time brings': { worker: [...loadFacts, ...of(settle, 'activity settle of a wake')] },
  'the dispatcher': { worker: dispatching },
  'the delivery of messages': { worker: workerPoints.filter((point) => !dispatching.includes(point)) },
  'the API, and a worker whose cases are parked': { api: apiPoints, parked: parkedAt },
};

/** More would starve each other, and the tests that run beside this one, on two cores. */
const SIDE_BY_SIDE = 3;
/** Letters that one worker has on their way at most. */
const ON_THE_WAY = 10;
const played = new Map<string, Played | { failed: unknown }>();

/** A lane that fails fails its own test, and leaves the others to play theirs. */
async function play([name, kills]: [string, Kills]): Promise<void> {
  const servers = { databaseUrl: await freshDatabase(), temporalAddress: temporalAddress(), cacheDir: bundleCache };
  played.set(name, await playLane(servers, kills).catch((failed: unknown) => ({ failed })));
}

beforeAll(async () => {
  const waiting = Object.entries(lanes);
  const inTurn = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await play(next);
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, inTurn));
}, 600_000);

function end(name: string): Played {
  const lane = played.get(name)!;
  if ('failed' in lane) throw lane.failed;
  return lane;
}
const calm = (): Played => end('nothing at all');

describe('killed at', () => {
  it('no point, the play gives what the others are compared with', () => {
    const { state, missed, kills, crashes, faults, lettersTwice, letters } = calm();
    expect({ missed, kills, crashes, faults, lettersTwice }).toEqual({
      missed: [],
      kills: 0,
      crashes: [],
      faults: [],
      lettersTwice: 0,
    });
    expect(letters).toBeGreaterThan(50);
    expect(state.split('\n').filter((line) => line.startsWith('ledger')).length).toBeGreaterThan(30);
  });

  it.each(Object.keys(lanes).slice(1))('%s, the case ends as the undisturbed one', (name) => {
    const { state, missed, crashes, faults, lettersTwice, kills } = end(name);
    expect({ missed, crashes, faults }).toEqual({ missed: [], crashes: [], faults: [] });
    expect(firstDifference(state, calm().state)).toBeUndefined();
    expect(digestOf(state)).toBe(digestOf(calm().state));
    // Whoever dies between the mail server's word and the note of it sends what was on its way again, under the same id.
    expect(lettersTwice).toBeLessThanOrEqual(ON_THE_WAY * kills);
  });

  it('all points that are known, in one lane or another', () => {
    const killed = Object.values(lanes).flatMap(({ worker = [], api = [] }) => [...worker, ...api]);
    expect(killed.toSorted()).toEqual([...Object.values(activityPoints).flat(), ...workerPoints, ...apiPoints].toSorted());
  });

  it('every activity that a worker registers', () => {
    expect(calm().activities.toSorted()).toEqual(Object.keys(activityPoints).toSorted());
  });
});
