import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  loadShippedPacks,
  overlayFromYaml,
  packFromYaml,
  packSetProblems,
  parsePack,
  PolicyError,
  problemCodes,
  registerFromYaml,
  validateOverlay,
  withDates,
  type Parsed,
  type Problem,
} from '../../../policies/index.ts';
import { fixture, good, hohhotUniversity, testRegister } from './support.ts';

const files = readdirSync(new URL('./fixtures/rejected/', import.meta.url)).sort();
const codeOf = (file: string): string => file.replace(/\.(yaml|txt)$/, '');

const refused = (parsed: Parsed<unknown>): Problem[] => (parsed.ok ? [] : parsed.problems);

/** Files of `packs.*` hold a list of packs, and perhaps an edit of their dates. */
function setProblems(text: string): Problem[] {
  const items = parse(text) as { edit?: Record<string, string> }[];
  const packs = items.filter((one) => !one.edit).map((raw) => good(parsePack(raw, testRegister)));
  const edit = items.find((one) => one.edit)?.edit;
  if (!edit) return packSetProblems(packs);
  try {
    withDates(packs, edit);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
}

function problemsOf(file: string): Problem[] {
  const text = fixture(`rejected/${file}`);
  if (file.startsWith('register.')) return refused(registerFromYaml(text));
  if (file.startsWith('packs.')) return setProblems(text);
  if (file.startsWith('pack.')) return refused(packFromYaml(text, testRegister));
  const read = overlayFromYaml(text);
  return read.ok ? validateOverlay(read.value, hohhotUniversity, loadShippedPacks()).errors : read.problems;
}

describe('what the loaders turn away', () => {
  test.each(files)('%s is turned away for exactly that, in Chinese and in English', (file) => {
    const problems = problemsOf(file);
    expect(new Set(problems.map((one) => one.code))).toEqual(new Set([codeOf(file)]));
    for (const { path, zh, en } of problems) {
      expect(path === '' || path.startsWith('/')).toBe(true);
      expect(zh).toMatch(/\p{Script=Han}/u);
      expect(en).not.toBe(zh);
    }
  });

  test('every code of a rejection has its fixture, and no fixture is left over', () => {
    expect(files.map(codeOf)).toEqual([...problemCodes].sort());
  });

  test('all faults of one overlay are told at once, each with its path', () => {
    const raw = {
      institutionId: 'u1',
      version: 1,
      title: '示例办法',
      from: '2024-06-01',
      covers: [],
      entries: [
        {
          key: 'publicity.coOwnership',
          value: { bound: 'atLeast', n: 14, unit: 'calendarDay' },
          cite: { clause: 'overlay.1', phrase: '甲' },
        },
        {
          key: 'empowerment.useRight.term',
          value: { bound: 'atLeast', n: 9, unit: 'year' },
          cite: { clause: 'overlay.2', phrase: '乙' },
        },
        { key: 'empowerment.secret', value: 'barred', cite: { clause: 'overlay.3', phrase: '丙' } },
      ],
    };
    const { ok, errors } = validateOverlay(raw, hohhotUniversity, loadShippedPacks());
    expect(ok).toBe(false);
    expect(errors.map(({ path, code }) => [path, code])).toEqual([
      ['/entries/0/value', 'overlay.laxer'],
      ['/entries/1/value', 'overlay.laxer'],
      ['/entries/2/reading', 'overlay.readingMissing'],
    ]);
    expect(errors[0]?.en).toContain('nm-hei.8e');
  });
});
