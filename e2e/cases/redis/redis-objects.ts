import { SMALL_POD } from '../manifests.ts';
import type { Manifest } from '../manifests.ts';

/** A way to run Redis, as far as it differs from the others. */
export interface RedisKind {
  name: string;
  replicas?: number;
  /** One container for each: what its shell runs, and the port that it listens on. */
  processes: { script: string; port: number }[];
}

/** A headless Service, so that members find each other by name, and pods of the restricted profile. */
export function redisObjects({ name, replicas = 1, processes }: RedisKind): Manifest[] {
  const labels = { redis: name };
  return [
    object('v1', 'Service', name, {
      clusterIP: 'None',
      publishNotReadyAddresses: true,
      selector: labels,
      ports: processes.map(({ port }) => ({ name: `port-${port}`, port })),
    }),
    object('apps/v1', 'StatefulSet', name, {
      serviceName: name,
      replicas,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 1,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 999,
            fsGroup: 999,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: processes.map(container),
          volumes: [
            { name: 'data', emptyDir: {} },
            { name: 'files', secret: { secretName: 'redis-files' } },
          ],
        },
      },
    }),
  ];
}

function container({ script, port }: RedisKind['processes'][number]): object {
  return {
    name: `redis-${port}`,
    image: 'redis:7-alpine',
    imagePullPolicy: 'IfNotPresent',
    // A shell, because some of them have to know the pod's address.
    command: ['sh', '-c', script],
    workingDir: '/data',
    env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    resources: SMALL_POD.resources,
    volumeMounts: [
      { name: 'data', mountPath: '/data' },
      { name: 'files', mountPath: '/files', readOnly: true },
    ],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
  };
}

function object(apiVersion: string, kind: string, name: string, spec: object): Manifest {
  return { apiVersion, kind, metadata: { name }, spec } as Manifest;
}
