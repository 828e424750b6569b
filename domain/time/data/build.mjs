// Writes calendar.ts from the holiday tables of the chinese-days package (a build-time source only).
// Run after a new State Council notice has reached that package: node domain/time/data/build.mjs VERSION
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const version = process.argv[2];
if (!version) throw new Error('Give the version of the calendar to be written, for example cn-2026.1');

const folder = join(dirname(createRequire(import.meta.url).resolve('chinese-days')), 'years');
// '2026-02-16': 'Spring Festival,春节,4' becomes '2026-02-16': '春节 Spring Festival'.
const days = (table) =>
  Object.fromEntries(
    Object.entries(table)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([date, text]) => [date, text.split(',').slice(0, 2).toReversed().join(' ')]),
  );
const years = {};
for (const name of readdirSync(folder)
  .filter((file) => /^\d{4}\.json$/.test(file))
  .toSorted()) {
  const { holidays, workdays } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  years[name.slice(0, 4)] = { off: days(holidays), work: days(workdays) };
}

const text = `/** Days off and make-up days by the State Council's yearly notices. Written by build.mjs; not edited by hand. */
import type { Calendar } from '../calendar.ts';

export const shippedCalendar: Calendar = ${JSON.stringify({ version, years }, null, 2)};
`;
writeFileSync(new URL('./calendar.ts', import.meta.url), text);
