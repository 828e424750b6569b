import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { ask, jsonArgument, run, serviceUrl, tokenFor, withClientOptions, type ClientOptions } from './client.ts';
import { UsageError } from './database.ts';

interface Row {
  id: string;
  number?: string;
  title?: string | null;
  mode: string;
  step: string;
  status: string;
  alerts: string[];
}

interface Shown {
  id: string;
  number?: string;
  step: string;
  status: string;
  version: number;
  allowedActs: { act: string; zh: string; en: string }[];
  deadlines?: { key: string; lastDay: string; state: string; clause: string; provisional: boolean }[];
  next?: { tasks: { act: string; personId?: string; role?: string; department?: string; due?: string; alert?: string }[] };
}

/** Where the institution's endpoints are, and a way to ask them as the caller. */
async function open(options: ClientOptions): Promise<(path: string, init?: RequestInit) => Promise<unknown>> {
  const { institution } = options;
  if (institution === undefined) throw new UsageError('请用 --institution 指明单位', 'name the institution with --institution');
  const url = await serviceUrl(options.url);
  const token = await tokenFor(url, options);
  return (path, init) => ask(url, `/api/v1/institutions/${encodeURIComponent(institution)}${path}`, { ...init, token });
}

function print(options: ClientOptions, body: unknown, text: () => string): void {
  process.stdout.write(options.json === true ? `${JSON.stringify(body)}\n` : `${text()}\n`);
}

const line = ({ id, number, title, mode, step, status, alerts }: Row): string =>
  [id, number ?? '—', mode, status, step, title ?? '', alerts.join(',')].join('  ').trimEnd();

function sheet({ id, number, step, status, version, allowedActs, deadlines = [], next }: Shown): string {
  const tasks = next?.tasks ?? [];
  return [
    `${number ?? id}  ${status}  ${step}  v${version}`,
    ...deadlines.map(
      (one) => `  ${one.lastDay}  ${one.key}  ${one.state}  ${one.clause}${one.provisional ? '  暂定 / provisional' : ''}`,
    ),
    ...tasks.map(({ act, personId, role, department, due, alert }) =>
      ['  待办 / to do', act, personId ?? [role, department].filter(Boolean).join(':'), due, alert].filter(Boolean).join('  '),
    ),
    ...allowedActs.map(({ act, zh, en }) => `  可办 / may do  ${act}  ${zh} / ${en}`),
  ].join('\n');
}

/** `fuquan case`: list cases, show one, do something to it. */
export function registerCase(program: Command): void {
  const group = program.command('case').description('查看与办理案件 / see cases and act on them');

  withClientOptions(group.command('list').description('我能看到的案件 / cases that I may see'))
    .option('--status <status>', 'draft|open|done|refused|withdrawn|merged')
    .option('--step <step>', '环节 / step')
    .action(async (options: ClientOptions & { status?: string; step?: string }) => {
      await run(async () => {
        const asked = await open(options);
        const items: Row[] = [];
        let cursor: string | undefined;
        do {
          const given = { limit: '200', status: options.status, step: options.step, cursor };
          const query = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
          const page = (await asked(`/cases?${new URLSearchParams(query).toString()}`)) as { items: Row[]; next?: string };
          items.push(...page.items);
          cursor = page.next;
        } while (cursor !== undefined);
        print(options, { items }, () => items.map(line).join('\n'));
      }, options.json);
    });

  withClientOptions(group.command('show <caseId>').description('一个案件 / one case')).action(
    async (caseId: string, options: ClientOptions) => {
      await run(async () => {
        const shown = (await (await open(options))(`/cases/${encodeURIComponent(caseId)}`)) as Shown;
        print(options, shown, () => sheet(shown));
      }, options.json);
    },
  );

  withClientOptions(group.command('act <caseId> <type>').description('办理 / do something to a case'))
    .option('--body <json>', '内容，JSON 或 @文件 / the body, JSON or @file', '{}')
    .option('--on-behalf-of <personId>', '委托人 / whose right is used')
    .option('--key <key>', '幂等键；重试时沿用 / the idempotency key; the same one to retry')
    .action(
      async (caseId: string, type: string, options: ClientOptions & { body: string; onBehalfOf?: string; key?: string }) => {
        await run(async () => {
          const { onBehalfOf, key = randomUUID() } = options;
          const act = { type, body: await jsonArgument(options.body), ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
          const answer = await (
            await open(options)
          )(`/cases/${encodeURIComponent(caseId)}/acts`, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
            body: JSON.stringify(act),
          });
          const { outcome, step, actId } = answer as { outcome: string; step?: string; actId: string };
          print(options, answer, () => [outcome, step, actId].filter(Boolean).join('  '));
        }, options.json);
      },
    );
}
