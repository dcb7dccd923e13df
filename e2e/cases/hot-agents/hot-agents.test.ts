import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask, askStreaming, call, scripted, statusText } from '../../clients/json-rpc.ts';
import type { Caller } from '../../clients/javascript.ts';
import type { Endpoint, StreamEvent } from '../../clients/json-rpc.ts';
import { agent, configMap, REDIS, secret, server } from '../manifests.ts';
import { beginStory, eventually, podsOf, podUrl } from '../story.ts';
import type { KubeObject, Pod, Story } from '../story.ts';
import { beginLoad, beginOfficialLoad } from '../../clients/load.ts';

jest.setTimeout(180_000);

const AGENTS = 50;
const REPLICAS = 2;
const VERSIONS = ['1.0', '0.3'] as const;
/** The kubelet looks by itself no sooner than a minute after it has looked. */
const BEFORE_THE_KUBELET_SECONDS = 20;

let story: Story;
let pods: (KubeObject & Pod)[];

const named = (index: number): string => `agent-${index}`;
const says = (text: string): object => ({ instructions: { inline: text } });

beforeAll(async () => {
  story = await beginStory('hot-agents');
  const names = Array.from({ length: AGENTS }, (_, index) => named(index));
  await story.apply(
    secret('keys', { alice: 'key-of-alice', bob: 'old-key' }),
    ...names.map((name) => agent(name, says(`${name}, first version.`), { fleet: 'hot' })),
    server('fleet', {
      agents: { selector: { matchLabels: { fleet: 'hot' } }, default: named(0) },
      replicas: REPLICAS,
      memory: REDIS,
      auth: { apiKeysSecretRef: { name: 'keys' } },
    }),
  );
  await story.ready('a2as/fleet', 'agentdef/agent-0');
  pods = await podsOf(story, 'fleet');
  expect(pods).toHaveLength(REPLICAS);
});
afterAll(() => story.end());

function endpoints(name: string, key = 'key-of-alice'): Endpoint[] {
  const headers = { 'X-API-Key': key };
  return pods.map((pod) => ({ url: `${podUrl(pod)}/a2a/agents/${name}`, headers }));
}

/** The official client on each pod, by the card of the agent. */
function officialCallers(name: string, protocolVersion: (typeof VERSIONS)[number]): Caller[] {
  const headers = { 'X-API-Key': 'key-of-alice' };
  return pods.map((pod) => ({
    baseUrl: podUrl(pod),
    cardPath: `/a2a/agents/${name}/card`,
    via: podUrl(pod),
    headers,
    protocolVersion,
  }));
}

/** Waits until every pod answers so, and gives how long that took in milliseconds. */
async function everyPod(look: (pod: Endpoint) => Promise<boolean>, name: string): Promise<number> {
  const startedAt = Date.now();
  for (const pod of endpoints(name)) {
    await eventually(`${name} on ${pod.url}`, () => look(pod), BEFORE_THE_KUBELET_SECONDS);
  }
  return Date.now() - startedAt;
}

const answers =
  (text: string) =>
  async (pod: Endpoint): Promise<boolean> =>
    answerOf((await ask(pod, 'Hello')).task).includes(text);

async function lastOf(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent | undefined> {
  let last: StreamEvent | undefined;
  for await (const event of stream) last = event;
  return last;
}

describe('long before the kubelet would look, and under load', () => {
  it('an edited agent answers anew on every pod, and no request fails', async () => {
    const loads = [
      beginLoad([1, 2, 3].flatMap((index) => endpoints(named(index)))),
      await beginOfficialLoad(VERSIONS.flatMap((version) => officialCallers(named(1), version))),
    ];
    for (const version of ['second', 'third', 'fourth']) {
      const text = `agent-1, ${version} version.`;
      await story.apply(agent(named(1), says(text), { fleet: 'hot' }));
      await everyPod(answers(text), named(1));
    }
    const ended = await Promise.all(loads.map((load) => load.end()));
    expect(ended.flatMap(({ failures }) => failures)).toEqual([]);
    for (const { requests } of ended) expect(requests).toBeGreaterThan(20);
    await story.ready('a2as/fleet', 'agentdef/agent-1');
  });

  it('an edited ConfigMap reaches the agent that refers to it', async () => {
    const refers = { instructions: { configMapKeyRef: { name: 'texts', key: 'six' } } };
    await story.apply(
      configMap('texts', { six: 'agent-6, from the ConfigMap.' }),
      agent(named(6), refers, { fleet: 'hot' }),
    );
    await everyPod(answers('agent-6, from the ConfigMap.'), named(6));
    await story.apply(configMap('texts', { six: 'agent-6, edited there.' }));
    await everyPod(answers('agent-6, edited there.'), named(6));
  });

  it('an agent is never called Ready before it answers anew', async () => {
    const text = 'agent-7, second version.';
    await story.apply(agent(named(7), says(text), { fleet: 'hot' }));
    await story.condition(
      'agentdef/agent-7',
      'Ready',
      { status: 'True' },
      BEFORE_THE_KUBELET_SECONDS,
    );
    for (const pod of endpoints(named(7))) expect(await answers(text)(pod)).toBe(true);
  });

  it('a new agent answers', async () => {
    await story.apply(agent('late', says('late, first version.'), { fleet: 'hot' }));
    await everyPod(answers('late, first version.'), 'late');
  });

  it('a suspended agent refuses, says why, and is Ready in that', async () => {
    await story.kubectl(
      'patch',
      'agentdef',
      'late',
      '--type=merge',
      '-p',
      '{"spec":{"suspend":true}}',
    );
    const refuses = async (pod: Endpoint): Promise<boolean> =>
      (await ask(pod, 'Hello')).body.includes('The agent is suspended');
    await everyPod(refuses, 'late');
    await story.condition('agentdef/late', 'Ready', { status: 'True', reason: 'Suspended' });
    await story.condition('a2as/fleet', 'Ready', { status: 'True' });
  });

  it('an agent that is deselected refuses, keeps its tasks, and says who hosts it', async () => {
    const [pod] = endpoints(named(4));
    if (pod === undefined) throw new Error('no pod');
    const { task } = await ask(pod, 'Hello');
    await story.kubectl('label', 'agentdef', named(4), 'fleet-');
    const refuses = async (one: Endpoint): Promise<boolean> =>
      (await ask(one, 'Hello')).body.includes('The agent was removed');
    await everyPod(refuses, named(4));
    const read = await call(pod, 'GetTask', { id: task?.id });
    expect(read.task?.status.state).toBe('TASK_STATE_COMPLETED');
    await story.condition('agentdef/agent-4', 'Ready', { status: 'False', reason: 'NotSelected' });
  });

  it('a stream that is under way is not cut by an edit of its agent', async () => {
    const [pod] = endpoints(named(5));
    if (pod === undefined) throw new Error('no pod');
    // Longer than any edit takes. LiteLLM takes a hundred equal pieces for a model that has lost its way.
    const text = Array.from({ length: 150 }, (_, number) => number).join(' ');
    const slow = { text, chunkCharacters: 5, chunkDelayMs: 100 };
    const stream = askStreaming(pod, scripted(slow));
    await stream.next();
    let isOver = false;
    const end = lastOf(stream).finally(() => (isOver = true));
    await story.apply(agent(named(5), says('agent-5, second version.'), { fleet: 'hot' }));
    await everyPod(answers('agent-5, second version.'), named(5));
    expect(isOver).toBe(false);
    const last = await end;
    const { status } = last?.statusUpdate ?? {};
    expect([status?.state, statusText(status)]).toEqual(['TASK_STATE_COMPLETED', '']);
  });

  it('a rotated API key is accepted and the old one refused', async () => {
    await story.apply(secret('keys', { alice: 'key-of-alice', bob: 'new-key' }));
    for (const pod of endpoints(named(0), 'new-key')) {
      const isAccepted = async (): Promise<boolean> => (await ask(pod, 'Hello')).status === 200;
      await eventually('the new key', isAccepted, BEFORE_THE_KUBELET_SECONDS);
    }
    for (const pod of endpoints(named(0), 'old-key'))
      expect((await ask(pod, 'Hi')).status).toBe(401);
  });

  it('all that happened without a restart', async () => {
    const now = await podsOf(story, 'fleet');
    const restarts = now.map(({ status }) => status.containerStatuses?.[0]?.restartCount);
    expect(restarts).toEqual(pods.map(() => 0));
    expect(now.map(({ metadata }) => metadata.uid).sort()).toEqual(
      pods.map(({ metadata }) => metadata.uid).sort(),
    );
  });
});
