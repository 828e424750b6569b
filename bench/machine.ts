/** What the numbers were measured on. */
import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../runtime/packageRoot.ts';
import { median, rounded } from './stats.ts';

const SYNCS = 100;

/** Milliseconds that forcing a page to this disk takes: what bounds every commit. */
function fsyncMs(folder: string): number {
  const path = join(folder, 'fsync-trial');
  const file = openSync(path, 'w');
  const page = Buffer.alloc(8_192, 1);
  const took = Array.from({ length: SYNCS }, () => {
    const began = performance.now();
    writeSync(file, page, 0, page.length, 0);
    fsyncSync(file);
    return performance.now() - began;
  });
  closeSync(file);
  rmSync(path);
  return rounded(median(took), 3);
}

/** Kernel, processors, memory, disk and versions. */
export function machine(folder: string): Record<string, string | number> {
  const processors = cpus();
  return {
    system: `${platform()} ${release()}`,
    processors: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`,
    'memory (GiB)': rounded(totalmem() / 2 ** 30, 1),
    'fsync of one page (ms, median)': fsyncMs(folder),
    node: process.version,
  };
}

/** The version in package.json, and the commit if this is a repository. */
export function revision(): { version: string; commit: string } {
  const root = packageRoot();
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  try {
    const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    return { version, commit: commit.toString('utf8').trim() };
  } catch {
    return { version, commit: 'unknown' };
  }
}
