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
