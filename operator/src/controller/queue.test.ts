import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { backoffMs } from './backoff.ts';
import { Queue } from './queue.ts';
import type { Priority, QueueObserver } from './queue.ts';

/** A clock that moves when told to, and a queue that lives by it. */
function aQueue(observer?: QueueObserver): { queue: Queue; advance: (ms: number) => void } {
  let nowMs = 0;
  let planned: { dueMs: number; callback: () => void }[] = [];
  const queue = new Queue({
    schedule: (callback, delayMs) => {
      const entry = { dueMs: nowMs + delayMs, callback };
      planned.push(entry);
      return () => {
        planned = planned.filter((other) => other !== entry);
      };
    },
    now: () => nowMs,
    ...(observer && { observer }),
  });
  const advance = (ms: number): void => {
    const endMs = nowMs + ms;
    for (;;) {
      const [next] = planned
        .filter(({ dueMs }) => dueMs <= endMs)
        .sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      planned = planned.filter((entry) => entry !== next);
      nowMs = next.dueMs;
      next.callback();
    }
    nowMs = endMs;
  };
  return { queue, advance };
}

const depth = (queue: Queue): number => queue.depth('normal') + queue.depth('low');

describe('the queue', () => {
  it('holds a key once, however often it was added', async () => {
    const { queue } = aQueue();
    for (const key of ['a', 'a', 'b', 'a']) queue.add(key);
    expect(depth(queue)).toBe(2);
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b']);
  });

  it('gives a key out again only after it is done', async () => {
    const { queue } = aQueue();
    queue.add('a');
    await queue.take();
    queue.add('a');
    expect(depth(queue)).toBe(0);
    queue.done('a');
    expect(await queue.take()).toBe('a');
  });

  it('hands a key to a worker that waits', async () => {
    const { queue } = aQueue();
    const taken = queue.take();
    queue.add('a');
    expect(await taken).toBe('a');
  });

  it('gives news out before what is looked at again, and lifts a key that becomes news', async () => {
    const { queue } = aQueue();
    for (const key of ['again-1', 'again-2']) queue.add(key, 'low');
    queue.add('edited');
    queue.add('again-2');
    const taken = [await queue.take(), await queue.take(), await queue.take()];
    expect(taken).toEqual(['edited', 'again-2', 'again-1']);
  });

  it('doubles the pause with every failure, and starts anew after a success', () => {
    const { queue, advance } = aQueue();
    queue.retry('a');
    advance(4);
    expect(depth(queue)).toBe(0);
    advance(1);
    expect(depth(queue)).toBe(1);
    queue.retry('b');
    advance(5);
    queue.retry('b');
    advance(9);
    expect(queue.failuresOf('b')).toBe(2);
    expect(depth(queue)).toBe(2);
    queue.forget('b');
    expect(queue.failuresOf('b')).toBe(0);
  });

  it('waits at least as long as the API server asks for', () => {
    const { queue, advance } = aQueue();
    queue.retry('a', 3000);
    advance(2999);
    expect(depth(queue)).toBe(0);
    advance(1);
    expect(depth(queue)).toBe(1);
  });

  it('never waits longer than 1000 seconds', () => {
    expect(backoffMs(0)).toBe(5);
    expect(backoffMs(17)).toBe(655_360);
    expect(backoffMs(18)).toBe(1_000_000);
    expect(backoffMs(5000)).toBe(1_000_000);
  });

  it('keeps the earlier of two delays', () => {
    const { queue, advance } = aQueue();
    queue.addAfter('a', 100);
    queue.addAfter('a', 10);
    queue.addAfter('a', 50);
    advance(10);
    expect(depth(queue)).toBe(1);
  });

  it('ends its workers when it is closed, and lets them finish what they have', async () => {
    const { queue, advance } = aQueue();
    queue.add('begun');
    await queue.take();
    const taken = queue.take();
    queue.addAfter('later', 10);
    queue.close();
    queue.add('late');
    advance(10);
    expect(await taken).toBeUndefined();
    expect(await queue.take()).toBeUndefined();
    queue.done('begun');
    expect(queue.processingMs()).toEqual([]);
  });

  it('tells how long keys waited and were worked on', async () => {
    const heard: string[] = [];
    const { queue, advance } = aQueue({
      added: (priority) => heard.push(`added ${priority}`),
      taken: (ms) => heard.push(`taken after ${ms}`),
      done: (ms) => heard.push(`done after ${ms}`),
      retried: () => heard.push('retried'),
    });
    queue.add('a', 'low');
    advance(7);
    await queue.take();
    advance(3);
    expect(queue.processingMs()).toEqual([3]);
    queue.done('a');
    queue.retry('a');
    expect(heard).toEqual(['added low', 'taken after 7', 'done after 3', 'retried']);
  });
});

/** What the queue should do, in the simplest words: one list of wishes, looked through every time. */
class Model {
  waiting: { key: string; priority: Priority }[] = [];
  processing = new Map<string, Priority | undefined>();
  delayed = new Map<string, { dueMs: number; priority: Priority }>();
  failures = new Map<string, number>();
  nowMs = 0;

  add(key: string, priority: Priority): void {
    if (this.processing.has(key)) {
      const higher = this.processing.get(key) === 'normal' ? 'normal' : priority;
      this.processing.set(key, higher);
      return;
    }
    const known = this.waiting.find((entry) => entry.key === key);
    if (known?.priority === 'normal' || known?.priority === priority) return;
    this.waiting = [...this.waiting.filter((entry) => entry !== known), { key, priority }];
  }

  addAfter(key: string, delayMs: number, priority: Priority): void {
    const dueMs = this.nowMs + delayMs;
    const known = this.delayed.get(key);
    const higher = known?.priority === 'normal' ? 'normal' : priority;
    if (known !== undefined && known.dueMs <= dueMs) {
      known.priority = higher;
      return;
    }
    this.delayed.delete(key);
    this.delayed.set(key, { dueMs, priority: higher });
  }

  retry(key: string): void {
    const failures = this.failures.get(key) ?? 0;
    this.failures.set(key, failures + 1);
    this.addAfter(key, Math.min(5 * 2 ** failures, 1_000_000), 'normal');
  }

  advance(ms: number): void {
    this.nowMs += ms;
    const due = [...this.delayed]
      .filter(([, { dueMs }]) => dueMs <= this.nowMs)
      .sort(([, a], [, b]) => a.dueMs - b.dueMs);
    for (const [key, { priority }] of due) {
      this.delayed.delete(key);
      this.add(key, priority);
    }
  }

  take(): string | undefined {
    const next = this.waiting.find(({ priority }) => priority === 'normal') ?? this.waiting[0];
    if (next === undefined) return undefined;
    this.waiting = this.waiting.filter((entry) => entry !== next);
    this.processing.set(next.key, undefined);
    return next.key;
  }

  done(key: string): void {
    const again = this.processing.get(key);
    this.processing.delete(key);
    if (again !== undefined) this.add(key, again);
  }
}

const keys = fc.constantFrom('a', 'b', 'c', 'd');
const priority = fc.constantFrom<Priority>('normal', 'low');
const ms = fc.integer({ min: 0, max: 50 });
const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), key: keys, priority }),
  fc.record({ do: fc.constant('addAfter' as const), key: keys, ms, priority }),
  fc.record({ do: fc.constant('retry' as const), key: keys }),
  fc.record({ do: fc.constant('forget' as const), key: keys }),
  fc.record({ do: fc.constant('advance' as const), ms }),
  fc.record({ do: fc.constant('take' as const) }),
  fc.record({ do: fc.constant('done' as const), key: keys }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function both(model: Model, actual: ReturnType<typeof aQueue>, next: Step): Promise<void> {
  const { queue, advance } = actual;
  switch (next.do) {
    case 'add':
      model.add(next.key, next.priority);
      queue.add(next.key, next.priority);
      return;
    case 'addAfter':
      model.addAfter(next.key, next.ms, next.priority);
      queue.addAfter(next.key, next.ms, next.priority);
      return;
    case 'retry':
      model.retry(next.key);
      queue.retry(next.key);
      return;
    case 'forget':
      model.failures.delete(next.key);
      queue.forget(next.key);
      return;
    case 'advance':
      model.advance(next.ms);
      advance(next.ms);
      return;
    case 'take':
      if (depth(queue) > 0) expect(await queue.take()).toBe(model.take());
      return;
    case 'done':
      if (!model.processing.has(next.key)) return;
      model.done(next.key);
      queue.done(next.key);
  }
}

describe('the queue, whatever happens in whatever order', () => {
  it('does what the simple model does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const model = new Model();
        const actual = aQueue();
        for (const next of steps) {
          await both(model, actual, next);
          const waiting = (one: Priority): number =>
            model.waiting.filter((entry) => entry.priority === one).length;
          expect(actual.queue.depth('normal')).toBe(waiting('normal'));
          expect(actual.queue.depth('low')).toBe(waiting('low'));
          expect(actual.queue.processingMs()).toHaveLength(model.processing.size);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
