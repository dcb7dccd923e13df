import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask } from '../../clients/json-rpc.ts';
import { REDIS, agent, server } from '../manifests.ts';
import { beginStory, eventually, podUrl, podsOf } from '../story.ts';
import type { Story } from '../story.ts';

jest.setTimeout(120_000);

let story: Story;
beforeAll(async () => {
  story = await beginStory('scale');
  await story.apply(agent('assistant'), server('scaled', { memory: REDIS }));
  await story.ready('a2as/scaled');
});
afterAll(() => story.end());

/** Answers of all pods, one after the other. */
async function answers(): Promise<string[]> {
  const headers = { 'X-API-Key': await story.apiKey('scaled') };
  const texts: string[] = [];
  for (const pod of await podsOf(story, 'scaled')) {
    const { task } = await ask({ url: `${podUrl(pod)}/a2a`, headers }, 'Hello');
    texts.push(answerOf(task));
  }
  return texts;
}

const scaleTo = (replicas: number): Promise<string> =>
  story.kubectl('scale', 'a2as/scaled', `--replicas=${replicas}`);

describe('kubectl scale of a server', () => {
  it('to three gives three pods that answer', async () => {
    await scaleTo(3);
    const ready = await story.condition('a2as/scaled', 'Ready', { status: 'True' });
    expect(ready.message).toContain('3 of 3 pods are available');
    expect(await answers()).toEqual(Array(3).fill(expect.stringContaining('Message 1 was: Hello')));
    expect(await story.kubectl('get', 'a2as')).toMatch(/scaled +True +1\/1 +3\/3/);
  });

  it('keeps pods apart and disruptions small', async () => {
    const budget = await story.get<{ spec: object }>('pdb', 'scaled');
    expect(budget.spec).toMatchObject({
      maxUnavailable: 1,
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
    const { spec } = await story.get<Deployment>('deployment', 'scaled');
    const keys = spec.template.spec.topologySpreadConstraints.map((one) => one.topologyKey);
    expect(keys).toEqual(['topology.kubernetes.io/zone', 'kubernetes.io/hostname']);
  });

  it('to zero is Ready, with the reason, and runs nothing', async () => {
    const key = await story.apiKey('scaled');
    await scaleTo(0);
    const wanted = { status: 'True', reason: 'ScaledToZero' };
    const ready = await story.condition('a2as/scaled', 'Ready', wanted);
    expect(ready.message).toContain('spec.replicas is 0');
    await eventually('no pod', async () => (await podsOf(story, 'scaled')).length === 0);
    expect(await story.kubectl('get', 'a2as')).toMatch(/scaled +True +\S+ +0\/0/);
    expect(await story.apiKey('scaled')).toBe(key);
  });

  it('back to one answers again', async () => {
    await scaleTo(1);
    await story.condition('a2as/scaled', 'Ready', { status: 'True', reason: 'Ready' });
    expect(await answers()).toEqual([expect.stringContaining('Message 1 was: Hello')]);
  });

  it('is what the scale subresource says', async () => {
    const path = `/apis/a2a-operator.io/v1alpha1/namespaces/${story.namespace}/a2aservers/scaled/scale`;
    const scale = JSON.parse(await story.kubectl('get', '--raw', path)) as object;
    expect(scale).toMatchObject({
      spec: { replicas: 1 },
      status: {
        replicas: 1,
        selector: 'app.kubernetes.io/name=a2a-server,app.kubernetes.io/instance=scaled',
      },
    });
  });
});

interface Deployment {
  spec: { template: { spec: { topologySpreadConstraints: { topologyKey: string }[] } } };
}
