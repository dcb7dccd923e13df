import { describe, expect, it } from '@jest/globals';
import type { Condition, KubeObject } from '../api/object.ts';
import { noteOf, warnings } from './notes.ts';

const condition = (
  type: string,
  status: Condition['status'],
  reason = 'Reason',
  message = 'words',
): Condition => ({ type, status, reason, message, lastTransitionTime: '2026-01-01T00:00:00Z' });

describe('a condition', () => {
  it.each([
    { reason: 'the user must act', after: condition('Stalled', 'True'), warns: true },
    { reason: 'the spec is wrong', after: condition('Accepted', 'False'), warns: true },
    { reason: 'something is missing', after: condition('ResolvedRefs', 'False'), warns: true },
    { reason: 'Redis is gone', after: condition('MemoryReachable', 'False'), warns: true },
    { reason: 'the model is gone', after: condition('ModelReachable', 'False'), warns: true },
    { reason: 'nobody has asked yet', after: condition('ModelReachable', 'Unknown'), warns: false },
    { reason: 'all is well', after: condition('Accepted', 'True'), warns: false },
    { reason: 'a rollout', after: condition('Ready', 'False', 'RollingOut'), warns: false },
    { reason: 'a start', after: condition('Ready', 'False', 'LoadingAgents'), warns: false },
    {
      reason: 'a Secret is missing',
      after: condition('Ready', 'False', 'SecretNotFound'),
      warns: true,
    },
    {
      reason: 'a webhook is broken',
      after: condition('Ready', 'False', 'ApplyFailed'),
      warns: true,
    },
    {
      reason: 'it was missing once',
      after: condition('Ready', 'True', 'SecretNotFound'),
      warns: false,
    },
    { reason: 'part of a start', after: condition('Served', 'False'), warns: false },
  ])('warns: $warns; $reason', ({ after, warns }) => {
    const { reason, message } = after;
    expect(warnings([], [after])).toEqual(warns ? [{ type: 'Warning', reason, message }] : []);
  });

  const stalled = condition('Stalled', 'True', 'Refused', 'no');
  it.each([
    { reason: 'the same as before', before: stalled, again: false },
    { reason: 'other words', before: { ...stalled, message: 'yes' }, again: true },
    { reason: 'another reason', before: { ...stalled, reason: 'NameTaken' }, again: true },
    { reason: 'it was none before', before: { ...stalled, status: 'False' as const }, again: true },
    {
      reason: 'another condition said it',
      before: { ...stalled, type: 'Accepted', status: 'False' as const },
      again: true,
    },
    {
      reason: 'only its time differs',
      before: { ...stalled, lastTransitionTime: '2020-01-01T00:00:00Z' },
      again: false,
    },
  ])('warns again: $again; $reason', ({ before, again }) => {
    expect(warnings([before], [stalled])).toHaveLength(again ? 1 : 0);
  });

  it('that is over warns no more, and no status needs conditions', () => {
    expect(warnings([stalled], [])).toEqual([]);
    expect(warnings()).toEqual([]);
  });
});

describe('a write', () => {
  const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'demo' } };

  it('is told only when it undoes what somebody else did', () => {
    for (const deed of ['created', 'updated', 'pruned'] as const) {
      expect(noteOf(deed, service)).toBeUndefined();
    }
    expect(noteOf('repaired', service)).toEqual({
      type: 'Normal',
      reason: 'Repaired',
      message:
        'Service "demo" was changed by somebody else; its fields that this server sets were set back',
    });
  });
});
