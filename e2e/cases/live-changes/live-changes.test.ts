import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask } from '../../clients/json-rpc.ts';
import { agent, configMap, secret, server } from '../manifests.ts';
import { beginStory, eventually, podUrl, podsOf } from '../story.ts';
import type { Condition, KubeObject, Pod, Story } from '../story.ts';

/** The kubelet looks at changed ConfigMaps and Secrets at least this often. */
const KUBELET_SECONDS = 120;

jest.setTimeout((KUBELET_SECONDS + 30) * 1000);

let story: Story;
let pod: KubeObject & Pod;
let editedAtMs: number;

const inline = (text: string): object => ({ instructions: { inline: text } });
const fromConfigMap = { instructions: { configMapKeyRef: { name: 'texts', key: 'second' } } };

// One server and all edits at once, because each of them waits for the kubelet.
beforeAll(async () => {
  story = await beginStory('live-changes');
  const agents = { names: ['first', 'second'] };
  await story.apply(
    secret('keys', { alice: 'old-key', bob: 'key-of-bob' }),
    configMap('texts', { second: 'Second, old version.' }),
    agent('first', inline('First, old version.')),
    agent('second', fromConfigMap),
    server('lively', { agents, auth: { apiKeysSecretRef: { name: 'keys' } } }),
  );
  await story.ready('a2as/lively', 'agentdef/first', 'agentdef/second');
  pod = await thePod();
  expect(await answer('first')).toContain('First, old version.');
  expect(await answer('second')).toContain('Second, old version.');
  editedAtMs = Date.now();
  await story.apply(
    agent('first', inline('First, new version.')),
    configMap('texts', { second: 'Second, new version.' }),
    secret('keys', { alice: 'new-key', bob: 'key-of-bob' }),
  );
});
afterAll(() => story.end());

async function thePod(): Promise<KubeObject & Pod> {
  const [only, another] = await podsOf(story, 'lively');
  if (only === undefined || another !== undefined) throw new Error('exactly one pod was wanted');
  return only;
}

async function answer(name: string): Promise<string> {
  const url = `${podUrl(pod)}/a2a/agents/${name}`;
  const { task } = await ask({ url, headers: { 'X-API-Key': 'key-of-bob' } }, 'Hello');
  return answerOf(task);
}

async function statusWith(key: string): Promise<number> {
  const url = `${podUrl(pod)}/a2a/agents/first`;
  return (await ask({ url, headers: { 'X-API-Key': key } }, 'Hello')).status;
}

describe('without a restart', () => {
  it('an edited agent is served, and never called Ready before', async () => {
    const answersWhileReady: string[] = [];
    const isServed = async (): Promise<boolean> => {
      // In this order: what is Ready must answer from then on.
      const isReady = await isCurrentReady();
      if (isReady) answersWhileReady.push(await answer('first'));
      return isReady;
    };
    await eventually('the edited agent', isServed, KUBELET_SECONDS);
    expect(answersWhileReady).toEqual([expect.stringContaining('First, new version.')]);
  });

  it('an edited ConfigMap reaches the agent that refers to it', async () => {
    const isNew = async (): Promise<boolean> =>
      (await answer('second')).includes('Second, new version.');
    await eventually('the new text', isNew, KUBELET_SECONDS);
  });

  it('the server was not Ready in between, because it loaded agents', async () => {
    const ready = await story.condition('a2as/lively', 'Ready', { status: 'True' });
    const { lastTransitionTime } = ready as Condition & { lastTransitionTime: string };
    expect(Date.parse(lastTransitionTime)).toBeGreaterThan(editedAtMs);
  });

  it('a new API key is accepted and the old one refused', async () => {
    const isRotated = async (): Promise<boolean> => (await statusWith('new-key')) === 200;
    await eventually('the new key', isRotated, KUBELET_SECONDS);
    expect(await statusWith('old-key')).toBe(401);
    expect(await statusWith('key-of-bob')).toBe(200);
  });

  it('the pod is still the same', async () => {
    const now = await thePod();
    expect(now.metadata.uid).toBe(pod.metadata.uid);
    expect(now.status.containerStatuses?.[0]?.restartCount).toBe(0);
  });
});

async function isCurrentReady(): Promise<boolean> {
  const { metadata, status } = await story.get<{ status: { conditions: Condition[] } }>(
    'agentdef',
    'first',
  );
  const ready = status.conditions.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ready.observedGeneration === metadata.generation;
}
