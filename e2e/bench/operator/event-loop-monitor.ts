/**
 * Loaded into the operator's process before its program: measures how long the event loop was held up,
 * on the clock and on the processor, and says so in the file EVENT_LOOP_FILE when the process ends.
 *
 * On a machine whose processors are all busy the clock also counts the time in which the process was
 * ready to run and had none; only the other is the program's own doing.
 */
import { writeFileSync } from 'node:fs';
import type { EventLoopReading, HeldUp } from './event-loop-reading.ts';

const TICK_MS = 10;
/** The program's own loading is one long turn. */
const LOADING_MS = 1_000;

const reading: EventLoopReading = {
  loading: { clockMs: 0, processorMs: 0 },
  later: { clockMs: 0, processorMs: 0 },
};
let last = now();

setInterval(() => {
  const next = now();
  const phase = last.clockMs < LOADING_MS ? reading.loading : reading.later;
  phase.clockMs = Math.max(phase.clockMs, next.clockMs - last.clockMs - TICK_MS);
  phase.processorMs = Math.max(phase.processorMs, next.processorMs - last.processorMs);
  last = next;
}, TICK_MS).unref();

process.on('exit', () => {
  writeFileSync(process.env.EVENT_LOOP_FILE ?? '', JSON.stringify(reading));
});

function now(): HeldUp {
  const { user, system } = process.threadCpuUsage();
  return { clockMs: performance.now(), processorMs: (user + system) / 1000 };
}
