/** The API as a stranger with its document in hand meets it: Schemathesis makes requests, good and bad, and reads the answers. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { routes } from '../../api/app.ts';
import { insiders, openWorld, outsiders, type World } from './world.ts';
import { schemathesis } from './schemathesis.ts';

/**
 * A short run for every build, with the same seed each time. A long one by `npm run fuzz`, with another seed each time: it
 * goes through the limits of every act too, and through chains of requests, which are thousands.
 */
const LONG = process.env['FUQUAN_FUZZ'] === 'long';
const EXAMPLES = LONG ? 100 : 8;
const PHASES = LONG ? 'examples,coverage,fuzzing,stateful' : 'examples,coverage,fuzzing';
const SEED = process.env['FUQUAN_FUZZ_SEED'] ?? (LONG ? String(randomInt(2 ** 31)) : '20261121');
/** After that it is ended and fails. */
const LONGEST_MS = LONG ? 2 * 3_600_000 : 900_000;
const SPARE_MS = 30_000;

let world: World;
let program: string;

beforeAll(async () => {
  program = await schemathesis();
  world = await openWorld(SEED, LONG);
}, 600_000);

afterAll(() => world?.close());

test(
  'never fails, takes nothing invalid, lets nobody in, and answers as its document says',
  async () => {
    const { code, output } = await fuzz([
      `--phases=${PHASES}`,
      '--checks=all',
      // What the document cannot say (who has which part in a case, what a step allows) refuses well-formed requests too.
      '--exclude-checks=positive_data_acceptance',
      '--continue-on-failure',
      `--max-examples=${EXAMPLES}`,
      `--seed=${SEED}`,
    ]);
    if (code !== 0) throw new Error(code === null ? `Ended after ${LONGEST_MS} ms.\n${output}` : output);
    // A run that tried nothing would pass as well.
    expect(output).toMatch(/ passed/);
    const called = routes.filter(({ atRoot }) => !atRoot).map(({ id }) => id);
    expect(called.filter((id) => !world.tally.has(id))).toEqual([]);
    expect(called.filter((id) => world.tally.get(id)!.given > 0).length).toBeGreaterThan(called.length / 2);
    expect(insiders.filter((who) => !world.callers.get(who)?.given)).toEqual([]);
    expect(outsiders.filter((who) => !world.callers.get(who)?.asked)).toEqual([]);
  },
  LONGEST_MS + SPARE_MS,
);

async function fuzz(options: string[]): Promise<{ code: number | null; output: string }> {
  const { url, folder } = world;
  const args = [
    `--config-file=${join(folder, 'schemathesis.toml')}`,
    'run',
    `${url}/openapi.json`,
    `--url=${url}`,
    // They stand at the root, which the document says and the program does not follow; operations.test.ts tries them.
    '--exclude-operation-id=livez',
    '--exclude-operation-id=readyz',
    '--generation-database=none',
    // A machine with much else to do is no finding.
    '--request-timeout=60',
    '--suppress-health-check=too_slow',
    '--no-color',
    '--warnings=off',
    ...options,
  ];
  const child = spawn(program, args, {
    cwd: folder,
    timeout: LONGEST_MS,
    env: {
      ...process.env,
      SCHEMATHESIS_HOOKS: 'hooks',
      PYTHONPATH: import.meta.dirname,
      PYTHONDONTWRITEBYTECODE: '1',
      FUQUAN_FUZZ_SETTINGS: join(folder, 'settings.json'),
      no_proxy: '127.0.0.1',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((closed, failed) => child.on('error', failed).on('close', closed));
  return { code, output };
}
