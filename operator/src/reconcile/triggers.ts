import { isDeepStrictEqual } from 'node:util';
import type { A2AServer } from '../api/a2aserver.ts';
import { A2A_SERVER_KIND } from '../api/a2aserver.ts';
import type { AgentDefinition } from '../api/agentdefinition.ts';
import { keyOf } from '../api/object.ts';
import type { KubeObject } from '../api/object.ts';
import type { Change } from '../kube/port.ts';
import { INSTANCE_LABEL } from '../names.ts';
import type { ServiceView } from '../resources/service-passage.ts';
import { hosts } from './agent-selection.ts';
import type { Caches, Deployment, Pod } from './caches.ts';
import { hostKey } from './host-holder.ts';
import { siblingKey } from './indexes.ts';
import { controllerOf } from './ownership.ts';
import { isPodReady, isRunning } from './pod-reports.ts';
import { podProblem } from './pod-problem.ts';
import { countsOf, refusedPods } from './rollout.ts';
import { saysScaledToZero } from './server-status.ts';

/** Keys of the objects that a change concerns: nobody else is woken. */
export type Trigger<T extends KubeObject = KubeObject> = (change: Change<T>) => readonly string[];

/** The object itself, unless the change is our own. */
export const itself: Trigger = ({ object, own }) => (own ? [] : [keyOf(object.metadata)]);

/**
 * The server that owns the object, unless the change is our own. One that somebody took away from a server
 * keeps the server's label, and its name is free when it goes.
 */
export const owningServer: Trigger = (change) => {
  const { object, previous, own, deleted } = change;
  if (own) return [];
  const owners = [object, previous].flatMap((version) => version && controllerOf(version));
  const owning = owners.flatMap((owner) =>
    owner?.kind === A2A_SERVER_KIND ? [siblingKey(object, owner.name)] : [],
  );
  return [...new Set(deleted ? [...owning, ...labelledServer(change)] : owning)];
};

/** The server that owns a Deployment, when its spec or what a rollout is judged by has changed. */
export const serverOfDeployment: Trigger<Deployment> = (change) =>
  isUnchanged(change, (deployment) => [
    // The generation stands for the spec.
    { ...deployment.metadata, resourceVersion: '' },
    countsOf(deployment),
    refusedPods(deployment),
  ])
    ? []
    : owningServer(change);

/** The server whose pods these are, when something has changed that its status shows. */
export const serverOfPod: Trigger<Pod> = (change) =>
  isUnchanged(change, (pod) => [
    isRunning(pod),
    isPodReady(pod),
    podProblem(pod) ?? '',
    pod.status?.podIP ?? '',
  ])
    ? []
    : labelledServer(change);

/** The server whose ReplicaSet came or went: its pods are found by it, and what it uses is kept. */
export const serverOfReplicaSet: Trigger = (change) =>
  isExistence(change) ? labelledServer(change) : [];

/** Triggers that need to look around. */
export function triggers({ servers, agents }: Pick<Caches, 'servers' | 'agents'>): {
  serversOfAgent: Trigger<AgentDefinition>;
  agentsOfServer: Trigger<A2AServer>;
  serversOfSecret: Trigger;
  serversOfService: Trigger<ServiceView>;
  serversOfConfigMap: Trigger;
  agentsOfConfigMap: Trigger;
  agentsOfSecret: Trigger;
} {
  const hosting = (agent: AgentDefinition): A2AServer[] => [
    ...servers.by('agent', keyOf(agent.metadata)),
    ...servers.by('selecting', agent.metadata.namespace).filter((server) => hosts(server, agent)),
  ];
  const hostedBy = (server: A2AServer): string[] =>
    server.spec.agents.names?.map((name) => siblingKey(server, name)) ??
    keys(agents.list(server.metadata.namespace).filter((agent) => hosts(server, agent)));
  const reading = ({ metadata }: KubeObject): readonly AgentDefinition[] =>
    agents.by('configMap', keyOf(metadata));
  return {
    serversOfAgent: (change) => {
      if (
        isUnchanged(change, ({ metadata }) => [metadata.uid, metadata.generation, metadata.labels])
      ) {
        return [];
      }
      return keys([change.object, change.previous].flatMap((agent) => agent && hosting(agent)));
    },
    agentsOfServer: (change) => {
      if (
        isUnchanged(change, ({ spec, status = {} }) => [
          [spec.agents, spec.secrets],
          [status.agents, saysScaledToZero(status)],
        ])
      ) {
        return [];
      }
      const { object, previous } = change;
      const hosted = [object, previous].flatMap((server) => (server ? hostedBy(server) : []));
      return [...new Set([...hosted, ...keys(agents.by('server', keyOf(object.metadata)))])];
    },
    // Their values reach the pods without the operator, but kubelets are told to look.
    serversOfSecret: (change) =>
      isUnchanged(change, ({ metadata }) => [metadata.uid, metadata.resourceVersion])
        ? []
        : keys(servers.by('secret', keyOf(change.object.metadata))),
    serversOfService: (change) =>
      isUnchanged(change, ({ metadata, spec }) => [metadata.uid, spec])
        ? []
        : keys(servers.by('service', keyOf(change.object.metadata))),
    serversOfConfigMap: ({ object }) => keys(reading(object).flatMap(hosting)),
    agentsOfConfigMap: ({ object }) => keys(reading(object)),
    // Whether its key is there is for the pods to say, who can look.
    agentsOfSecret: (change) =>
      isExistence(change) ? keys(agents.by('secret', keyOf(change.object.metadata))) : [],
  };
}

/** Servers that want the host of another one: they get it when that one goes, or takes another host. */
export function serversOfHost(servers: Pick<Caches['servers'], 'by'>): Trigger<A2AServer> {
  return (change) => {
    if (isUnchanged(change, (server) => [hostKey(server), server.metadata.deletionTimestamp])) {
      return [];
    }
    const hosts = [change.object, change.previous].flatMap((one) => (one && hostKey(one)) ?? []);
    const rivals = keys(hosts.flatMap((host) => servers.by('host', host)));
    return rivals.filter((key) => key !== keyOf(change.object.metadata));
  };
}

/** Whether a change leaves alone what is looked at. */
function isUnchanged<T extends KubeObject>(
  { object, previous, deleted }: Change<T>,
  view: (object: T) => unknown,
): boolean {
  if (deleted || previous === undefined) return false;
  return isDeepStrictEqual(view(previous), view(object));
}

function isExistence({ object, previous, deleted }: Change): boolean {
  return deleted || previous?.metadata.uid !== object.metadata.uid;
}

function labelledServer({ object }: Change): string[] {
  const name = object.metadata.labels?.[INSTANCE_LABEL];
  return name === undefined ? [] : [siblingKey(object, name)];
}

function keys(objects: readonly (KubeObject | undefined)[]): string[] {
  return [...new Set(objects.flatMap((object) => (object ? [keyOf(object.metadata)] : [])))];
}
