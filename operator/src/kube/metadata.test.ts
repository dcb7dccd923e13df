import { expect, it } from '@jest/globals';
import { metadataOf } from './metadata.ts';

it('keeps nothing of a Secret that could hold its values', () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    data: { key: 'dmFsdWU=' },
    metadata: {
      name: 's',
      uid: 'u',
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"key":"dmFsdWU="}}',
        'a2a-operator.io/applied-hash': 'h',
      },
    },
  };
  expect(metadataOf(secret)).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', uid: 'u', annotations: { 'a2a-operator.io/applied-hash': 'h' } },
  });
});
