import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keyRing } from '../../worker/codec.ts';
import { openHistories } from '../../worker/payloadKeys.ts';
import { temporalAddress, waitFor } from '../harness/services.ts';
import { Repairing } from './repairing.ts';
import type { Walk } from './walk.ts';

/** An old payload key is put away: which running histories need it is known, and those cases get new ones. */

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const [k1, k2] = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
const here = 'baotou-university';
let on: Repairing;
/** Opened under the old key; the second is over and still has a workflow, as one that waits for heirs has. The third is new. */
let [old, waiting, fresh]: Walk[] = [];

beforeAll(async () => {
  on = await Repairing.at(here, () => ({ keys: keyRing('k1', { k1 }) }));
});
afterAll(() => on?.close());

const idsOf = (...walks: Walk[]): string[] => walks.map(({ caseId }) => caseId).toSorted();
const consents = (walk: Walk) => walk.does('inventor2', 'consent', { applicationVersion: 1 });
const needed = async (): Promise<Record<string, string[]>> =>
  Object.fromEntries((await openHistories(on.worker!.client, on.api.pool)).cases);
/** The engine's list of what runs follows a moment later. */
const needs = (wanted: Record<string, string[]>) =>
  waitFor(
    async () => {
      expect(await needed()).toEqual(wanted);
      return true;
    },
    // The engine gives its list only so often a second.
    { what: 'the histories', everyMs: 500 },
  );
const restart = () => on.repaired({ kind: 'restart', cases: [old!, waiting!, fresh!].map(({ caseId }) => caseId) });

describe('running histories', () => {
  it('need every key that they were written with', async () => {
    [old, waiting] = [await on.openCase(), await on.openCase()];
    await on.api.pool.query("UPDATE cases SET status = 'done' WHERE id = $1", [waiting.caseId]);
    await needs({ k1: idsOf(old, waiting) });
    await on.stop();
    await on.start({ keys: keyRing('k2', { k1, k2 }) });
    fresh = await on.openCase();
    await needs({ k1: idsOf(old, waiting), k2: idsOf(fresh) });
    expect(await consents(old)).toMatchObject({ outcome: 'done' });
    await needs({ k1: idsOf(old, waiting), k2: idsOf(old, fresh) });
  });

  it('are told by the command, key by key', async () => {
    const args = ['--import', 'tsx', 'cli/main.ts', 'keys', '--temporal', temporalAddress(), '--database', on.api.databaseUrl];
    const env = { ...process.env, NODE_ENV: 'development', FUQUAN_CODEC_KEYS: `k2:${k2},k1:${k1}` };
    const listed = await run(process.execPath, [...args, '--cases', 'k1'], { cwd: root, env });
    expect(listed.stdout).toBe(`${idsOf(old!, waiting!).join('\n')}\n`);
    // This service seals with a key of its own, which the command was not given.
    const told = await run(process.execPath, [...args, '--json'], { cwd: root, env }).catch((error: object) => error);
    expect(told).toMatchObject({ code: 1 });
    const { keys } = JSON.parse((told as { stdout: string }).stdout) as { keys: object[] };
    expect(keys).toMatchObject([
      { id: 'k2', newest: true, atHand: true, openCases: 2, needed: true },
      { id: 'k1', newest: false, atHand: true, wraps: {}, openCases: 2, needed: true },
      { id: 'test', newest: false, atHand: false, openCases: 0, needed: true },
    ]);
    const unread = await run(process.execPath, [...args, '--no-histories', '--json'], { cwd: root, env }).catch(
      (error: { stdout: string }) => error,
    );
    expect(JSON.parse(unread.stdout)).toMatchObject({
      keys: [{}, { id: 'k1', openCases: null, needed: null }, {}],
      historiesRead: null,
    });
  });

  it('are begun anew by a restart of their cases, and of no others', async () => {
    const { items } = await restart();
    const became = Object.fromEntries(items.map(({ caseId, status }) => [caseId, status]));
    expect(became).toEqual({ [old!.caseId]: 'done', [waiting!.caseId]: 'done', [fresh!.caseId]: 'notNeeded' });
    await needs({ k2: idsOf(old!, waiting!, fresh!) });
    expect((await restart()).items.map(({ status }) => status)).toEqual(['notNeeded', 'notNeeded', 'notNeeded']);
  });

  it('then are read without the old key: their cases go on', async () => {
    await on.stop();
    await on.start({ keys: keyRing('k2', { k2 }) });
    expect(await consents(fresh!)).toMatchObject({ outcome: 'done' });
    expect(await old!.does('inventor1', 'submit', { representationConfirmed: true })).toMatchObject({ outcome: 'done' });
    const { rows } = await on.api.pool.query('SELECT 1 FROM worker_presence WHERE cardinality(missing_keys) > 0');
    expect(rows).toEqual([]);
  });
});
