import { describe, expect, test } from '@jest/globals';
import { addDays } from '../../../domain/time/index.ts';
import {
  boundaries,
  explain,
  loadSample,
  loadShippedPacks,
  resolve,
  sampleNames,
  validateOverlay,
  type SampleName,
} from '../../../policies/index.ts';

const packs = loadShippedPacks();

/** The day before, the day itself and the day after every date on which some pack changes, up to 2031. */
const days = [
  ...new Set(boundaries(packs).flatMap((day) => [addDays(day, -2), addDays(day, -1), day, addDays(day, 1)])),
  '2026-03-01',
  '2031-12-31',
].toSorted();

/** The day from which a sample's documents have ended and its overlay alone no longer suffices. */
const endsOn: Partial<Record<SampleName, string>> = { 'harbin-university': '2030-01-01' };

describe('the four sample overlays', () => {
  test.each(sampleNames)('%s says that it is a sample, covers the five subjects, and breaks no rule', (name) => {
    const { institution, overlay } = loadSample(name);
    expect(overlay.sample).toBe(true);
    expect(overlay.notice).toMatch(/示例.*sample/);
    const report = validateOverlay(overlay, institution, packs);
    expect(report).toMatchObject({ ok: true, errors: [], missing: [], notCovered: [] });
    expect(report.missingLater.map((one) => one.from)).toEqual(endsOn[name] ? [endsOn[name]] : []);
  });

  test.each(sampleNames)('%s resolves completely on every day around every date, from its first day on', (name) => {
    const { institution, overlay } = loadSample(name);
    const end = endsOn[name] ?? '9999-12-31';
    const mine = days.filter((day) => day >= overlay.from && day < end);
    expect(mine.length).toBeGreaterThan(3);
    for (const on of mine) expect([on, explain({ institution, on, packs, overlay }).missing]).toEqual([on, []]);
  });

  test('the Harbin sample is incomplete from 2030-01-01, the document having ended: nothing is made up', () => {
    const { institution, overlay } = loadSample('harbin-university');
    expect(explain({ institution, on: '2029-12-31', packs, overlay }).missing).toEqual([]);
    expect(explain({ institution, on: '2030-01-01', packs, overlay }).missing).toContain('publicity.price');
  });

  test.each(sampleNames)('%s marks as a reading everything that no document gives', (name) => {
    const { institution, overlay } = loadSample(name);
    const { keys } = explain({ institution, on: '2026-03-01', packs, overlay });
    const lengths = keys.filter((one) => one.key.startsWith('publicity.') && one.rule?.source.pack === 'overlay');
    for (const { key, rule, candidates } of lengths) {
      if (key === 'publicity.gapLengthens' || candidates.length > 1) continue;
      expect([key, rule?.reading]).toEqual([key, expect.stringContaining('现行文件未规定')]);
    }
  });

  test('a Baotou institute and a Harbin university take the length of publicity from their own rules on 2026-03-02', () => {
    for (const name of ['baotou-institute', 'harbin-university'] as const) {
      const { institution, overlay } = loadSample(name);
      const { rules } = resolve({ institution, on: '2026-03-02', packs, overlay });
      expect(rules['publicity.fullOwnership']).toMatchObject({
        cite: { clause: 'overlay.13' },
        value: { n: 15, unit: 'calendarDay' },
      });
    }
  });
});
