import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const bin = fileURLToPath(new URL('../../cli/bin.js', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fuquan-deadline-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Calls the command from a folder that is not the project's, as a user would. */
function run(...args: string[]): { code: number | null; out: string; err: string } {
  const env = { ...process.env, TZ: 'America/New_York', NODE_ENV: 'test' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, 'deadline', ...args], {
    cwd: folder,
    env,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function runCsv(content: string | Buffer): { code: number | null; lines: Record<string, unknown>[]; err: string } {
  const { code, out, err } = run('--csv', file('rows.csv', content));
  const lines = out.split('\n').filter(Boolean);
  return { code, lines: lines.map((line) => JSON.parse(line) as Record<string, unknown>), err };
}

const one = (start: string, bound: string, n: string, unit: string): string[] => [
  '--start',
  start,
  '--bound',
  bound,
  '--n',
  n,
  '--unit',
  unit,
];

describe('one deadline', () => {
  test('15 working days from 2026-03-02 are answered in JSON: 2026-03-23, six weekend days skipped', () => {
    const { code, out, err } = run(...one('2026-03-02', 'atLeast', '15', 'workingDay'), '--json');
    expect([code, err]).toEqual([0, '']);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    const answer = JSON.parse(out) as { skipped: object[] };
    expect(answer).toMatchObject({
      lastDay: '2026-03-23',
      endsAt: '2026-03-23T16:00:00.000Z',
      provisional: false,
      calendarVersion: 'cn-2026.1',
    });
    expect(answer.skipped).toHaveLength(6);
    expect(answer.skipped[0]).toEqual({ date: '2026-03-07', reason: '星期六 Saturday' });
  });

  test('ten years from 2026-03-01 with the first day counted end on 2036-02-29', () => {
    const { out } = run(...one('2026-03-01', 'atLeast', '10', 'year'), '--counts-first-day', '--json');
    expect(JSON.parse(out)).toMatchObject({ lastDay: '2036-02-29' });
  });

  test('without --json a person reads the day, the count and that 2027 is not known', () => {
    const { code, out } = run(...one('2026-12-31', 'atMost', '1', 'workingDay'));
    expect(code).toBe(0);
    expect(out).toContain('最后一日 / last day   2027-01-01 星期五 24:00');
    expect(out).toContain('暂定 / provisional');
    expect(out).toContain('2027 年日历未知，暂按周一至周五 / no calendar for 2027: Monday to Friday for now');
  });

  test.each<[string, string[], string]>([
    [
      'a day that does not exist',
      one('2026-02-30', 'atLeast', '15', 'workingDay'),
      '没有这一天：2026-02-30 / There is no such day: 2026-02-30',
    ],
    [
      'an amount of 0',
      one('2026-03-02', 'atLeast', '0', 'workingDay'),
      '数量须为正整数：0 / The amount must be a positive whole number: 0',
    ],
    ['an amount of 1e3', one('2026-03-02', 'atLeast', '1e3', 'workingDay'), '数量须为正整数：1e3'],
    ['an amount of -5', one('2026-03-02', 'atLeast', '-5', 'workingDay'), '数量须为正整数：-5'],
    ['101 years', one('2026-03-02', 'atLeast', '101', 'year'), 'At most 100 years can be counted: 101'],
    ['a unit in the plural', one('2026-03-02', 'atLeast', '15', 'days'), 'The unit must be workingDay'],
    ['an unknown bound', one('2026-03-02', '>=', '15', 'year'), 'The bound must be atLeast or atMost: >='],
    [
      'nothing at all',
      [],
      '缺少选项：--start --bound --n --unit（或用 --csv） / Missing: --start --bound --n --unit (or use --csv)',
    ],
    ['an option without its value', ['--start'], '选项缺少值 / option'],
    ['an option it does not know', ['--until', '2026-03-02'], "未知选项 / unknown option '--until'"],
    ['a word too many', ['today'], '多余的参数 / too many arguments'],
    [
      'a CSV file beside a single deadline',
      ['--csv', 'x.csv', '--n', '3'],
      '--csv cannot be used with the options of a single deadline',
    ],
    [
      'a CSV file that is not there',
      ['--csv', 'none.csv'],
      '无法读取文件 none.csv（ENOENT） / Cannot read the file none.csv (ENOENT)',
    ],
    ['a folder for a CSV file', ['--csv', '.'], 'Cannot read the file . (EISDIR)'],
  ])('%s ends with code 2, one line in both languages and nothing on standard output', (_title, args, message) => {
    const { code, out, err } = run(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err).not.toContain('    at ');
  });
});

describe('a CSV file', () => {
  test('a file from a spreadsheet is read: byte order mark, CRLF, blank rows, quotes, columns in any order', () => {
    const text =
      '\uFEFFnote,unit,"n",Start,bound\r\n\r\n"price, ""agreed""",workingDay,15,2020-01-13,atLeast\r\n,,,,\r\n"two\r\nlines",year," 3 ",2026-03-01,"atMost"\r\n';
    const { code, lines, err } = runCsv(text);
    expect([code, err]).toEqual([0, '']);
    expect(lines).toMatchObject([
      { row: 3, start: '2020-01-13', bound: 'atLeast', n: 15, unit: 'workingDay', lastDay: '2020-02-10' },
      { row: 5, start: '2026-03-01', n: 3, lastDay: '2029-02-28', endsAt: '2029-02-28T16:00:00.000Z', provisional: false },
    ]);
  });

  test('of seven rows six are wrong: each names row, column and reason, the seventh is answered, the code is 1', () => {
    const { code, lines, err } = runCsv(
      [
        'start,bound,n,unit,countsFirstDay',
        '2026-02-30,atLeast,15,workingDay,',
        '2026-03-02,least,15,workingDay,',
        '2026-03-02,atLeast,fifteen,workingDay,',
        '2026-03-02,atLeast,15,fortnight,',
        '2026-03-02,atLeast,,workingDay',
        '2026-03-01,atLeast,10,year,perhaps',
        '2026-03-01,atLeast,10,year,TRUE',
      ].join('\n'),
    );
    expect([code, err]).toEqual([1, '']);
    expect(lines.slice(0, 6)).toMatchObject([
      { row: 2, error: { row: 2, column: 'start', value: '2026-02-30', code: 'date.noSuchDay' } },
      { row: 3, error: { row: 3, column: 'bound', value: 'least', code: 'bound.unknown' } },
      { row: 4, error: { row: 4, column: 'n', value: 'fifteen', code: 'n.notPositiveInteger' } },
      { row: 5, error: { row: 5, column: 'unit', value: 'fortnight', code: 'unit.unknown' } },
      { row: 6, error: { row: 6, column: 'n', code: 'csv.empty', reason: '缺少 n / n is missing' } },
      { row: 7, error: { row: 7, column: 'countsFirstDay', value: 'perhaps' } },
    ]);
    expect(lines[6]).toMatchObject({ row: 8, lastDay: '2036-02-29' });
  });

  test('a stray quote and a row with a cell too many give up their own rows only', () => {
    const { code, lines } = runCsv(
      'start,bound,n,unit\n"2026-03-01,atMost,3,year\n2026-03-01,atMost,1,year\n2026-03-01,atMost,3,year,7\n2026-03-01,atMost,2,"year\n2026-03-01,atMost,3,year',
    );
    expect(code).toBe(1);
    expect(lines).toMatchObject([
      { row: 2, error: { column: null, code: 'csv.badQuotes' } },
      { row: 3, lastDay: '2027-02-28' },
      { row: 4, error: { column: null, code: 'csv.tooManyCells' } },
      { row: 5, error: { column: null, code: 'csv.badQuotes' } },
      { row: 6, lastDay: '2029-02-28' },
    ]);
  });

  test('a file in GBK is read as long as its notes alone are Chinese', () => {
    const gbk = Buffer.from([0xb1, 0xb8, 0xd7, 0xa2]);
    const { code, lines } = runCsv(
      Buffer.concat([Buffer.from('start,bound,n,unit,'), gbk, Buffer.from('\n2026-03-02,atLeast,15,calendarDay,'), gbk]),
    );
    expect(code).toBe(0);
    expect(lines).toMatchObject([{ lastDay: '2026-03-17' }]);
  });

  test.each([
    ['', 'CSV 文件没有内容 / The CSV file is empty'],
    ['start,bound,n\n2026-03-02,atLeast,15', 'CSV 表头缺少：unit / The CSV header lacks: unit'],
    ['2026-03-02,atLeast,15,workingDay', 'The CSV header lacks: start, bound, n, unit'],
    ['start,bound,n,unit,start\n', 'CSV 表头重复：start / The CSV header names a column twice: start'],
  ])('a file that begins %j is refused with code 2', (text, message) => {
    const { code, lines, err } = runCsv(text);
    expect([code, lines]).toEqual([2, []]);
    expect(err).toContain(message);
  });

  test('a header without rows is answered with nothing', () => {
    expect(runCsv('start,bound,n,unit\n')).toEqual({ code: 0, lines: [], err: '' });
  });
});

describe('calendar files', () => {
  const price = [...one('2026-12-25', 'atLeast', '5', 'workingDay'), '--json'];
  const year2027 = { off: { '2027-01-01': '元旦', '2027-05-01': '劳动节', '2027-10-01': '国庆节' }, work: {} };

  test('files are laid over the shipped calendar in turn: 5 working days from 2026-12-25 end on 2027-01-05', () => {
    const first = file('2027.json', JSON.stringify({ version: 'cn-2027.1', years: { 2027: year2027 } }));
    const second = file(
      'more.json',
      `\uFEFF${JSON.stringify({ version: 'cn-2027.2', days: { '2027-01-04': { is: 'off', reason: '元旦' } } })}`,
    );
    const { code, out, err } = run(...price, '--calendar', first, '--calendar', second);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ lastDay: '2027-01-05', provisional: false, calendarVersion: 'cn-2027.2' });
    expect(err).toContain('注意 / warning: ');
  });

  test.each([
    ['not json', '日历文件不是 JSON'],
    ['{"version":"x","years":{"2027":{"off":{"2027-02-29":"x"},"work":{}}}}', '/years/2027/off/2027-02-29: is not a real date'],
    ['{"version":"cn-2026.1","years":{}}', 'must differ from the version in force, cn-2026.1'],
  ])('%s is refused with code 2', (text, message) => {
    const { code, out, err } = run(...price, '--calendar', file('bad.json', text));
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).not.toContain('    at ');
  });
});
