import { TaskState } from '@a2a-js/sdk';
import { RunStopped } from './task-run.ts';
import type { Clock } from '../ops/telemetry.ts';
import type { LiveRuns } from './live-runs.ts';
import type { ServedAgent } from './served-agent.ts';

const canceled = (message: string): RunStopped =>
  new RunStopped(TaskState.TASK_STATE_CANCELED, message);

/** A call that began before its agent retired has begun its task by then, or never will (its body is late). */
const FORGET_MS = 60_000;

/**
 * Told of every agent that begins to serve or retires, ends the work of those that retire: at once when
 * suspended, after the drain time when removed. `stop` ends nothing and waits for nothing more.
 */
export function retirement(
  runs: LiveRuns,
  drainMs: number,
  clock: Clock,
): { onChange: (agent: ServedAgent) => void; stop: () => void } {
  const timers = new Map<string, () => void>();
  let ended = false;
  const later = (name: string, delayMs: number, act: () => void): void => {
    timers.get(name)?.();
    if (!ended) timers.set(name, clock.after(delayMs, act));
  };
  const admit = (name: string): void => {
    timers.get(name)?.();
    timers.delete(name);
    runs.admit(name);
  };
  const stop = (name: string, message: string): void => {
    runs.stopAgent(name, canceled(message));
    later(name, FORGET_MS, () => {
      admit(name);
    });
  };
  return {
    onChange({ name, retired }) {
      admit(name);
      if (retired === 'suspended') stop(name, 'The agent was suspended.');
      if (retired !== 'removed') return;
      later(name, drainMs, () => {
        stop(name, 'The agent was removed.');
      });
    },
    stop() {
      ended = true;
      for (const stopTimer of timers.values()) stopTimer();
    },
  };
}
