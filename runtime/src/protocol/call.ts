import type { Log } from '../ops/telemetry.ts';
import type { Principal } from './principal.ts';
import type { ServedAgent } from './served-agent.ts';
import type { Scope } from './task-store.ts';

/** One request to one agent, after authentication, whatever the binding. */
export interface Call {
  /** The version of the agent that this request, and the work it starts, goes on with. */
  agent: ServedAgent;
  principal: Principal;
  requestId: string;
  log: Log;
}

/** Whose tasks the call may see. */
export function scopeOf({ agent, principal }: Call): Scope {
  return { agent: agent.name, owner: principal.id };
}
