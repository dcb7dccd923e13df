/** As many as the operator has. */
const WORKERS = 8;

/** Does something with every item, `WORKERS` at a time, in their order. Rejects with the first error. */
export async function withWorkers<T>(
  items: Iterable<T>,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}
