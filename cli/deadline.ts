import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { Bound, Unit } from '../domain/rules.ts';
import {
  applyImport,
  calendarWarnings,
  checkImport,
  computeDeadline,
  dayOfWeek,
  TimeError,
  type Calendar,
  type Deadline,
  type DeadlineInput,
} from '../domain/time/index.ts';

interface Options {
  start?: string;
  bound?: string;
  n?: string;
  unit?: string;
  countsFirstDay?: boolean;
  csv?: string;
  calendar: string[];
  json?: boolean;
}

/** What was typed, before anything is known about it. */
type Fields = Record<(typeof REQUIRED)[number], string> & { countsFirstDay: string };

const REQUIRED = ['start', 'bound', 'n', 'unit'] as const;
const COLUMNS = [...REQUIRED, 'countsFirstDay'] as const;

/** A mistake in how the command was called; the call ends with code 2. */
class UsageError extends Error {
  constructor(zh: string, en: string) {
    super(`${zh} / ${en}`);
  }
}

function inputOf(fields: Fields): DeadlineInput {
  if (!/^\d{1,9}$/.test(fields.n)) {
    throw new TimeError(
      'n.notPositiveInteger',
      `数量须为正整数：${fields.n}`,
      `The amount must be a positive whole number: ${fields.n}`,
      'n',
    );
  }
  const flag = fields.countsFirstDay.toLowerCase();
  if (!['', 'true', 'false'].includes(flag)) {
    throw new TimeError(
      'countsFirstDay.notBoolean',
      `首日是否计入须为 true 或 false：${fields.countsFirstDay}`,
      `Whether the first day counts must be true or false: ${fields.countsFirstDay}`,
      'countsFirstDay',
    );
  }
  return {
    start: fields.start,
    bound: fields.bound as Bound,
    n: Number(fields.n),
    unit: fields.unit as Unit,
    ...(flag === 'true' ? { countsFirstDay: true } : {}),
  };
}

async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new UsageError(`无法读取文件 ${path}（${why}）`, `Cannot read the file ${path} (${why})`);
  }
  // TextDecoder drops a byte order mark. Bytes that are not UTF-8 become U+FFFD: they stand in columns that are not read,
  // or fail as a value.
  return new TextDecoder().decode(bytes);
}

/** The shipped calendar with each file laid over it in turn. */
async function loadCalendar(paths: string[]): Promise<Calendar> {
  const { shippedCalendar } = await import('../domain/time/data/calendar.ts');
  let calendar = shippedCalendar;
  for (const path of paths) {
    const text = await readText(path);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new UsageError(`日历文件不是 JSON：${path}`, `The calendar file is not JSON: ${path}`);
    }
    const patch = checkImport(calendar, value);
    calendar = applyImport(calendar, patch);
    for (const { path: at, zh, en } of calendarWarnings(calendar, patch)) {
      process.stderr.write(`注意 / warning: ${path} ${at}: ${zh} / ${en}\n`);
    }
  }
  return calendar;
}

/** One record of a CSV file. `row` is as a spreadsheet shows it: the header is row 1, and blank rows are counted. */
interface CsvRecord {
  row: number;
  cells: string[];
  /** A quote was opened and not closed, or text follows a closing quote. */
  broken: boolean;
}

/** Reads the record that begins at `from`; `next` is where the one after it begins. */
function readRecord(text: string, from: number): { cells: string[]; next: number; broken: boolean } {
  const cells: string[] = [];
  let cell = '';
  let state: 'plain' | 'quoted' | 'closed' = 'plain';
  let broken = false;
  let i = from;
  for (; i < text.length; i += 1) {
    const c = text[i] as string;
    if (state === 'quoted') {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += c;
        i += 1;
      } else state = 'closed';
    } else if (c === ',') {
      cells.push(cell.trim());
      cell = '';
      state = 'plain';
    } else if (c === '\n' || c === '\r') break;
    else if (c === '"' && state === 'plain' && cell.trim() === '') {
      cell = '';
      state = 'quoted';
    } else if (state === 'plain') cell += c;
    else if (c.trim() !== '') broken = true;
  }
  cells.push(cell.trim());
  return { cells, next: afterLineEnd(text, i), broken: broken || state === 'quoted' };
}

function afterLineEnd(text: string, at: number): number {
  return at + (text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1);
}

/** Splits CSV by RFC 4180, with any line ending. Blank records are left out. */
function parseCsv(text: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  for (let at = 0, row = 1; at < text.length; row += 1) {
    const { cells, next, broken } = readRecord(text, at);
    if (broken || cells.some((value) => value !== '')) records.push({ row, cells, broken });
    // A stray quote swallows the rows after it up to the next quote: only its own line is given up.
    const lineEnd = text.slice(at, next).search(/[\r\n]/);
    at = broken && lineEnd >= 0 ? afterLineEnd(text, at + lineEnd) : next;
  }
  return records;
}

/** Where each column stands in the file. Order is free, other columns are ignored, spelling ignores case. */
function columnsOf(header: CsvRecord | undefined): Map<string, number> {
  if (!header) throw new UsageError('CSV 文件没有内容', 'The CSV file is empty');
  const names = header.cells.map((name) => name.toLowerCase());
  const places = new Map<string, number>();
  for (const column of COLUMNS) {
    const at = names.indexOf(column.toLowerCase());
    if (at >= 0 && names.lastIndexOf(column.toLowerCase()) !== at) {
      throw new UsageError(`CSV 表头重复：${column}`, `The CSV header names a column twice: ${column}`);
    }
    if (at >= 0) places.set(column, at);
  }
  const missing = REQUIRED.filter((column) => !places.has(column));
  if (missing.length) {
    throw new UsageError(`CSV 表头缺少：${missing.join('、')}`, `The CSV header lacks: ${missing.join(', ')}`);
  }
  return places;
}

interface RowProblem {
  column: string | null;
  code: string;
  zh: string;
  en: string;
}

function rowProblem(record: CsvRecord, header: CsvRecord, fields: Fields): RowProblem | undefined {
  if (record.broken) {
    return { column: null, code: 'csv.badQuotes', zh: '引号未成对', en: 'a quoted field is not closed, or text follows it' };
  }
  if (record.cells.length > header.cells.length) {
    return { column: null, code: 'csv.tooManyCells', zh: '单元格多于表头', en: 'has more cells than the header' };
  }
  const empty = REQUIRED.find((column) => fields[column] === '');
  return empty ? { column: empty, code: 'csv.empty', zh: `缺少 ${empty}`, en: `${empty} is missing` } : undefined;
}

function answerRow(record: CsvRecord, header: CsvRecord, places: Map<string, number>, calendar: Calendar): object {
  const cell = (column: string) => record.cells[places.get(column) ?? -1] ?? '';
  const fields = Object.fromEntries(COLUMNS.map((column) => [column, cell(column)])) as unknown as Fields;
  let problem = rowProblem(record, header, fields);
  if (!problem) {
    try {
      const input = inputOf(fields);
      return { row: record.row, ...input, ...computeDeadline(input, calendar) };
    } catch (error) {
      if (!(error instanceof TimeError)) throw error;
      problem = { column: error.field ?? null, code: error.code, zh: error.zh, en: error.en };
    }
  }
  const { column, code, zh, en } = problem;
  const value = column === null ? undefined : cell(column);
  return { row: record.row, error: { row: record.row, column, value, code, reason: `${zh} / ${en}`, zh, en } };
}

function answerCsv(text: string, calendar: Calendar): void {
  const [header, ...records] = parseCsv(text);
  const places = columnsOf(header);
  for (const record of records) {
    const answer = answerRow(record, header as CsvRecord, places, calendar);
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    if ('error' in answer) process.exitCode = 1;
  }
}

const WEEKDAYS = '一二三四五六日';

function asText(deadline: Deadline): string {
  const { lastDay, endsAt, provisional, calendarVersion, skipped, arithmetic } = deadline;
  return [
    `最后一日 / last day   ${lastDay} 星期${WEEKDAYS[dayOfWeek(lastDay) - 1]} 24:00 (Asia/Shanghai)`,
    `截止时刻 / ends at    ${endsAt}`,
    `日历版本 / calendar   ${calendarVersion}`,
    ...(provisional
      ? ['暂定 / provisional   有年份的日历未知，公布后可能变动 / a year has no calendar yet; the end may move']
      : []),
    '',
    ...arithmetic,
    ...skipped.map(({ date, reason }) => `  不计 / not counted   ${date}  ${reason}`),
    '',
  ].join('\n');
}

async function run(options: Options): Promise<void> {
  const given = REQUIRED.filter((name) => options[name] !== undefined);
  if (options.csv !== undefined) {
    if (given.length || options.countsFirstDay) {
      throw new UsageError('--csv 与单个期限的选项不能同时使用', '--csv cannot be used with the options of a single deadline');
    }
    return answerCsv(await readText(options.csv), await loadCalendar(options.calendar));
  }
  const missing = REQUIRED.filter((name) => options[name] === undefined).map((name) => `--${name}`);
  if (missing.length) {
    throw new UsageError(`缺少选项：${missing.join(' ')}（或用 --csv）`, `Missing: ${missing.join(' ')} (or use --csv)`);
  }
  const input = inputOf({ ...(options as unknown as Fields), countsFirstDay: options.countsFirstDay ? 'true' : '' });
  const deadline = computeDeadline(input, await loadCalendar(options.calendar));
  process.stdout.write(options.json ? `${JSON.stringify(deadline)}\n` : asText(deadline));
}

const HELP = `
CSV: 表头 start,bound,n,unit[,countsFirstDay]，列序不限；行号同电子表格，表头为第 1 行。
     The header names start,bound,n,unit[,countsFirstDay] in any order; rows are numbered as in a spreadsheet, the header being 1.
退出码 / exit code: 0 成功 all answered; 1 有错误的行 some rows are wrong; 2 用法或参数错误 the call is wrong.
`;

/** Adds `fuquan deadline`: counts one deadline or a CSV file of them, with no service running. */
export function registerDeadline(program: Command): void {
  program
    .command('deadline')
    .description('计算期限 / count a deadline, or a CSV file of them (columns start, bound, n, unit)')
    .option('--start <date>', '起算日 / the day it starts from, YYYY-MM-DD')
    .option('--bound <bound>', 'atLeast 不少于 | atMost 不超过')
    .option('--n <number>', '数量 / how many')
    .option('--unit <unit>', 'workingDay 工作日 | calendarDay 日 | month 月 | year 年')
    .option('--counts-first-day', '起算日计入 / the starting day counts')
    .option('--csv <file>', '逐行计算，每行输出一个 JSON / answer each row with one line of JSON')
    .option('--calendar <file>', '叠加日历文件，可重复 / lay a calendar file over the shipped one; repeatable', collect, [])
    .option('--json', '输出 JSON / print JSON')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      try {
        await run(options);
      } catch (error) {
        const message = error instanceof TimeError ? `${error.message} (${error.code})` : (error as Error).message;
        process.stderr.write(`fuquan deadline: ${message}\n`);
        process.exitCode = 2;
      }
    });
}

function collect(path: string, paths: string[]): string[] {
  return [...paths, path];
}
