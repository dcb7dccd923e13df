import { createHash } from 'node:crypto';

export const OPERATOR_VERSION = '0.1.0';

/** Who owns the fields that the operator applies. */
export const FIELD_MANAGER = 'a2a-operator';

/** The Lease of the leader election. */
export const LEASE_NAME = 'a2a-operator';

export const MANAGED_BY = 'a2a-operator';
export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const INSTANCE_LABEL = 'app.kubernetes.io/instance';

/** Hash of what was applied; a field that a new release drops is noticed by it. */
export const APPLIED_HASH_ANNOTATION = 'a2a-operator.io/applied-hash';

/** On a pod: which version of its volumes it should have; a change makes the kubelet look at them at once. */
export const REVISION_ANNOTATION = 'a2a-operator.io/revision';

/** Why each rule of a NetworkPolicy is there. */
export const REASONS_ANNOTATION = 'a2a-operator.io/reasons';

/** How many ConfigMaps an agent may land in; fixed, because pods mount all of them. */
export const AGENT_SHARDS = 4;

/** Key of the generated API key in its Secret. */
export const API_KEY_KEY = 'api-key';

/** Names of what a server owns. A server's name has at most 40 characters, so all of them fit. */
export const childNames = {
  deployment: (server: string) => server,
  serviceAccount: (server: string) => server,
  service: (server: string) => server,
  ingress: (server: string) => server,
  networkPolicy: (server: string) => server,
  podDisruptionBudget: (server: string) => server,
  metricsService: (server: string) => `${server}-metrics`,
  apiKeySecret: (server: string) => `${server}-api-key`,
  agentsConfigMap: (server: string, shard: number) => `${server}-agents-${shard}`,
  configMap: (server: string, hash: string) => `${server}-config-${hash}`,
} as const;

/** Whether a ConfigMap of a server is one of those that hold its agents. */
export function isAgentsConfigMap(name: string): boolean {
  return /-agents-\d$/.test(name);
}

/** Labels of everything that belongs to a server. */
export function labels(server: string): Record<string, string> {
  return {
    ...selectorLabels(server),
    'app.kubernetes.io/component': 'runtime',
    'app.kubernetes.io/part-of': 'a2a-operator',
    [MANAGED_BY_LABEL]: MANAGED_BY,
  };
}

/** What selects a server's pods; a Deployment's selector can never change, so neither can these. */
export function selectorLabels(server: string): Record<string, string> {
  return { 'app.kubernetes.io/name': 'a2a-server', [INSTANCE_LABEL]: server };
}

/** The ConfigMap that holds an agent's file, 0 … AGENT_SHARDS − 1. */
export function agentShard(agentName: string): number {
  return createHash('sha256').update(agentName).digest().readUInt8(0) % AGENT_SHARDS;
}
