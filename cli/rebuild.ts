import type { Command } from 'commander';
import { act, institutions, withDatabaseOption, withPool } from './database.ts';

interface Flags {
  institution?: string;
  check?: boolean;
  database?: string;
  json?: boolean;
}

/** Adds `fuquan rebuild`. */
export function registerRebuild(program: Command): void {
  withDatabaseOption(program.command('rebuild'))
    .description('由留痕重算列表数据 / compute what lists show anew from the ledgers')
    .option('--institution <code>', '只重算该单位 / this institution only')
    .option('--check', '只比较，不写入 / compare only, write nothing')
    .option('--json', '输出 JSON / print JSON')
    .action((flags: Flags) => act(() => rebuild(flags)));
}

/** 0 when nothing differed or everything was put right, else 1. */
async function rebuild({ institution, check = false, database, json }: Flags): Promise<number> {
  const { rebuildProjections } = await import('../activities/rebuild.ts');
  const { processes } = await import('../domain/index.ts');
  return withPool(database, async (pool) => {
    const [only] = institution === undefined ? [] : await institutions(pool, institution);
    const report = await rebuildProjections(pool, processes, { institutionId: only?.id, write: !check });
    if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else {
      const lines = [
        `案件 / cases: ${report.cases}`,
        ...report.differences.map(
          ({ caseId, at, rebuilt }) => `  ${rebuilt ? '✓ 已重算 / rebuilt' : '✗ 不符 / differs'} ${caseId}: ${at.join(', ')}`,
        ),
        ...report.failed.map(({ caseId, reason }) => `  ✗ 无法重算 / cannot be computed ${caseId}: ${reason}`),
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
    }
    return report.failed.length > 0 || report.differences.some(({ rebuilt }) => !rebuilt) ? 1 : 0;
  });
}
