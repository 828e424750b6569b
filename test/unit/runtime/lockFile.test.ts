import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processStamp, tryLock } from '../../../runtime/lockFile.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuquan-lock-'));
  path = join(folder, 'deep', 'fuquan.lock');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('one holder at a time, of many who try at once', async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => tryLock(path)));
  const got = all.filter((answer) => 'release' in answer);
  expect(got).toHaveLength(1);
  expect(all.filter((answer) => 'heldBy' in answer && answer.heldBy === process.pid)).toHaveLength(9);
  await got[0]!.release();
  expect(existsSync(path)).toBe(false);
});

test('the lock of a process that is gone is taken over, also when its number lives again', async () => {
  const other = await living();
  const stamp = processStamp(other.pid!)!;
  const first = await tryLock(path);
  if ('release' in first) await first.release();
  write({ pid: other.pid!, stamp });
  expect(await tryLock(path)).toEqual({ heldBy: other.pid });
  write({ pid: other.pid!, stamp: `${stamp}0` });
  expect(await tryLock(path)).toHaveProperty('release');
  write({ pid: other.pid!, stamp });
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(await tryLock(path)).toHaveProperty('release');
});

test('a file that is no lock does not lock', async () => {
  await tryLock(path);
  writeFileSync(path, 'garbage');
  expect(await tryLock(path)).toHaveProperty('release');
});

test('who lost the lock does not release the next holder', async () => {
  const first = await tryLock(path);
  const other = await living();
  write({ pid: other.pid!, stamp: processStamp(other.pid!)! });
  if ('release' in first) await first.release();
  expect(await tryLock(path)).toEqual({ heldBy: other.pid });
  other.kill('SIGKILL');
});

function write(holder: { pid: number; stamp: string }): void {
  writeFileSync(path, JSON.stringify({ ...holder, token: 'another' }));
}

async function living(): Promise<ChildProcess> {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  return child;
}
