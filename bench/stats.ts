/** Numbers about numbers. */

/** The value below which the share of the sorted samples lies, by nearest rank; NaN without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

export const sum = (samples: readonly number[]): number => samples.reduce((total, one) => total + one, 0);

/** Half up, to so many decimals. */
export function rounded(value: number, decimals = 2): number {
  const unit = 10 ** decimals;
  return Math.round(value * unit) / unit;
}
