/** CPU that processes have used, from /proc: elsewhere than on Linux there are no such numbers, and none are invented. */
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** Fields of /proc/<pid>/stat behind the command's name, which may hold blanks itself. */
function stat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

const ticks = (fields: string[] | undefined, from: number, to: number): number =>
  (fields ?? []).slice(from, to).reduce((total, one) => total + Number(one), 0);

/** Seconds of CPU of this process alone. */
export function ownSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/** Seconds of CPU of a process, of its living children, and of those that it has seen end. */
export function cpuSeconds(pid: number): number {
  const own = stat(pid);
  let total = ticks(own, 11, 15);
  const entries = own ? readdirSync('/proc') : [];
  for (const entry of entries.filter((name) => /^\d+$/.test(name))) {
    const child = stat(Number(entry));
    if (Number(child?.[1]) === pid) total += ticks(child, 11, 15);
  }
  return total / TICKS_PER_SECOND;
}

/** Resident memory of a process, in bytes. */
export function residentBytes(pid: number): number {
  try {
    const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(line?.[1] ?? Number.NaN) * 1024;
  } catch {
    return Number.NaN;
  }
}

export type Usage = Record<string, number>;

/** CPU seconds by name of the processes. */
export function usageOf(pids: Record<string, number | undefined>): Usage {
  const found = Object.entries(pids).filter((entry): entry is [string, number] => entry[1] !== undefined);
  return Object.fromEntries(found.map(([name, pid]) => [name, cpuSeconds(pid)]));
}

/** What each has used in between. */
export function usedSince(before: Usage, after: Usage): Usage {
  return Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]));
}

/** Both together. */
export function addUsage(a: Usage, b: Usage): Usage {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]));
}
