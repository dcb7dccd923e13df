import { backoffMs } from './backoff.ts';

/** Runs a callback after a delay; gives a function that revokes it. */
export type Schedule = (callback: () => void, delayMs: number) => () => void;

/**
 * Keys that wait to be processed, with client-go's workqueue semantics.
 *
 * Guarantees: a key that waits is there once, however often it was added; a key is never processed
 * twice at a time; a key that is added while it is processed is processed once more afterwards.
 */
export class Queue {
  readonly #waiting = new Set<string>();
  readonly #processing = new Set<string>();
  readonly #dirty = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { dueMs: number; revoke: () => void }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #schedule: Schedule;
  readonly #now: () => number;
  #closed = false;

  constructor(schedule: Schedule, now: () => number) {
    this.#schedule = schedule;
    this.#now = now;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#processing.has(key)) {
      this.#dirty.add(key);
      return;
    }
    const taker = this.#waiting.has(key) ? undefined : this.#takers.shift();
    if (taker === undefined) this.#waiting.add(key);
    else this.#hand(key, taker);
  }

  /** Adds the key later; of two such wishes the earlier one counts. */
  addAfter(key: string, delayMs: number): void {
    const dueMs = this.#now() + delayMs;
    const planned = this.#delayed.get(key);
    if (this.#closed || (planned !== undefined && planned.dueMs <= dueMs)) return;
    planned?.revoke();
    const revoke = this.#schedule(() => {
      this.#delayed.delete(key);
      this.add(key);
    }, delayMs);
    this.#delayed.set(key, { dueMs, revoke });
  }

  /** Adds the key after a pause that doubles with every call until `forget`. */
  retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.addAfter(key, backoffMs(failures));
  }

  /** The key succeeded: its next failure starts with the shortest pause. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, when there is one; undefined when the queue is closed. Pair it with `done`. */
  take(): Promise<string | undefined> {
    const [key] = this.#waiting;
    if (key === undefined) {
      if (this.#closed) return Promise.resolve(undefined);
      return new Promise((resolve) => this.#takers.push(resolve));
    }
    this.#waiting.delete(key);
    this.#processing.add(key);
    return Promise.resolve(key);
  }

  /** The key's processing has ended. */
  done(key: string): void {
    this.#processing.delete(key);
    if (this.#dirty.delete(key)) this.add(key);
  }

  /** How many keys wait. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** No more keys: takers get undefined, delayed keys are dropped. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    this.#dirty.clear();
    for (const { revoke } of this.#delayed.values()) revoke();
    this.#delayed.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #hand(key: string, taker: (key: string) => void): void {
    this.#processing.add(key);
    taker(key);
  }
}
