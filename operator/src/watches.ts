import { setTimeout as pauseFor } from 'node:timers/promises';
import type { A2AServer } from './api/a2aserver.ts';
import type { AgentDefinition } from './api/agentdefinition.ts';
import type { KubeObject } from './api/object.ts';
import type { Queue } from './controller/queue.ts';
import { CHILD_KINDS, KINDS } from './kube/kinds.ts';
import { Reflector } from './kube/reflector.ts';
import type { ReflectorOptions } from './kube/reflector.ts';
import type { Transport } from './kube/transport.ts';
import { MANAGED_BY, MANAGED_BY_LABEL } from './names.ts';
import { errorFields } from './ops/log.ts';
import type { Logger } from './ops/log.ts';
import type { Deployment, Pod, ReplicaSet } from './reconcile/caches.ts';
import { agentIndexes, childIndexes, serverIndexes } from './reconcile/indexes.ts';
import { keptOfPod, keptOfReplicaSet, keptOfService } from './reconcile/kept.ts';
import {
  itself,
  owningServer,
  serverOfDeployment,
  serverOfPod,
  serverOfReplicaSet,
  serversOfHost,
  triggers,
} from './reconcile/triggers.ts';
import type { Trigger } from './reconcile/triggers.ts';
import type { ServiceView } from './resources/service-passage.ts';

/** A reflector for everything that the reconcilers read; satisfies their `Caches`. */
export interface Reflectors {
  servers: Reflector<A2AServer>;
  agents: Reflector<AgentDefinition>;
  deployments: Reflector<Deployment>;
  replicaSets: Reflector<ReplicaSet>;
  pods: Reflector<Pod>;
  secrets: Reflector;
  configMapMetadata: Reflector;
  services: Reflector<ServiceView>;
  /** Kinds that a server may own, without Deployments and Secrets. */
  otherChildren: readonly Reflector[];
  children: readonly Reflector[];
}

interface Dependencies {
  transport: Transport;
  log: Logger;
  /** Resolves after everything else that can go on has had its turn. */
  turn: () => Promise<void>;
  /** Only this namespace; all of them when absent. */
  namespace?: string;
}

export function createReflectors({ transport, log, turn, namespace }: Dependencies): Reflectors {
  const ours = `${MANAGED_BY_LABEL}=${MANAGED_BY}`;
  const reflect = <T extends KubeObject>(options: ReflectorOptions<T>): Reflector<T> =>
    new Reflector<T>(
      { ...options, ...(namespace !== undefined && { namespace }) },
      {
        transport,
        random: Math.random,
        log: (message, error) => {
          log.warn(message, errorFields(error));
        },
        pause: (ms, signal) => pauseFor(ms, undefined, { signal }).catch(() => undefined),
        turn,
      },
    );
  const child = { labelSelector: ours, indexes: childIndexes };
  const deployments = reflect<Deployment>({ kind: KINDS.Deployment, ...child });
  const secrets = reflect({ kind: KINDS.Secret, metadataOnly: true, indexes: childIndexes });
  const otherChildren = CHILD_KINDS.filter(
    (kind) => kind !== KINDS.Deployment && kind !== KINDS.Secret,
  ).map((kind) => reflect({ kind, ...child }));
  return {
    servers: reflect<A2AServer>({ kind: KINDS.A2AServer, indexes: serverIndexes }),
    agents: reflect<AgentDefinition>({ kind: KINDS.AgentDefinition, indexes: agentIndexes }),
    deployments,
    replicaSets: reflect<ReplicaSet>({ kind: KINDS.ReplicaSet, ...child, keep: keptOfReplicaSet }),
    pods: reflect<Pod>({ kind: KINDS.Pod, ...child, keep: keptOfPod }),
    secrets,
    configMapMetadata: reflect({
      kind: KINDS.ConfigMap,
      metadataOnly: true,
      labelSelector: `${MANAGED_BY_LABEL}!=${MANAGED_BY}`,
    }),
    services: reflect<ServiceView>({ kind: KINDS.Service, keep: keptOfService }),
    otherChildren,
    children: [deployments, secrets, ...otherChildren],
  };
}

/** Every reflector once. */
export function allReflectors({ otherChildren, children, ...single }: Reflectors): Reflector[] {
  return [...new Set([...(Object.values(single) as Reflector[]), ...otherChildren, ...children])];
}

/** A rollout comes as a burst of small changes; one look sees them all. */
const BURST_MS = 100;

/** Connects every watch with the queues of those whom a change concerns. */
export function connect(reflectors: Reflectors, servers: Queue, agents: Queue): void {
  const related = triggers(reflectors);
  const wake = <T extends KubeObject>(
    queue: Queue,
    reflector: Pick<Reflector<T>, 'onChange'>,
    trigger: Trigger<T>,
  ): void => {
    reflector.onChange((change) => {
      for (const key of trigger(change)) queue.add(key, change.replayed ? 'low' : 'normal');
    });
  };
  const wakeLater = <T extends KubeObject>(
    reflector: Pick<Reflector<T>, 'onChange'>,
    trigger: Trigger<T>,
  ): void => {
    reflector.onChange((change) => {
      for (const key of trigger(change))
        servers.addAfter(key, BURST_MS, change.replayed ? 'low' : 'normal');
    });
  };
  wake(servers, reflectors.servers, itself);
  wake(servers, reflectors.servers, serversOfHost(reflectors.servers));
  wake(servers, reflectors.agents, related.serversOfAgent);
  wake(servers, reflectors.configMapMetadata, related.serversOfConfigMap);
  wake(servers, reflectors.secrets, related.serversOfSecret);
  wake(servers, reflectors.secrets, owningServer);
  wake(servers, reflectors.services, related.serversOfService);
  wakeLater(reflectors.deployments, serverOfDeployment);
  wakeLater(reflectors.replicaSets, serverOfReplicaSet);
  wakeLater(reflectors.pods, serverOfPod);
  for (const child of reflectors.otherChildren) wake(servers, child, owningServer);
  wake(agents, reflectors.agents, itself);
  wake(agents, reflectors.servers, related.agentsOfServer);
  wake(agents, reflectors.configMapMetadata, related.agentsOfConfigMap);
  wake(agents, reflectors.secrets, related.agentsOfSecret);
}
