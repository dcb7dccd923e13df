import { describe, expect, it } from '@jest/globals';
import { comparable } from './state.ts';
import type { LiveObject } from './state.ts';

const service = (namespace: string, changes: Partial<LiveObject> = {}): LiveObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'demo',
    namespace,
    uid: `uid in ${namespace}`,
    resourceVersion: namespace,
    ownerReferences: [
      { apiVersion: 'v1', kind: 'A2AServer', name: 'demo', uid: 'gone', controller: true },
    ],
  },
  spec: { clusterIP: `address in ${namespace}`, ports: [{ port: 80 }] },
  ...changes,
});

describe('two states', () => {
  it('are equal when only what differs from run to run differs', () => {
    expect(comparable([service('one-x')], 'one-x')).toEqual(
      comparable([service('two-x')], 'two-x'),
    );
  });

  const cases: { reason: string; changes: Partial<LiveObject> }[] = [
    { reason: 'a field', changes: { spec: { ports: [{ port: 81 }] } } },
    { reason: 'an owner', changes: { metadata: { name: 'demo' } } },
    { reason: 'a label', changes: { metadata: { ...service('').metadata, labels: { a: 'b' } } } },
    {
      reason: 'a deletion that has begun',
      changes: { metadata: { ...service('').metadata, deletionTimestamp: 'now' } },
    },
  ];
  it.each(cases)('differ by $reason', ({ changes }) => {
    const usual = comparable([service('one-x')], 'one-x');
    expect(comparable([service('one-x', changes)], 'one-x')).not.toEqual(usual);
  });

  it('differ when an owner is gone in one of them', () => {
    const owner: LiveObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'owner', uid: 'gone' },
    };
    const [, withOwner] = comparable([owner, service('one-x')], 'one-x');
    const [withoutOwner] = comparable([service('one-x')], 'one-x');
    expect(withOwner).not.toEqual(withoutOwner);
  });
});
