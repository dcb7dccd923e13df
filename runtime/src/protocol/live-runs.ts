import type { RunStopped, TaskRun } from './task-run.ts';
import type { Scope } from './task-store.ts';

/** The tasks that this process works on. */
export interface LiveRuns {
  /**
   * Counts a task from the moment in which it is accepted, long before its run is added: who waits
   * until nothing is left must not overlook it. To be called back when the run was added, or when
   * there will be none.
   */
  starting(): () => void;
  add(scope: Scope, run: TaskRun): void;
  get(scope: Scope, taskId: string): TaskRun | undefined;
  /** How many there are, those that are starting included. */
  count(): number;
  /** Stops all of them, and whatever is added later. */
  stopAll(reason: RunStopped): void;
  /** Stops those of an agent, and whatever is added of it until `admit`. */
  stopAgent(agent: string, reason: RunStopped): void;
  admit(agent: string): void;
  /** Resolves when no run is left and none is starting; also when none was there. */
  idle(): Promise<void>;
}

export function liveRuns(): LiveRuns {
  const runs = new Map<string, { scope: Scope; run: TaskRun }>();
  const starts = new Set<Promise<undefined>>();
  const stoppedAgents = new Map<string, RunStopped>();
  let stopped: RunStopped | undefined;
  return {
    starting() {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      starts.add(promise);
      return () => {
        starts.delete(promise);
        resolve(undefined);
      };
    },
    add(scope, run) {
      const key = keyOf(scope, run.task().id);
      runs.set(key, { scope, run });
      void run.ended.then(() => runs.delete(key));
      const reason = stopped ?? stoppedAgents.get(scope.agent);
      if (reason !== undefined) run.stop(reason);
    },
    get: (scope, taskId) => runs.get(keyOf(scope, taskId))?.run,
    count: () => runs.size + starts.size,
    stopAll(reason) {
      stopped = reason;
      for (const { run } of runs.values()) run.stop(reason);
    },
    stopAgent(agent, reason) {
      stoppedAgents.set(agent, reason);
      for (const { scope, run } of runs.values()) if (scope.agent === agent) run.stop(reason);
    },
    admit(agent) {
      stoppedAgents.delete(agent);
    },
    async idle() {
      while (runs.size + starts.size > 0) {
        await Promise.all([...starts, ...[...runs.values()].map(({ run }) => run.ended)]);
      }
    },
  };
}

function keyOf({ agent, owner }: Scope, taskId: string): string {
  return JSON.stringify([agent, owner, taskId]);
}
