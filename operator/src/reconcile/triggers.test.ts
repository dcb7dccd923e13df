import { describe, expect, it } from '@jest/globals';
import { aServer } from '../../test/builders.ts';
import { change, gone } from '../../test/changes.ts';
import type { KubeObject } from '../api/object.ts';
import type { Deployment, Pod } from './caches.ts';
import {
  itself,
  owningServer,
  serverOfDeployment,
  serverOfPod,
  serverOfReplicaSet,
} from './triggers.ts';

const owned = (by: string, kind = 'A2AServer', controller = true): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'anything',
    namespace: 'team',
    uid: 'u',
    resourceVersion: '1',
    labels: { 'app.kubernetes.io/instance': 'demo' },
    ownerReferences: [{ apiVersion: 'x/v1', kind, name: by, uid: `uid-of-${by}`, controller }],
  },
});

describe('an object itself', () => {
  it.each([
    { reason: 'it is new', of: change(undefined, aServer()), wakes: ['team/demo'] },
    { reason: 'it has changed', of: change(aServer(), aServer()), wakes: ['team/demo'] },
    { reason: 'it is gone', of: gone(aServer()), wakes: ['team/demo'] },
    { reason: 'we wrote it', of: change(aServer(), aServer(), { own: true }), wakes: [] },
  ])('is woken: $reason', ({ of, wakes }) => {
    expect(itself(of)).toEqual(wakes);
  });
});

describe('the server that owns an object', () => {
  it.each([
    { reason: 'it is new', of: change(undefined, owned('demo')), wakes: ['team/demo'] },
    { reason: 'it is gone', of: gone(owned('demo')), wakes: ['team/demo'] },
    {
      reason: 'it was taken away from it, and is gone now: its name is free',
      of: gone(owned('another', 'Widget')),
      wakes: ['team/demo'],
    },
    {
      reason: 'it belongs to another one now',
      of: change(owned('old'), owned('new')),
      wakes: ['team/new', 'team/old'],
    },
    {
      reason: 'it belongs to nobody any more',
      of: change(owned('demo'), {
        ...owned('demo'),
        metadata: { name: 'anything', namespace: 'team' },
      }),
      wakes: ['team/demo'],
    },
    { reason: 'we wrote it', of: change(undefined, owned('demo'), { own: true }), wakes: [] },
    { reason: 'something else owns it', of: change(undefined, owned('demo', 'Widget')), wakes: [] },
    {
      reason: 'the server is an owner, but not the controller',
      of: change(undefined, owned('demo', 'A2AServer', false)),
      wakes: [],
    },
  ])('is woken: $reason', ({ of, wakes }) => {
    expect(owningServer(of)).toEqual(wakes);
  });
});

const COUNTS = { replicas: 2, readyReplicas: 1, observedGeneration: 1 };
const deployment = (metadata: object = {}, status: object = {}): Deployment => ({
  ...owned('demo'),
  metadata: { ...owned('demo').metadata, generation: 1, ...metadata },
  status: { ...COUNTS, ...status },
});
const refused = (message: string): Deployment =>
  deployment({}, { conditions: [{ type: 'ReplicaFailure', status: 'True', message }] });

describe('the server of a Deployment', () => {
  const before = deployment();
  it.each([
    { reason: 'it is new', of: change(undefined, before), wakes: true },
    { reason: 'it is gone', of: gone(before), wakes: true },
    { reason: 'its spec', of: change(before, deployment({ generation: 2 })), wakes: true },
    { reason: 'labels', of: change(before, deployment({ labels: {} })), wakes: true },
    {
      reason: 'annotations, which tell what was applied',
      of: change(before, deployment({ annotations: { a: 'b' } })),
      wakes: true,
    },
    { reason: 'a count', of: change(before, deployment({}, { readyReplicas: 2 })), wakes: true },
    {
      reason: 'a count that became zero, so that it is left out',
      of: change(before, { ...before, status: { replicas: 2, observedGeneration: 1 } }),
      wakes: true,
    },
    { reason: 'pods are refused', of: change(before, refused('quota')), wakes: true },
    {
      reason: 'pods are refused for another cause',
      of: change(refused('quota'), refused('account')),
      wakes: true,
    },
    {
      reason: 'only the version',
      of: change(before, deployment({ resourceVersion: '2' })),
      wakes: false,
    },
    {
      reason: 'a count that nothing is judged by',
      of: change(before, deployment({}, { unavailableReplicas: 1 })),
      wakes: false,
    },
    {
      reason: 'a condition that nothing is judged by',
      of: change(before, deployment({}, { conditions: [{ type: 'Progressing', status: 'True' }] })),
      wakes: false,
    },
    {
      reason: 'we changed its spec',
      of: change(before, deployment({ generation: 2 }), { own: true }),
      wakes: false,
    },
  ])('is woken: $wakes; $reason', ({ of, wakes }) => {
    expect(new Set(serverOfDeployment(of))).toEqual(new Set(wakes ? ['team/demo'] : []));
  });
});

const pod = (status: object = {}, metadata: object = {}): Pod => ({
  ...owned('rs', 'ReplicaSet'),
  kind: 'Pod',
  metadata: { ...owned('rs').metadata, ...metadata },
  status: { phase: 'Running', podIP: '10.0.0.1', ...status },
});
const conditions = (type: string, status = 'True', message = ''): object => ({
  conditions: [{ type, status, message }],
});

describe('the server of a pod', () => {
  it.each([
    { reason: 'it is new', of: change(undefined, pod()), wakes: true },
    { reason: 'it is gone', of: gone(pod()), wakes: true },
    { reason: 'it is ready', of: change(pod(), pod(conditions('Ready'))), wakes: true },
    {
      reason: 'it is ready no more',
      of: change(pod(conditions('Ready')), pod(conditions('Ready', 'False'))),
      wakes: true,
    },
    { reason: 'it runs', of: change(pod({ phase: 'Pending' }), pod()), wakes: true },
    { reason: 'it moved', of: change(pod(), pod({ podIP: '10.0.0.2' })), wakes: true },
    {
      reason: 'it is on its way out',
      of: change(pod(), pod({}, { deletionTimestamp: '2026-01-01T00:00:00Z' })),
      wakes: true,
    },
    {
      reason: 'it cannot be scheduled',
      of: change(pod(), pod(conditions('PodScheduled', 'False', 'no node'))),
      wakes: true,
    },
    {
      reason: 'a condition of no interest',
      of: change(pod(), pod(conditions('Initialized'))),
      wakes: false,
    },
    {
      reason: 'labels and version',
      of: change(pod(), pod({}, { resourceVersion: '2', annotations: { a: 'b' } })),
      wakes: false,
    },
    { reason: 'it is nobody’s', of: change(undefined, pod({}, { labels: {} })), wakes: false },
  ])('is woken: $wakes; $reason', ({ of, wakes }) => {
    expect(serverOfPod(of)).toEqual(wakes ? ['team/demo'] : []);
  });
});

describe('the server of a ReplicaSet', () => {
  const replicaSet = owned('demo', 'Deployment');
  const newer = { ...replicaSet, metadata: { ...replicaSet.metadata, resourceVersion: '2' } };
  const another = { ...replicaSet, metadata: { ...replicaSet.metadata, uid: 'other' } };
  it.each([
    { reason: 'it is new', of: change(undefined, replicaSet), wakes: true },
    { reason: 'it is gone', of: gone(replicaSet), wakes: true },
    { reason: 'it is another one of the name', of: change(replicaSet, another), wakes: true },
    { reason: 'its spec or counts', of: change(replicaSet, newer), wakes: false },
  ])('is woken: $wakes; $reason', ({ of, wakes }) => {
    expect(serverOfReplicaSet(of)).toEqual(wakes ? ['team/demo'] : []);
  });
});
