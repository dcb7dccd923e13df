import { GROUP_VERSION } from '../api/a2aserver.ts';
import type { KubeObject } from '../api/object.ts';
import type { Kind } from './port.ts';

const kind = (apiVersion: string, name: string, plural: string): Kind => ({
  apiVersion,
  kind: name,
  plural,
});

/** Every Kind that the operator watches, or writes as a server's child. */
export const KINDS = {
  A2AServer: kind(GROUP_VERSION, 'A2AServer', 'a2aservers'),
  AgentDefinition: kind(GROUP_VERSION, 'AgentDefinition', 'agentdefinitions'),
  ConfigMap: kind('v1', 'ConfigMap', 'configmaps'),
  Secret: kind('v1', 'Secret', 'secrets'),
  Service: kind('v1', 'Service', 'services'),
  ServiceAccount: kind('v1', 'ServiceAccount', 'serviceaccounts'),
  Pod: kind('v1', 'Pod', 'pods'),
  Deployment: kind('apps/v1', 'Deployment', 'deployments'),
  ReplicaSet: kind('apps/v1', 'ReplicaSet', 'replicasets'),
  Ingress: kind('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  NetworkPolicy: kind('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  PodDisruptionBudget: kind('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets'),
} as const;

/** What a server may own. Secrets among them are watched as metadata only. */
export const CHILD_KINDS: readonly Kind[] = [
  KINDS.ConfigMap,
  KINDS.Secret,
  KINDS.Service,
  KINDS.ServiceAccount,
  KINDS.PodDisruptionBudget,
  KINDS.NetworkPolicy,
  KINDS.Deployment,
  KINDS.Ingress,
];

/** The Kind of an object. Throws for a Kind that the operator does not know: a bug, not bad input. */
export function kindOf(object: KubeObject): Kind {
  const found = Object.values(KINDS).find(
    (known) => known.kind === object.kind && known.apiVersion === object.apiVersion,
  );
  if (found === undefined) throw new Error(`unknown Kind ${object.apiVersion} ${object.kind}`);
  return found;
}

/** Path of a Kind's collection, in one namespace or in all of them. */
export function collectionPath({ apiVersion, plural }: Kind, namespace?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  return `${root}${scope}/${plural}`;
}

/** Path of one object. */
export function objectPath(kindOfObject: Kind, namespace: string, name: string): string {
  return `${collectionPath(kindOfObject, namespace)}/${encodeURIComponent(name)}`;
}
