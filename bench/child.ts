import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

export interface NodeChild {
  pid: number;
  /** The first line that the expression matches. */
  said: RegExpExecArray;
  /** Milliseconds from the start to that line. */
  readyMs: number;
  stop(): Promise<void>;
}

/** Runs one of our programs, and comes back when it has said what it was waited for. */
export async function startNode(
  program: string,
  env: Record<string, string>,
  until: RegExp,
  options: { logFile: string; profileDir?: string | undefined },
): Promise<NodeChild> {
  const began = performance.now();
  const profile = options.profileDir ? ['--cpu-prof', `--cpu-prof-dir=${options.profileDir}`] : [];
  const child: ChildProcess = spawn(process.execPath, [...profile, '--import', 'tsx', program], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let text = '';
  const said = await new Promise<RegExpExecArray>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      log.write(chunk);
      text += chunk.toString('utf8');
      const match = until.exec(text);
      if (match) resolve(match);
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}: ${text.slice(-2_000)}`)));
  });
  const readyMs = performance.now() - began;
  return {
    pid: child.pid!,
    said,
    readyMs,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      log.end();
    },
  };
}
