/**
 * The gate before a release becomes current: code as it is now must take every saved history the way it went.
 * What replay cannot see is a changed length of time; the golden tables of deadlines hold those.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DeterminismViolationError } from '@temporalio/workflow';
import { Worker } from '@temporalio/worker';
import { workflowBundle } from '../../worker/bundle.ts';
import { dataConverter } from '../../worker/codec.ts';
import { bundleCache, testKeys } from '../workflows/support/engine.ts';

const folder = fileURLToPath(new URL('./histories/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** What went wrong with each history that did not replay, by file. */
async function replay(names: string[], entry?: string): Promise<Record<string, Error>> {
  const { code } = await workflowBundle({ cacheDir: bundleCache, ...(entry && { entry }) });
  const histories = names.map((name) => ({
    workflowId: name,
    history: historyFromJSON(JSON.parse(readFileSync(`${folder}${name}`, 'utf8'))),
  }));
  const faults: Record<string, Error> = {};
  const options = { workflowBundle: { code }, dataConverter: dataConverter(testKeys) };
  for await (const result of Worker.runReplayHistories(options, histories)) {
    if (result.error) faults[result.workflowId] = result.error;
  }
  return faults;
}

const edit = (path: string): string => fileURLToPath(new URL(`./${path}.ts`, import.meta.url));

describe('saved histories', () => {
  it('are there, named by workflow, release and scenario', () => {
    expect(files.length).toBeGreaterThanOrEqual(6);
    for (const name of files) expect(name).toMatch(/^[a-z]\w+\.\d+\.\d+\.\d+\.[\w-]+\.json$/);
  });

  it('tell nothing of people or of the machine they were made on', () => {
    for (const name of files) {
      const text = readFileSync(`${folder}${name}`, 'utf8');
      const data = [...text.matchAll(/"data":"([A-Za-z0-9+/=]+)"/g)].map((match) => Buffer.from(match[1]!, 'base64').toString());
      for (const part of [text, ...data]) {
        expect(part).not.toMatch(/\/(home|root|work|Users)\/|node_modules|\.ts:\d+/);
        expect(part).not.toMatch(/"identity":"(?!worker")/);
      }
    }
  });

  it('replay on the present code', async () => {
    expect(await replay(files)).toEqual({});
  });

  it.each(['extraTimer', 'forgottenPart'])('do not replay on a bad edit: %s', async (name) => {
    const faults = await replay(
      files.filter((file) => file.includes('objection')),
      edit(`badEdits/${name}`),
    );
    expect(Object.values(faults)).not.toHaveLength(0);
    for (const fault of Object.values(faults)) expect(fault).toBeInstanceOf(DeterminismViolationError);
  });

  it.each(['refusesAll', 'stumbles'])('replay whatever the deciders of a later release would say: %s', async (name) => {
    expect(await replay(files, edit(`goodEdits/${name}`))).toEqual({});
  });
});
