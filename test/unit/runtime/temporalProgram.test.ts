import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findTemporalProgram, type FindOptions } from '../../../runtime/temporalProgram.ts';

const path = process.env['PATH'];
let folder: string;

/** Programs of ours stand on PATH before the machine's own; nothing is downloaded. */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuquan-program-'));
  mkdirSync(join(folder, 'bin'));
  process.env['PATH'] = [join(folder, 'bin'), path].join(delimiter);
  command('temporal', 'exit 1');
});

afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
});

test('a temporal on PATH comes first', async () => {
  command('temporal', 'echo "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"');
  expect(await find()).toEqual({ kind: 'cli', path: 'temporal', from: 'path' });
});

test('one too old to skip time serves, unless that is needed', async () => {
  command('temporal', 'echo "temporal version 1.3.0 (Server 1.27.1, UI 2.36.0)"');
  command('go', GO);
  expect(await find()).toMatchObject({ from: 'path' });
  expect(await find({ skipOld: true })).toMatchObject({ kind: 'server', from: 'build' });
});

test('what was built once is found again, and a data directory keeps its kind', async () => {
  command('go', GO);
  const built = await find();
  expect(built).toMatchObject({ kind: 'server', from: 'build' });
  expect(readFileSync(built.path, 'utf8')).toBe('built\n');
  expect(await find()).toEqual({ ...built, from: 'cache' });
  command('temporal', 'echo "temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)"');
  expect(await find({ kind: 'server' })).toEqual({ ...built, from: 'cache' });
  await expect(find({ kind: 'cli' })).resolves.toMatchObject({ from: 'path' });
});

test('two who need it at once build it once, and nothing else stays in the cache', async () => {
  command('go', GO);
  const both = await Promise.all([find(), find()]);
  expect(both[0].path).toBe(both[1].path);
  expect(readFileSync(join(folder, 'runs'), 'utf8').trim().split('\n')).toHaveLength(1);
  expect(readdirSync(join(folder, 'cache'))).toHaveLength(1);
});

test('when nothing works, one message lists what was tried and what to do', async () => {
  command('go', 'echo "main.go:1: broken" >&2; exit 2');
  const refused = find();
  await expect(refused).rejects.toMatchObject({ code: 'temporalMissing' });
  await expect(refused).rejects.toThrow(
    /temporal on PATH: not found[\s\S]*go build: exit code 2[\s\S]*broken[\s\S]*TEMPORAL_ADDRESS/,
  );
  expect(existsSync(join(folder, 'cache')) ? readdirSync(join(folder, 'cache')) : []).toEqual([]);
});

/** A compiler that notes each run and takes a moment. */
const GO = `
echo run >> "$(dirname "$0")/../runs"
sleep 0.3
while [ "$1" != -o ]; do shift; done
echo built > "$2"`;

function command(name: string, script: string): void {
  const file = join(folder, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

function find(options: Partial<FindOptions> = {}): ReturnType<typeof findTemporalProgram> {
  return findTemporalProgram({ download: false, cacheDir: join(folder, 'cache'), report: () => undefined, ...options });
}
