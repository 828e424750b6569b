import { expect, it } from '@jest/globals';
import { measures } from '../../bench/measures/index.ts';
import { asMarkdown, asText, type Report } from '../../bench/report.ts';
import { runBench } from '../../bench/run.ts';
import { scales } from '../../bench/scale.ts';

/** Whether it measures at all, on the smallest numbers; what it measures is no test's business. */
it('every measure of the bench runs, and says a number in each of its rows', async () => {
  const report: Report = await runBench({ scale: scales.smoke, say: () => undefined });
  expect(report.results.map(({ measure }) => measure)).toEqual(measures.map(({ name }) => name));
  const numbers = report.results.flatMap(({ rows }) =>
    rows.flatMap(({ product, bare }) => (bare === undefined ? [product] : [product, bare])),
  );
  expect(numbers.every((one) => Number.isFinite(one) && one >= 0)).toBe(true);
  const page = asMarkdown(report);
  for (const result of report.results) {
    expect(result.rows.length).toBeGreaterThan(0);
    expect(asText(result)).toContain(result.title);
    expect(page).toContain(`## ${result.measure}`);
  }
}, 300_000);
