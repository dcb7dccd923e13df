import type { RunStopped, TaskRun } from './task-run.ts';
import type { Scope } from './task-store.ts';

/** The tasks that this process works on. */
export interface LiveRuns {
  add(scope: Scope, run: TaskRun): void;
  get(scope: Scope, taskId: string): TaskRun | undefined;
  /** How many there are. */
  count(): number;
  /** Stops all of them. */
  stopAll(reason: RunStopped): void;
  /** Resolves when no run is left; also when none was there. */
  idle(): Promise<void>;
}

export function liveRuns(): LiveRuns {
  const runs = new Map<string, TaskRun>();
  return {
    add(scope, run) {
      const key = keyOf(scope, run.task().id);
      runs.set(key, run);
      void run.ended.then(() => runs.delete(key));
    },
    get: (scope, taskId) => runs.get(keyOf(scope, taskId)),
    count: () => runs.size,
    stopAll(reason) {
      for (const run of runs.values()) run.stop(reason);
    },
    async idle() {
      while (runs.size > 0) await Promise.all([...runs.values()].map((run) => run.ended));
    },
  };
}

function keyOf({ agent, owner }: Scope, taskId: string): string {
  return JSON.stringify([agent, owner, taskId]);
}
