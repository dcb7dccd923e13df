/** Whether every fault at every place is wanted (`make soak`), not the fixed sample of `make test`. */
export const WHOLE = process.env.SOAK === '1';

/** Cases that wait more than they work: two processors carry this many at a time. */
const WIDTH = 6;

/**
 * Runs every case, several at a time; gives a line for each that failed. So one test can stand for a
 * fault at all its places, and still says at which of them it hurts.
 */
export async function failuresOf<T>(
  cases: readonly T[],
  nameOf: (one: T) => string,
  run: (one: T) => Promise<void>,
): Promise<string[]> {
  const failures: string[] = [];
  const waiting = [...cases];
  const work = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const name = nameOf(one);
      await run(one).catch((error: unknown) => {
        failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
  return failures.sort();
}

/** All places from 1 to `count`, or the first, the second, the middle and the last. */
export function places(count: number): number[] {
  const all = Array.from({ length: count }, (_, index) => index + 1);
  const sample = [1, 2, Math.ceil(count / 2), count];
  return WHOLE ? all : all.filter((place) => sample.includes(place));
}
