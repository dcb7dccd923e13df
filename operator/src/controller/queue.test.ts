import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Queue } from './queue.ts';

/** A clock that moves when told to, and what is planned on it. */
function aClock(): { queue: Queue; advance: (ms: number) => void } {
  let nowMs = 0;
  let planned: { dueMs: number; callback: () => void }[] = [];
  const queue = new Queue(
    (callback, delayMs) => {
      const entry = { dueMs: nowMs + delayMs, callback };
      planned.push(entry);
      return () => {
        planned = planned.filter((other) => other !== entry);
      };
    },
    () => nowMs,
  );
  const advance = (ms: number): void => {
    nowMs += ms;
    const due = planned.filter(({ dueMs }) => dueMs <= nowMs);
    planned = planned.filter(({ dueMs }) => dueMs > nowMs);
    for (const { callback } of due) callback();
  };
  return { queue, advance };
}

describe('the queue', () => {
  it('holds a key once, however often it was added', async () => {
    const { queue } = aClock();
    for (const key of ['a', 'a', 'b', 'a']) queue.add(key);
    expect(queue.depth).toBe(2);
    expect([await queue.take(), await queue.take()]).toEqual(['a', 'b']);
  });

  it('gives a key out again only after it is done', async () => {
    const { queue } = aClock();
    queue.add('a');
    await queue.take();
    queue.add('a');
    expect(queue.depth).toBe(0);
    queue.done('a');
    expect(await queue.take()).toBe('a');
  });

  it('hands a key to a worker that waits', async () => {
    const { queue } = aClock();
    const taken = queue.take();
    queue.add('a');
    expect(await taken).toBe('a');
  });

  it('doubles the pause with every failure, and starts anew after a success', () => {
    const { queue, advance } = aClock();
    queue.retry('a');
    advance(4);
    expect(queue.depth).toBe(0);
    advance(1);
    expect(queue.depth).toBe(1);
    queue.retry('b');
    advance(5);
    queue.retry('b');
    advance(9);
    expect(queue.depth).toBe(2);
    queue.forget('b');
  });

  it('keeps the earlier of two delays', () => {
    const { queue, advance } = aClock();
    queue.addAfter('a', 100);
    queue.addAfter('a', 10);
    queue.addAfter('a', 50);
    advance(10);
    expect(queue.depth).toBe(1);
  });

  it('ends its workers when it is closed', async () => {
    const { queue } = aClock();
    const taken = queue.take();
    queue.close();
    queue.add('late');
    expect(await taken).toBeUndefined();
    expect(await queue.take()).toBeUndefined();
  });

  it('never gives a key to two workers and never loses one', async () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const), key }),
      fc.record({ do: fc.constant('take' as const) }),
      fc.record({ do: fc.constant('done' as const), key }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { queue } = aClock();
        const processing = new Set<string>();
        const pending = new Set<string>();
        for (const next of steps) {
          if (next.do === 'add') {
            queue.add(next.key);
            pending.add(next.key);
          } else if (next.do === 'done' && processing.delete(next.key)) {
            queue.done(next.key);
          } else if (next.do === 'take' && queue.depth > 0) {
            const taken = (await queue.take()) ?? '';
            expect(processing.has(taken)).toBe(false);
            processing.add(taken);
            pending.delete(taken);
          }
        }
        for (const key of processing) queue.done(key);
        expect(queue.depth).toBe(pending.size);
      }),
    );
  });
});
