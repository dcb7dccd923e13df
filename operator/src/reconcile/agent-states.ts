import type { AgentDefinition } from '../api/agentdefinition.ts';
import type { PodReport } from './pod-reports.ts';

/** Whether one declared agent is served in its current version by every ready pod. */
export interface AgentState {
  name: string;
  loaded: boolean;
  /** Generation that all ready pods serve; absent while they serve none or different ones. */
  generation?: number;
  /** Why it is not loaded. */
  message?: string;
}

/** Longest message that the CRD stores, in characters; a longer one would stop every status write. */
const MAX_MESSAGE = 1024;

/** States of all agents that a server declares, sorted by name. */
export function agentStates(
  agents: readonly AgentDefinition[],
  missing: readonly string[],
  rejected: Readonly<Record<string, string>>,
  reports: readonly PodReport[],
): AgentState[] {
  const absent = missing.map((name) => ({
    name,
    loaded: false,
    message: `AgentDefinition "${name}" was not found in this namespace; create it or remove it from spec.agents`,
  }));
  const present = agents.map((agent) => agentState(agent, rejected[agent.metadata.name], reports));
  return [...absent, ...present].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function agentState(
  { metadata }: AgentDefinition,
  rejection: string | undefined,
  reports: readonly PodReport[],
): AgentState {
  const { name } = metadata;
  const served = reports.map(({ report }) => report?.agents.find((agent) => agent.name === name));
  const [first] = served;
  const same = served.every((agent) => agent?.generation === first?.generation);
  const generation = same ? first?.generation : undefined;
  const message =
    rejection ??
    (reports.length === 0 ? 'no pod is ready' : undefined) ??
    served.map((agent) => agent?.message).find((sentence) => sentence !== undefined) ??
    (generation === metadata.generation ? undefined : 'pods are loading this version');
  return {
    name,
    loaded: message === undefined,
    ...(generation !== undefined && { generation }),
    ...(message !== undefined && { message: message.slice(0, MAX_MESSAGE) }),
  };
}
