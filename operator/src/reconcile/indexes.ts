import { secretRefs } from '../../../runtime/src/contract/secret-refs.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import { keyOf } from '../api/object.ts';
import type { KubeObject } from '../api/object.ts';
import { mountedSecrets } from '../resources/granted-secrets.ts';
import { declaredEndpoints } from '../resources/egress-destinations.ts';
import { referencedServices } from '../resources/service-reference.ts';
import { defaultAgent } from './agent-selection.ts';
import { referencedConfigMap } from './config-map-texts.ts';
import { hostKey } from './host-holder.ts';
import { controllerOf } from './ownership.ts';

/**
 * How caches find objects by what they refer to, so that a change costs as much as it concerns, however
 * many servers and agents a namespace has. Values are keys (`namespace/name`) unless said otherwise.
 */
export const serverIndexes = {
  /** Agents that a server names, or that its status lists. */
  agent: (server: A2AServer): string[] => {
    const named = [...(server.spec.agents.names ?? []), defaultAgent(server)];
    const listed = server.status?.agents?.map(({ name }) => name) ?? [];
    return [...new Set([...named, ...listed])].map((name) => siblingKey(server, name));
  },
  /** The namespace, of servers that select their agents by label. */
  selecting: ({ metadata, spec }: A2AServer): string[] =>
    spec.agents.selector === undefined ? [] : [metadata.namespace],
  /** Secrets that a server's pods mount. */
  secret: (server: A2AServer): string[] =>
    mountedSecrets(server).map((name) => siblingKey(server, name)),
  /** What an Ingress controller knows a server by. */
  host: (server: A2AServer): string[] => {
    const key = hostKey(server);
    return key === undefined ? [] : [key];
  },
  /** Services that a server's hosts may mean. */
  service: (server: A2AServer): string[] =>
    referencedServices(server, [declaredEndpoints(server)]).map(keyOf),
} as const;

export const agentIndexes = {
  /** The ConfigMap that an agent's instructions are in. */
  configMap: (agent: AgentDefinition): string[] => {
    const name = referencedConfigMap(agent);
    return name === undefined ? [] : [siblingKey(agent, name)];
  },
  /** Secrets that an agent refers to. */
  secret: (agent: AgentDefinition): string[] =>
    secretRefs(agent.spec).map(({ ref }) => siblingKey(agent, ref.name)),
  /** Servers that an agent's status lists. */
  server: (agent: AgentDefinition): string[] =>
    agent.status?.servers?.map(({ name }) => siblingKey(agent, name)) ?? [],
} as const;

export const childIndexes = {
  /** UID of the object's controller. */
  owner: (object: KubeObject): string[] => {
    const uid = controllerOf(object)?.uid;
    return uid === undefined ? [] : [uid];
  },
} as const;

/** Key of an object of the same namespace. */
export function siblingKey({ metadata }: KubeObject, name: string): string {
  return keyOf({ namespace: metadata.namespace ?? '', name });
}
