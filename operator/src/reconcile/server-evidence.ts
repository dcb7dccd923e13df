import type { A2AServer } from '../api/a2aserver.ts';
import { CONDITION, REASON } from '../api/conditions.ts';
import type { ConditionType, Reason } from '../api/conditions.ts';
import { conditionOf } from '../api/object.ts';
import type { Settings } from '../resources/inputs.ts';
import { publicUrl } from '../resources/urls.ts';
import { defaultAgent } from './agent-selection.ts';
import { agentStates } from './agent-states.ts';
import type { Deployment, NetworkPolicy } from './caches.ts';
import { nextReadings, readingsOf } from './dependency-readings.ts';
import type { Dependency, Readings } from './dependency-readings.ts';
import { networkRestriction } from './network-restriction.ts';
import type { Observed } from './observe.ts';
import type { Outcome } from './outcome.ts';
import type { PodReport } from './pod-reports.ts';
import type { Problem } from './readiness.ts';
import type { RenderedAgents } from './rendered-agents.ts';
import { rolloutOf } from './rollout.ts';
import type { ServerEvidence } from './server-status.ts';

/** What is known of a server after applying. */
export interface Findings {
  observed: Observed;
  rendered: RenderedAgents;
  outcome: Outcome;
  /** The new pod template waits for other servers' rollouts. */
  heldBack: boolean;
  /** The Deployment as the last write left it. */
  deployment: Deployment | undefined;
  reports: readonly PodReport[];
  /** Readings of the looks before; absent after a restart. */
  readings: Record<Dependency, Readings> | undefined;
  settings: Settings;
  /** The server's NetworkPolicy as it is. */
  policy: NetworkPolicy | undefined;
}

/** Puts together what the verdict on a server is made of. */
export function serverEvidence(findings: Findings): ServerEvidence {
  const { observed, rendered, outcome, heldBack, deployment, reports, settings } = findings;
  const { server, agents, missingAgents, pods, running, services } = observed;
  const before = findings.readings ?? readingsBefore(server);
  const serving = reports.filter(({ ready }) => ready);
  const rollout = rolloutOf(deployment, pods);
  const lacksAgents = missingAgents.length > 0 || rendered.rejected.size > 0;
  const complains = serving.some(
    ({ report }) => report?.agents.some(({ message }) => message !== undefined) ?? true,
  );
  const states = agentStates(agents, missingAgents, rendered, serving);
  const required = [defaultAgent(server), ...(server.spec.agents.names ?? [])];
  const isUnmade = (name: string): boolean =>
    missingAgents.includes(name) || rendered.rejected.has(name);
  const memory = nextReadings(before.memory, 'memory', reports);
  return {
    outcome,
    heldBack,
    rollout,
    hasProblem: rollout.problem !== undefined || lacksAgents || complains,
    revision: rendered.revision,
    reports: serving,
    agents: states,
    required,
    causes: [
      ...states
        .filter(({ name }) => required.includes(name) && isUnmade(name))
        .map(({ name, message = '' }) =>
          cause(REASON.AgentsNotLoaded, `agent ${name}: ${message}`),
        ),
      ...(memory.settled === 'Unreachable'
        ? [cause(REASON.MemoryUnreachable, memory.message)]
        : []),
    ],
    url: publicUrl(server, settings.clusterDomain),
    replicas: deployment?.status?.replicas ?? 0,
    readings: {
      memory,
      model: nextReadings(before.model, 'model', reports),
    },
    network: networkRestriction({ server, settings, running, services }, outcome, findings.policy),
  };
}

function cause(reason: Reason, message: string): Problem {
  return { reason, message };
}

function readingsBefore({ status }: A2AServer): Partial<Record<Dependency, Readings>> {
  const of = (type: ConditionType): Readings | undefined =>
    readingsOf(conditionOf(status?.conditions, type));
  const memory = of(CONDITION.MemoryReachable);
  const model = of(CONDITION.ModelReachable);
  return { ...(memory && { memory }), ...(model && { model }) };
}
