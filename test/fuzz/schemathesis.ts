/** Schemathesis in a Python environment of its own, made once and kept with the other built programs. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tryLock } from '../../runtime/lockFile.ts';
import { defaultCacheDir } from '../../runtime/temporalProgram.ts';
import { waitFor } from '../harness/services.ts';

const run = promisify(execFile);
const requirements = join(import.meta.dirname, 'requirements.txt');
const HELP =
  'The API cannot be tried with Schemathesis. Once, this needs Python 3.10 or newer as `python3`, with its modules venv and ensurepip ' +
  "(Debian: python3-venv), and PyPI, or a mirror in pip's own settings.";
const MAKING_MS = 300_000;
const COMPLETE = 'complete';

/** Path of the program. Fails, rather than passing over the test, where it cannot be had. */
export async function schemathesis(): Promise<string> {
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 16);
  const home = join(defaultCacheDir(), `schemathesis-${digest}`);
  const program = join(home, 'bin', 'schemathesis');
  const free = async () => {
    const lock = await tryLock(`${home}.lock`);
    return 'release' in lock ? lock : undefined;
  };
  const lock = await waitFor(free, { what: 'another run that installs Schemathesis', timeoutMs: MAKING_MS, everyMs: 500 });
  try {
    if (!existsSync(join(home, COMPLETE)) || !(await runs(program))) await make(home);
  } finally {
    await lock.release();
  }
  return program;
}

/** An environment does not outlive the Python that it was made with. */
const runs = (program: string): Promise<boolean> =>
  run(program, ['--version']).then(
    () => true,
    () => false,
  );

/** Scripts of an environment hold its path, so it is made where it stays, and the mark is written last. */
async function make(home: string): Promise<void> {
  await rm(home, { recursive: true, force: true });
  try {
    await run('python3', ['-c', 'import sys; assert sys.version_info >= (3, 10), f"Python {sys.version} is too old"']);
    await run('python3', ['-m', 'venv', home]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements];
    await run(join(home, 'bin', 'python'), install, { timeout: MAKING_MS });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error([HELP, String(error), stdout, stderr].join('\n'), { cause: error });
  }
  await writeFile(join(home, COMPLETE), '');
}
