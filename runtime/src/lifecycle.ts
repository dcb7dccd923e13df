import { TaskState } from '@a2a-js/sdk';
import { AGENT_FILE_SCHEMA_VERSION } from './contract/agent-file.ts';
import { RunStopped } from './protocol/task-run.ts';
import type { Catalog } from './catalog/catalog.ts';
import type { AgentReport, StatusReport } from './contract/status-report.ts';
import type { GrantedSecrets } from './granted-secrets.ts';
import type { Health } from './http/deps.ts';
import type { Dependency } from './ops/dependency.ts';
import type { Clock } from './ops/telemetry.ts';
import type { LiveRuns } from './protocol/live-runs.ts';

/** Version of the runtime's code. */
export const RUNTIME_VERSION = '0.1.0';

/** An outage of Redis that is shorter is answered request by request (product.md §6). */
const UNREADY_AFTER_SECONDS = 15;

/** Names neither keys nor paths: anybody may ask whether the server is ready. */
const NO_CREDENTIALS =
  'no valid API key or JWT secret: correct those that the log says are refused, or add one';

/** What the process's health is made of. */
export interface Vitals {
  catalog: Catalog;
  secrets: Pick<GrantedSecrets, 'problem'>;
  /** Undefined when the store is memory. */
  memory: Dependency | undefined;
  model: Dependency;
  /** Whether anybody could be let in. */
  hasCredentials: () => boolean;
  isDraining: () => boolean;
}

/** Readiness never depends on the model: with it down everywhere, no server at all would be left. */
export function healthOf(vitals: Vitals): Health {
  const { catalog, memory, model, hasCredentials, isDraining } = vitals;
  const isMemoryLost = (): boolean => (memory?.unreachableSeconds() ?? 0) >= UNREADY_AFTER_SECONDS;
  // A store in this process is looked at by being asked: every report is news to who waits for it.
  let ownReports = 0;
  return {
    isDraining,
    started: catalog.isLoaded,
    unreadyReasons: () => [
      ...(isDraining() ? ['the server is stopping'] : []),
      ...(catalog.isEmpty() ? ['no agent is loaded'] : []),
      ...(hasCredentials() ? [] : [NO_CREDENTIALS]),
      ...(isMemoryLost() ? ['Redis is unreachable'] : []),
    ],
    dependencies: () => ({
      memory: memory?.report() ?? { state: 'Reachable', checks: ++ownReports },
      model: model.report(),
    }),
  };
}

/** What the operator reads. */
export function statusReport(vitals: Vitals, health: Health): StatusReport {
  const { catalog, isDraining } = vitals;
  return {
    version: RUNTIME_VERSION,
    revision: catalog.revision(),
    schemaVersions: [AGENT_FILE_SCHEMA_VERSION],
    draining: isDraining(),
    agents: agentReports(vitals),
    dependencies: health.dependencies(),
  };
}

/** An agent that lacks a Secret is there, but does not work as declared. */
function agentReports({ catalog, secrets }: Vitals): AgentReport[] {
  return catalog.reports().map((report) => {
    const agent = report.loaded ? catalog.get(report.name) : undefined;
    const message = agent === undefined || agent.retired ? undefined : secrets.problem(agent.spec);
    return message === undefined ? report : { ...report, loaded: false, message };
  });
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
