import type { A2AServer } from '../api/a2aserver.ts';
import { A2A_SERVER_KIND } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import { keyOf } from '../api/object.ts';
import type { KubeObject } from '../api/object.ts';
import { INSTANCE_LABEL } from '../names.ts';
import { secretMounts } from '../resources/secret-mounts.ts';
import { hosts } from './agent-selection.ts';
import type { Caches } from './caches.ts';
import { referencedConfigMap } from './config-map-texts.ts';
import { controllerOf } from './ownership.ts';

/** Keys of the objects that a changed object concerns: nobody else is woken. */
export type Trigger<T extends KubeObject = KubeObject> = (changed: T) => string[];

/** The server that owns the object. */
export const owningServer: Trigger = (changed) => {
  const controller = controllerOf(changed);
  if (controller?.kind !== A2A_SERVER_KIND) return [];
  return [sibling(changed, controller.name)];
};

/** The server whose pods these are; a pod's controller is a ReplicaSet, so its label tells. */
export const podServer: Trigger = (changed) => {
  const name = changed.metadata.labels?.[INSTANCE_LABEL];
  return name === undefined ? [] : [sibling(changed, name)];
};

/** The object itself. */
export const itself: Trigger = ({ metadata }) => [keyOf(metadata)];

/** Triggers that need to look around. */
export function triggers({ servers, agents }: Pick<Caches, 'servers' | 'agents'>): {
  serversOfAgent: Trigger;
  agentsOfServer: Trigger;
  serversOfSecret: Trigger;
  serversOfConfigMap: Trigger;
  agentsOfConfigMap: Trigger;
} {
  const serversHosting = (agent: AgentDefinition): string[] =>
    servers
      .list(agent.metadata.namespace)
      .filter((server) => hosts(server, agent) || lists(server, agent.metadata.name))
      .map(({ metadata }) => keyOf(metadata));
  const agentsReading = ({ metadata }: KubeObject): AgentDefinition[] =>
    agents
      .list(metadata.namespace ?? '')
      .filter((agent) => referencedConfigMap(agent) === metadata.name);
  return {
    serversOfAgent: (changed) => serversHosting(changed as AgentDefinition),
    agentsOfServer: (changed) =>
      agents
        .list(changed.metadata.namespace ?? '')
        .filter((agent) => concerns(changed as A2AServer, agent))
        .map(({ metadata }) => keyOf(metadata)),
    serversOfSecret: ({ metadata }) =>
      servers
        .list(metadata.namespace ?? '')
        .filter((server) =>
          secretMounts(server).some(({ secretName }) => secretName === metadata.name),
        )
        .map((server) => keyOf(server.metadata)),
    serversOfConfigMap: (changed) => agentsReading(changed).flatMap(serversHosting),
    agentsOfConfigMap: (changed) => agentsReading(changed).map(({ metadata }) => keyOf(metadata)),
  };
}

/** A server concerns an agent while it hosts it, and until the agent's status has forgotten it. */
function concerns(server: A2AServer, agent: AgentDefinition): boolean {
  const { name } = server.metadata;
  return (
    hosts(server, agent) || (agent.status?.servers?.some((known) => known.name === name) ?? false)
  );
}

function lists(server: A2AServer, agentName: string): boolean {
  return server.status?.agents?.some(({ name }) => name === agentName) ?? false;
}

function sibling({ metadata }: KubeObject, name: string): string {
  return keyOf({ namespace: metadata.namespace ?? '', name });
}
