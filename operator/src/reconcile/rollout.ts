import { conditionOf } from '../api/object.ts';
import type { Deployment, Pod } from './caches.ts';
import { podProblem } from './pod-problem.ts';

/** How far a Deployment is from what its spec asks for. */
export interface Rollout {
  /** Every pod is of the current template and no other pod is left. */
  complete: boolean;
  /** As many pods are available as are wanted. */
  available: boolean;
  wanted: number;
  ready: number;
  /** What keeps pods from starting, if anything does. */
  problem?: string;
  /** One sentence for people: which step waits for what. */
  message: string;
}

/**
 * Judges a rollout by the Deployment's own status. maxUnavailable is 0, so fewer available pods than
 * wanted means that something is missing.
 */
export function rolloutOf(deployment: Deployment | undefined, pods: readonly Pod[]): Rollout {
  const wanted = deployment?.spec?.replicas ?? 0;
  const counts = countsOf(deployment);
  const complete =
    isSeen(deployment) && counts.updatedReplicas === wanted && counts.replicas === wanted;
  const available = isSeen(deployment) && counts.availableReplicas >= wanted;
  const problem = complete && available ? {} : problemOf(deployment, pods);
  const sentences = [progress(complete, wanted, counts), ...Object.values(problem)];
  const { readyReplicas: ready } = counts;
  return { complete, available, wanted, ready, ...problem, message: sentences.join('; ') };
}

/** Whether the Deployment's status is about its present spec. */
function isSeen(deployment: Deployment | undefined): boolean {
  return countsOf(deployment).observedGeneration >= (deployment?.metadata.generation ?? Infinity);
}

/** How many pods of which sort a Deployment reports, and for which of its generations. */
export interface Counts {
  observedGeneration: number;
  replicas: number;
  updatedReplicas: number;
  readyReplicas: number;
  availableReplicas: number;
}

/** A Deployment's counts, and nothing else of its status. The API server leaves out those that are zero. */
export function countsOf(deployment: Deployment | undefined): Counts {
  const {
    observedGeneration = 0,
    replicas = 0,
    updatedReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
  } = deployment?.status ?? {};
  return { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas };
}

function progress(complete: boolean, wanted: number, counts: Counts): string {
  return complete
    ? `${counts.availableReplicas} of ${wanted} pods are available`
    : `${counts.updatedReplicas} of ${wanted} pods are updated, ${counts.availableReplicas} available`;
}

function problemOf(deployment: Deployment | undefined, pods: readonly Pod[]): { problem?: string } {
  const [problem] = [...refusedPods(deployment), ...pods.flatMap((pod) => podProblem(pod) ?? [])];
  return problem === undefined ? {} : { problem };
}

/** Why the API server refuses pods (a quota, a missing account, Pod Security), if it does: such pods never exist. */
export function refusedPods(deployment: Deployment | undefined): string[] {
  const failure = conditionOf(deployment?.status?.conditions, 'ReplicaFailure');
  return failure?.status === 'True' ? [failure.message ?? 'pods are refused'] : [];
}
