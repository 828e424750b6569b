import { describe, expect, it } from '@jest/globals';
import { checkLateAfter, foundBy, foundWithin, stalledCauses, stalledChecks } from '../../../contracts/stalled.ts';
import type { StalledCause, StalledCheck } from '../../../contracts/stalled.ts';

/** The promise of the list, held against the settings that are shipped: intervals, looks, the longest that a round may take. */

const causes = Object.keys(stalledCauses) as StalledCause[];
const checks = Object.keys(stalledChecks) as StalledCheck[];
const MINUTE = 60;
const HOUR = 3_600;
/** Found by comparing every open case with the engine, which costs too much to be done each minute. */
const hourly: readonly StalledCause[] = ['workflowLost', 'workflowUnknown'];

describe('at the worst', () => {
  it.each(causes)('%s is in the list within its time', (cause) => {
    const seconds = foundWithin(cause);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(hourly.includes(cause) ? HOUR : MINUTE);
  });

  it.each(checks)('%s that is no longer made is missed within the time of what it finds', (check) => {
    expect(checkLateAfter(check)).toBeLessThanOrEqual(check === 'comparison' ? HOUR : MINUTE);
  });

  it('only what needs the comparison has an hour, and every check finds something', () => {
    expect(causes.filter((cause) => foundBy[cause].rounds.includes('comparison'))).toEqual(hourly);
    expect(new Set(causes.flatMap((cause) => foundBy[cause].rounds))).toEqual(new Set(checks));
  });
});
