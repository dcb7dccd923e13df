import { expect, it } from '@jest/globals';
import { keptOfPod, keptOfReplicaSet, keptOfService } from './kept.ts';

const metadata = {
  name: 'demo-1',
  namespace: 'team',
  uid: 'u',
  resourceVersion: '5',
  labels: { a: 'b' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'demo', uid: 'r' }],
};
const noisy = { ...metadata, annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } };

it('keeps of a pod whose it is, and what tells how it is', () => {
  const seen = {
    phase: 'Running',
    podIP: '10.0.0.1',
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [
      { name: 'c', image: 'i', imageID: '', ready: true, restartCount: 0, lastState: {} },
    ],
  };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: noisy,
    spec: { containers: [{ name: 'runtime' }] },
    status: { ...seen, hostIP: '10.0.0.2', startTime: new Date(0) },
  };
  expect(keptOfPod(pod)).toStrictEqual({ apiVersion: 'v1', kind: 'Pod', metadata, status: seen });
  expect(pod.metadata).toBe(noisy);
  expect(noisy).toHaveProperty('annotations');
});

it('keeps nothing of a pod that has no status yet', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata };
  expect(keptOfPod(pod)).toStrictEqual({ ...pod, status: {} });
});

it('keeps of a ReplicaSet whose it is, and which Secrets and ConfigMaps its pods need to start', () => {
  const envFrom = [{ configMapRef: { name: 'demo-config-1' } }];
  const secret = { name: 'key', secret: { secretName: 'demo-api-key' } };
  const replicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: noisy,
    spec: {
      replicas: 3,
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: {
          containers: [
            { name: 'runtime', image: 'i', envFrom, env: [{ name: 'X' }] },
            { name: 'plain' },
          ],
          volumes: [secret, { name: 'tmp', emptyDir: {} }],
        },
      },
    },
    status: { replicas: 3 },
  };
  expect(keptOfReplicaSet(replicaSet)).toStrictEqual({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata,
    spec: {
      selector: {},
      template: {
        spec: {
          containers: [
            { name: 'runtime', envFrom },
            { name: 'plain', envFrom: [] },
          ],
          volumes: [secret],
        },
      },
    },
  });
});

it('survives a ReplicaSet without a template', () => {
  const replicaSet = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata };
  expect(keptOfReplicaSet(replicaSet).spec?.template?.spec).toEqual({
    containers: [],
    volumes: [],
  });
});

it('keeps of a Service what tells where traffic to it ends', () => {
  const ends = { type: 'ClusterIP', selector: { app: 'redis' } };
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: noisy,
    spec: {
      ...ends,
      clusterIP: '10.96.0.7',
      ipFamilies: ['IPv4'],
      ports: [
        { name: 'redis', port: 6379, protocol: 'TCP', targetPort: 'redis', nodePort: 30_000 },
        { port: 80 },
      ],
    },
  };
  const { name, namespace, uid, resourceVersion } = metadata;
  expect(keptOfService(service)).toStrictEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, uid, resourceVersion },
    spec: { ...ends, ports: [{ port: 6379, protocol: 'TCP', targetPort: 'redis' }, { port: 80 }] },
  });
});

it('keeps of a Service that nobody translates, and that stands for another host, that it does', () => {
  const spec = { type: 'ExternalName', clusterIP: 'None', externalName: 'redis.example.com' };
  const service = { apiVersion: 'v1', kind: 'Service', metadata, spec };
  expect(keptOfService(service).spec).toStrictEqual(spec);
});
