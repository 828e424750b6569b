import type { Command } from 'commander';
import { act, UsageError, withDatabaseOption, withPool } from './database.ts';

interface Flags {
  person?: string;
  party?: string;
  reason: string;
  yes?: boolean;
  openCases?: boolean;
  database?: string;
  json?: boolean;
}

/** Adds `fuquan erase`. */
export function registerErase(program: Command): void {
  withDatabaseOption(program.command('erase'))
    .description(
      '销毁一个人的个人信息密钥，不可恢复；不加 --yes 只试算 / destroy the key of what is sealed for a person, for good; a dry run without --yes',
    )
    .option('--person <id>', '人员标识 / id of the person')
    .option('--party <id>', '书面异议人（异议编号）或共有人标识 / a paper objector (the objection’s id) or a co-owner')
    .requiredOption('--reason <text>', '依据，写入管理记录 / why; kept in the audit')
    .option('--yes', '执行 / do it')
    .option('--open-cases', '即使其为在办案件的当事人 / even while they are party to open cases')
    .option('--json', '输出 JSON / print JSON')
    .action((flags: Flags) => act(() => chosen(flags)));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** One of the two kinds of subject, never both. */
function chosen({ person, party, ...flags }: Flags): Promise<number> {
  const id = person ?? party;
  if (id === undefined || (person !== undefined && party !== undefined))
    throw new UsageError('请用 --person 或 --party 指明一人', 'Name one with --person or --party');
  if (!UUID.test(id)) throw new UsageError('标识须为 UUID', 'The id must be a UUID');
  return person === undefined ? eraseOutsider(id, flags) : erase({ ...flags, person: id });
}

async function eraseOutsider(
  party: string,
  { reason, yes = false, database, json }: Omit<Flags, 'person' | 'party'>,
): Promise<number> {
  const { eraseParty, partyValues } = await import('../activities/erasure.ts');
  return withPool(database, async (pool) => {
    const values = await partyValues(pool, party);
    if (values === 0) throw new UsageError('没有该当事人', 'There is no such party');
    if (yes) await eraseParty(pool, party, reason);
    const said = yes ? '已销毁，不可恢复 / erased for good' : outcome(false);
    process.stdout.write(
      json ? `${JSON.stringify({ party, values, done: yes })}\n` : `封存值 / sealed values: ${values}\n${said}\n`,
    );
    return 0;
  });
}

async function erase({
  person,
  reason,
  yes = false,
  openCases = false,
  database,
  json,
}: Omit<Flags, 'party'> & { person: string }): Promise<number> {
  const { erasePerson, planErasure } = await import('../activities/erasure.ts');
  return withPool(database, async (pool) => {
    const plan = await planErasure(pool, person);
    if (!plan) throw new UsageError('没有该人员', 'There is no such person');
    const held = plan.openCases.length > 0 && !openCases;
    const done = yes && !held;
    if (done) await erasePerson(pool, person, reason);
    const result = { ...plan, done: done || plan.erasedAt !== null };
    if (json) process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else {
      const lines = [
        `封存值 / sealed values: ${plan.values}; 文件（保留）/ files, kept: ${plan.documents}`,
        ...plan.notices.map((id) => `  公示（姓名将隐去）/ notice, the name will be withheld: ${id}`),
        ...plan.openCases.map((id) => `  在办案件 / open case: ${id}`),
        ...(plan.erasedAt === null ? [] : [`此前已于 ${plan.erasedAt} 销毁 / erased before, at ${plan.erasedAt}`]),
        result.done ? '已销毁，不可恢复 / erased for good' : outcome(held),
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    }
    return yes && held ? 1 : 0;
  });
}

function outcome(held: boolean): string {
  if (held) return '其为在办案件当事人；确须执行请加 --open-cases / party to open cases; add --open-cases if it must be';
  return '仅为试算，加 --yes 执行 / a dry run; add --yes to do it';
}
