import { TaskState } from '@a2a-js/sdk';
import { AGENT_FILE_SCHEMA_VERSION } from './contract/agent-file.ts';
import { RunStopped } from './protocol/task-run.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { StatusReport } from './contract/status-report.ts';
import type { Health } from './http/deps.ts';
import type { Dependency } from './ops/dependency.ts';
import type { Clock } from './ops/telemetry.ts';
import type { LiveRuns } from './protocol/live-runs.ts';

/** Version of the runtime's code. */
export const RUNTIME_VERSION = '0.1.0';

/** An outage of Redis that is shorter is answered request by request (product.md §6). */
const UNREADY_AFTER_SECONDS = 15;

/** What the process's health is made of. */
export interface Vitals {
  catalog: Catalog;
  /** Undefined when the store is memory. */
  memory: Dependency | undefined;
  model: Dependency;
  isDraining: () => boolean;
}

/** Readiness never depends on the model: with it down everywhere, no server at all would be left. */
export function healthOf({ catalog, memory, model, isDraining }: Vitals): Health {
  const isMemoryLost = (): boolean => (memory?.unreachableSeconds() ?? 0) >= UNREADY_AFTER_SECONDS;
  return {
    isDraining,
    started: catalog.isLoaded,
    unreadyReasons: () => [
      ...(isDraining() ? ['the server is stopping'] : []),
      ...(catalog.all().length === 0 ? ['no agent is loaded'] : []),
      ...(isMemoryLost() ? ['Redis is unreachable'] : []),
    ],
    dependencies: () => ({
      memory: memory?.report() ?? { state: 'Reachable' },
      model: model.report(),
    }),
  };
}

/** What the operator reads. */
export function statusReport({ catalog, isDraining }: Vitals, health: Health): StatusReport {
  return {
    version: RUNTIME_VERSION,
    revision: catalog.revision(),
    schemaVersions: [AGENT_FILE_SCHEMA_VERSION],
    draining: isDraining(),
    agents: catalog.reports(),
    dependencies: health.dependencies(),
  };
}

/** How long tasks that were told to stop may take to say so. */
const LAST_WORD_MS = 2000;

/** Waits for running tasks; fails those that are left after `timeoutMs`, each with a final event. */
export async function finishRuns(runs: LiveRuns, timeoutMs: number, clock: Clock): Promise<void> {
  await within(timeoutMs, runs.idle(), clock);
  if (runs.count() === 0) return;
  const reason = 'The server stopped before the task was done; send the message again.';
  runs.stopAll(new RunStopped(TaskState.TASK_STATE_FAILED, reason));
  await within(LAST_WORD_MS, runs.idle(), clock);
}

async function within(timeoutMs: number, done: Promise<void>, clock: Clock): Promise<void> {
  const timeout = new AbortController();
  const late = clock.delay(timeoutMs, timeout.signal).catch(() => undefined);
  await Promise.race([done, late]);
  timeout.abort();
}
