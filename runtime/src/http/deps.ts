import type { Authenticate } from '../access/decision.ts';
import type { DependencyReport } from '../contract/status-report.ts';
import type { Clock, Telemetry } from '../ops/telemetry.ts';
import type { AcceptedCredentials } from '../protocol/security.ts';
import type { Agents } from '../protocol/served-agent.ts';
import type { TaskOperations } from '../protocol/task-operations.ts';

/** What the HTTP edge stands on. */
export interface HttpDeps {
  agents: Agents;
  operations: TaskOperations;
  authenticate: Authenticate;
  /** Which credentials are checked right now; cards say so. */
  credentials: () => AcceptedCredentials;
  health: Health;
  telemetry: Telemetry;
  clock: Clock;
  newId: () => string;
}

/** How the process is. */
export interface Health {
  /** Whether the configuration and the agents folder have been read once. */
  started: () => boolean;
  /** Why no new work should come here; empty when it may. */
  unreadyReasons(): string[];
  isDraining: () => boolean;
  dependencies(): { memory: DependencyReport; model: DependencyReport };
}
