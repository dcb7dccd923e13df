import { backoffMs } from './backoff.ts';

/** Runs a callback after a delay; gives a function that revokes it. */
export type Schedule = (callback: () => void, delayMs: number) => () => void;

/** `low` is for what is probably no news: a look again, an object listed anew. */
export type Priority = 'normal' | 'low';

/** Hears what happens to keys; all times in milliseconds. */
export interface QueueObserver {
  added(priority: Priority): void;
  taken(waitedMs: number): void;
  done(workedMs: number): void;
  retried(): void;
}

interface Options {
  schedule: Schedule;
  now: () => number;
  observer?: QueueObserver;
}

/**
 * Keys that wait to be processed, with client-go's workqueue semantics.
 *
 * Guarantees: a key that waits is there once, however often it was added, at the highest priority it
 * was added with; a key is never processed twice at a time; a key that is added while it is
 * processed is processed once more afterwards. Within a priority the first to come is the first to go.
 */
export class Queue {
  /** Since when keys wait, by priority. A key is in at most one of the two. */
  readonly #waiting = { normal: new Map<string, number>(), low: new Map<string, number>() };
  /** Since when keys are processed. */
  readonly #processing = new Map<string, number>();
  readonly #dirty = new Map<string, Priority>();
  readonly #failures = new Map<string, number>();
  readonly #delayed = new Map<string, { dueMs: number; priority: Priority; revoke: () => void }>();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #options: Options;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  add(key: string, priority: Priority = 'normal'): void {
    if (this.#closed) return;
    if (this.#processing.has(key)) this.#soil(key, priority);
    else this.#wait(key, priority);
  }

  /** Adds the key later; of two such wishes the earlier time counts, and the higher priority. */
  addAfter(key: string, delayMs: number, priority: Priority = 'low'): void {
    if (this.#closed) return;
    const dueMs = this.#options.now() + delayMs;
    const planned = this.#delayed.get(key);
    const highest = planned?.priority === 'normal' ? 'normal' : priority;
    if (planned !== undefined && planned.dueMs <= dueMs) {
      planned.priority = highest;
      return;
    }
    planned?.revoke();
    const revoke = this.#options.schedule(() => {
      this.#delayed.delete(key);
      this.add(key, plan.priority);
    }, delayMs);
    const plan = { dueMs, priority: highest, revoke };
    this.#delayed.set(key, plan);
  }

  /** Adds the key after a pause that doubles with every call until `forget`, and is never shorter than asked for. */
  retry(key: string, atLeastMs = 0): void {
    const failures = this.failuresOf(key);
    this.#failures.set(key, failures + 1);
    this.#options.observer?.retried();
    this.addAfter(key, Math.max(backoffMs(failures), atLeastMs), 'normal');
  }

  /** How often the key failed since it last succeeded. */
  failuresOf(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The key succeeded: its next failure starts with the shortest pause. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** The next key, when there is one; undefined when the queue is closed. Pair it with `done`. */
  take(): Promise<string | undefined> {
    const key = this.#next();
    if (key !== undefined || this.#closed) return Promise.resolve(key);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  /** The key's processing has ended. */
  done(key: string): void {
    const now = this.#options.now();
    this.#options.observer?.done(now - (this.#processing.get(key) ?? now));
    this.#processing.delete(key);
    const again = this.#dirty.get(key);
    this.#dirty.delete(key);
    if (again !== undefined) this.add(key, again);
  }

  /** How many keys wait. */
  depth(priority: Priority): number {
    return this.#waiting[priority].size;
  }

  /** For how long each key that is processed now has been, in milliseconds. */
  processingMs(): number[] {
    const now = this.#options.now();
    return [...this.#processing.values()].map((sinceMs) => now - sinceMs);
  }

  /**
   * No more keys: takers get undefined. Waiting and delayed keys are dropped, since whoever starts next
   * looks at every object anyway; keys that are being processed are their workers' to finish.
   */
  close(): void {
    this.#closed = true;
    this.#waiting.normal.clear();
    this.#waiting.low.clear();
    this.#dirty.clear();
    for (const { revoke } of this.#delayed.values()) revoke();
    this.#delayed.clear();
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #soil(key: string, priority: Priority): void {
    if (this.#dirty.get(key) !== 'normal') this.#dirty.set(key, priority);
  }

  #wait(key: string, priority: Priority): void {
    const { normal, low } = this.#waiting;
    if (normal.has(key) || (priority === 'low' && low.has(key))) return;
    const sinceMs = low.get(key) ?? this.#options.now();
    low.delete(key);
    this.#waiting[priority].set(key, sinceMs);
    this.#options.observer?.added(priority);
    this.#takers.shift()?.(this.#next());
  }

  #next(): string | undefined {
    const { normal, low } = this.#waiting;
    const waiting = normal.size > 0 ? normal : low;
    const [first] = waiting;
    if (first === undefined) return undefined;
    const [key, sinceMs] = first;
    const now = this.#options.now();
    waiting.delete(key);
    this.#processing.set(key, now);
    this.#options.observer?.taken(now - sinceMs);
    return key;
  }
}
