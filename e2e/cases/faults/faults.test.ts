import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask, statusText } from '../../clients/json-rpc.ts';
import { agent, server } from '../manifests.ts';
import { OPERATOR_REPLICAS } from '../operator.ts';
import { beginStory, eventually, podUrl, podsOf } from '../story.ts';
import type { Reply } from '../../clients/json-rpc.ts';
import type { KubeObject, Pod, Story } from '../story.ts';

jest.setTimeout(120_000);

const OPERATOR = ['-n', 'a2a-operator-system'];
const PLATFORM = ['-n', 'a2a-platform'];

let story: Story;
let headers: Record<string, string>;
let pod: KubeObject & Pod;
beforeAll(async () => {
  story = await beginStory('faults');
  await story.kubectl('apply', '-f', join(import.meta.dirname, 'redis.yaml'));
  await story.kubectl('rollout', 'status', 'deployment/redis', '--timeout=60s');
  const memory = { provider: 'Redis', redis: { url: `redis://redis.${story.namespace}:6379` } };
  await story.apply(agent('assistant'), server('tested', { memory }));
  await story.ready('a2as/tested', 'agentdef/assistant');
  headers = { 'X-API-Key': await story.apiKey('tested') };
  pod = await thePod();
});
afterAll(async () => {
  // What is shared by all stories must be back, however this one ended.
  await scale(OPERATOR, 'a2a-operator', OPERATOR_REPLICAS);
  await scale(PLATFORM, 'litellm', 1);
  await story.end();
  await rolledOut(OPERATOR, 'a2a-operator');
  await rolledOut(PLATFORM, 'litellm');
});

async function thePod(): Promise<KubeObject & Pod> {
  const [only] = await podsOf(story, 'tested');
  if (only === undefined) throw new Error('a server without a pod');
  return only;
}

const hello = (): Promise<Reply> => ask({ url: `${podUrl(pod)}/a2a`, headers }, 'Hello');

async function expectAnswer(): Promise<void> {
  const { status, task } = await hello();
  expect({ status, state: task?.status.state }).toEqual({
    status: 200,
    state: 'TASK_STATE_COMPLETED',
  });
  expect(answerOf(task)).toContain('was: Hello');
}

const scale = (where: readonly string[], name: string, replicas: number): Promise<string> =>
  story.cluster.kubectl(...where, 'scale', `deployment/${name}`, `--replicas=${replicas}`);
const rolledOut = (where: readonly string[], name: string): Promise<string> =>
  story.cluster.kubectl(...where, 'rollout', 'status', `deployment/${name}`, '--timeout=90s');

/** Scales to nothing and waits until no pod is left. */
async function takeAway(where: readonly string[], name: string, label: string): Promise<void> {
  await scale(where, name, 0);
  const pods = ['wait', '--for=delete', 'pod', '-l', label, '--timeout=60s'];
  await story.cluster.kubectl(...where, ...pods);
}

const status = async (path: string): Promise<number> => (await fetch(podUrl(pod) + path)).status;

describe('without the operator', () => {
  it('a server goes on, and a lost pod comes back', async () => {
    await takeAway(OPERATOR, 'a2a-operator', 'app.kubernetes.io/component=controller');
    await expectAnswer();
    await story.kubectl('delete', 'pod', pod.metadata.name);
    await rolledOut(['-n', story.namespace], 'tested');
    pod = await thePod();
    await expectAnswer();
  });

  it('nothing is lost: an operator that starts finds nothing to write', async () => {
    await scale(OPERATOR, 'a2a-operator', 1);
    await rolledOut(OPERATOR, 'a2a-operator');
    await lookedAtEverything();
    await story.ready('a2as/tested', 'agentdef/assistant');
    const before = await versions();
    await story.cluster.kubectl(...OPERATOR, 'rollout', 'restart', 'deployment/a2a-operator');
    await rolledOut(OPERATOR, 'a2a-operator');
    await lookedAtEverything();
    expect(await versions()).toEqual(before);
  });
});

/** Versions of everything in the namespace that the operator may write. */
async function versions(): Promise<string[]> {
  const kinds =
    'a2as,agentdef,configmaps,secrets,services,serviceaccounts,deployments,poddisruptionbudgets';
  return (await story.list(kinds)).map(
    ({ kind, metadata }) => `${kind}/${metadata.name} ${metadata.resourceVersion}`,
  );
}

/** Waits until the operator's only pod has reconciled as often as there are servers and agents. */
async function lookedAtEverything(): Promise<void> {
  const counts = { a2aserver: await countOf('a2as'), agentdefinition: await countOf('agentdef') };
  await eventually('a look at everything', async () => {
    const label = ['-l', 'app.kubernetes.io/component=controller', '-o', 'json'];
    const json = await story.cluster.kubectl(...OPERATOR, 'get', 'pods', ...label);
    const [operator, another] = (JSON.parse(json) as { items: Pod[] }).items;
    if (operator === undefined || another !== undefined) return false;
    const response = await fetch(`http://${operator.status.podIP}:8080/metrics`);
    const metrics = await response.text();
    return Object.entries(counts).every(([name, count]) => reconciles(metrics, name) >= count);
  });
}

async function countOf(kind: string): Promise<number> {
  const all = await story.cluster.kubectl('get', kind, '--all-namespaces', '-o', 'name');
  return all.trim().split('\n').length;
}

function reconciles(metrics: string, controller: string): number {
  const counter = `^controller_runtime_reconcile_total\\{.*controller="${controller}".*\\} (\\d+)$`;
  const counts = [...metrics.matchAll(new RegExp(counter, 'gm'))];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

describe('without LiteLLM', () => {
  it('a task fails with a sentence that says so, and the pod stays ready', async () => {
    await takeAway(PLATFORM, 'litellm', 'app=litellm');
    const { status: http, task } = await hello();
    expect(http).toBe(200);
    expect(task?.status.state).toBe('TASK_STATE_FAILED');
    expect(statusText(task?.status)).toBe('The model service cannot be reached.');
    expect(await status('/a2a/readyz')).toBe(200);
    // The next test needs no model, and the proxy starts slowly.
    await scale(PLATFORM, 'litellm', 1);
  });
});

describe('without Redis', () => {
  it('a request is answered 503 with Retry-After, and nothing is served that is not kept', async () => {
    await takeAway(['-n', story.namespace], 'redis', 'app=redis');
    const refused = await hello();
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(refused.task).toBeUndefined();
  });

  it('the pod becomes unready within 20 seconds, and alive it stays', async () => {
    await eventually('unready', async () => (await status('/a2a/readyz')) === 503, 20);
    expect((await hello()).status).toBe(503);
    expect(await status('/a2a/livez')).toBe(200);
    expect(await status('/.well-known/agent-card.json')).toBe(200);
    await story.kubectl('wait', '--for=condition=Ready=false', `pod/${pod.metadata.name}`);
    await story.condition('a2as/tested', 'Ready', { status: 'False', reason: 'PodsNotReady' });
  });

  it('it recovers by itself, without a restart', async () => {
    await scale(['-n', story.namespace], 'redis', 1);
    await story.ready('a2as/tested');
    await rolledOut(PLATFORM, 'litellm');
    await expectAnswer();
    const now = await thePod();
    expect(now.metadata.uid).toBe(pod.metadata.uid);
    expect(now.status.containerStatuses?.[0]?.restartCount).toBe(0);
  });
});
