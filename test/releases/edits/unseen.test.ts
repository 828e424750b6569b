/** Edits that replay lets pass, and the checks of this repository that do not. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { dataConverter } from '../../../worker/codec.ts';
import { replay } from '../../../worker/replay.ts';
import { keptHistories } from '../../replay/kept.ts';
import { testKeys } from '../../workflows/support/engine.ts';
import { editedBundle, withEdits, type Edit } from './edit.ts';
import { LINT, unseenEdits } from './unseen.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
/** Everything but what is built, fetched or kept by somebody. */
const whole = readdirSync(root).filter((name) => !['node_modules', 'dist', 'data', '.git', 'temporal-server'].includes(name));

/** Whether the checks pass in a copy with the edits. */
async function passes(edits: Edit[], checks: string[]): Promise<boolean> {
  return withEdits(whole, edits, async (folder) => {
    const tests = checks.filter((check) => check !== LINT);
    const calls = [
      ...(checks.includes(LINT) ? [['node_modules/.bin/oxlint', '--type-aware', '--deny-warnings', 'workflows']] : []),
      ...(tests.length > 0
        ? [
            [
              process.execPath,
              '--experimental-vm-modules',
              '--no-warnings',
              'node_modules/jest/bin/jest.js',
              '--selectProjects',
              'unit',
              'gates',
              '--testPathPatterns',
              ...tests,
            ],
          ]
        : []),
    ];
    try {
      for (const [program = '', ...args] of calls)
        await run(program, args, { cwd: folder, env: { ...process.env, TMPDIR: folder } });
      return true;
    } catch (error) {
      // Exit code 1 is a finding; anything else is a check that did not run.
      if ((error as { code?: unknown }).code === 1) return false;
      throw error;
    }
  });
}

it('the checks pass on the sources as they are', async () => {
  expect(await passes([], [...new Set(unseenEdits.map(({ seenBy }) => seenBy))])).toBe(true);
});

it.each(unseenEdits)('$name: unseen by replay, seen by $seenBy', async (edit) => {
  const code = await editedBundle([edit]);
  const faults = await replay(keptHistories(), { dataConverter: dataConverter(testKeys), code });
  expect(Object.fromEntries(faults)).toEqual({});
  expect(await passes([edit], [edit.seenBy])).toBe(false);
});
