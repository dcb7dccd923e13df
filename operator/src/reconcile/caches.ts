import type { V1Deployment, V1Pod, V1ReplicaSet } from '@kubernetes/client-node';
import type { A2AServer } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import type { KubeObject } from '../api/object.ts';
import { KINDS } from '../kube/kinds.ts';
import type { Cache } from '../kube/port.ts';
import type { ServiceView } from '../resources/service-passage.ts';

type Raw<T> = Omit<T, 'apiVersion' | 'kind' | 'metadata'> & KubeObject;

export type Deployment = Raw<V1Deployment>;
export type Pod = Raw<V1Pod>;
export type ReplicaSet = Raw<V1ReplicaSet>;
/** As it is on the wire: client-node's type has another name for `from`. */
export type NetworkPolicy = KubeObject & {
  spec?: { ingress?: readonly { from?: readonly object[] }[] };
};
export type ConfigMap = KubeObject & { data?: Record<string, string> };

/**
 * What the reconcilers read, with the indexes of `indexes.ts`. Only objects that carry the operator's
 * label, unless said otherwise.
 */
export interface Caches {
  servers: Cache<A2AServer>;
  agents: Cache<AgentDefinition>;
  deployments: Cache<Deployment>;
  replicaSets: Cache<ReplicaSet>;
  pods: Cache<Pod>;
  /** All Secrets, without their values. */
  secrets: Cache<KubeObject>;
  /** ConfigMaps of others, without their values. */
  configMapMetadata: Cache<KubeObject>;
  /** All Services, and of them only what traffic to them depends on. */
  services: Cache<ServiceView>;
  /** One for every Kind that a server may own, those of the Deployments and Secrets included. */
  children: readonly Cache<KubeObject>[];
}

/** Remembers what a write returned, in the cache of its Kind. */
export function rememberChild({ children }: Caches, written: KubeObject): void {
  children.find(({ kind }) => kind.kind === written.kind)?.remember(written);
}

/** A server's NetworkPolicy, as the watch or a write last saw it. */
export function networkPolicyOf(
  { children }: Caches,
  { metadata }: A2AServer,
): NetworkPolicy | undefined {
  const policies = children.find(({ kind }) => kind === KINDS.NetworkPolicy);
  return policies?.by('owner', metadata.uid)[0];
}
