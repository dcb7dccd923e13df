import { describe, expect, it } from '@jest/globals';
import type { Pod } from './caches.ts';
import { podProblem } from './pod-problem.ts';

const pod = (status: object): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'demo-1' },
  status,
});
const container = (status: object): Pod =>
  pod({ containerStatuses: [{ ready: false, image: 'x:1', ...status }] });
const crash = { terminated: { exitCode: 1, message: 'LITELLM_URL\nis missing' } };

describe('the problem of a pod', () => {
  it.each([
    { reason: 'it has only just started', seen: pod({}), says: undefined },
    {
      reason: 'its container is being created',
      seen: container({ state: { waiting: { reason: 'ContainerCreating' } } }),
      says: undefined,
    },
    {
      reason: 'no node has room',
      seen: pod({
        conditions: [{ type: 'PodScheduled', status: 'False', message: 'Insufficient cpu' }],
      }),
      says: 'pod demo-1 cannot be scheduled: Insufficient cpu',
    },
    {
      reason: 'the image is missing',
      seen: container({ state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }),
      says: 'pod demo-1: image "x:1" cannot be pulled',
    },
    {
      reason: 'the image is still missing',
      seen: container({ state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off' } } }),
      says: 'pod demo-1: image "x:1" cannot be pulled',
    },
    {
      reason: 'it crashes and waits for its restart',
      seen: container({ state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: crash }),
      says: 'pod demo-1: crashed with exit code 1: LITELLM_URL is missing',
    },
    {
      reason: 'it crashed and runs again',
      seen: container({ state: { running: {} }, lastState: crash }),
      says: 'pod demo-1: crashed with exit code 1: LITELLM_URL is missing',
    },
    {
      reason: 'it crashed once and is ready',
      seen: container({ ready: true, state: { running: {} }, lastState: crash }),
      says: undefined,
    },
    {
      reason: 'the kubelet cannot make its container',
      seen: container({
        state: { waiting: { reason: 'CreateContainerConfigError', message: 'no map' } },
      }),
      says: 'pod demo-1: CreateContainerConfigError: no map',
    },
  ])('is $says when $reason', ({ seen, says }) => {
    expect(podProblem(seen)).toBe(says);
  });
});
