import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fuquan as program } from '../../cli/program.ts';
import { serviceCalls } from '../start/serviceCalls.ts';
import { expectBothLanguages, fuquan, leaves, make, offered, shown, type Call } from './calls.ts';
import { failures, mistakes, offlineCalls } from './offlineCalls.ts';

let dir: string;
let names: Record<string, string>;
let env: NodeJS.ProcessEnv;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'fuquan-calls-'));
  const [rows, calendar] = [join(dir, 'rows.csv'), join(dir, 'calendar.json')];
  writeFileSync(rows, 'start,bound,n,unit\n2026-03-02,atLeast,15,workingDay\n');
  writeFileSync(calendar, JSON.stringify({ version: 'x.1', days: { '2026-03-07': { is: 'work', reason: '测试' } } }));
  names = { dir, rows, calendar };
  env = { FUQUAN_DATA_DIR: dir };
});
afterAll(() => rmSync(dir, { recursive: true }));

const named = (calls: Call[]): [string, Call][] => calls.map((call) => [call.args.join(' '), call]);
const all = leaves(program());

test('every command is called with every option that its help lists, here or on a running service', () => {
  const seen = new Set([...offlineCalls, ...serviceCalls].flatMap((call) => shown(program(), call)));
  expect(offered(program()).filter((each) => !seen.has(each))).toEqual([]);
});

describe('without a service', () => {
  test.each(named(offlineCalls))('fuquan %s', async (_title, call) => make(call, names, env));

  test('the page of clauses was written', () => {
    expect(readFileSync(join(dir, 'clauses.md'), 'utf8')).toMatch(/^# 条款 · Clauses\n/);
  });
});

describe('a mistake is told in both languages, with code 2 and no stack', () => {
  test.each(named(mistakes))('fuquan %s', async (_title, call) => make(call, names, env));

  test('no command at all shows what there is', async () => {
    const { code, out, err } = await fuquan([], env);
    expect([code, out]).toEqual([2, '']);
    for (const { name } of program().commands.map((each) => ({ name: each.name() })))
      expect(err).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });

  const calls = all.flatMap((leaf) => {
    const path = [leaf.parent?.parent ? leaf.parent.name() : '', leaf.name()].filter(Boolean);
    const some = leaf.options.find(({ required }) => required);
    const mandatory =
      leaf.options.some((option) => option.mandatory) || leaf.registeredArguments.some(({ required }) => required);
    return [
      [...path, '--there-is-no-such-option'],
      [
        ...path,
        ...leaf.registeredArguments.map(() => 'x'),
        ...leaf.options.flatMap((option) => (option.mandatory ? [option.long!, 'x'] : [])),
        'more',
      ],
      ...(some?.long ? [[...path, some.long]] : []),
      ...(mandatory ? [path] : []),
    ];
  });
  test.each(calls.map((args) => [args.join(' '), args] as const))('fuquan %s', async (_title, args) => {
    const exit = jest.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    let said = '';
    const write = jest.spyOn(process.stderr, 'write').mockImplementation((words) => Boolean((said += String(words))));
    try {
      await expect(program().parseAsync(args, { from: 'user' })).rejects.toThrow('exit 2');
    } finally {
      exit.mockRestore();
      write.mockRestore();
    }
    expectBothLanguages(said);
    expect(said.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('what fails otherwise is told too', () => {
  test.each(named(failures))('fuquan %s', async (_title, call) => make(call, names, env));
});

test.each(all.map((leaf) => [leaf.name(), leaf] as const))('the help of %s speaks both languages', (_name, leaf) => {
  expectBothLanguages(leaf.description());
});
