import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { ask, jsonArgument, run, serviceUrl, tokenFor, withClientOptions, type ClientOptions } from './client.ts';
import { UsageError } from './database.ts';
import { asKeeper, baseOf } from './stalled.ts';

interface Flags extends ClientOptions {
  case: string[];
  finding: string[];
  cause?: string;
  reason: string;
  body?: string;
  run?: boolean;
  key?: string;
}

interface Item {
  n?: number;
  caseId?: string;
  findingId?: string;
  cause?: string;
  status?: string;
  outcome?: string;
  code?: string;
  zh: string;
  en: string;
  effects?: { key: string; from: string; to?: string; left?: { n: number; unit: string } }[];
  reason?: string;
}

interface Answer {
  run?: false;
  more?: boolean;
  jobId?: string;
  status?: 'queued' | 'running' | 'done';
  progress?: { done: number; total: number };
  items: Item[];
}

const LOOK_MS = 500;
const collect = (value: string, before: string[]): string[] => [...before, value];

const effect = ({ key, from, to, left }: NonNullable<Item['effects']>[number]): string =>
  left ? `${key} ${from}: ${left.n} ${left.unit}` : `${key} ${from} → ${to ?? ''}`;

const line = ({ caseId, findingId, cause, status, outcome, code, zh, en, effects = [], reason }: Item): string =>
  [status ?? outcome, cause, caseId ?? findingId, code, `${zh} / ${en}`, ...effects.map(effect), reason]
    .filter((part) => part !== undefined)
    .join('  ');

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
    .addHelpText(
      'after',
      `
  remind                    再次提醒应办理的人员 / remind whoever must act
  retry                     立即重试，并报告是否成功 / try again at once, and say whether it helped
  restart                   从留痕重新启动流程 / start the workflow from the ledger
  terminate                 终止没有案件的流程 / end a workflow of no open case
  hold, resume, reassign, moveDeadline
                            提出，另一人复核后生效 / proposed; a second person confirms
  confirmMending, refuseMending
                            复核或驳回所提事项 / confirm or refuse what was proposed`,
    )
    .option('--case <caseId>', '案件，可多次 / a case; repeatable', collect, [])
    .option('--finding <id>', '停滞事项，可多次 / a finding; repeatable', collect, [])
    .option('--cause <code>', '该原因的事项，一次最多 500 项 / what a cause has, 500 at a time')
    .option('--body <json>', '案件办理的内容，@文件 从文件读取 / what an act on the case needs; @file reads a file')
    .requiredOption('--reason <text>', '理由，将被记录 / why; it is recorded')
    .option('--run', '实际办理 / do it')
    .option('--key <key>', '幂等键；重试时沿用 / the idempotency key; the same one to retry')
    .action(async (kind: string, given: Flags) => {
      await run(async () => {
        const options = asKeeper(given);
        const url = await serviceUrl(options.url);
        const token = await tokenFor(url, options);
        const base = `${baseOf(options)}/repairs`;
        const ofAct = options.body === undefined ? {} : { body: await jsonArgument(options.body) };
        const body = { kind, run: options.run === true, reason: options.reason, ...target(options), ...ofAct };
        const key = options.key ?? randomUUID();
        // Whoever is cut off asks for the same job with it.
        if (options.run === true && options.json !== true) process.stderr.write(`--key ${key}\n`);
        let answer = (await ask(url, base, {
          method: 'POST',
          token,
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
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
          const more = answer.more === true ? ['尚有更多，请再次执行 / there are more: run it again'] : [];
          process.stdout.write(`${[...answer.items.map(line), ...trial, ...more].join('\n')}\n`);
        }
        const failed = answer.items.some(({ status }) => status === 'notHelped' || status === 'refused');
        process.exitCode = failed ? 1 : 0;
      }, given.json);
    });
}
