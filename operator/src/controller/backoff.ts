const MIN_MS = 5;
const MAX_MS = 1_000_000;

/** Delay before the n-th repetition of a failing key, n from 0: client-go's 5 ms · 2ⁿ, at most 1000 s. */
export function backoffMs(failures: number): number {
  return Math.min(MAX_MS, MIN_MS * 2 ** failures);
}
