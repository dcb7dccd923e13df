import { GROUP_VERSION, NAMESPACE } from './manifests.ts';
import type { KubeObject } from './api.ts';

/** Plural and place of the Kinds that the bench handles. */
const PLURALS: Readonly<Record<string, string>> = {
  A2AServer: 'a2aservers',
  AgentDefinition: 'agentdefinitions',
  ServiceAccount: 'serviceaccounts',
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  Service: 'services',
  PodDisruptionBudget: 'poddisruptionbudgets',
  Deployment: 'deployments',
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
  Pod: 'pods',
};

/** Kinds of what a server owns, in an order in which they can be applied. */
export const CHILD_KINDS: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['v1', 'ServiceAccount'],
  ['v1', 'Secret'],
  ['v1', 'ConfigMap'],
  ['v1', 'Service'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['apps/v1', 'Deployment'],
  ['networking.k8s.io/v1', 'Ingress'],
];

/** What marks the operator's objects, as a query. */
export const MANAGED = `labelSelector=${encodeURIComponent('app.kubernetes.io/managed-by=a2a-operator')}`;
export const INSTANCE_LABEL = 'app.kubernetes.io/instance';

/** Path of a Kind's objects in the bench's namespace. */
export function collectionPath(apiVersion: string, kind: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return `${root}/namespaces/${NAMESPACE}/${PLURALS[kind] ?? ''}`;
}

export const serversPath = collectionPath(GROUP_VERSION, 'A2AServer');
export const agentsPath = collectionPath(GROUP_VERSION, 'AgentDefinition');

/** Path of one object, which may not exist yet. */
export function objectPath({ apiVersion, kind, metadata }: KubeObject): string {
  return `${collectionPath(apiVersion, kind)}/${metadata.name}`;
}
