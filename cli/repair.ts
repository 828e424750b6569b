import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { ask, run, serviceUrl, tokenFor, withClientOptions, type ClientOptions } from './client.ts';
import { UsageError } from './database.ts';
import { asKeeper, baseOf } from './stalled.ts';

interface Flags extends ClientOptions {
  case: string[];
  finding: string[];
  cause?: string;
  reason: string;
  run?: boolean;
  key?: string;
}

interface Item {
  n?: number;
  caseId?: string;
  findingId?: string;
  cause?: string;
  status?: string;
  zh: string;
  en: string;
  reason?: string;
}

interface Answer {
  run?: false;
  jobId?: string;
  status?: 'queued' | 'running' | 'done';
  progress?: { done: number; total: number };
  items: Item[];
}

const LOOK_MS = 500;
const collect = (value: string, before: string[]): string[] => [...before, value];

const line = ({ caseId, findingId, cause, status, zh, en, reason }: Item): string =>
  [status, cause, caseId ?? findingId, `${zh} / ${en}`, reason].filter((part) => part !== undefined).join('  ');

/** What is to be repaired: exactly one way of naming it. */
function target({ case: cases, finding: findings, cause }: Flags): object {
  const named = [cases.length > 0 && { cases }, findings.length > 0 && { findings }, cause !== undefined && { cause }].filter(
    (one): one is { cases: string[] } | { findings: string[] } | { cause: string } => one !== false,
  );
  const [one] = named;
  if (one === undefined || named.length > 1)
    throw new UsageError(
      '请用 --case、--finding、--cause 之一指明对象',
      'name what to repair with one of --case, --finding, --cause',
    );
  return one;
}

/** `fuquan repair`: a dry run, unless `--run`. Ends with 0 when everything was done or not needed, with 1 when something did not help. */
export function registerRepair(program: Command): void {
  withClientOptions(
    program.command('repair <kind>').description('处理停滞的事项（默认只试算）/ repair what stands still (a dry run by default)'),
  )
    .option('--case <caseId>', '案件，可多次 / a case; repeatable', collect, [])
    .option('--finding <id>', '停滞事项，可多次 / a finding; repeatable', collect, [])
    .option('--cause <code>', '该原因的全部事项 / all that a cause has')
    .requiredOption('--reason <text>', '理由，将被记录 / why; it is recorded')
    .option('--run', '实际办理 / do it')
    .option('--key <key>', '幂等键；重试时沿用 / the idempotency key; the same one to retry')
    .action(async (kind: string, given: Flags) => {
      await run(async () => {
        const options = asKeeper(given);
        const url = await serviceUrl(options.url);
        const token = await tokenFor(url, options);
        const base = `${baseOf(options)}/repairs`;
        const body = { kind, run: options.run === true, reason: options.reason, ...target(options) };
        let answer = (await ask(url, base, {
          method: 'POST',
          token,
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': options.key ?? randomUUID() },
          body: JSON.stringify(body),
        })) as Answer;
        while (answer.jobId !== undefined && answer.status !== 'done') {
          const { done = 0, total = 0 } = answer.progress ?? {};
          if (process.stderr.isTTY) process.stderr.write(`\r${done}/${total}`);
          await pause(LOOK_MS);
          answer = (await ask(url, `${base}/${answer.jobId}`, { token })) as Answer;
        }
        if (process.stderr.isTTY && answer.jobId !== undefined) process.stderr.write('\r');
        if (options.json === true) process.stdout.write(`${JSON.stringify(answer)}\n`);
        else {
          const trial = answer.jobId === undefined ? ['仅为试算，加 --run 办理 / a dry run; add --run to do it'] : [];
          process.stdout.write(`${[...answer.items.map(line), ...trial].join('\n')}\n`);
        }
        const failed = answer.items.some(({ status }) => status === 'notHelped' || status === 'refused');
        process.exitCode = failed ? 1 : 0;
      }, given.json);
    });
}
