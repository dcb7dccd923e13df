import type { A2AServer } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';

/** The agents of a server that exist, and the names it asks for that do not; both sorted. */
export interface Selection {
  agents: AgentDefinition[];
  missing: string[];
}

/** Which of the namespace's AgentDefinitions a server hosts. */
export function selectAgents(server: A2AServer, candidates: readonly AgentDefinition[]): Selection {
  const agents = candidates
    .filter((agent) => hosts(server, agent))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const found = new Set(agents.map(({ metadata }) => metadata.name));
  const wanted = [...(server.spec.agents.names ?? []), defaultAgent(server)];
  return { agents, missing: [...new Set(wanted)].filter((name) => !found.has(name)).sort() };
}

/** Whether a server hosts an agent of its namespace. */
export function hosts(server: A2AServer, { metadata }: AgentDefinition): boolean {
  const { names, selector } = server.spec.agents;
  if (metadata.namespace !== server.metadata.namespace) return false;
  if (names !== undefined) return names.includes(metadata.name);
  return selector !== undefined && matches(selector, metadata.labels ?? {});
}

/** The agent at the server's root paths; CEL guarantees that there is one. */
export function defaultAgent({ spec: { agents } }: A2AServer): string {
  return agents.default ?? agents.names?.[0] ?? '';
}

type Selector = NonNullable<A2AServer['spec']['agents']['selector']>;

function matches(selector: Selector, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(selector.matchLabels ?? {});
  const byKey = new Map(Object.entries(labels));
  return (
    equal.every(([key, value]) => byKey.get(key) === value) &&
    (selector.matchExpressions ?? []).every((requirement) => meets(requirement, byKey))
  );
}

function meets(
  { key, operator, values = [] }: NonNullable<Selector['matchExpressions']>[number],
  labels: ReadonlyMap<string, string>,
): boolean {
  const value = labels.get(key);
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}
