/**
 * The gate before a release: code as it is now must take every history that a release left behind the way it went.
 * What replay cannot see stands in test/releases/edits/unseen.ts, with the tests that do.
 */
import { statSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { actTable } from '../../domain/empowerment/index.ts';
import { workflowBundle } from '../../worker/bundle.ts';
import { replay } from '../../worker/replay.ts';
import { dataConverter } from '../../worker/codec.ts';
import { bundleCache, testKeys } from '../workflows/support/engine.ts';
import { keptHistories, canariesOf, namesOf, payloadTexts, readKept, releases, releasesFolder, SUFFIX } from './kept.ts';
import { whatWaits } from './journeys.ts';

describe('kept histories', () => {
  it('are there for every step at which a case can be', () => {
    expect(Object.keys(whatWaits)).toEqual(expect.arrayContaining(Object.values(actTable).flatMap(({ steps }) => steps)));
    const kept = releases.flatMap((release) => namesOf(release).flatMap((name) => readKept(release, name).stops));
    const steps = new Set(kept.map(({ step }) => step));
    expect(Object.keys(whatWaits).filter((step) => !steps.has(step))).toEqual([]);
  });

  it('tell nothing that was sealed, of anybody, nor of the machine they were made on', () => {
    for (const release of releases) {
      const canaries = canariesOf(release);
      expect(canaries).toEqual(expect.arrayContaining(['示例异议人', '联系方式（示例）']));
      for (const name of namesOf(release)) {
        const { history, stops } = readKept(release, name);
        const text = JSON.stringify(history);
        const payloads = payloadTexts(history);
        expect(payloads.length).toBeGreaterThan(0);
        for (const part of [text, JSON.stringify(stops), ...payloads]) {
          expect(canaries.filter((canary) => part.includes(canary))).toEqual([]);
          expect(part).not.toMatch(/\/(home|root|work|Users)\/|node_modules|\.ts:\d+/);
          expect(part).not.toMatch(/"identity":"(?!worker")/);
        }
      }
    }
  });

  it('would be found to tell what is sealed, in the clear or in a payload', () => {
    const [release = ''] = releases;
    const [canary = ''] = canariesOf(release);
    const planted = { events: [{ input: { payloads: [{ data: Buffer.from(`{"x":"${canary}"}`).toString('base64') }] } }] };
    expect(payloadTexts(planted).filter((text) => text.includes(canary))).toHaveLength(1);
  });

  it('are small', () => {
    for (const release of releases) {
      const bytes = namesOf(release).map((name) => statSync(`${releasesFolder}${release}/histories/${name}${SUFFIX}`).size);
      expect(bytes.reduce((sum, one) => sum + one, 0)).toBeLessThan(1024 * 1024);
    }
  });

  it('replay on the present code, with a key that encrypted none of them', async () => {
    const { code } = await workflowBundle({ cacheDir: bundleCache });
    expect(Object.fromEntries(await replay(keptHistories(), { code, dataConverter: dataConverter(testKeys) }))).toEqual({});
  });
});
