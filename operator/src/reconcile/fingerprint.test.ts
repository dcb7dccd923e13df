import { describe, expect, it } from '@jest/globals';
import { aServer, anAgent } from '../../test/builders.ts';
import type { KubeObject } from '../api/object.ts';
import { fingerprint } from './fingerprint.ts';
import type { Observed } from './observe.ts';

const object = (kind: string, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name: 'demo',
    uid: `uid-of-${kind}`,
    resourceVersion: '1',
    ...(kind === 'Deployment' && { generation: 1 }),
    ...metadata,
  },
});
const service = object('Service');
const deployment = object('Deployment');
const BEFORE = {
  server: aServer(),
  agents: [anAgent()],
  missingAgents: [],
  texts: { textOf: () => undefined, versions: ['u@1'] },
  previousFiles: {},
  owned: [service, deployment],
  deployment: undefined,
  replicaSets: [object('ReplicaSet')],
  pods: [],
  missingSecrets: [],
  hostHolder: undefined,
  secretsVersion: '',
  services: [{ metadata: { uid: 's' }, spec: { ports: [{ port: 1 }] } }],
} as unknown as Observed;

describe('what decides what has to be applied', () => {
  it.each<{ reason: string; change: Partial<Record<keyof Observed, unknown>>; same: boolean }>([
    { reason: 'nothing', change: {}, same: true },
    { reason: 'pods come and go', change: { pods: [object('Pod')] }, same: true },
    {
      reason: 'the version of the Deployment, which changes with every pod',
      change: { owned: [service, object('Deployment', { resourceVersion: '2' })] },
      same: true,
    },
    {
      reason: 'the status of the server',
      change: { server: { ...aServer({}, { resourceVersion: '9' }), status: { replicas: 2 } } },
      same: true,
    },
    {
      reason: 'the spec of the server',
      change: { server: aServer({}, { generation: 2 }) },
      same: false,
    },
    {
      reason: 'another server of the name',
      change: { server: aServer({}, { uid: 'o' }) },
      same: false,
    },
    {
      reason: 'the spec of an agent',
      change: { agents: [anAgent({}, { generation: 2 })] },
      same: false,
    },
    {
      reason: 'another agent of the name',
      change: { agents: [anAgent({}, { uid: 'o' })] },
      same: false,
    },
    { reason: 'an agent less', change: { agents: [] }, same: false },
    { reason: 'an agent that is missing', change: { missingAgents: ['a'] }, same: false },
    { reason: 'a text', change: { texts: { versions: ['u@2'] } }, same: false },
    {
      reason: 'somebody edited a child',
      change: { owned: [object('Service', { resourceVersion: '2' }), deployment] },
      same: false,
    },
    {
      reason: 'somebody edited the Deployment',
      change: { owned: [service, object('Deployment', { generation: 2 })] },
      same: false,
    },
    {
      reason: 'somebody edited the labels of the Deployment, which have no generation',
      change: { owned: [service, object('Deployment', { labels: { a: 'b' } })] },
      same: false,
    },
    {
      reason: 'somebody edited the hash of what was applied',
      change: { owned: [service, object('Deployment', { annotations: { a: 'b' } })] },
      same: false,
    },
    {
      reason: 'the deployment controller numbers a rollout',
      change: {
        owned: [
          service,
          object('Deployment', { annotations: { 'deployment.kubernetes.io/revision': '2' } }),
        ],
      },
      same: true,
    },
    { reason: 'the order of the children', change: { owned: [deployment, service] }, same: true },
    { reason: 'a child is gone', change: { owned: [deployment] }, same: false },
    {
      reason: 'a child was replaced',
      change: { owned: [object('Service', { uid: 'other' }), deployment] },
      same: false,
    },
    { reason: 'ReplicaSets come and go', change: { replicaSets: [] }, same: true },
    {
      reason: 'a Secret is missing',
      change: { missingSecrets: [{ field: 'spec.x', name: 's' }] },
      same: false,
    },
    {
      reason: 'another server has the host',
      change: { hostHolder: { namespace: 'other', name: 'older' } },
      same: false,
    },
    {
      reason: 'a Service that the spec refers to is gone',
      change: { services: [] },
      same: false,
    },
    {
      reason: 'the ports of a Service that the spec refers to',
      change: { services: [{ metadata: { uid: 's' }, spec: { ports: [{ port: 2 }] } }] },
      same: false,
    },
  ])('stays the same: $same; $reason', ({ change, same }) => {
    const after = { ...BEFORE, ...change } as Observed;
    expect(fingerprint(after) === fingerprint(BEFORE)).toBe(same);
  });
});
