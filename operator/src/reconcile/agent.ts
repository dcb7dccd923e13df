import type { AgentDefinition, AgentDefinitionStatus } from '../api/agentdefinition.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import { CONDITION, REASON } from '../api/conditions.ts';
import { conditionOf, keyOf } from '../api/object.ts';
import type { Reconcile } from '../controller/controller.ts';
import { hosts } from './agent-selection.ts';
import { agentStatus } from './agent-status.ts';
import type { Caches } from './caches.ts';
import type { ConfigMapTexts } from './config-map-texts.ts';
import { warnings } from './notes.ts';
import type { Notify } from './notes.ts';
import { LOADING, ROLLING_OUT, USUAL } from './status-writer.ts';
import type { Pace, StatusWriter } from './status-writer.ts';

/** What reconciling an agent needs of the world. */
export interface AgentDependencies {
  caches: Caches;
  configMapTexts: ConfigMapTexts;
  statusWriter: StatusWriter<AgentDefinition>;
  notify: Notify;
  now: () => Date;
}

/** Reconciles AgentDefinitions: they own nothing, so all there is to do is to say how they are. */
export function agentReconciler(deps: AgentDependencies): Reconcile {
  const { caches, statusWriter, notify } = deps;
  return async (ref) => {
    const agent = caches.agents.get(ref);
    if (agent === undefined || agent.metadata.deletionTimestamp !== undefined) {
      statusWriter.forget(keyOf(ref));
      return {};
    }
    const { textOf } = await deps.configMapTexts.of(ref.namespace, [agent]);
    const referred = {
      configMapText: textOf,
      hasSecret: (name: string) =>
        caches.secrets.get({ namespace: ref.namespace, name }) !== undefined,
    };
    const status = agentStatus(agent, hostingServers(agent, caches), referred, deps.now());
    const waitMs = await statusWriter.write(agent, status, paceOf(agent, status));
    if (waitMs !== undefined) return { requeueAfterMs: waitMs };
    for (const note of warnings(agent.status?.conditions, status.conditions)) notify(agent, note);
    return {};
  };
}

/** Its servers are on their way to serve it, as far as it knows. */
function paceOf(agent: AgentDefinition, { conditions }: AgentDefinitionStatus): Pace {
  const reason = conditionOf(conditions, CONDITION.Ready)?.reason;
  if (reason === REASON.NotSelected) return ROLLING_OUT;
  if (reason !== REASON.NotServed) return USUAL;
  return agent.status?.observedGeneration === agent.metadata.generation ? ROLLING_OUT : LOADING;
}

function hostingServers(agent: AgentDefinition, { servers }: Caches): A2AServer[] {
  const { namespace } = agent.metadata;
  const candidates = [
    ...servers.by('agent', keyOf(agent.metadata)),
    ...servers.by('selecting', namespace),
  ];
  return [...new Set(candidates)]
    .filter((server) => hosts(server, agent))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}
