/**
 * `fuquan clauses`: every clause of the register with what carries it. A clause is carried when something runs it (a
 * value that a process reads, or code that is marked as running it) and a test names it; else it is open. The rule stands in
 * `rule` below and at the head of the page, and what counts is looked for in the files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { keyTable, isRuleKey } from '../policies/keys.ts';
import type { Clause, Register } from '../policies/register.ts';
import type { Pack } from '../policies/schema.ts';

/** Where a clause stands. `note` asks for nothing; `unchecked` cannot be cited before its original was read. */
export type ClauseState = 'carried' | 'open' | 'note' | 'unchecked';

export interface ClauseRow {
  id: string;
  kind: Clause['kind'];
  at: string;
  phrase: string;
  does: string;
  state: ClauseState;
  /** Why it is open. */
  lacks: ('run' | 'test')[];
  /** Pack and key; keys that no process reads yet are marked and do not count as running. */
  packs: { pack: string; key: string; read: boolean }[];
  /** Files that are marked with `@clause`, and tests that name it. */
  code: string[];
  tests: string[];
}

/** What counts as carrying a clause. */
const rule = [
  '- 政策包：现行文件的政策包引用该条，且已有流程读取该项。 / Packs: a document in force cites it for a key that a process reads.',
  '- 代码：执行该条的代码注释中标有 `@clause 条款号`；只在注释中提及不算。 / Code: what runs it is marked `@clause id` in its comment; a mention in a comment alone does not count.',
  '- 测试：`*.test.ts` 的标题、表格行或断言中写明该条，或 `test/golden` 中 CSV 表的一行；注释、测试资料以及列出全部引用条款的对照表不算。 / Tests: a title, a row or an assertion of a `*.test.ts` names it, or a row of a CSV table in `test/golden`; comments, fixtures and tables that list every clause a pack cites do not count.',
];

const codeFolders = ['domain', 'contracts', 'policies', 'workflows', 'activities', 'worker', 'api', 'runtime'];
/** The tests of this list itself say nothing of what is carried. */
const ownTests = 'test/cli/clauses.test.ts';

/** Whether the text names the clause itself, and not one whose id only begins like it (bt-149.1 in bt-149.10a, hlj.g6 in hlj.g6b). */
export function names(text: string, id: string): boolean {
  const escaped = id.replaceAll(/[.\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w.-])${escaped}(?!\w|\.\w)`).test(text);
}

/** Whether a comment of the code says, with `@clause`, that what stands below runs the clause. */
export function marked(code: string, id: string): boolean {
  return [...code.matchAll(/@clause [^*\n]*/g)].some(([line]) => names(line, id));
}

/** The text of a test without its comments, as the formatter leaves them. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\//gm, '').replaceAll(/(^|\s)\/\/ .*$/gm, '');
}

/** Whether a test names the clause in what it says or expects. */
export function tested(test: string, id: string): boolean {
  return names(withoutComments(test), id);
}

interface Source {
  path: string;
  text: string;
}

function read(root: string, folder: string, wanted: (path: string) => boolean): Source[] {
  let entries: string[];
  try {
    entries = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  } catch {
    return []; // A folder that is not there yet carries nothing.
  }
  return entries
    .map((entry) => relative(root, join(root, folder, entry)).replaceAll('\\', '/'))
    .filter(wanted)
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function packRows(pack: Pack): { clause: string; pack: string; key: string; read: boolean }[] {
  const binds = pack.status !== 'draft';
  const rows = Object.entries(pack.rules).flatMap(([key, entries]) =>
    entries.flatMap(({ cite, also = [] }) =>
      [cite, ...also].map(({ clause }) => ({
        clause,
        pack: pack.id,
        key,
        read: binds && isRuleKey(key) && keyTable[key].needed !== 'later',
      })),
    ),
  );
  const structure = (['assumedFrom', 'lasts', 'notRepeatedWithin', 'yieldsTo'] as const).flatMap((key) => {
    const clause = pack[key]?.cite?.clause;
    return clause ? [{ clause, pack: pack.id, key, read: binds }] : [];
  });
  return [...rows, ...structure];
}

/** Every clause of the register, in its order, with the files under `root` that carry it. */
export function surveyClauses(root: string, register: Register, packs: readonly Pack[]): ClauseRow[] {
  const code = codeFolders.flatMap((folder) => read(root, folder, (path) => path.endsWith('.ts')));
  const tests = read(root, 'test', (path) => /\.test\.ts$|^test\/golden\/.*\.csv$/.test(path) && path !== ownTests);
  const carried = packs.flatMap(packRows);
  return [...register.clauses.values()].map((clause): ClauseRow => {
    const { id, kind, at, phrase, does } = clause;
    const where = (sources: Source[], says: typeof marked): string[] =>
      sources.filter(({ text }) => says(text, id)).map(({ path }) => path);
    const mine = carried.filter((one) => one.clause === id).map(({ pack, key, read: isRead }) => ({ pack, key, read: isRead }));
    const row = { id, kind, at, phrase, does, packs: mine, code: where(code, marked), tests: where(tests, tested) };
    const lacks: ClauseRow['lacks'] = [];
    if (row.code.length === 0 && !mine.some((one) => one.read)) lacks.push('run');
    if (row.tests.length === 0) lacks.push('test');
    let state: ClauseState = lacks.length > 0 ? 'open' : 'carried';
    if (kind === 'note') state = 'note';
    else if (!clause.checked) state = 'unchecked';
    return { ...row, state, lacks: state === 'open' ? lacks : [] };
  });
}

const marks: Record<ClauseState, string> = { carried: '+', open: 'o', note: '-', unchecked: '?' };
const lackWords = { run: '尚无执行 / nothing runs it', test: '尚无测试 / no test names it' } as const;

function packWords({ pack, key, read: isRead }: ClauseRow['packs'][number]): string {
  return `${pack} ${key}${isRead ? '' : '（尚未使用 / not used yet）'}`;
}

function summary(rows: readonly ClauseRow[]): string {
  const count = (state: ClauseState): number => rows.filter((one) => one.state === state).length;
  return (
    `${rows.length} 条：已落实 ${count('carried')}，未落实 ${count('open')}，说明 ${count('note')}，未核原文 ${count('unchecked')} / ` +
    `${rows.length} clauses: ${count('carried')} carried, ${count('open')} open, ${count('note')} notes, ${count('unchecked')} unchecked`
  );
}

/** The list for a terminal; `shown` leaves some out of the list, never out of the sum. */
export function clausesAsText(rows: readonly ClauseRow[], shown: readonly ClauseRow[] = rows): string {
  const lines = shown.flatMap((row) => [
    `${marks[row.state]} ${row.id}  ${row.kind}  ${row.at}  ${row.phrase}`,
    ...row.packs.map((one) => `      packs  ${packWords(one)}`),
    ...row.code.map((path) => `      code   ${path}`),
    ...row.tests.map((path) => `      tests  ${path}`),
    ...row.lacks.map((one) => `      open   ${lackWords[one]}`),
  ]);
  return [...lines, '', summary(rows)].join('\n');
}

/** The list as a page, in the form that the formatter leaves as it is. */
export function clausesAsMarkdown(rows: readonly ClauseRow[]): string {
  const documents = [...new Set(rows.map(({ id }) => id.slice(0, id.indexOf('.'))))];
  const item = (row: ClauseRow): string[] => [
    `- **${row.id}** (${row.kind}, ${row.at}, ${row.state}) ${row.phrase}`,
    `  - ${row.does}`,
    ...row.packs.map((one) => `  - packs: ${packWords(one)}`),
    ...row.code.map((path) => `  - code: \`${path}\``),
    ...row.tests.map((path) => `  - tests: \`${path}\``),
    ...row.lacks.map((one) => `  - open: ${lackWords[one]}`),
  ];
  const sections = documents.flatMap((document) => [
    `## ${document}`,
    '',
    ...rows.filter(({ id }) => id.startsWith(`${document}.`)).flatMap(item),
    '',
  ]);
  const head = '由 `npm run clauses -- --markdown docs/clauses.md` 生成，请勿手改。 / Generated; do not edit.';
  return ['# 条款 · Clauses', '', head, '', ...rule, '', summary(rows), '', ...sections].join('\n');
}

async function writePage(path: string, page: string): Promise<void> {
  const { writeFile } = await import('node:fs/promises');
  try {
    await writeFile(path, page);
  } catch {
    process.stderr.write(`无法写入 ${path} / Cannot write ${path}\n`);
    process.exit(2);
  }
}

/** Adds the command `clauses`. */
export function registerClauses(program: Command): void {
  program
    .command('clauses')
    .description('各条款由哪些政策包、代码和测试落实 / which packs, code and tests carry each clause')
    .option('--json', '输出 JSON / print JSON')
    .option('--open', '只列未落实的 / list the open ones only')
    .option('--strict', '有未落实的条款时以 1 退出 / exit 1 while a clause is open')
    .option('--markdown <file>', '写成页面 / write a page')
    .action(async (options: { json?: boolean; open?: boolean; strict?: boolean; markdown?: string }) => {
      const { loadRegister, loadShippedPacks } = await import('../policies/load.ts');
      const root = fileURLToPath(new URL('..', import.meta.url));
      const rows = surveyClauses(root, loadRegister(), loadShippedPacks());
      const open = rows.filter((row) => row.state === 'open');
      if (options.markdown) {
        await writePage(options.markdown, clausesAsMarkdown(rows));
      } else if (options.json) {
        process.stdout.write(`${JSON.stringify(options.open ? open : rows, null, 2)}\n`);
      } else {
        process.stdout.write(`${clausesAsText(rows, options.open ? open : rows)}\n`);
      }
      if (options.strict && open.length > 0) {
        process.stderr.write(`未落实 / open: ${open.map((row) => row.id).join(' ')}\n`);
        process.exitCode = 1;
      }
    });
}
