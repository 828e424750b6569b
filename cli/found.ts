import type { Command } from 'commander';
import { act, UsageError, withDatabaseOption, withPool } from './database.ts';

interface Flags {
  code: string;
  name: string;
  kind: string;
  province: string;
  city?: string;
  stateFounded?: boolean;
  login: string;
  person: string;
  operator?: boolean;
  database?: string;
}

/** Adds `fuquan found`: what an empty production database needs before anybody can log in. */
export function registerFound(program: Command): void {
  withDatabaseOption(program.command('found'))
    .description('建立单位及其首位管理员 / create an institution and its first administrator')
    .requiredOption('--code <code>', '单位代码，小写字母、数字和连字符 / code: lower case, digits, hyphens')
    .requiredOption('--name <name>', '单位名称 / name')
    .requiredOption('--kind <kind>', 'university, institute, stateEnterprise, publicInstitution')
    .requiredOption('--province <code>', '省级行政区划代码 / GB/T 2260 code of the province, for example 150000')
    .option('--city <code>', '市级行政区划代码 / of the city, for example 150200')
    .option('--state-founded', '国家设立 / set up by the state')
    .requiredOption('--login <id>', '首位管理员在登录系统中的标识（令牌的 sub） / the administrator’s `sub` in tokens')
    .requiredOption('--person <name>', '首位管理员姓名 / the administrator’s name')
    .option('--operator', '同时授予平台运营者 / makes the administrator platform operator too')
    .action((flags: Flags) => act(() => found(flags)));
}

async function found({ operator = false, stateFounded = false, database, ...given }: Flags): Promise<number> {
  const { institutionKinds } = await import('../policies/schema.ts');
  const kind = institutionKinds.find((one) => one === given.kind);
  if (!kind)
    throw new UsageError(`单位类型须为 ${institutionKinds.join('、')}`, `The kind is one of ${institutionKinds.join(', ')}`);
  if (!/^[a-z][a-z0-9-]{1,62}$/.test(given.code))
    throw new UsageError('单位代码格式不符', 'The code does not have the right form');
  for (const place of [given.province, given.city ?? '000000'])
    if (!/^\d{6}$/.test(place)) throw new UsageError('行政区划代码为六位数字', 'A place is a code of six digits');
  const { readConfig } = await import('../runtime/config.ts');
  const { localCodecKeys } = await import('../runtime/localSecrets.ts');
  const { sealingKeys } = await import('../runtime/purposeKeys.ts');
  const { foundInstitution, makeOperator } = await import('../runtime/found.ts');
  const { Sealer } = await import('../activities/sealing.ts');
  const config = readConfig({ ...process.env, FUQUAN_ROLE: 'all' });
  const keys = config.codecKeys ?? (await localCodecKeys(config.dataDir));
  return withPool(database ?? config.databaseUrl, async (pool) => {
    const sealer = new Sealer({ pool, keys: sealingKeys(keys) });
    const made = await foundInstitution(pool, sealer, { ...given, kind, stateFounded });
    if (operator) await makeOperator(pool, given.login);
    process.stdout.write(`${JSON.stringify({ ...made, code: given.code, operator })}\n`);
    return 0;
  });
}
