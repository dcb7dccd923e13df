/** Events from one producer to one consumer. */
export interface EventQueue<T> {
  push(event: T): void;
  /** No more events; the consumer gets what is queued and then ends. */
  end(): void;
  /** For one consumer; `return()` ends it at once, even while a `next()` waits. */
  events: AsyncIterableIterator<T, void, undefined>;
}

/**
 * An unbounded queue: the consumer bounds itself, because it knows its socket. `onLeave` is called
 * once when the consumer stops early.
 */
export function eventQueue<T>(onLeave: () => void): EventQueue<T> {
  const queued: T[] = [];
  let ended = false;
  let waiting: ((result: IteratorResult<T, void>) => void) | undefined;

  const answer = (result: IteratorResult<T, void>): void => {
    waiting?.(result);
    waiting = undefined;
  };
  const end = (): void => {
    ended = true;
    answer({ done: true, value: undefined });
  };

  return {
    push(event) {
      if (ended) return;
      if (waiting === undefined) queued.push(event);
      else answer({ done: false, value: event });
    },
    end,
    events: {
      next() {
        const event = queued.shift();
        if (event !== undefined) return Promise.resolve({ done: false, value: event });
        if (ended) return Promise.resolve({ done: true, value: undefined });
        return new Promise((resolve) => (waiting = resolve));
      },
      return() {
        if (!ended) onLeave();
        queued.length = 0;
        end();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
