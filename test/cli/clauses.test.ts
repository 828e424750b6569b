import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { clausesAsMarkdown, clausesAsText, marked, names, surveyClauses, tested } from '../../cli/clauses.ts';
import {
  documentLabels,
  loadRegister,
  loadShippedPacks,
  quotes,
  ruleKeyLabels,
  ruleKeys,
  valueSchemas,
} from '../../policies/index.ts';

const register = loadRegister();
const packs = loadShippedPacks();
const root = fileURLToPath(new URL('../../', import.meta.url));

describe('finding a clause in a file', () => {
  test.each([
    ['see bt-149.1a.', 'bt-149.1a', true],
    ['bt-149.10a', 'bt-149.1', false],
    ['hlj.g6b', 'hlj.g6', false],
    ['hlj.g6, hlj.g7', 'hlj.g6', true],
    ['nm-pilot.3.10', 'nm-pilot.3.1', false],
    ['nm-pilot.3.1a', 'nm-pilot.3.1', false],
    ['cn.conversion.45.1', 'cn.conversion.45', false],
    ["'nm-hei.8e'", 'nm-hei.8e', true],
    ['xnm-hei.8e', 'nm-hei.8e', false],
    ['nm-heix8e', 'nm-hei.8e', false],
    ['clause: nm-hei.8e\n', 'nm-hei.8e', true],
  ])('in %j the clause %s is there: %s', (text, id, found) => {
    expect(names(text, id)).toBe(found);
  });
});

describe('what counts as carrying a clause', () => {
  test.each([
    ['/** Reads it. @clause nm-hei.8e */', true],
    [' * @clause nm-hei.8d, nm-hei.8e', true],
    ['/** Reads it (nm-hei.8e). */', false],
    ['// see nm-hei.8e\nconst n = 15;', false],
    ['/** @clause nm-hei.8 */ // nm-hei.8e', false],
  ])('of code, a mark and no other mention: %j is %s', (code, runs) => {
    expect(marked(code, 'nm-hei.8e')).toBe(runs);
  });

  test.each([
    ["it('is long enough (nm-hei.8e)', () => {})", true],
    ["    expect(refusal.clause).toBe('nm-hei.8e');", true],
    ["// nm-hei.8e\nit('is long enough', () => {})", false],
    ['/**\n * As nm-hei.8e says.\n */\nconst x = 1;', false],
    ["it('is long enough', () => {}); // nm-hei.8e", false],
  ])('of tests, what they say or expect and no comment: %j is %s', (code, names8e) => {
    expect(tested(code, 'nm-hei.8e')).toBe(names8e);
  });
});

describe('the register', () => {
  test('holds all 138 clauses of the five documents, with the words they had when they were compared with the originals', () => {
    const five = [...register.clauses.values()].filter((one) => one.document !== 'cn');
    expect(five).toHaveLength(138);
    const digest = createHash('sha256');
    for (const { id, at, kind, phrase, words } of five) digest.update(JSON.stringify([id, at, kind, phrase, words]));
    // Changed only together with another comparison of every phrase with the documents' texts.
    expect(digest.digest('hex')).toBe('0e379a98fb9b6d30eaaa4e91fb33d2e58aff160f723f1059171fb5b65119ed20');
  });

  test('holds nine checked national rules and four that nobody has read in the original', () => {
    const cn = [...register.clauses.values()].filter((one) => one.document === 'cn');
    expect([cn.filter((one) => one.checked).length, cn.filter((one) => !one.checked).map((one) => one.id)]).toEqual([
      9,
      ['cn.pricing.16', 'cn.reward.103', 'cn.tax.58', 'cn.equity.35'],
    ]);
  });

  test('quotes by words, not by white space', () => {
    const clause = register.clauses.get('nm-hei.8e');
    expect(clause && quotes(clause, '公示期 不少于15日')).toBe(true);
    expect(clause && quotes(clause, '公示期不少于16日')).toBe(false);
  });

  test('has a document and a label for every pack, a label and a shape for every key', () => {
    expect(packs.filter((one) => !register.documents[one.id] || !documentLabels[one.id])).toEqual([]);
    expect(ruleKeys.filter((key) => !ruleKeyLabels[key].zh || !ruleKeyLabels[key].en || !valueSchemas[key])).toEqual([]);
  });
});

describe('the list of clauses', () => {
  const rows = surveyClauses(root, register, packs);
  const row = (id: string) => rows.find((one) => one.id === id);

  test('has every clause once, in the order of the register', () => {
    expect(rows.map((one) => one.id)).toEqual([...register.clauses.keys()]);
  });

  test('nm-hei.8e is carried: its pack gives the publicity of all three modes, and tests name it', () => {
    expect(row('nm-hei.8e')).toMatchObject({ state: 'carried', lacks: [] });
    expect(row('nm-hei.8e')?.packs.map((one) => one.key)).toEqual(
      expect.arrayContaining(['publicity.coOwnership', 'publicity.fullOwnership', 'publicity.useRight']),
    );
    expect(row('nm-hei.8e')?.tests).toContain('test/bounds/dates.test.ts');
  });

  test('no table of the resolved law, and no list like this one, counts as a test', () => {
    const paths = new Set(rows.flatMap(({ tests }) => tests));
    expect([...paths].filter((path) => !/\.test\.ts$|\.csv$/.test(path))).toEqual([]);
    expect(paths).not.toContain('test/cli/clauses.test.ts');
  });

  test('docs/clauses.md is as it would be written now: npm run clauses -- --markdown docs/clauses.md', () => {
    expect(readFileSync(`${root}docs/clauses.md`, 'utf8')).toBe(clausesAsMarkdown(rows));
  });

  test('a value that no process reads yet does not count as running', () => {
    expect(row('bt-149.9a')?.packs).toEqual([{ pack: 'bt-149', key: 'distribution.surplusShare', read: false }]);
  });

  test('a note asks for nothing, and an unread original is neither carried nor open', () => {
    expect(row('nm-hei.1')?.state).toBe('note');
    expect(row('cn.pricing.16')?.state).toBe('unchecked');
  });

  test('text and page show every id, and say what is open', () => {
    const open = rows.find((one) => one.state === 'open');
    for (const output of [clausesAsText(rows), clausesAsMarkdown(rows)]) {
      expect(rows.filter((one) => !output.includes(one.id))).toEqual([]);
      if (open) expect(output).toContain('尚无');
    }
  });
});
