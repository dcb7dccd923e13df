import { describe, expect, it } from '@jest/globals';
import { aServer } from '../../test/builders.ts';
import type { A2AServer } from '../api/a2aserver.ts';
import type { KubeObject } from '../api/object.ts';
import type { Deployment } from './caches.ts';
import type { Observed } from './observe.ts';
import { RolloutSlots } from './rollout-slots.ts';

/** A Deployment that was applied with this hash, and has so many of one pod available. */
const deployment = (hash: string, availableReplicas = 1): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'demo',
    generation: 1,
    annotations: { 'a2a-operator.io/applied-hash': hash },
  },
  spec: { replicas: 1, selector: {}, template: {} },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, availableReplicas },
});
const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'demo' } };
const WANTED = [service, deployment('new')];

interface Situation {
  name?: string;
  generation?: number;
  observedGeneration?: number;
  ready?: 'True' | 'False';
  live?: Deployment | undefined;
}
/** A server that is Ready, and whose Deployment is of an older release. */
function observed(situation: Situation = {}): Observed {
  const { name = 'demo', generation = 3, observedGeneration = 3, ready = 'True' } = situation;
  const server: A2AServer = {
    ...aServer({}, { name, generation }),
    status: {
      observedGeneration,
      conditions: [
        { type: 'Ready', status: ready, reason: 'R', message: '', lastTransitionTime: '' },
      ],
    },
  };
  const live = 'live' in situation ? situation.live : deployment('old');
  return { server, deployment: live, pods: [] as Observed['pods'] } as Observed;
}
const nobody = (): void => undefined;
const other = (name = 'other'): Observed => observed({ name });

describe('a rollout that a new release asks for', () => {
  it('takes a slot, and waits when there is none', () => {
    const slots = new RolloutSlots(2, nobody);
    expect(slots.holdBack(observed(), WANTED)).toBe(false);
    expect(slots.holdBack(other('b'), WANTED)).toBe(false);
    expect(slots.holdBack(other('c'), WANTED)).toBe(true);
  });

  it('keeps the slot that it has, however often it is looked at', () => {
    const slots = new RolloutSlots(1, nobody);
    expect(slots.holdBack(observed(), WANTED)).toBe(false);
    expect(slots.holdBack(observed(), WANTED)).toBe(false);
    expect(slots.holdBack(other(), WANTED)).toBe(true);
  });

  it('is woken when a slot becomes free: the first that came, and only once', () => {
    const woken: string[] = [];
    const slots = new RolloutSlots(1, (key) => woken.push(key));
    for (const name of ['a', 'b', 'c']) slots.holdBack(other(name), WANTED);
    slots.settle('team/c', { ready: true, heldBack: true, generation: 3 });
    expect(woken).toEqual([]);
    slots.settle('team/a', { ready: true, heldBack: false, generation: 3 });
    expect(woken).toEqual(['team/b']);
    expect(slots.holdBack(other('b'), WANTED)).toBe(false);
    slots.free('team/b');
    expect(woken).toEqual(['team/b', 'team/c']);
  });

  it('keeps its place, however often it is looked at', () => {
    const woken: string[] = [];
    const slots = new RolloutSlots(1, (key) => woken.push(key));
    for (const name of ['a', 'b', 'c', 'b']) slots.holdBack(other(name), WANTED);
    slots.free('team/a');
    expect(woken).toEqual(['team/b']);
  });

  it('is woken for every slot that is free, though nobody woken before has looked yet', () => {
    const woken: string[] = [];
    const slots = new RolloutSlots(2, (key) => woken.push(key));
    for (const name of ['a', 'b', 'c', 'd']) slots.holdBack(other(name), WANTED);
    slots.free('team/a');
    slots.free('team/b');
    expect(woken).toEqual(['team/c', 'team/c', 'team/d']);
  });

  it.each([
    {
      reason: 'its user has changed it',
      leave: (slots: RolloutSlots) =>
        slots.holdBack(observed({ name: 'b', generation: 4 }), WANTED),
    },
    {
      reason: 'it is gone',
      leave: (slots: RolloutSlots) => {
        slots.free('team/b');
      },
    },
  ])('leaves a slot that it needs no more to the next: $reason', ({ leave }) => {
    const woken: string[] = [];
    const slots = new RolloutSlots(1, (key) => woken.push(key));
    for (const name of ['a', 'b', 'c']) slots.holdBack(other(name), WANTED);
    slots.free('team/a');
    leave(slots);
    expect(woken).toEqual(['team/b', 'team/c']);
  });

  it('that is gone is not woken', () => {
    const woken: string[] = [];
    const slots = new RolloutSlots(1, (key) => woken.push(key));
    for (const name of ['a', 'b']) slots.holdBack(other(name), WANTED);
    slots.free('team/b');
    slots.free('team/a');
    expect(woken).toEqual([]);
  });

  it.each([
    { reason: 'its pods are loading new agents', availableReplicas: 1, stays: true },
    { reason: 'its pods have broken: nothing to lose', availableReplicas: 0, stays: false },
  ])(
    'stays held back when it is no longer Ready: $stays; $reason',
    ({ availableReplicas, stays }) => {
      const slots = new RolloutSlots(1, nobody);
      for (const name of ['a', 'b']) slots.holdBack(other(name), WANTED);
      const live = deployment('old', availableReplicas);
      const now = observed({ name: 'b', ready: 'False', live });
      expect(slots.holdBack(now, WANTED)).toBe(stays);
    },
  );

  it('waits no longer when it could not even be held back, so that the next is woken', () => {
    const woken: string[] = [];
    const slots = new RolloutSlots(1, (key) => woken.push(key));
    for (const name of ['a', 'b', 'c']) slots.holdBack(other(name), WANTED);
    slots.free('team/a');
    slots.settle('team/b', { ready: false, heldBack: false, generation: 3 });
    expect(woken).toEqual(['team/b', 'team/c']);
  });

  it('never begins when there are no slots', () => {
    expect(new RolloutSlots(0, nobody).holdBack(observed(), WANTED)).toBe(true);
  });

  it.each([
    { reason: 'nothing is there yet', situation: { live: undefined }, desired: WANTED },
    {
      reason: 'the Deployment is as wanted',
      situation: { live: deployment('new') },
      desired: WANTED,
    },
    { reason: 'no Deployment is wanted', situation: {}, desired: [service] },
    { reason: 'its user has changed it', situation: { generation: 4 }, desired: WANTED },
    {
      reason: 'it is not Ready: nothing to lose',
      situation: { ready: 'False' as const },
      desired: WANTED,
    },
  ])('needs no slot, and takes none: $reason', ({ situation, desired }) => {
    const full = new RolloutSlots(1, nobody);
    full.holdBack(other(), WANTED);
    expect(full.holdBack(observed(situation), desired)).toBe(false);
    const empty = new RolloutSlots(1, nobody);
    empty.holdBack(observed(situation), desired);
    expect(empty.holdBack(other(), WANTED)).toBe(false);
  });

  it.each([
    {
      reason: 'the pods are on their way',
      now: { ready: false, heldBack: false, generation: 3 },
      free: false,
    },
    { reason: 'it is over', now: { ready: true, heldBack: false, generation: 3 }, free: true },
    {
      reason: 'its user has changed it',
      now: { ready: false, heldBack: false, generation: 4 },
      free: true,
    },
  ])('gives its slot back: $free; $reason', ({ now, free }) => {
    const slots = new RolloutSlots(1, nobody);
    slots.holdBack(observed(), WANTED);
    slots.settle('team/demo', now);
    expect(slots.holdBack(other(), WANTED)).toBe(!free);
  });

  it('gives its slot back when its server is gone, and nobody else’s', () => {
    const slots = new RolloutSlots(1, nobody);
    slots.holdBack(observed(), WANTED);
    slots.free('team/another');
    slots.settle('team/another', { ready: true, heldBack: false, generation: 3 });
    expect(slots.holdBack(other(), WANTED)).toBe(true);
    slots.free('team/demo');
    expect(slots.holdBack(other(), WANTED)).toBe(false);
  });
});
