import type { AgentDefinition } from '../api/agentdefinition.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import type { Reconcile } from '../controller/controller.ts';
import type { Kube } from '../kube/port.ts';
import { hosts } from './agent-selection.ts';
import { agentStatus } from './agent-status.ts';
import type { Caches } from './caches.ts';
import type { ConfigMapTexts } from './config-map-texts.ts';
import { writeStatus } from './write-status.ts';

/** What reconciling an agent needs of the world. */
export interface AgentDependencies {
  kube: Kube;
  caches: Caches;
  configMapTexts: ConfigMapTexts;
  now: () => Date;
}

/** Reconciles AgentDefinitions: they own nothing, so all there is to do is to say how they are. */
export function agentReconciler(deps: AgentDependencies): Reconcile {
  return async (ref) => {
    const agent = deps.caches.agents.get(ref);
    if (agent === undefined || agent.metadata.deletionTimestamp !== undefined) return {};
    const servers = hostingServers(agent, deps.caches.servers.list(ref.namespace));
    const configMapText = await deps.configMapTexts.of(ref.namespace, [agent]);
    const status = agentStatus(agent, servers, configMapText, deps.now());
    await writeStatus(agent, status, deps.kube, (written) => {
      deps.caches.agents.remember(written as AgentDefinition);
    });
    return {};
  };
}

function hostingServers(agent: AgentDefinition, servers: readonly A2AServer[]): A2AServer[] {
  return servers
    .filter((server) => hosts(server, agent))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
