import type { Command } from 'commander';
import { ask, run, serviceUrl, tokenFor, withClientOptions, type ClientOptions } from './client.ts';

interface Row {
  id: string;
  cause: string;
  institution?: string;
  caseId?: string;
  number?: string;
  zh: string;
  en: string;
  who: { zh: string; en: string; personId?: string; department?: string };
  since: string;
  todo: { zh: string; en: string };
  repairs: string[];
  reason?: string;
}

interface Page {
  items: Row[];
  next?: string;
  complete: boolean;
  checks: { name: string; everySeconds: number; lastGoodAt?: string; late: boolean }[];
}

interface Flags extends ClientOptions {
  cause?: string;
  case?: string;
}

const LIMIT = 200;

/** Who calls when nobody says: the administrator of the institution, or without one the operator of the platform. */
export function asKeeper<T extends ClientOptions>(options: T): T {
  const named = options.token ?? options.role ?? options.person ?? process.env['FUQUAN_TOKEN'];
  if (named !== undefined) return options;
  return { ...options, role: options.institution === undefined ? 'platformOperator' : 'administrator' };
}

/** Where the endpoints of the institution stand, or those of the platform. */
export const baseOf = ({ institution }: ClientOptions): string =>
  institution === undefined ? '/api/v1/platform' : `/api/v1/institutions/${encodeURIComponent(institution)}`;

function sheet({ id, cause, institution, caseId, number, zh, en, who, since, todo, repairs, reason }: Row, from: string): string {
  const where = [institution, number, caseId].filter((part) => part !== undefined).join('  ');
  const person = [who.department, who.personId].filter((part) => part !== undefined).join(' ');
  return [
    `${since}  ${cause}  ${where}`.trimEnd(),
    `  ${zh} / ${en}`,
    `  由谁处理 / who acts: ${who.zh} / ${who.en}${person ? ` (${person})` : ''}`,
    `  如何处理 / what to do: ${todo.zh} / ${todo.en}`,
    ...(reason === undefined ? [] : [`  ${reason}`]),
    ...repairs.map((kind) => `  fuquan repair ${kind}${from} --finding ${id} --reason "…"`),
  ].join('\n');
}

/** `fuquan stalled`: what stands still. Ends with 0 when nothing does, with 1 when something does or may. */
export function registerStalled(program: Command): void {
  withClientOptions(program.command('stalled').description('停滞的事项及处理办法 / what stands still, and what can be done'))
    .option('--cause <code>', '只看该原因 / of this cause only')
    .option('--case <caseId>', '只看该案件 / of this case only')
    .action(async (given: Flags) => {
      await run(async () => {
        const options = asKeeper(given);
        const url = await serviceUrl(options.url);
        const token = await tokenFor(url, options);
        const items: Row[] = [];
        let page: Page;
        let cursor: string | undefined;
        do {
          const asked = { limit: String(LIMIT), cause: options.cause, caseId: options.case, cursor };
          const query = Object.entries(asked).filter((entry): entry is [string, string] => entry[1] !== undefined);
          page = (await ask(url, `${baseOf(options)}/stalled?${new URLSearchParams(query).toString()}`, { token })) as Page;
          items.push(...page.items);
          cursor = page.next;
        } while (cursor !== undefined);
        const { complete, checks } = page;
        const from = options.institution === undefined ? '' : ` --institution ${options.institution}`;
        if (options.json === true) process.stdout.write(`${JSON.stringify({ items, complete, checks })}\n`);
        else
          process.stdout.write(
            `${items.length === 0 ? '没有停滞的事项 / nothing stands still' : items.map((row) => sheet(row, from)).join('\n')}\n`,
          );
        process.exitCode = items.length > 0 || !complete ? 1 : 0;
      }, given.json);
    });
}
