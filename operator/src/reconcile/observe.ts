import type { A2AServer } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import type { KubeObject, ObjectRef } from '../api/object.ts';
import { childNames, isAgentsConfigMap } from '../names.ts';
import { declaredEndpoints } from '../resources/egress-destinations.ts';
import type { Endpoints } from '../resources/egress-destinations.ts';
import { mountedSecrets } from '../resources/granted-secrets.ts';
import { endpointsIn } from '../resources/runtime-config-map.ts';
import { secretMounts } from '../resources/secret-mounts.ts';
import { contentHash } from '../resources/server-object.ts';
import type { ServiceView } from '../resources/service-passage.ts';
import { referencedServices } from '../resources/service-reference.ts';
import { selectAgents } from './agent-selection.ts';
import type { Cache } from '../kube/port.ts';
import type { Caches, ConfigMap, Deployment, Pod, ReplicaSet } from './caches.ts';
import type { ConfigMapTexts, Texts } from './config-map-texts.ts';
import { hostHolder } from './host-holder.ts';
import { settingsOf } from './pod-settings.ts';

/** Everything that a reconcile of a server looks at; nothing is read again later. */
export interface Observed {
  server: A2AServer;
  /** Hosted agents, sorted by name. */
  agents: AgentDefinition[];
  /** Agents that the server names and that do not exist. */
  missingAgents: string[];
  texts: Texts;
  /** Agent files as the pods have them now. */
  previousFiles: Record<string, string>;
  /** The server's children, by our ownership. */
  owned: KubeObject[];
  deployment: Deployment | undefined;
  replicaSets: readonly ReplicaSet[];
  pods: Pod[];
  /** Secrets that the spec refers to and that do not exist. */
  missingSecrets: { field: string; name: string }[];
  /** The server that has the spec's Ingress host, when it is another one. */
  hostHolder: ObjectRef | undefined;
  /** Changes with every Secret that the pods mount; what is in them is not known. */
  secretsVersion: string;
  /** What pods were started with that are still there. */
  running: Endpoints[];
  /** Services that exist, of those that the hosts of the spec and of those pods may mean. */
  services: ServiceView[];
}

/** Reads the world around a server; undefined when it is gone or on its way out. */
export async function observe(
  ref: ObjectRef,
  caches: Caches,
  texts: ConfigMapTexts,
): Promise<Observed | undefined> {
  const server = caches.servers.get(ref);
  if (server === undefined || server.metadata.deletionTimestamp !== undefined) return undefined;
  const { agents, missing } = selectAgents(server, candidates(server, caches));
  const owned = caches.children.flatMap((cache) => cache.by('owner', server.metadata.uid));
  const deployment = deploymentOf(owned);
  const replicaSets = ownedBy(caches.replicaSets, deployment);
  const running = runningEndpoints(owned, replicaSets, caches);
  return {
    server,
    agents,
    missingAgents: missing,
    texts: await texts.of(ref.namespace, agents),
    previousFiles: agentFilesOf(owned),
    owned,
    deployment,
    replicaSets,
    pods: replicaSets.flatMap((replicaSet) => ownedBy(caches.pods, replicaSet)),
    missingSecrets: missingSecrets(server, caches),
    hostHolder: hostHolder(server, caches)?.metadata,
    secretsVersion: secretsVersion(server, caches),
    running,
    services: referencedServices(server, [declaredEndpoints(server), ...running]).flatMap(
      (one) => caches.services.get(one) ?? [],
    ),
  };
}

/** A server's Deployment among what it owns. */
export function deploymentOf(owned: readonly KubeObject[]): Deployment | undefined {
  return owned.find(({ kind }) => kind === 'Deployment');
}

function ownedBy<T extends KubeObject>(
  cache: Cache<T>,
  owner: KubeObject | undefined,
): readonly T[] {
  return owner?.metadata.uid === undefined ? [] : cache.by('owner', owner.metadata.uid);
}

/** By the settings of the ReplicaSets that have pods, those that are ending included. */
function runningEndpoints(
  owned: readonly KubeObject[],
  replicaSets: readonly ReplicaSet[],
  { pods }: Caches,
): Endpoints[] {
  const settings = replicaSets
    .filter((replicaSet) => ownedBy(pods, replicaSet).length > 0)
    .flatMap(settingsOf);
  return owned
    .filter(({ kind, metadata }) => kind === 'ConfigMap' && settings.includes(metadata.name))
    .map((configMap) => endpointsIn((configMap as ConfigMap).data ?? {}));
}

/** With a selector every agent of the namespace has to be looked at, else only those that are named. */
function candidates({ metadata, spec }: A2AServer, { agents }: Caches): readonly AgentDefinition[] {
  const { namespace } = metadata;
  const { names } = spec.agents;
  if (names === undefined) return agents.list(namespace);
  return names.flatMap((name) => agents.get({ namespace, name }) ?? []);
}

/** What a server's agents ConfigMaps hold, by file name. */
export function agentFilesOf(owned: readonly KubeObject[]): Record<string, string> {
  const shards = owned.filter(
    ({ kind, metadata }) => kind === 'ConfigMap' && isAgentsConfigMap(metadata.name),
  );
  return Object.assign({}, ...shards.map((shard) => (shard as ConfigMap).data ?? {})) as Record<
    string,
    string
  >;
}

function missingSecrets(server: A2AServer, { secrets }: Caches): { field: string; name: string }[] {
  const { name, namespace } = server.metadata;
  return secretMounts(server)
    .filter(({ secretName }) => secretName !== childNames.apiKeySecret(name))
    .filter(({ secretName }) => secrets.get({ namespace, name: secretName }) === undefined)
    .map(({ field, secretName }) => ({ field, name: secretName }));
}

function secretsVersion(server: A2AServer, { secrets }: Caches): string {
  const { namespace } = server.metadata;
  const versions = mountedSecrets(server).map((name) => {
    const { uid = '', resourceVersion = '' } = secrets.get({ namespace, name })?.metadata ?? {};
    return [name, uid, resourceVersion];
  });
  return contentHash(versions);
}
