import { CONDITION, REASON } from '../api/conditions.ts';
import type { Reason } from '../api/conditions.ts';
import type { AgentState } from './agent-states.ts';
import type { Verdict } from './conditions.ts';
import type { Outcome } from './outcome.ts';
import type { PodReport } from './pod-reports.ts';
import type { Rollout } from './rollout.ts';

/** What the verdict on a server is made of. */
export interface Evidence {
  outcome: Outcome;
  rollout: Rollout;
  /** Revision that pods should report. */
  revision: string;
  reports: readonly PodReport[];
  agents: readonly AgentState[];
  /** Agents without which the server is not Ready: the default one and those it names. */
  required: readonly string[];
  /** What is known to keep pods from becoming ready, besides what the Deployment tells. */
  causes: readonly Problem[];
}

/** Why a server is not Ready. */
export interface Problem {
  reason: Reason;
  message: string;
}

/**
 * Ready means: this generation of this spec answers. The rollout is complete, as many pods are
 * available as are wanted, and every ready pod reports the wanted revision and the required agents.
 */
export function readiness(evidence: Evidence): Verdict {
  const problem = unapplied(evidence) ?? notRunning(evidence) ?? notServing(evidence);
  if (problem !== undefined) return { type: CONDITION.Ready, status: 'False', ...problem };
  if (evidence.rollout.wanted === 0) {
    const message = 'spec.replicas is 0, so no pod runs; everything else is kept';
    return { type: CONDITION.Ready, status: 'True', reason: REASON.ScaledToZero, message };
  }
  const message = `${evidence.rollout.message} and serve this generation`;
  return { type: CONDITION.Ready, status: 'True', reason: REASON.Ready, message };
}

function unapplied({ outcome }: Evidence): Problem | undefined {
  return outcome.kind === 'applied'
    ? undefined
    : { reason: outcome.reason, message: outcome.message };
}

function notRunning({ rollout, causes }: Evidence): Problem | undefined {
  if (rollout.complete && rollout.available) return undefined;
  const message = [rollout.message, ...causes.map((cause) => cause.message)].join('; ');
  const reason = rollout.complete ? (causes[0]?.reason ?? REASON.PodsNotReady) : REASON.RollingOut;
  return { reason, message };
}

function notServing({
  rollout,
  reports,
  revision,
  agents,
  required,
}: Evidence): Problem | undefined {
  if (rollout.wanted === 0) return undefined;
  if (reports.length < rollout.wanted) {
    const message = `${reports.length} of ${rollout.wanted} ready pods were asked what they serve`;
    return { reason: REASON.LoadingAgents, message };
  }
  const silent = reports.find(({ error }) => error !== undefined);
  if (silent !== undefined) {
    const message = `pod ${silent.pod} is ready but does not report what it serves: ${silent.error ?? ''}`;
    return { reason: REASON.StatusUnreadable, message };
  }
  const behind = reports.find(({ report }) => report?.revision !== revision);
  if (behind !== undefined) {
    const message = `pod ${behind.pod} has not read the latest agents yet`;
    return { reason: REASON.LoadingAgents, message };
  }
  const lacking = agents.find(({ name, loaded }) => !loaded && required.includes(name));
  if (lacking === undefined) return undefined;
  const message = `agent ${lacking.name}: ${lacking.message ?? 'not loaded'}`;
  return { reason: REASON.AgentsNotLoaded, message };
}
