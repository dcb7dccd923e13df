import { readFile } from 'node:fs/promises';

/** The longest that the event loop was held up at once. */
export interface HeldUp {
  /** On the clock, waits for a processor included. */
  clockMs: number;
  /** By work of its own; up to one tick of the monitor too much. */
  processorMs: number;
}

/** What `event-loop-monitor.ts` has seen of one process. */
export interface EventLoopReading {
  /** Before it listened for the first time. */
  loading: HeldUp;
  later: HeldUp;
}

export const NEVER_HELD_UP: EventLoopReading = {
  loading: { clockMs: 0, processorMs: 0 },
  later: { clockMs: 0, processorMs: 0 },
};

/** The longest of two processes. */
export function longest(a: EventLoopReading, b: EventLoopReading): EventLoopReading {
  const of = (x: HeldUp, y: HeldUp): HeldUp => ({
    clockMs: Math.max(x.clockMs, y.clockMs),
    processorMs: Math.max(x.processorMs, y.processorMs),
  });
  return { loading: of(a.loading, b.loading), later: of(a.later, b.later) };
}

/** Reads what the monitor has left; only after the process has ended by itself. */
export async function readEventLoop(file: string): Promise<EventLoopReading> {
  return JSON.parse(await readFile(file, 'utf8')) as EventLoopReading;
}
