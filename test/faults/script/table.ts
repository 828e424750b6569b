/** Results as a table in a document: rows of faults that were tried anew take the place of their older ones. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** What came of one kind of fault. */
export interface Row {
  fault: string;
  tried: number;
  cases: number;
  acknowledged: number;
  lost: number;
  doubled: number;
  disordered: number;
  /** Milliseconds from each fault, or from its repair where it lasts, to the next acknowledged act and to the next effect. */
  recovery: number[];
  effects: number[];
  /** Everything that was not as it should be, in words; empty where the service held. */
  faults: string[];
}

const BEGIN = '<!-- results: written by npm run faults and npm run nemesis, not by hand -->';
const END = '<!-- end of results -->';
const HEAD = [
  'fault',
  'times tried',
  'cases led',
  'acknowledged acts',
  'lost',
  'doubled',
  'out of order',
  'next acknowledged act, s (p50 / max)',
  'next effect, s (p50 / max)',
  'run on',
];

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

/** Median and maximum. */
function spread(all: readonly number[]): string {
  if (all.length === 0) return '–';
  const sorted = all.toSorted((a, b) => a - b);
  return `${seconds(sorted[Math.floor((sorted.length - 1) / 2)]!)} / ${seconds(sorted.at(-1)!)}`;
}

/** The row as cells. */
export function cells(row: Row, on: string): string[] {
  const { fault, tried, cases, acknowledged, lost, doubled, disordered, recovery, effects } = row;
  return [fault, ...[tried, cases, acknowledged, lost, doubled, disordered].map(String), spread(recovery), spread(effects), on];
}

/** Writes the rows between the document's marks. */
export function writeTable(path: string, rows: readonly Row[], on: string): void {
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  const text = readFileSync(path, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin) throw new Error(`${path} has no place for results`);
  const known = new Map<string, string[]>();
  for (const line of text.slice(begin, end).split('\n').slice(1)) {
    const found = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (found.length === HEAD.length && found[0] !== HEAD[0] && !/^-+$/.test(found[0] ?? '')) known.set(found[0]!, found);
  }
  for (const row of rows) known.set(row.fault, cells(row, on));
  const widths = HEAD.map((head, n) => Math.max(head.length, ...[...known.values()].map((line) => line[n]!.length)));
  const line = (parts: readonly string[]): string => `| ${parts.map((part, n) => part.padEnd(widths[n]!)).join(' | ')} |`;
  const table = [line(HEAD), line(widths.map((width) => '-'.repeat(width))), ...[...known.values()].map(line)].join('\n');
  writeFileSync(path, `${text.slice(0, begin)}${BEGIN}\n\n${table}\n\n${text.slice(end)}`);
}
