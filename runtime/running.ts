/** Where the service of a data directory can be reached while it runs: for the command line on the same machine. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LaunchError } from './launchError.ts';

export interface Running {
  pid: number;
  databaseUrl: string;
  temporalAddress: string;
  namespace: string;
  rehearsalNamespace: string;
  supportsTimeSkipping: boolean;
  apiUrl?: string;
}

const noteOf = (dataDir: string): string => join(dataDir, 'running.json');

/** Tells others where the service is; readable by its owner alone, since the database's password is in it. */
export async function tellRunning(dataDir: string, running: Running): Promise<{ stop(): Promise<void> }> {
  await writeFile(noteOf(dataDir), JSON.stringify(running), { mode: 0o600 });
  return { stop: () => rm(noteOf(dataDir), { force: true }) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The service that runs on the data directory; a LaunchError says how to start one. */
export async function findRunning(dataDir: string): Promise<Running> {
  const text = await readFile(noteOf(dataDir), 'utf8').catch(() => undefined);
  const running = text === undefined ? undefined : (JSON.parse(text) as Running);
  if (running && isAlive(running.pid)) return running;
  throw new LaunchError('notRunning', {
    zh: `数据目录 ${dataDir} 上没有运行中的 fuquan。请先在另一个终端执行 npm start，或用 FUQUAN_DATA_DIR 指明目录。`,
    en: `No fuquan runs on the data directory ${dataDir}. Run npm start in another terminal first, or name the directory with FUQUAN_DATA_DIR.`,
  });
}
