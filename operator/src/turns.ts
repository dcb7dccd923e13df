import { setImmediate } from 'node:timers/promises';

/**
 * Gives a function that resolves in a later turn of the event loop: one turn for each call, in order. So
 * however many work at the same time, probes, timers and answers are looked at between any two of them.
 */
export function turns(): () => Promise<void> {
  let last = Promise.resolve();
  return () => (last = last.then(() => setImmediate()));
}
