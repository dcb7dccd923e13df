import { agentFileName } from '../../../runtime/src/contract/agent-file.ts';
import type { AgentReport } from '../../../runtime/src/contract/status-report.ts';
import { clipped } from '../api/clipped.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import type { PodReport } from './pod-reports.ts';
import type { RenderedAgents } from './rendered-agents.ts';

/** Whether one declared agent is served in its current version by every ready pod. */
export interface AgentState {
  name: string;
  loaded: boolean;
  /** Generation and file's revision that all ready pods serve; absent while they serve none or different ones. */
  generation?: number;
  revision?: string;
  /** Why it is not loaded. */
  message?: string;
}

/** Longest message that the CRD stores, in characters; a longer one would stop every status write. */
const MAX_MESSAGE = 1024;

/** States of all agents that a server declares, sorted by name. */
export function agentStates(
  agents: readonly AgentDefinition[],
  missing: readonly string[],
  rendered: RenderedAgents,
  reports: readonly PodReport[],
): AgentState[] {
  const absent = missing.map((name) => ({
    name,
    loaded: false,
    message: `AgentDefinition "${name}" was not found in this namespace; create it or remove it from spec.agents`,
  }));
  const present = agents.map((agent) => agentState(agent, rendered, reports));
  return [...absent, ...present].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function agentState(
  { metadata: { name } }: AgentDefinition,
  { fileRevisions, rejected }: RenderedAgents,
  reports: readonly PodReport[],
): AgentState {
  const served = reports.map(({ report }) => report?.agents.find((agent) => agent.name === name));
  const generation = common(served.map((report) => report?.generation));
  const revision = common(served.map((report) => report?.revision));
  const message = rejected.get(name) ?? notServed(served, fileRevisions[agentFileName(name)]);
  return {
    name,
    loaded: message === undefined,
    ...(generation !== undefined && { generation }),
    ...(revision !== undefined && { revision }),
    ...(message !== undefined && { message: clipped(message, MAX_MESSAGE) }),
  };
}

type Served = readonly (AgentReport | undefined)[];

function common<T>([first, ...others]: readonly T[]): T | undefined {
  return others.every((other) => other === first) ? first : undefined;
}

/** Not by generation: it stays when a referenced text changes, and begins anew after a deletion. */
function notServed(served: Served, wanted: string | undefined): string | undefined {
  if (served.length === 0) return 'no pod is ready';
  const complaint = served.map((agent) => agent?.message).find((message) => message !== undefined);
  const current = wanted !== undefined && served.every((agent) => agent?.revision === wanted);
  return complaint ?? (current ? undefined : 'pods are loading this version');
}
