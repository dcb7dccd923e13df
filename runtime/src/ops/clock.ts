import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from './telemetry.ts';

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
  async delay(delayMs, signal) {
    await delay(delayMs, undefined, signal && { signal }).catch((error: unknown) => {
      throw signal?.reason ?? error;
    });
  },
};
