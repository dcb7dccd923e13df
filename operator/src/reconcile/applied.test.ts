import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/object.ts';
import { APPLIED_HASH_ANNOTATION } from '../names.ts';
import { isApplied } from './applied.ts';

const object = (spec: unknown, hash = 'h'): KubeObject & { spec: unknown } => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'demo', annotations: { [APPLIED_HASH_ANNOTATION]: hash } },
  spec,
});

describe('an object is applied', () => {
  it.each([
    { reason: 'equal', desired: { a: 1 }, live: { a: 1 }, applied: true },
    { reason: 'defaults were filled in', desired: { a: 1 }, live: { a: 1, b: 2 }, applied: true },
    { reason: 'a field of ours was edited', desired: { a: 1 }, live: { a: 2 }, applied: false },
    { reason: 'a field of ours was removed', desired: { a: 1 }, live: {}, applied: false },
    {
      reason: 'a quantity was rewritten',
      desired: { requests: { cpu: '1000m', memory: '1024Mi' }, sizeLimit: '1024Ki' },
      live: { requests: { cpu: '1', memory: '1Gi' }, sizeLimit: '1Mi' },
      applied: true,
    },
    {
      reason: 'a quantity was changed',
      desired: { limits: { cpu: '1' } },
      live: { limits: { cpu: '2' } },
      applied: false,
    },
    {
      reason: 'somebody added a container',
      desired: { containers: [{ name: 'runtime' }] },
      live: { containers: [{ name: 'sidecar' }, { name: 'runtime', tty: false }] },
      applied: true,
    },
    {
      reason: 'our container is gone',
      desired: { containers: [{ name: 'runtime' }] },
      live: { containers: [{ name: 'sidecar' }] },
      applied: false,
    },
    { reason: 'a plain list differs', desired: { a: [1, 2] }, live: { a: [2, 1] }, applied: false },
    {
      reason: 'null was left out',
      desired: { affinity: { a: null } },
      live: { affinity: {} },
      applied: true,
    },
    {
      reason: 'zero values were left out',
      desired: { env: [{ name: 'FOO', value: '' }], readOnly: false, weight: 0 },
      live: { env: [{ name: 'FOO' }] },
      applied: true,
    },
    { reason: 'a zero value was edited', desired: { a: false }, live: { a: true }, applied: false },
    { reason: 'an empty map was left out', desired: { data: {} }, live: {}, applied: true },
    { reason: 'an empty list was left out', desired: { a: [] }, live: {}, applied: true },
  ])('$applied when $reason', ({ desired, live, applied }) => {
    expect(isApplied(object(desired), object(live))).toBe(applied);
  });

  it.each([
    { reason: 'a rule', live: { ingress: [{ from: [{ a: 1 }] }, {}] } },
    { reason: 'a peer', live: { ingress: [{ from: [{ a: 1 }, { b: 1 }] }] } },
    { reason: 'a field that makes a peer wider', live: { ingress: [{ from: [{ a: 1, b: {} }] }] } },
  ])('a NetworkPolicy is not applied when somebody added $reason', ({ live }) => {
    const policy = (spec: object): KubeObject => ({ ...object(spec), kind: 'NetworkPolicy' });
    const ours = { ingress: [{ from: [{ a: 1 }] }] };
    expect(isApplied(policy({ ...ours, egress: [] }), policy(ours))).toBe(true);
    expect(isApplied(policy(ours), policy(live))).toBe(false);
  });

  it('is not when a former release applied a field that is gone', () => {
    expect(isApplied(object({ a: 1 }, 'new'), object({ a: 1, old: 2 }, 'old'))).toBe(false);
  });

  it('is not when it does not exist', () => {
    expect(isApplied(object({}), undefined)).toBe(false);
  });
});
