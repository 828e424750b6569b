import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { execFileSync } from 'node:child_process';

/** A held lock. */
export interface Lock {
  release(): Promise<void>;
}

/** Who holds a lock that could not be taken. */
interface Holder {
  pid: number;
  /** When the process began; a process id alone comes back after a restart, in containers almost always. */
  stamp: string;
  token: string;
}

/**
 * Takes the lock file, or answers who holds it. A file whose process is gone is taken over. The file is linked into
 * place with its content, so nobody sees it half written.
 */
export async function tryLock(path: string): Promise<Lock | { heldBy: number }> {
  await mkdir(dirname(path), { recursive: true });
  const mine: Holder = { pid: process.pid, stamp: processStamp(process.pid) ?? '', token: randomUUID() };
  const draft = `${path}.${mine.token}`;
  await writeFile(draft, JSON.stringify(mine));
  try {
    for (;;) {
      try {
        await link(draft, path);
        return { release: () => release(path, mine.token) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readHolder(path);
      if (holder && processStamp(holder.pid) === holder.stamp) return { heldBy: holder.pid };
      await rm(path, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** When the process with this id began, or undefined if there is none; two different processes never agree. */
export function processStamp(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      // Field 22 of stat, counted after the command, which may itself hold blanks and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z') return undefined;
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
    }
    const began = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return began || undefined;
  } catch {
    return undefined;
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function release(path: string, token: string): Promise<void> {
  const holder = await readHolder(path);
  if (holder?.token === token) await rm(path, { force: true });
}
