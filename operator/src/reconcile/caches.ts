import type { V1Deployment, V1Pod, V1ReplicaSet } from '@kubernetes/client-node';
import type { A2AServer } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import type { KubeObject } from '../api/object.ts';
import type { Cache } from '../kube/port.ts';

type Raw<T> = Omit<T, 'apiVersion' | 'kind' | 'metadata'> & KubeObject;

export type Deployment = Raw<V1Deployment>;
export type Pod = Raw<V1Pod>;
export type ReplicaSet = Raw<V1ReplicaSet>;
export type ConfigMap = KubeObject & { data?: Record<string, string> };

/** What the reconcilers read. Only objects that carry the operator's label, unless said otherwise. */
export interface Caches {
  servers: Cache<A2AServer>;
  agents: Cache<AgentDefinition>;
  deployments: Cache<Deployment>;
  replicaSets: Cache<ReplicaSet>;
  pods: Cache<Pod>;
  configMaps: Cache<ConfigMap>;
  services: Cache<KubeObject>;
  serviceAccounts: Cache<KubeObject>;
  ingresses: Cache<KubeObject>;
  podDisruptionBudgets: Cache<KubeObject>;
  /** All Secrets, without their values. */
  secrets: Cache<KubeObject>;
  /** All ConfigMaps, without their values. */
  configMapMetadata: Cache<KubeObject>;
}

/** The caches of what a server owns. */
export function childCaches(caches: Caches): Cache<KubeObject>[] {
  return [
    caches.configMaps,
    caches.secrets,
    caches.services,
    caches.serviceAccounts,
    caches.podDisruptionBudgets,
    caches.deployments,
    caches.ingresses,
  ] as Cache<KubeObject>[];
}

/** Remembers what a write returned, in the cache of its Kind. */
export function rememberChild(caches: Caches, written: KubeObject): void {
  childCaches(caches)
    .find(({ kind }) => kind.kind === written.kind)
    ?.remember(written);
}
