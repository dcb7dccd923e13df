import { TaskState } from '@a2a-js/sdk';
import { RunStopped } from './protocol/task-run.ts';
import type { Clock } from './ops/telemetry.ts';
import type { LiveRuns } from './protocol/live-runs.ts';
import type { ServedAgent } from './protocol/served-agent.ts';

const canceled = (message: string): RunStopped =>
  new RunStopped(TaskState.TASK_STATE_CANCELED, message);

/**
 * Told of every agent that begins to serve or retires, ends the work of those that retire: at once when
 * suspended, after the drain time when removed.
 */
export function endsRetiredWork(
  runs: LiveRuns,
  drainMs: number,
  clock: Clock,
): (agent: ServedAgent) => void {
  const timers = new Map<string, () => void>();
  return ({ name, retired }) => {
    timers.get(name)?.();
    timers.delete(name);
    runs.admit(name);
    if (retired === 'suspended') runs.stopAgent(name, canceled('The agent was suspended.'));
    if (retired !== 'removed') return;
    const stopTimer = clock.after(drainMs, () => {
      timers.delete(name);
      runs.stopAgent(name, canceled('The agent was removed.'));
    });
    timers.set(name, stopTimer);
  };
}
