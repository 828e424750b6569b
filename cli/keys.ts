import type { Command } from 'commander';
import type { Receipts, RewrapRefused, Rewrapped, WrappedKind, Wraps } from '../activities/rewrap.ts';
import type { CodecKey, RuntimeConfig } from '../runtime/config.ts';
import type { OpenHistories } from '../worker/payloadKeys.ts';
import { act, UsageError, withDatabaseOption, withPool } from './database.ts';

interface Flags {
  database?: string;
  json?: boolean;
}

interface ListFlags extends Flags {
  temporal?: string;
  histories: boolean;
  cases?: string;
}

interface RewrapFlags extends Flags {
  run?: boolean;
  batch: string;
}

/** Adds `fuquan keys` and `fuquan keys rewrap`. */
export function registerKeys(program: Command): void {
  const keys = program.command('keys').description('主密钥及其用途；重新封装 / master keys and what needs them; wrapping anew');
  withDatabaseOption(keys.command('list', { isDefault: true }))
    .description('有哪些主密钥，各封装多少，还有什么需要它 / which master keys there are, what each wraps, what still needs it')
    .option(
      '--temporal <address>',
      'Temporal 地址；默认取 TEMPORAL_ADDRESS，再取运行中的服务 / else TEMPORAL_ADDRESS, else that of the running service',
    )
    .option('--no-histories', '不读运行中流程的历史 / do not read the histories of running workflows')
    .option('--cases <key>', '只列出运行历史仍需该密钥的案件 / only list the cases whose running history needs this key')
    .option('--json', '输出 JSON / print JSON')
    .action((flags: ListFlags) => act(() => list(flags)));
  withDatabaseOption(keys.command('rewrap'))
    .description(
      '以当前密钥重新封装旧密钥所封装的全部密钥（默认只试算） / wrap under the newest key all that older ones wrap (a dry run by default)',
    )
    .option('--run', '执行 / do it')
    .option('--batch <n>', '每个事务的行数 / rows in one transaction', '500')
    .option('--json', '输出 JSON / print JSON')
    .action((flags: RewrapFlags) => act(() => rewrapAll(flags)));
}

interface Listed {
  id: string;
  /** Encrypts from now on. */
  newest: boolean;
  atHand: boolean;
  wraps: Wraps;
  receipts: Receipts | null;
  /** Open cases whose running history needs it; null if that was not looked at. */
  openCases: number | null;
  /** Null where it cannot be known without the histories. */
  needed: boolean | null;
}

/** 0; 1 when something needs a key that is not at hand. */
async function list(flags: ListFlags): Promise<number> {
  const { config, keys } = await configured();
  const { receiptsByKey, wrapsByKey } = await import('../activities/rewrap.ts');
  return withPool(flags.database ?? config.databaseUrl, async (pool) => {
    const [wraps, receipts] = [await wrapsByKey(pool), await receiptsByKey(pool)];
    const histories = flags.histories ? await readHistories(flags, config, pool) : undefined;
    if (flags.cases !== undefined) {
      if (!histories) throw new UsageError('未读运行历史', 'No histories were read');
      const ids = histories.cases.get(flags.cases) ?? [];
      process.stdout.write(flags.json ? `${JSON.stringify(ids)}\n` : ids.map((id) => `${id}\n`).join(''));
      return 0;
    }
    const atHand = keys.map(({ id }) => id);
    const ids = new Set([...atHand, ...wraps.keys(), ...(histories?.cases.keys() ?? [])]);
    const listed = [...ids].map((id): Listed => {
      const openCases = histories ? (histories.cases.get(id)?.length ?? 0) : null;
      const newest = id === atHand[0];
      return {
        id,
        newest,
        atHand: atHand.includes(id),
        wraps: wraps.get(id) ?? {},
        receipts: receipts.get(id) ?? null,
        openCases,
        needed: newest || wraps.has(id) || (openCases === null ? null : openCases > 0),
      };
    });
    const shown = { keys: listed, historiesRead: histories?.read ?? null };
    process.stdout.write(flags.json ? `${JSON.stringify(shown, null, 2)}\n` : `${listed.map(sheet).join('\n')}\n`);
    return listed.some((key) => key.needed === true && !key.atHand) ? 1 : 0;
  });
}

/** The keys as the service has them. Never makes one: it would be a key that nothing was ever encrypted with. */
async function configured(): Promise<{ config: RuntimeConfig; keys: CodecKey[] }> {
  const { existsSync } = await import('node:fs');
  const { readConfig } = await import('../runtime/config.ts');
  const { localCodecKeys } = await import('../runtime/localSecrets.ts');
  const config = readConfig();
  if (config.codecKeys) return { config, keys: config.codecKeys };
  if (!config.production && existsSync(`${config.dataDir}/codec-key`))
    return { config, keys: await localCodecKeys(config.dataDir) };
  throw new UsageError(
    `没有主密钥：请像服务一样设置 FUQUAN_CODEC_KEYS，或把 FUQUAN_DATA_DIR 指向服务的数据目录`,
    'No master keys: set FUQUAN_CODEC_KEYS as the service has it, or let FUQUAN_DATA_DIR name its data directory',
  );
}

type Pool = Parameters<Parameters<typeof withPool>[1]>[0];

async function readHistories({ temporal }: ListFlags, config: RuntimeConfig, pool: Pool): Promise<OpenHistories> {
  const { Client, Connection } = await import('@temporalio/client');
  const { openHistories } = await import('../worker/payloadKeys.ts');
  const { address, namespace } = await engineOf(temporal ?? config.temporal.address, config);
  const connection = await Connection.connect({ address }).catch((error: unknown) => {
    throw new UsageError(
      `Temporal（${address}）无法连接；不读运行历史请加 --no-histories`,
      `Temporal (${address}) cannot be reached: ${String(error)}; --no-histories does without`,
    );
  });
  try {
    return await openHistories(new Client({ connection, namespace }), pool);
  } finally {
    await connection.close();
  }
}

async function engineOf(address: string | undefined, config: RuntimeConfig): Promise<{ address: string; namespace: string }> {
  if (address !== undefined) return { address, namespace: config.temporal.namespace };
  const { findRunning } = await import('../runtime/running.ts');
  const running = await findRunning(config.dataDir).catch(() => undefined);
  if (running) return { address: running.temporalAddress, namespace: running.namespace };
  throw new UsageError(
    '没有运行中的服务；请用 --temporal 或 TEMPORAL_ADDRESS 指明 Temporal，或加 --no-histories',
    'No service runs here; say where Temporal is with --temporal or TEMPORAL_ADDRESS, or add --no-histories',
  );
}

const kindWords: Record<WrappedKind, string> = {
  person: '人员 / persons',
  case: '案件 / cases',
  achievement: '成果 / achievements',
  party: '其他当事人 / parties',
  file: '文件 / files',
};

const wrapsLine = (wraps: Wraps): string =>
  (Object.entries(wraps) as [WrappedKind, number][]).map(([kind, n]) => `${kindWords[kind]} ${n}`).join('; ') || '无 / nothing';

function sheet({ id, newest, atHand, wraps, receipts, openCases, needed }: Listed): string {
  const state = newest ? '当前 / newest' : atHand ? '可用 / at hand' : '缺失 / MISSING';
  return [
    `${id}  ${state}`,
    `  封装 / wraps: ${wrapsLine(wraps)}`,
    `  运行历史 / running histories: ${openCases === null ? '未读 / not read' : `${openCases} 件案件 / cases`}`,
    ...(receipts && !newest
      ? [
          `  收到的动作 / acts received under it: ${receipts.n}，最近 / last ${receipts.last}` +
            '；密钥撤下后，重发会被拒绝 / sent again once it is gone, they are refused',
        ]
      : []),
    ...(newest ? [] : [`  ${neededWords(needed, wraps, openCases, id)}`]),
  ].join('\n');
}

function neededWords(needed: boolean | null, wraps: Wraps, openCases: number | null, id: string): string {
  if (needed === null) return '不读运行历史无法判断是否仍需要 / whether it is needed cannot be known without the histories';
  if (!needed)
    return '数据库与运行历史均不再需要它；此前的备份仍需要 / neither database nor running histories need it; backups from before do';
  const todo = [
    ...(Object.keys(wraps).length > 0 ? ['fuquan keys rewrap --run'] : []),
    ...((openCases ?? 0) > 0 ? [`fuquan keys --cases ${id}`] : []),
  ];
  return `仍需要 / still needed: ${todo.join(', ')}`;
}

/** 0 when nothing is left under an older key or it was a dry run in which all opened, else 1. */
async function rewrapAll({ database, run = false, batch, json }: RewrapFlags): Promise<number> {
  const rows = Number(batch);
  if (!Number.isInteger(rows) || rows < 1) throw new UsageError('--batch 须为正整数', '--batch takes a positive number');
  const { config, keys } = await configured();
  const { rewrap, wrapsByKey } = await import('../activities/rewrap.ts');
  const { sealingKeys } = await import('../runtime/purposeKeys.ts');
  const newest = keys[0]?.id ?? '';
  return withPool(database ?? config.databaseUrl, async (pool) => {
    const { moved, unopened } = await rewrap(pool, sealingKeys(keys), { run, batch: rows }).catch(refused);
    const after = await wrapsByKey(pool);
    const left = Object.fromEntries([...after].filter(([id]) => id !== newest));
    const result = { newest, run, moved: Object.fromEntries(moved), left, unopened };
    process.stdout.write(json ? `${JSON.stringify(result, null, 2)}\n` : `${rewrapSheet(result).join('\n')}\n`);
    return unopened.length > 0 || (run && Object.keys(left).length > 0) ? 1 : 0;
  });
}

function refused(error: unknown): never {
  if ((error as Error).name !== 'RewrapRefused') throw error;
  const { zh, message } = error as RewrapRefused;
  throw new UsageError(zh, message);
}

/** Of what could not be opened, so many are named. */
const NAMED = 20;

function rewrapSheet({
  newest,
  run,
  moved,
  left,
  unopened,
}: {
  newest: string;
  run: boolean;
  moved: Record<string, number>;
  left: Record<string, Wraps>;
  unopened: Rewrapped['unopened'];
}): string[] {
  const done = run
    ? `已改由 ${newest} 封装 / wrapped anew under ${newest}`
    : `将改由 ${newest} 封装 / would be wrapped anew under ${newest}`;
  return [
    ...Object.entries(moved).map(([id, n]) => `${id}: ${n} ${done}`),
    ...unopened
      .slice(0, NAMED)
      .map(({ kind, id, keyId, because }) =>
        because === 'keyMissing'
          ? `✗ ${kind} ${id}: 缺少密钥 ${keyId} / the key ${keyId} is missing`
          : `✗ ${kind} ${id}: 密钥 ${keyId} 打不开 / ${keyId} does not open it`,
      ),
    ...(unopened.length > NAMED ? [`✗ 另有 / and ${unopened.length - NAMED} 项 / more`] : []),
    ...(run ? Object.entries(left).map(([id, wraps]) => `仍由 ${id} 封装 / still under ${id}: ${wrapsLine(wraps)}`) : []),
    ...(Object.keys(moved).length + unopened.length === 0
      ? [`全部已由 ${newest} 封装 / everything is under ${newest} already`]
      : []),
    ...(run ? [] : ['仅为试算，加 --run 执行 / a dry run; add --run to do it']),
  ];
}
