/** Each way in which a decider can say no is tried by a test. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const here = new URL('../../../', import.meta.url).pathname;

function sources(folder: string): string[] {
  return readdirSync(`${here}${folder}`).flatMap((name) => {
    const path = `${folder}/${name}`;
    if (statSync(`${here}${path}`).isDirectory()) return sources(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

const text = (paths: string[]): string => paths.map((path) => readFileSync(`${here}${path}`, 'utf8')).join('\n');
const domain = text(
  ['collective', 'empowerment', 'mending', 'objection', 'publicity'].flatMap((part) => sources(`domain/${part}`)),
);
const codes = new Set([...domain.matchAll(/refuse\(\s*'(\w+)'|code: '(\w+)'/g)].map((m) => m[1] ?? m[2] ?? ''));
const tests = text(
  ['collective', 'empowerment', 'mending', 'objection', 'publicity']
    .flatMap((part) => sources(`test/unit/${part}`))
    .filter((path) => path.endsWith('.test.ts')),
);

describe('refusals', () => {
  it('are many', () => {
    expect(codes.size).toBeGreaterThan(100);
  });

  // Warnings of the preview carry codes too; they refuse nothing.
  const warnings = ['provisional', 'nobodyToAct', 'protectionShorter'];
  it.each([...codes].filter((code) => !warnings.includes(code)).toSorted())('%s is provoked by a test', (code) => {
    expect(tests.includes(`'${code}'`)).toBe(true);
  });
});
