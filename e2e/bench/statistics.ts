/** What several runs of one measurement come to. */
export interface Summary {
  median: number;
  minimum: number;
  maximum: number;
  runs: number;
}

/** Median, minimum and maximum; there must be at least one value. */
export function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    minimum: at(0),
    maximum: at(sorted.length - 1),
    runs: sorted.length,
  };
}

/** The smallest value that `share` (0 … 1) of all values do not exceed; NaN when there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
