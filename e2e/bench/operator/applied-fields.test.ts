import { expect, test } from '@jest/globals';
import type { KubeObject } from './api.ts';
import { appliedFields } from './applied-fields.ts';

const live: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'a',
    namespace: 'bench',
    uid: 'u',
    resourceVersion: '7',
    labels: { ours: 'yes', theirs: 'yes' },
    ownerReferences: [{ kind: 'A2AServer', name: 'a', uid: 'o' }],
    managedFields: [
      { manager: 'a2a-operator', operation: 'Apply', subresource: 'status', fieldsV1: {} },
      { manager: 'somebody', operation: 'Apply', fieldsV1: { 'f:spec': {} } },
      {
        manager: 'a2a-operator',
        operation: 'Apply',
        fieldsV1: {
          'f:metadata': {
            'f:labels': { 'f:ours': {} },
            'f:ownerReferences': { 'k:{"uid":"o"}': {} },
          },
          'f:spec': {
            'f:ports': {
              'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} },
            },
            'f:selector': {},
            'f:finalizers': { 'v:"b"': {} },
          },
        },
      },
    ],
  },
  spec: {
    clusterIP: '10.96.0.7',
    finalizers: ['a', 'b'],
    ports: [
      { port: 80, protocol: 'TCP', targetPort: 80 },
      { port: 81, protocol: 'TCP' },
    ],
    selector: { app: 'a' },
  },
};

test('gives exactly the fields that were applied', () => {
  expect(appliedFields(live, 'a2a-operator')).toEqual({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'a',
      namespace: 'bench',
      labels: { ours: 'yes' },
      ownerReferences: [{ kind: 'A2AServer', name: 'a', uid: 'o' }],
    },
    spec: {
      finalizers: ['b'],
      ports: [{ port: 80, protocol: 'TCP' }],
      selector: { app: 'a' },
    },
  });
});

test('an object of which nothing was applied is no object of that manager', () => {
  expect(() => appliedFields(live, 'nobody')).toThrow('nobody has applied nothing of Service a');
});
