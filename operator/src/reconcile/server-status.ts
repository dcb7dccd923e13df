import type { A2AServer, A2AServerStatus } from '../api/a2aserver.ts';
import { CONDITION, REASON } from '../api/conditions.ts';
import { conditionOf } from '../api/object.ts';
import { childNames, selectorLabels } from '../names.ts';
import { wantsGeneratedApiKey } from '../resources/api-key-secret.ts';
import { agentUrl } from '../resources/urls.ts';
import type { AgentState } from './agent-states.ts';
import { conditionsOf } from './conditions.ts';
import type { Verdict } from './conditions.ts';
import type { Dependency, Readings } from './dependency-readings.ts';
import { readiness } from './readiness.ts';
import type { Evidence } from './readiness.ts';

/** Evidence on a server, and what else its status shows. */
export interface ServerEvidence extends Evidence {
  url: string;
  /** Pods that exist, old and new. */
  replicas: number;
  readings: Record<Dependency, Readings>;
  network: Verdict;
  /** The new pod template waits for other servers' rollouts. */
  heldBack: boolean;
  /** Something keeps pods or agents from what is wanted, other than time. */
  hasProblem: boolean;
}

/** Agents that a status lists; a selector may find more of them, and those only count. */
export const MAX_AGENTS = 256;

/** The whole status of a server. Equal evidence gives equal bytes, so nothing is written twice. */
export function serverStatus(
  server: A2AServer,
  evidence: ServerEvidence,
  now: Date,
): A2AServerStatus {
  const { name, generation } = server.metadata;
  const { rollout, agents, url } = evidence;
  const loaded = agents.filter((agent) => agent.loaded).length;
  return {
    observedGeneration: generation,
    conditions: conditionsOf(verdicts(evidence), server.status?.conditions ?? [], generation, now),
    url,
    ...(wantsGeneratedApiKey(server) && { apiKeySecretName: childNames.apiKeySecret(name) }),
    replicas: evidence.replicas,
    readyReplicas: rollout.ready,
    replicaSummary: `${rollout.ready}/${rollout.wanted}`,
    selector: Object.entries(selectorLabels(name))
      .map(([label, value]) => `${label}=${value}`)
      .join(','),
    revision: evidence.revision,
    agentSummary: `${loaded}/${agents.length}`,
    // Server-side apply keeps no empty list where items went, so an empty one would be written again.
    ...(agents.length > 0 && {
      agents: agents
        .slice(0, MAX_AGENTS)
        .map((agent) => ({ ...agent, url: agentUrl(url, agent.name) })),
    }),
  };
}

/** Whether a status says that the server is Ready. */
export function saysReady({ conditions }: A2AServerStatus): boolean {
  return conditionOf(conditions, CONDITION.Ready)?.status === 'True';
}

/** Whether a status says that no pod is wanted, and none is left. */
export function saysScaledToZero({ conditions }: A2AServerStatus): boolean {
  return conditionOf(conditions, CONDITION.Ready)?.reason === REASON.ScaledToZero;
}

function verdicts(evidence: ServerEvidence): Verdict[] {
  const ready = readiness(evidence);
  const { outcome } = evidence;
  return [
    ready,
    agentsLoaded(evidence.agents, ready),
    progressing(evidence),
    dependency(CONDITION.MemoryReachable, evidence.readings.memory),
    dependency(CONDITION.ModelReachable, evidence.readings.model),
    evidence.network,
    ...(outcome.kind === 'stalled'
      ? [{ ...ready, type: CONDITION.Stalled, status: 'True' as const }]
      : []),
    ...(ready.status === 'False' && outcome.kind !== 'stalled'
      ? [{ ...ready, type: CONDITION.Reconciling, status: 'True' as const }]
      : []),
  ];
}

function agentsLoaded(agents: readonly AgentState[], ready: Verdict): Verdict {
  const type = CONDITION.AgentsLoaded;
  if (ready.reason === REASON.ScaledToZero) {
    const message = 'no pod runs that could serve them';
    return { type, status: 'Unknown', reason: ready.reason, message };
  }
  const lacking = agents.filter(({ loaded }) => !loaded);
  const count = `${agents.length - lacking.length}/${agents.length}`;
  if (lacking.length === 0) {
    return {
      type,
      status: 'True',
      reason: REASON.AgentsLoaded,
      message: `${count} agents are served`,
    };
  }
  const reasons = lacking.map(({ name, message = 'not loaded' }) => `${name}: ${message}`);
  const message = `${count}: ${reasons.join('; ')}`;
  return { type, status: 'False', reason: REASON.AgentsNotLoaded, message };
}

function progressing({ rollout, heldBack }: ServerEvidence): Verdict {
  const type = CONDITION.Progressing;
  if (heldBack) {
    const message =
      'this release of the operator asks for new pods; they wait until other servers have theirs';
    return { type, status: 'True', reason: REASON.WaitingForRolloutSlot, message };
  }
  const { complete, available, message } = rollout;
  if (!complete) return { type, status: 'True', reason: REASON.RollingOut, message };
  if (!available) return { type, status: 'True', reason: REASON.PodsNotReady, message };
  return { type, status: 'False', reason: REASON.RolledOut, message };
}

const NAMES = { MemoryReachable: 'the store', ModelReachable: 'the model service' } as const;

function dependency(
  type: 'MemoryReachable' | 'ModelReachable',
  { settled, message }: Readings,
): Verdict {
  switch (settled) {
    case 'Reachable':
      return {
        type,
        status: 'True',
        reason: REASON.Reachable,
        message: `every running pod reaches ${NAMES[type]}`,
      };
    case 'Unreachable':
      return { type, status: 'False', reason: REASON.Unreachable, message };
    case 'Unknown':
      return { type, status: 'Unknown', reason: REASON.Unknown, message: 'no settled reading yet' };
  }
}
