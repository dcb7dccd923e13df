import type { RunTurn } from '../agent/types.ts';
import type { Clock, Telemetry } from '../ops/telemetry.ts';
import type { ConversationStore } from './conversation-store.ts';
import type { LiveRuns } from './live-runs.ts';
import type { TaskStore } from './task-store.ts';

/** What working on tasks needs. */
export interface Workshop {
  tasks: TaskStore;
  conversations: ConversationStore;
  runs: LiveRuns;
  runTurn: RunTurn;
  telemetry: Telemetry;
  clock: Clock;
  /** Makes ids of tasks, contexts and messages: unique and not to be guessed. */
  newId: () => string;
  /** Whether the server takes no more work. */
  isRefusing: () => boolean;
}
