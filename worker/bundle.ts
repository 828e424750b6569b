/**
 * The code that workflows run, built once. Its build id is a hash of the sources that go into it, so that the same
 * release has the same id on every machine and a change of a comment in an API route has none.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { failureConverterPath } from './codec.ts';

export interface WorkflowBundle {
  code: string;
  /** Names the worker deployment version. */
  buildId: string;
}

export interface BundleOptions {
  /** Module that exports the workflows; the service's own unless a test brings another. */
  entry?: string;
  /** Folder that keeps built bundles; without one each start builds anew, about two seconds. */
  cacheDir?: string | undefined;
}

const extension = extname(fileURLToPath(import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const ownEntry = join(root, 'workflows', `index${extension}`);
/** Everything that workflow code may import, by the rule of imports. */
const SOURCES = ['workflows', 'domain', 'contracts'];

/** The bundle of the entry's workflows, from the cache if it was built before. */
export async function workflowBundle({ entry = ownEntry, cacheDir }: BundleOptions = {}): Promise<WorkflowBundle> {
  const buildId = await hashOfSources(entry);
  const cached = cacheDir && join(cacheDir, `workflows-${buildId}.js`);
  const found = cached && (await readFile(cached, 'utf8').catch(() => undefined));
  if (found) return { code: found, buildId };
  const { code } = await bundleWorkflowCode({
    workflowsPath: entry,
    failureConverterPath,
    logger: new DefaultLogger('WARN'),
  });
  if (cached) {
    await mkdir(cacheDir, { recursive: true });
    // Several may build at once; a reader must never see half a file.
    const half = `${cached}.${randomUUID()}`;
    await writeFile(half, code);
    await rename(half, cached);
  }
  return { code, buildId };
}

async function hashOfSources(entry: string): Promise<string> {
  const folders = new Set([...SOURCES.map((name) => join(root, name)), dirname(entry)]);
  const files = (await Promise.all([...folders].map(filesUnder))).flat();
  const hash = createHash('sha256');
  const { version } = createRequire(import.meta.url)('@temporalio/workflow/package.json') as { version: string };
  hash.update(`${version}\n${relative(root, entry)}\n`);
  for (const file of [...new Set([...files, failureConverterPath])].toSorted()) {
    hash.update(`${relative(root, file)}\n`).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}

async function filesUnder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((one) => one.isFile() && extname(one.name) === extension).map((one) => join(one.parentPath, one.name));
}
