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
import { itself, owningServer, podServer, triggers } from './reconcile/triggers.ts';
import type { Trigger } from './reconcile/triggers.ts';

/** A reflector for everything that the reconcilers read; satisfies their `Caches`. */
export interface Reflectors {
  servers: Reflector<A2AServer>;
  agents: Reflector<AgentDefinition>;
  deployments: Reflector<Deployment>;
  replicaSets: Reflector<ReplicaSet>;
  pods: Reflector<Pod>;
  secrets: Reflector;
  configMapMetadata: Reflector;
  children: readonly Reflector[];
}

export function createReflectors(transport: Transport, log: Logger): Reflectors {
  const labelSelector = `${MANAGED_BY_LABEL}=${MANAGED_BY}`;
  const reflect = <T extends KubeObject>(options: ReflectorOptions): Reflector<T> =>
    new Reflector<T>(options, {
      transport,
      random: Math.random,
      log: (message, error) => {
        log.warn(message, errorFields(error));
      },
      pause: (ms, signal) => pauseFor(ms, undefined, { signal }).catch(() => undefined),
    });
  const deployments = reflect<Deployment>({ kind: KINDS.Deployment, labelSelector });
  const secrets = reflect({ kind: KINDS.Secret, metadataOnly: true });
  const known = new Map<unknown, Reflector>([
    [KINDS.Deployment, deployments],
    [KINDS.Secret, secrets],
  ]);
  return {
    servers: reflect({ kind: KINDS.A2AServer }),
    agents: reflect({ kind: KINDS.AgentDefinition }),
    deployments,
    replicaSets: reflect({ kind: KINDS.ReplicaSet, labelSelector }),
    pods: reflect({ kind: KINDS.Pod, labelSelector }),
    secrets,
    configMapMetadata: reflect({ kind: KINDS.ConfigMap, metadataOnly: true }),
    children: CHILD_KINDS.map((kind) => known.get(kind) ?? reflect({ kind, labelSelector })),
  };
}

/** Every reflector once. */
export function allReflectors({ children, ...others }: Reflectors): Reflector[] {
  return [...new Set([...(Object.values(others) as Reflector[]), ...children])];
}

/** Connects every watch with the queues of those whom a change concerns. */
export function connect(reflectors: Reflectors, servers: Queue, agents: Queue): void {
  const related = triggers(reflectors);
  const wake = (queue: Queue, reflector: Pick<Reflector, 'onChange'>, trigger: Trigger): void => {
    reflector.onChange((changed) => {
      for (const key of trigger(changed)) queue.add(key);
    });
  };
  wake(servers, reflectors.servers, itself);
  wake(servers, reflectors.agents, related.serversOfAgent);
  wake(servers, reflectors.secrets, related.serversOfSecret);
  wake(servers, reflectors.configMapMetadata, related.serversOfConfigMap);
  wake(servers, reflectors.pods, podServer);
  for (const child of reflectors.children) wake(servers, child, owningServer);
  wake(agents, reflectors.agents, itself);
  wake(agents, reflectors.servers, related.agentsOfServer);
  wake(agents, reflectors.configMapMetadata, related.agentsOfConfigMap);
}
