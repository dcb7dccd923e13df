import { setTimeout as pauseFor } from 'node:timers/promises';
import type { KubeObject } from './api/object.ts';
import type { Queue } from './controller/queue.ts';
import { KINDS } from './kube/kinds.ts';
import { Reflector } from './kube/reflector.ts';
import type { ReflectorOptions } from './kube/reflector.ts';
import type { Transport } from './kube/transport.ts';
import { MANAGED_BY, MANAGED_BY_LABEL } from './names.ts';
import type { Logger } from './ops/log.ts';
import { errorFields } from './ops/log.ts';
import type { Caches } from './reconcile/caches.ts';
import { itself, owningServer, podServer, triggers } from './reconcile/triggers.ts';
import type { Trigger } from './reconcile/triggers.ts';

type Reflectors = {
  [Name in keyof Caches]: Reflector<NonNullable<ReturnType<Caches[Name]['get']>>>;
};

/** A reflector for everything that the reconcilers read. */
export function createReflectors(transport: Transport, log: Logger): Reflectors {
  const ours = `${MANAGED_BY_LABEL}=${MANAGED_BY}`;
  const reflect = <T extends KubeObject>(options: ReflectorOptions): Reflector<T> =>
    new Reflector<T>(options, {
      transport,
      random: Math.random,
      log: (message, error) => {
        log.warn(message, errorFields(error));
      },
      pause: (ms, signal) => pauseFor(ms, undefined, { signal }).catch(() => undefined),
    });
  return {
    servers: reflect({ kind: KINDS.A2AServer }),
    agents: reflect({ kind: KINDS.AgentDefinition }),
    deployments: reflect({ kind: KINDS.Deployment, labelSelector: ours }),
    replicaSets: reflect({ kind: KINDS.ReplicaSet, labelSelector: ours }),
    pods: reflect({ kind: KINDS.Pod, labelSelector: ours }),
    configMaps: reflect({ kind: KINDS.ConfigMap, labelSelector: ours }),
    services: reflect({ kind: KINDS.Service, labelSelector: ours }),
    serviceAccounts: reflect({ kind: KINDS.ServiceAccount, labelSelector: ours }),
    ingresses: reflect({ kind: KINDS.Ingress, labelSelector: ours }),
    podDisruptionBudgets: reflect({ kind: KINDS.PodDisruptionBudget, labelSelector: ours }),
    secrets: reflect({ kind: KINDS.Secret, metadataOnly: true }),
    configMapMetadata: reflect({ kind: KINDS.ConfigMap, metadataOnly: true }),
  };
}

/** Connects every watch with the queues of those whom a change concerns. */
export function connect(reflectors: Reflectors, servers: Queue, agents: Queue): void {
  const related = triggers(reflectors);
  const wake = (reflector: Reflector, queue: Queue, trigger: Trigger): void => {
    reflector.onChange((changed) => {
      for (const key of trigger(changed)) queue.add(key);
    });
  };
  wake(reflectors.servers, servers, itself);
  wake(reflectors.servers, agents, related.agentsOfServer);
  wake(reflectors.agents, agents, itself);
  wake(reflectors.agents, servers, related.serversOfAgent);
  wake(reflectors.secrets, servers, related.serversOfSecret);
  wake(reflectors.secrets, servers, owningServer);
  wake(reflectors.configMapMetadata, servers, related.serversOfConfigMap);
  wake(reflectors.configMapMetadata, agents, related.agentsOfConfigMap);
  wake(reflectors.pods, servers, podServer);
  const { deployments, configMaps, services, serviceAccounts, ingresses } = reflectors;
  const children = [deployments, configMaps, services, serviceAccounts, ingresses];
  for (const child of [...children, reflectors.podDisruptionBudgets]) {
    wake(child, servers, owningServer);
  }
}
