import { taskStateToJSON } from '@a2a-js/sdk';
import { stateOf } from './task-state.ts';
import type { Clock, Log, Metrics } from '../ops/telemetry.ts';
import type { TaskRun } from './task-run.ts';

/** Counts a run and writes a line when it ends. */
export function observedRun(
  run: TaskRun,
  { agent, clock, metrics, log }: { agent: string; clock: Clock; metrics: Metrics; log: Log },
): void {
  const startedAt = clock.now();
  metrics.taskStarted(agent);
  log.debug('task started');
  void firstContent(run).then((arrived) => {
    if (arrived) metrics.firstEvent((clock.now() - startedAt) / 1000);
  });
  void run.ended.then((task) => {
    const state = taskStateToJSON(stateOf(task)).replace('TASK_STATE_', '').toLowerCase();
    const seconds = (clock.now() - startedAt) / 1000;
    metrics.taskEnded(agent, state, seconds);
    log.info('task ended', { state, duration_ms: Math.round(seconds * 1000) });
  });
}

async function firstContent(run: TaskRun): Promise<boolean> {
  for await (const { payload } of run.subscribe()) {
    if (payload?.$case === 'artifactUpdate') return true;
  }
  return false;
}
