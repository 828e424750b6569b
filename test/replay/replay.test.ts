/**
 * The gate before a release: code as it is now must take every history that a release left behind the way it went.
 * What replay cannot see stands in test/releases/edits/unseen.ts, with the tests that do.
 */
import { statSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { ProcessKind } from '../../contracts/messages.ts';
import { processes } from '../../domain/index.ts';
import { workflowBundle } from '../../worker/bundle.ts';
import { replay } from '../../worker/replay.ts';
import { dataConverter } from '../../worker/codec.ts';
import { caseWorkflowType } from '../../worker/deliver.ts';
import { bundleCache, testKeys } from '../workflows/support/engine.ts';
import {
  canariesOf,
  keptHistories,
  kindOf,
  namesOf,
  payloadTexts,
  readKept,
  releases,
  releasesFolder,
  SUFFIX,
  type KeptRun,
} from './kept.ts';
import { bundledReleases, bundleFile, keptBundle, MACHINE_PATH, packed } from './bundle.ts';
import { missing, parkedSteps } from './coverage.ts';
import { playedProcesses } from './processes.ts';

const runsOf = (kind: string): KeptRun[] =>
  releases
    .flatMap((release) => namesOf(release).map((name) => readKept(release, name)))
    .filter(({ history }) => kindOf(history) === kind);

describe('of every process', () => {
  it.each(Object.keys(processes) as ProcessKind[])('%s: every step and every act is in a history of a running system', (kind) => {
    expect(missing(kind, processes[kind], playedProcesses[kind], runsOf(kind))).toEqual([]);
  });

  it('there are histories of every workflow that a worker runs', async () => {
    const workflows = Object.keys(await import('../../workflows/index.ts'));
    expect(workflows.toSorted()).toEqual((Object.keys(processes) as ProcessKind[]).map(caseWorkflowType).toSorted());
  });

  it('what is missing is said, with what to do about it', () => {
    const { empowerment } = processes;
    const known = playedProcesses.empowerment;
    const kept = runsOf('empowerment');
    expect(missing('useRight', empowerment, undefined, [])).toEqual([expect.stringContaining('test/replay/processes.ts')]);
    const grown = {
      ...known,
      steps: [...known.steps, 'notarisation'],
      acts: { ...known.acts, notarise: { steps: ['notarisation'] } },
    };
    expect(missing('empowerment', empowerment, grown, kept)).toEqual([
      expect.stringMatching(/step notarisation.*test\/replay\/empowerment.*npm run histories/),
      expect.stringMatching(/act notarise.*npm run histories/),
    ]);
    // A stop at which the workflow was over is none at which a case is parked.
    const over = kept.filter(({ stops }) =>
      stops.every(({ step }) => ['draft', 'refused', 'withdrawn', 'merged'].includes(step)),
    );
    const sentences = missing('empowerment', empowerment, known, over);
    for (const step of parkedSteps(known)) expect(sentences).toContainEqual(expect.stringContaining(`step ${step}:`));
    expect(missing('empowerment', empowerment, known, []).length).toBe(known.steps.length + Object.keys(known.acts).length);
  });
});

describe('kept histories', () => {
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

  it('stand beside the code that made them, which tells of no machine either', () => {
    expect(bundledReleases).toContain(releases.at(-1));
    for (const release of bundledReleases) {
      const { code } = keptBundle(release);
      expect(MACHINE_PATH.exec(code)?.[0]).toBeUndefined();
      expect(code).toContain('./workflows/empowerment.ts');
      expect(statSync(bundleFile(release)).size).toBeLessThan(512 * 1024);
    }
    expect(() => packed('load("/home/somebody/fuquan/workflows/index.ts")\n//# sourceMappingURL=data:')).toThrow('/home/s');
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
