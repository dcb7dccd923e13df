import { described } from './exchange.ts';
import type { Exchange } from './exchange.ts';

/** Everything that the operator asked for, in order. */
export class ExchangeRecord {
  readonly exchanges: Exchange[] = [];
  readonly #waiting = new Set<() => void>();
  #writes = 0;

  /** Number of the next write. */
  nextWrite(): number {
    this.#writes += 1;
    return this.#writes;
  }

  add(exchange: Exchange): void {
    this.exchanges.push(exchange);
    for (const notice of [...this.#waiting]) notice();
  }

  /** Requests that changed something, or tried to; Events and Leases apart. */
  get writes(): Exchange[] {
    return this.exchanges.filter(({ write }) => write > 0);
  }

  /** Counting starts again from here. */
  restart(): void {
    this.exchanges.length = 0;
    this.#writes = 0;
  }

  /** Resolves when nothing was written for `quietMs`; rejects, naming the writes, after `limitMs`. */
  async quiet(quietMs: number, limitMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const startMs = performance.now();
    const silent = (): NodeJS.Timeout =>
      setTimeout(() => {
        resolve(undefined);
      }, quietMs);
    const limit = setTimeout(() => {
      const since = this.writes.filter(({ atMs }) => atMs > startMs).map(described);
      reject(new Error(`writes do not end: ${since.slice(-20).join(', ')}`));
    }, limitMs);
    let timer = silent();
    let known = this.#writes;
    const notice = (): void => {
      if (this.#writes === known) return;
      known = this.#writes;
      clearTimeout(timer);
      timer = silent();
    };
    this.#waiting.add(notice);
    try {
      await promise;
    } finally {
      this.#waiting.delete(notice);
      clearTimeout(timer);
      clearTimeout(limit);
    }
  }

  /** Resolves when an exchange that `matches` has begun, from now on or before. */
  async seen(matches: (exchange: Exchange) => boolean): Promise<void> {
    if (this.exchanges.some(matches)) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const notice = (): void => {
      const last = this.exchanges.at(-1);
      if (last !== undefined && matches(last)) resolve(undefined);
    };
    this.#waiting.add(notice);
    await promise;
    this.#waiting.delete(notice);
  }
}
