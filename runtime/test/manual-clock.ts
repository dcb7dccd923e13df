import type { Clock } from '../src/ops/telemetry.ts';

/** Time that only passes when a test says so. */
export interface ManualClock extends Clock {
  /** Lets time pass; timers that become due are called in order, and what they start is awaited. */
  advance(ms: number): Promise<void>;
  /** How many timers wait. */
  pending(): number;
}

interface Timer {
  dueMs: number;
  callback: () => void;
}

export function manualClock(startMs = Date.UTC(2026, 0, 1)): ManualClock {
  let nowMs = startMs;
  const timers = new Set<Timer>();
  const after = (delayMs: number, callback: () => void): (() => void) => {
    const timer = { dueMs: nowMs + delayMs, callback };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const next = (untilMs: number): Timer | undefined =>
    [...timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];

  return {
    now: () => nowMs,
    after,
    async delay(delayMs, signal) {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      const stop = after(delayMs, () => {
        resolve(undefined);
      });
      signal?.addEventListener('abort', () => {
        stop();
        reject(signal.reason as Error);
      });
      await promise;
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      for (let timer = next(untilMs); timer !== undefined; timer = next(untilMs)) {
        timers.delete(timer);
        nowMs = timer.dueMs;
        timer.callback();
        await settled();
      }
      nowMs = untilMs;
      await settled();
    },
    pending: () => timers.size,
  };
}

/** Lets everything run that waits for no timer and no input. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
