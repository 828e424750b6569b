/** No day count, ratio or cap stands in code: what a process counts, it reads from the rules that the packs give. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { numbersIn } from './numbersOfLaw.ts';

interface Allowed {
  /** What the numbers are. */
  why: string;
  numbers: number[] | 'all';
}

/** A part of a million is the unit of shares; nothing is decided by it. */
const whole: Allowed = { why: 'the whole, in parts of a million', numbers: [1_000_000] };

/** Every file with numbers of its own, and what they are. */
const allowed: Record<string, Allowed> = {
  'domain/empowerment/decide/agreement.ts': whole,
  'domain/empowerment/decide/amendment.ts': whole,
  'domain/empowerment/decide/guards.ts': {
    why: 'the whole, and one per cent, in parts of a million',
    numbers: [1_000_000, 10_000],
  },
  'domain/time/civil.ts': { why: 'the Gregorian calendar, the day, and how instants are written', numbers: 'all' },
  'domain/time/calendar.ts': { why: 'the week', numbers: [5] },
  'domain/time/calendar-import.ts': { why: 'the week, and the year at the head of a date', numbers: [4, 5, 9] },
  'domain/time/deadline.ts': {
    why: 'about a century in each unit, beyond which nothing is counted; places in a date',
    numbers: [2_500, 36_500, 1_200, 100, 4, 8],
  },
  'workflows/shared/ids.ts': { why: 'SHA-1 and the form of a UUID', numbers: 'all' },
  'workflows/shared/wakes.ts': { why: 'how long to wait before trying again', numbers: [1_000, 10, 60_000] },
  'workflows/shared/caseProcess.ts': { why: 'how long a history grows before a workflow continues as new', numbers: [500] },
  'workflows/shared/durable.ts': { why: 'how often a step of the record is tried in a row', numbers: [3] },
};

const root = new URL('../../../', import.meta.url);

/** Programs of the folders, but for the calendar's own days. */
const files = ['domain', 'workflows'].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('time/data/'))
    .map((file) => `${folder}/${file}`),
);

const found = new Map(files.map((file) => [file, numbersIn(readFileSync(new URL(file, root), 'utf8'))] as const));

/** What of the file's numbers nobody has said what it is. */
function unexplained(file: string, numbers: { line: number; n: number }[]): string[] {
  const known = allowed[file]?.numbers ?? [];
  return numbers.filter(({ n }) => known !== 'all' && !known.includes(n)).map(({ line, n }) => `${file}:${line}: ${n}`);
}

describe('the programs of a process', () => {
  it('hold no number of which nobody has said that it is none of the law', () => {
    expect(files.length).toBeGreaterThan(50);
    expect([...found].flatMap(([file, numbers]) => unexplained(file, numbers))).toEqual([]);
  });

  it('are allowed no number that they do not hold', () => {
    const idle = Object.entries(allowed).flatMap(([file, { numbers }]) => {
      const held = (found.get(file) ?? []).map(({ n }) => n);
      const unused = numbers === 'all' ? [] : numbers.filter((n) => !held.includes(n));
      return held.length === 0 ? [file] : unused.map((n) => `${file}: ${n}`);
    });
    expect(idle).toEqual([]);
  });
});

describe('the reading of a program', () => {
  it.each([
    ['a day count', 'const last = addDays(day, 15);', [15]],
    ['a share', 'if (share < 0.7) refuse();', [0.7]],
    ['a cap in big numbers', 'const cap = 5_000_000n;', [5_000_000]],
    ['a term by default', 'const { years = 10 } = text;', [10]],
    ['a length as the law states it', "const floor: Duration = { bound: 'atLeast', n: 15, unit: 'calendarDay' };", [15]],
    ['a number behind a cast', 'const n = (30 as Days)!;', [30]],
    ['no place in a list', 'const third = match[3] ?? match[4];', []],
    ['no status', "refuse('x', '', '', { status: 409 }); const { status = 422 } = more;", []],
    ['no type', 'type Status = 403 | 404; let n: 5 | undefined;', []],
    ['no word', '/** 15 days */ const text = `不少于15日`; // 30', []],
    ['no beginning, end or pair', 'for (let i = 0; i < n - 1; i += 2) list.at(-1);', []],
  ])('sees %s', (_, source, numbers) => {
    expect(numbersIn(source).map(({ n }) => n)).toEqual(numbers);
  });

  it('says where a number stands, whatever is written before it', () => {
    expect(numbersIn('/** 公示期 */\nconst a = 1;\n\n// 日\nconst days = 15;\n')).toEqual([{ line: 5, n: 15 }]);
  });

  it('fails a file with a window of its own', () => {
    expect(unexplained('domain/publicity/index.ts', numbersIn('\nexport const WINDOW = 15;'))).toEqual([
      'domain/publicity/index.ts:2: 15',
    ]);
  });
});
