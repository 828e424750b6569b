/** `npm run bench`: what the service costs beside the bare engine. */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { measures } from './measures/index.ts';
import { keeps, withResults, type Report } from './report.ts';
import { runBench } from './run.ts';
import { changed, scales } from './scale.ts';

interface Options {
  quick?: true;
  smoke?: true;
  only?: string;
  with?: string;
  json?: string;
  markdown?: string;
  profile?: string;
}

const command = new Command('bench')
  .description('Measures the service beside a bare Temporal workflow of the same commands, in the same run')
  .option('--quick', 'smaller numbers, under five minutes; says little about targets that name a number of cases')
  .option('--smoke', 'the smallest numbers: whether the bench itself works')
  .option('--only <names>', `some measures, by commas: ${measures.map(({ name }) => name).join(', ')}`)
  .option('--with <numbers>', 'other numbers than the scale has, for example parkedMany=5000,idleSeconds=30')
  .option('--json <file>', 'writes the results; measures that the file has from an earlier run and this one has not are kept')
  .option('--markdown <file>', 'puts the results of --json, or of this run, into the page of the docs')
  .option('--profile <folder>', 'writes CPU profiles of the product there');

/** The newer of each measure, in the order of the list. */
function merged(old: Report | undefined, now: Report): Report {
  const results = measures.flatMap(({ name }) => {
    const found = [now, old].map((report) => report?.results.find(({ measure }) => measure === name));
    return found.find((one) => one !== undefined) ?? [];
  });
  return { ...now, results };
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const options = command.parse().opts<Options>();
  const scale = changed(scales[options.smoke ? 'smoke' : options.quick ? 'quick' : 'full'], options.with);
  const only = options.only?.split(',').map((name) => name.trim());
  const found = await runBench({ scale, say, profileDir: options.profile, ...(only && { only }) });
  const old = options.json && existsSync(options.json) ? (JSON.parse(await readFile(options.json, 'utf8')) as Report) : undefined;
  const report = merged(old, found);
  const json = `${JSON.stringify(report, undefined, 2)}\n`;
  if (options.json) await writeFile(options.json, json);
  else process.stdout.write(json);
  if (options.markdown) {
    const page = existsSync(options.markdown) ? await readFile(options.markdown, 'utf8') : '';
    await writeFile(options.markdown, withResults(page, report));
  }
  const short = found.results.flatMap(({ rows }) => rows.filter((row) => keeps(row) === false)).length;
  say(short === 0 ? '\nEvery target is kept.' : `\n${short} short of their targets.`);
}

await main();
// A client library's stray timer must not keep a finished run alive.
process.exit();
