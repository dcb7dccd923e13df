/**
 * Loaded into the operator's process before its program: measures how long the event loop was held up,
 * on the clock and on the processor, and says so in the file EVENT_LOOP_FILE when the process ends.
 *
 * On a machine whose processors are all busy the clock also counts the time in which the process was
 * ready to run and had none; only the other is the program's own doing.
 */
import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';
import type { EventLoopReading, HeldUp } from './event-loop-reading.ts';

const TICK_MS = 10;

const reading: EventLoopReading = {
  loading: { clockMs: 0, processorMs: 0 },
  later: { clockMs: 0, processorMs: 0 },
};
/** The program is loaded when it begins to listen. */
let phase = reading.loading;
subscribe('tracing:net.server.listen:asyncStart', () => {
  phase = reading.later;
});
let last = now();

setInterval(() => {
  const next = now();
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
