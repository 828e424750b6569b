/** The workflow code that a release ran, kept so that cases can be started on it when it is long gone. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { WorkflowBundle } from '../../worker/bundle.ts';
import { releases, releasesFolder } from './kept.ts';

const SOURCE_MAP = '//# sourceMappingURL=data:';
/** A worker asks for a source map; the one that was made holds the sources and the folders they lay in. */
const NO_SOURCES = Buffer.from('{"version":3,"file":"workflows.js","sources":[],"names":[],"mappings":""}').toString('base64');

/** Folders of a machine, as they stand in a path. */
export const MACHINE_PATH = /(?<![\w.@])\/(home|root|work|Users|tmp|private|mnt|opt|srv)\/\w/;

/** Where a release's bundle is kept. */
export const bundleFile = (release: string): string => `${releasesFolder}${release}/workflows.js.gz`;

/** Releases whose bundle is kept, oldest first. */
export const bundledReleases = releases.filter((release) => existsSync(bundleFile(release)));

/** The code as it is kept: without its source map. Throws when it tells where it was built. */
export function packed(code: string): Buffer {
  const text = code.slice(0, code.lastIndexOf(SOURCE_MAP));
  const path = MACHINE_PATH.exec(text);
  if (path) throw new Error(`The bundle tells of the machine it was built on: ${path[0]}`);
  return gzipSync(text, { level: 9 });
}

/** The kept code, as a worker takes it. */
export function keptBundle(release: string): WorkflowBundle {
  const text = gunzipSync(readFileSync(bundleFile(release))).toString('utf8');
  return { code: `${text}${SOURCE_MAP}application/json;base64,${NO_SOURCES}`, buildId: `release-${release}` };
}
