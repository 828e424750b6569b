/**
 * Keeps the workflow code of a release, for tests that start cases on it and finish them on later code.
 *
 *     npm run bundle -- --release 0.2.0
 *
 * Once for each release, from its own sources, never over an older one.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { workflowBundle } from '../../worker/bundle.ts';
import { bundleFile, packed } from './bundle.ts';
import { releaseFolder } from './kept.ts';

const { values } = parseArgs({ options: { release: { type: 'string' } } });
const folder = releaseFolder(values.release);
const { code, buildId } = await workflowBundle();
const bytes = packed(code);
await mkdir(folder, { recursive: true });
await writeFile(bundleFile(values.release ?? ''), bytes, { flag: 'wx' });
process.stdout.write(`Build ${buildId}: ${bytes.length} bytes kept\n`);
