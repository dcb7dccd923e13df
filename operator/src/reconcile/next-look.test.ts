import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../kube/port.ts';
import type { Readings } from './dependency-readings.ts';
import { nextLookMs } from './next-look.ts';
import type { ServerEvidence } from './server-status.ts';

const report = (revision = 'wanted'): ServerEvidence['reports'][number] =>
  ({ pod: 'p', ready: true, report: { revision } }) as ServerEvidence['reports'][number];
const settled: Readings = {
  settled: 'Reachable',
  last: 'Reachable',
  times: 3,
  message: '',
  checks: '1',
};

const quiet = { told: 0 };

/** Evidence on a server of two pods, of which all is well. */
const evidence = (changes: object = {}): ServerEvidence =>
  ({
    outcome: { kind: 'applied' },
    rollout: { complete: true, available: true, wanted: 2, ready: 2 },
    reports: [report(), report()],
    revision: 'wanted',
    readings: { memory: settled, model: settled },
    ...changes,
  }) as unknown as ServerEvidence;

describe('the next look at a server', () => {
  it.each([
    { reason: 'all is well', changes: {}, soon: false },
    {
      reason: 'a pod has not read the latest agents',
      changes: { reports: [report('old')] },
      soon: true,
    },
    { reason: 'a pod that is ready was not seen', changes: { reports: [report()] }, soon: true },
    {
      reason: 'a pod is not ready: its event will tell',
      changes: { reports: [report()], rollout: { complete: true, wanted: 2, ready: 1 } },
      soon: false,
    },
    {
      reason: 'pods are somebody else’s affair while the user has to act',
      changes: { reports: [report('old')], outcome: { kind: 'stalled' } },
      soon: false,
    },
  ])('is soon: $soon; $reason', ({ changes, soon }) => {
    expect(nextLookMs(evidence(changes), quiet, () => 0.5)).toBe(soon ? 2_000 : 60_000);
  });

  it('is very soon when pods were just told to mount another version', () => {
    expect(nextLookMs(evidence(), { told: 1 }, () => 0.5)).toBe(400);
  });

  it('comes sooner while an object of somebody else has a name that is needed', () => {
    const outcome = { kind: 'stalled', reason: 'NameTaken', message: '' };
    expect(nextLookMs(evidence({ outcome }), quiet, () => 0.5)).toBe(10_000);
  });

  it('leaves a pause when pods could not be told', () => {
    const refused = { told: 1, refusal: new ApiError(403, 'Forbidden', 'no') };
    expect(nextLookMs(evidence(), refused, () => 0.5)).toBe(30_000);
  });

  it('comes at another time for each server, so that they do not come together', () => {
    expect(nextLookMs(evidence(), quiet, () => 0)).toBe(54_000);
    expect(nextLookMs(evidence(), quiet, () => 1)).toBe(66_000);
  });
});
