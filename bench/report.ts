/** Results, and how they are told: one JSON object, a text for a terminal, a page for the docs. */
import { rounded } from './stats.ts';

/** One number beside its counterpart. */
export interface Row {
  what: string;
  unit: string;
  /** Ours. */
  product: number;
  /** The bare engine's, in the same run. */
  bare?: number;
  /** Ours over the bare one's, as the median over rounds says. */
  ratio?: number;
  target?: Target;
}

/** What a row must keep to: its ratio where there is one, else its own number. */
export interface Target {
  atMost?: number;
  atLeast?: number;
}

export interface Result {
  measure: string;
  title: string;
  rows: Row[];
  /** What was done, what the numbers do not say, and, where a target is missed, what the profile says. */
  notes: string[];
  /** Where the time went: any tables of names and numbers. */
  profile?: Record<string, Record<string, number>>;
  at: string;
  seconds: number;
  scale: string;
}

export interface Report {
  version: string;
  commit: string;
  machine: Record<string, string | number>;
  results: Result[];
}

/** Whether the row keeps to its target; undefined without one. */
export function keeps({ target, ratio, product }: Row): boolean | undefined {
  if (!target) return undefined;
  const value = ratio ?? product;
  return value <= (target.atMost ?? Infinity) && value >= (target.atLeast ?? -Infinity);
}

function targetText({ target, ratio }: Row): string {
  if (!target) return '';
  const of = ratio === undefined ? '' : '×';
  return target.atMost === undefined ? `≥ ${target.atLeast}${of}` : `≤ ${target.atMost}${of}`;
}

const number = (value: number | undefined): string =>
  value === undefined ? '' : rounded(value, Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2).toLocaleString('en-US');
const verdict = (row: Row): string => ({ true: 'kept', false: 'SHORT', undefined: '' })[String(keeps(row))] ?? '';

function cells(row: Row): string[] {
  return [
    row.what,
    row.unit,
    number(row.product),
    number(row.bare),
    row.ratio === undefined ? '' : number(row.ratio),
    targetText(row),
    verdict(row),
  ];
}

const HEADINGS = ['', 'unit', 'fuquan', 'bare', 'ratio', 'target', ''];

/** For a terminal. */
export function asText(result: Result): string {
  const table = [HEADINGS, ...result.rows.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...table.map((line) => line[column]!.length)));
  const lines = table.map((line) =>
    line.map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  );
  const profile = Object.entries(result.profile ?? {}).map(
    ([name, table_]) =>
      `  ${name}: ${Object.entries(table_)
        .map(([key, value]) => `${key} ${number(value)}`)
        .join(', ')}`,
  );
  const title = `${result.measure}: ${result.title} (${result.scale} scale, ${rounded(result.seconds, 0)} s)`;
  return [
    `\n${title}`,
    ...lines.map((line) => `  ${line.trimEnd()}`),
    ...result.notes.map((note) => `  - ${note}`),
    ...profile,
  ].join('\n');
}

/** Where results begin on the page of the docs; what stands before is written by hand. */
const RESULTS = '<!-- results -->';

/** The page with these results in the place of those that it had. */
export const withResults = (page: string, report: Report): string =>
  `${page.includes(RESULTS) ? page.slice(0, page.indexOf(RESULTS)) : ''}${RESULTS}\n\n${asMarkdown(report)}`;

/** The results as the docs show them. */
export function asMarkdown(report: Report): string {
  const machine = Object.entries(report.machine).map(([name, value]) => `| ${name} | ${value} |`);
  const short = report.results.flatMap(({ measure, rows }) =>
    rows
      .filter((row) => keeps(row) === false)
      .map((row) => `- **${measure}**: ${row.what} is ${number(row.ratio ?? row.product)}, target ${targetText(row)}.`),
  );
  const sections = report.results.flatMap((result) => [
    `\n## ${result.measure}`,
    `\n${result.title}. Measured ${result.at.slice(0, 10)}, ${result.scale} scale, ${rounded(result.seconds, 0)} s.\n`,
    `| | ${HEADINGS.slice(1).join(' | ')} |`,
    '|---|---|--:|--:|--:|--:|---|',
    ...result.rows.map((row) => `| ${cells(row).join(' | ')} |`),
    ...(result.notes.length > 0 ? ['', ...result.notes.map((note) => `- ${note}`)] : []),
    ...Object.entries(result.profile ?? {}).flatMap(([name, table]) => [
      `\n${name}:\n`,
      '| | |',
      '|---|--:|',
      ...Object.entries(table).map(([key, value]) => `| ${key} | ${number(value)} |`),
    ]),
  ]);
  return [
    `Release ${report.version}, commit ${report.commit}.`,
    '',
    '| machine | |',
    '|---|---|',
    ...machine,
    '',
    short.length > 0 ? 'Short of their targets:\n' : 'Every target is kept.',
    ...short,
    ...sections,
    '',
  ].join('\n');
}
