/** Calls of the command line as a user makes them, each with what it must answer; and which options they have shown. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from '@jest/globals';
import type { Command } from 'commander';
import { cleanEnvironment } from '../harness/environment.ts';

const root = join(import.meta.dirname, '../..');

/** One call. `{name}` in an argument stands for what the test has under that name. */
export interface Call {
  args: string[];
  /** 0 unless said: 1 for what was found or refused, 2 for a mistake in the call. */
  code?: number;
  out?: RegExp;
  err?: RegExp;
  /** What standard output must hold as JSON, at least. */
  json?: unknown;
}

export interface Said {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command in a process of its own. */
export async function fuquan(args: string[], env: NodeJS.ProcessEnv): Promise<Said> {
  const child = spawn(process.execPath, [join(root, 'cli/bin.js'), ...args], {
    cwd: root,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((tell) => child.once('close', tell));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await ended, out, err };
}

/** Makes the call and looks at everything that it says: what it must, in both languages where it complains, no stack. */
export async function make(call: Call, names: Record<string, string>, env: NodeJS.ProcessEnv): Promise<void> {
  const filled = (words: string): string => words.replaceAll(/\{([a-z]+)\}/g, (_whole, name: string) => valueOf(names, name));
  const pattern = ({ source, flags }: RegExp): RegExp => new RegExp(filled(source), flags);
  const args = call.args.map(filled);
  const said = await fuquan(args, env);
  if (said.code !== (call.code ?? 0)) throw new Error(`It ended with ${said.code}:\n${said.err}${said.out}`);
  expect(said.out).toMatch(pattern(call.out ?? /^/));
  expect(said.err).toMatch(pattern(call.err ?? /^/));
  if (call.json !== undefined) expect(JSON.parse(said.out)).toMatchObject(within(call.json, filled) as object);
  if (call.code === 2) expectBothLanguages(args.includes('--json') ? said.out + said.err : said.err);
  expect(said.err).not.toMatch(/^\s+at /m);
}

/** The same with names put in every text; matchers stay as they are. */
function within(value: unknown, filled: (words: string) => string): unknown {
  if (typeof value === 'string') return filled(value);
  if (Array.isArray(value)) return value.map((each) => within(each, filled));
  if (value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value as object).map(([key, each]) => [key, within(each, filled)]));
}

export function expectBothLanguages(words: string): void {
  expect(words).toMatch(/\p{Script=Han}.* ?\/ .*[a-z]{2}/u);
}

function valueOf(names: Record<string, string>, name: string): string {
  const value = names[name];
  if (value === undefined) throw new Error(`The test has no {${name}}`);
  return value;
}

const pathOf = (command: Command): string => (command.parent ? `${pathOf(command.parent)} ${command.name()}`.trim() : '');

/** Commands that do something themselves. */
export function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

/** Every command with every option that its help lists. */
export function offered(program: Command): string[] {
  return leaves(program).flatMap((leaf) => [
    pathOf(leaf),
    ...leaf
      .createHelp()
      .visibleOptions(leaf)
      .flatMap(({ long }) => (long && long !== '--help' ? [`${pathOf(leaf)} ${long}`] : [])),
  ]);
}

/** What the call shows of that: nothing where it is made only to be turned away. */
export function shown(program: Command, { args, code }: Call): string[] {
  if (code === 2) return [];
  let command = program;
  const rest = [...args];
  for (let next = find(command, rest[0]); next; next = find(command, rest[0])) {
    command = next;
    rest.shift();
  }
  const path = pathOf(command);
  return [path, ...rest.filter((each) => each.startsWith('--')).map((option) => `${path} ${option}`)];
}

const find = (command: Command, name: string | undefined): Command | undefined =>
  command.commands.find((each) => each.name() === name);
