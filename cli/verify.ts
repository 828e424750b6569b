import { once } from 'node:events';
import type { Command } from 'commander';
import type { Finding, Report } from '../activities/verify.ts';
import { act, institutions, UsageError, withDatabaseOption, withPool } from './database.ts';

interface VerifyFlags {
  institution?: string;
  file?: string;
  checkpoint: string[];
  key: string[];
  database?: string;
  json?: boolean;
}

const collect = (value: string, before: string[]): string[] => [...before, value];

/** Adds `fuquan verify` and `fuquan export`. */
export function registerVerify(program: Command): void {
  withDatabaseOption(program.command('verify'))
    .description('核验留痕：逐案散列链、日志根、签名 / check the ledger: chains, log root, signatures')
    .option('--institution <code>', '只核验该单位 / this institution only')
    .option('--file <path>', '核验导出的文件，无需任何服务 / check an exported file, with no service running')
    .option('--checkpoint <path>', '另行保管的检查点，可多次 / a checkpoint kept elsewhere; repeatable', collect, [])
    .option('--key <path>', '可信的公钥（PEM 或 name+hash+key），可多次 / a public key you trust; repeatable', collect, [])
    .option('--json', '输出 JSON / print JSON')
    .action((flags: VerifyFlags) => act(() => verify(flags)));

  withDatabaseOption(program.command('export'))
    .description('导出一个单位的留痕并签署检查点 / export the ledger of an institution under a fresh checkpoint')
    .requiredOption('--institution <code>', '单位代码 / code of the institution')
    .requiredOption('--out <path>', '写入的文件；检查点另写入同名 .checkpoint / file to write; its checkpoint goes beside it')
    .action((flags: { institution: string; out: string; database?: string }) => act(() => exportTo(flags)));
}

/** 0 when all is as recorded, 1 when something is not. */
async function verify(flags: VerifyFlags): Promise<number> {
  const olderCheckpoints = await Promise.all(flags.checkpoint.map(readText));
  const trustedKeys = flags.key.length > 0 ? await Promise.all(flags.key.map(readKey)) : undefined;
  const brought = { olderCheckpoints, trustedKeys };
  const reports = flags.file === undefined ? await verifyDatabase(flags, brought) : [await verifyFile(flags.file, brought)];
  process.stdout.write(flags.json ? `${JSON.stringify(reports, null, 2)}\n` : reports.map(describe).join('\n'));
  return reports.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

interface Brought {
  olderCheckpoints: string[];
  trustedKeys: string[] | undefined;
}

async function verifyFile(path: string, brought: Brought): Promise<Report> {
  const { createReadStream } = await import('node:fs');
  const { openLedgerFile } = await import('../activities/ledgerSource.ts');
  const { verifyLedger } = await import('../activities/verify.ts');
  const stream = createReadStream(path);
  // Whether it is there at all; what fails later is no mistake of the caller's.
  await once(stream, 'open').catch(() => {
    throw unreadable(path);
  });
  const file = await openLedgerFile(stream);
  if (!file)
    throw new UsageError(
      `${path} 不是留痕导出文件，或首行已被改动`,
      `${path} is no exported ledger, or its first line was changed`,
    );
  const report = await verifyLedger(file.items, { ...brought, institutionId: file.institution.id, ownKeys: [file.verifierKey] });
  return { ...report, findings: [...file.findings, ...report.findings] };
}

async function verifyDatabase(
  { database, institution }: VerifyFlags,
  { olderCheckpoints, trustedKeys }: Brought,
): Promise<Report[]> {
  const { readLedger } = await import('../activities/ledgerSource.ts');
  const { verifyLedger } = await import('../activities/verify.ts');
  const { readNote } = await import('../activities/note.ts');
  return withPool(database, async (pool) => {
    const found = await institutions(pool, institution);
    const known = olderCheckpoints.map((note) => ({ note, of: readNote(note).institutionId }));
    const stray = known.find(({ of }) => !found.some(({ id }) => id === of));
    if (stray) throw new UsageError(`检查点属于单位 ${stray.of}`, `The checkpoint is of institution ${stray.of}`);
    const reports: Report[] = [];
    for (const { id } of found) {
      const older = known.filter(({ of }) => of === id).map(({ note }) => note);
      reports.push(await verifyLedger(readLedger(pool, id), { institutionId: id, trustedKeys, olderCheckpoints: older }));
    }
    return reports;
  });
}

async function exportTo({
  institution,
  out,
  database,
}: {
  institution: string;
  out: string;
  database?: string;
}): Promise<number> {
  const { createWriteStream } = await import('node:fs');
  const { rename, writeFile } = await import('node:fs/promises');
  const { finished } = await import('node:stream/promises');
  const { exportLedger } = await import('../activities/ledgerSource.ts');
  const { keptSigner } = await import('../activities/note.ts');
  const { readConfig } = await import('../runtime/config.ts');
  const { dataDir } = readConfig();
  // A key made here would sign what nobody can tell from a forgery.
  const signer = await keptSigner(dataDir);
  if (!signer)
    throw new UsageError(
      `${dataDir} 中没有签名密钥（ledger-signing-key.pem），请把 FUQUAN_DATA_DIR 指向服务的数据目录`,
      `${dataDir} holds no signing key (ledger-signing-key.pem); let FUQUAN_DATA_DIR name the data directory of the service`,
    );
  return withPool(database, async (pool) => {
    const [found] = await institutions(pool, institution);
    if (!found) throw new UsageError('没有该单位', 'No such institution');
    const draft = `${out}.part`;
    const stream = createWriteStream(draft, { mode: 0o600 });
    await once(stream, 'open').catch(() => {
      throw new UsageError(`无法写入 ${out}`, `Cannot write ${out}`);
    });
    const { rows, note } = await exportLedger(pool, signer, found, stream);
    stream.end();
    await finished(stream);
    await rename(draft, out);
    await writeFile(`${out}.checkpoint`, note);
    process.stdout.write(
      `${rows} 条记录已导出 / rows exported: ${out}\n检查点请另行保管 / keep the checkpoint elsewhere: ${out}.checkpoint\n` +
        `核验公钥 / verifier key: ${signer.verifierKey(found.id)}\n`,
    );
    return 0;
  });
}

const unreadable = (path: string): UsageError => new UsageError(`读不到 ${path}`, `Cannot read ${path}`);

async function readText(path: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw unreadable(path);
  }
}

async function readKey(path: string): Promise<string> {
  const { isVerifierKey } = await import('../activities/note.ts');
  const key = await readText(path);
  if (!isVerifierKey(key))
    throw new UsageError(
      `${path} 不是公钥（须为 name+hash+key 或 Ed25519 的 PEM）`,
      `${path} holds no public key (name+hash+key, or a PEM of an Ed25519 key)`,
    );
  return key;
}

const signatureWords: Record<Report['signatures'], string> = {
  trusted: '签名按给定公钥核验 / signatures held against the keys you gave',
  own: '签名只与文件自带的公钥相符，请用 --key 指定可信公钥 / signatures fit only the key in the file itself; give one you trust with --key',
  unchecked: '未核验签名，请用 --key 指定公钥 / signatures not checked; give a key with --key',
};

function describe(report: Report): string {
  const { institutionId, cases, entries, leaves, checkpoints, unsigned, signatures, findings } = report;
  const lines = [
    `单位 / institution ${institutionId}`,
    `  案件 / cases ${cases}, 记录 / rows ${entries}, 日志 / leaves ${leaves}, 检查点 / checkpoints ${checkpoints}`,
    `  尚未签署 / not yet signed: ${unsigned}; ${signatureWords[signatures]}`,
    ...(findings.length === 0
      ? ['  完好 / everything is as it was recorded']
      : findings.map((entry) => `  ✗ ${place(entry)}${entry.zh} / ${entry.en}`)),
  ];
  return `${lines.join('\n')}\n`;
}

function place({ caseId, seq }: Finding): string {
  if (caseId === undefined) return '';
  return seq === undefined ? `${caseId}: ` : `${caseId} #${seq}: `;
}
