/** The commands that the documents tell a newcomer to type, and a shell that runs them. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');

export const readmes = ['README.md', 'README.zh-CN.md'];

export const firstCase = (): string => read('docs/first-case.sh');

/** The blocks of commands of a README. */
export const handful = (name: string): string[] =>
  [...read(name).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block.trim());

/** What a README has one type by hand after the script: one command a line, without what is said beside them. */
export function readmeCommands(name: string): string[] {
  const block = handful(name).find((each) => each.startsWith('AT='));
  if (block === undefined) throw new Error(`${name} has no first case by hand`);
  return block
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.replace(/\s+# .*$/, ''))
    .filter((line) => line !== '');
}

/** Runs the script in bash, in the project's folder. */
export async function shell(script: string, env: NodeJS.ProcessEnv): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn('bash', ['-s'], { cwd: root, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(script);
  const ended = new Promise<number | null>((tell) => child.once('close', tell));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}
