import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask, scripted } from '../../clients/json-rpc.ts';
import { ingressFetch } from '../../clients/ingress-fetch.ts';
import { officialClient, streamedText, textMessage, textOf } from '../../clients/javascript.ts';
import { askWithPython, ensurePythonClient } from '../../clients/python.ts';
import { scriptPod } from '../manifests.ts';
import { awaitRoute, beginStory, ingressBase, podUrl, podsOf } from '../story.ts';
import type { Task } from '@a2a-js/sdk';
import type { Caller } from '../../clients/javascript.ts';
import type { Story } from '../story.ts';

jest.setTimeout(120_000);

const BASE = ingressBase('answers.localhost');
const VERSIONS = ['1.0', '0.3'] as const;
const BINDINGS = ['JSONRPC', 'HTTP+JSON'] as const;
const WAYS = VERSIONS.flatMap((version) => BINDINGS.map((binding) => [version, binding] as const));

let story: Story;
let key: string;
beforeAll(async () => {
  story = await beginStory('answers');
  await story.kubectl('apply', '-f', join(import.meta.dirname, 'answers.yaml'));
  await story.ready('a2as/answers', 'agentdef/assistant');
  key = await story.apiKey('answers');
  await awaitRoute('answers.localhost');
});
afterAll(() => story.end());

/** What the stand-in behind LiteLLM answers to the only message of a conversation. */
const answerTo = (text: string, message = 2): string =>
  `I am fake-model. My instructions begin: "You are Ada, a helpful assistant.". Message ${message} was: ${text}`;

describe('an agent and a server that were applied', () => {
  it('say where they answer and that they do', async () => {
    const servers = await story.kubectl('get', 'a2as');
    expect(servers).toMatch(/NAME +READY +AGENTS +REPLICAS +URL +REASON +AGE/);
    expect(servers).toMatch(/answers +True +1\/1 +1\/1 +http:\/\/answers.localhost:8880 +Ready/);
    const agents = await story.kubectl('get', 'agentdef');
    expect(agents).toMatch(/NAME +READY +SERVERS +MODEL +SKILLS +REASON +AGE/);
    expect(agents).toMatch(/assistant +True +1 +1 +Ready/);
    const { status } = await story.get<{ status: object }>('a2as', 'answers');
    expect(status).toMatchObject({ apiKeySecretName: 'answers-api-key', readyReplicas: 1 });
  });

  it('answer through the Ingress with the generated key', async () => {
    const endpoint = { url: `${BASE}/a2a`, headers: { 'X-API-Key': key }, fetch: ingressFetch };
    const { status, task } = await ask(endpoint, 'Hello');
    expect(status).toBe(200);
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(answerOf(task)).toBe(answerTo('Hello'));
  });

  it('answer a pod of the cluster through the Service', async () => {
    const url = `http://answers.${story.namespace}.svc.cluster.local`;
    const pod = scriptPod('caller', CALL_FROM_A_POD, { URL: url, KEY: key });
    await story.apply({ ...pod, metadata: { ...pod.metadata, labels: { app: 'caller' } } });
    await story.kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/caller');
    const said = JSON.parse(await story.kubectl('logs', 'caller')) as string[];
    expect(said).toEqual(['Assistant', 'TASK_STATE_COMPLETED', answerTo('Hello from a pod')]);
  });

  it('count what they do where Prometheus finds it, and nowhere else', async () => {
    const [pod] = await podsOf(story, 'answers');
    const ops = await fetch(`http://${pod?.status.podIP ?? ''}:9090/metrics`);
    expect(await ops.text()).toMatch(/^a2a_requests_total\{.*\} \d+$/m);
    for (const path of ['/metrics', '/status', '/a2a/metrics']) {
      expect((await ingressFetch(BASE + path)).status).toBe(404);
    }
  });
});

const CALL_FROM_A_POD = `
  const { URL, KEY } = process.env;
  const card = await (await fetch(URL + '/.well-known/agent-card.json')).json();
  const parts = [{ text: 'Hello from a pod' }];
  const params = { message: { messageId: 'from-a-pod', role: 'ROLE_USER', parts } };
  const answer = await fetch(URL + '/a2a/agents/assistant', {
    method: 'POST',
    headers: { 'A2A-Version': '1.0', 'Content-Type': 'application/json', 'X-API-Key': KEY },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params }),
  });
  const { task } = (await answer.json()).result;
  const text = task.artifacts.flatMap(({ parts }) => parts).map(({ text }) => text).join('');
  console.log(JSON.stringify([card.name, task.status.state, text]));
`;

/** Slow enough to come in several pieces. */
const SLOW_ANSWER = { text: 'one two three four', chunkCharacters: 4, chunkDelayMs: 200 };

describe('a caller without the right key', () => {
  it.each([
    ['no key', {}],
    ['a wrong key', { 'X-API-Key': 'a2a_wrong' }],
    ['an empty key', { 'X-API-Key': '' }],
    ['a bearer token that nobody asked for', { Authorization: 'Bearer a.b.c' }],
  ])('is refused: %s', async (_what, headers) => {
    const endpoint = { url: `${BASE}/a2a`, headers, fetch: ingressFetch };
    const refused = await ask(endpoint, 'Hello');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('X-API-Key');
    expect(refused.task).toBeUndefined();
    expect(JSON.parse(refused.body)).toMatchObject({ jsonrpc: '2.0', error: { code: -32041 } });
  });

  it('may read the card, which names the header', async () => {
    const card = await ingressFetch(`${BASE}/.well-known/agent-card.json`);
    expect(await card.json()).toMatchObject({
      name: 'Assistant',
      securitySchemes: { apiKey: { apiKeySecurityScheme: { location: 'header' } } },
      supportedInterfaces: expect.arrayContaining([
        expect.objectContaining({ url: `${BASE}/a2a/agents/assistant` }),
      ]),
    });
  });
});

describe('the official JavaScript client', () => {
  const caller = (): Caller => ({
    baseUrl: BASE,
    headers: { 'X-API-Key': key },
    fetch: ingressFetch,
  });

  it.each(WAYS)('sends with A2A %s over %s', async (protocolVersion, binding) => {
    const client = await officialClient({ ...caller(), protocolVersion, binding });
    const task = (await client.sendMessage(textMessage('Hi'))) as Task;
    expect(textOf(task.artifacts.flatMap(({ parts }) => parts))).toBe(answerTo('Hi'));
    const stored = await client.getTask({ id: task.id, tenant: '', historyLength: undefined });
    expect(stored.status?.state).toBe(task.status?.state);
    expect(stored.artifacts).toEqual(task.artifacts);
  });

  it.each(WAYS)('streams with A2A %s over %s', async (protocolVersion, binding) => {
    const client = await officialClient({ ...caller(), protocolVersion, binding });
    const pieces: string[] = [];
    for await (const event of client.sendMessageStream(textMessage(scripted(SLOW_ANSWER)))) {
      pieces.push(streamedText(event));
    }
    expect(pieces.join('')).toBe(SLOW_ANSWER.text);
    expect(pieces.filter((piece) => piece !== '').length).toBeGreaterThan(2);
  });
});

describe('the official Python client', () => {
  beforeAll(ensurePythonClient);
  const caller = (): { url: string; headers: Record<string, string> } => ({
    url: BASE,
    headers: { 'X-API-Key': key },
  });

  it.each(WAYS)('sends and gets with A2A %s over %s', async (protocolVersion, binding) => {
    const way = { protocolVersion, binding, streaming: false };
    const { answered, stored } = await askWithPython({ ...caller(), ...way, text: 'Hi' });
    expect(answered).toMatchObject({ state: 'TASK_STATE_COMPLETED', text: answerTo('Hi') });
    expect(stored).toEqual(answered);
  });

  it.each(WAYS)('streams and gets with A2A %s over %s', async (protocolVersion, binding) => {
    const way = { protocolVersion, binding, streaming: true };
    const text = scripted(SLOW_ANSWER);
    const { answered, stored } = await askWithPython({ ...caller(), ...way, text });
    expect(answered).toMatchObject({ state: 'TASK_STATE_COMPLETED', text: SLOW_ANSWER.text });
    expect(answered.pieces).toBeGreaterThan(2);
    expect(stored).toEqual({ ...answered, pieces: 1 });
  });
});

describe('a conversation', () => {
  it('continues a conversation on another replica', async () => {
    await story.kubectl('scale', 'a2as/answers', '--replicas=2');
    await story.ready('a2as/answers');
    const [first, second] = await podsOf(story, 'answers');
    if (first === undefined || second === undefined) throw new Error('two pods were wanted');
    const caller = { baseUrl: BASE, headers: { 'X-API-Key': key } };
    const one = await officialClient({ ...caller, via: podUrl(first) });
    const other = await officialClient({ ...caller, via: podUrl(second) });
    const begun = (await one.sendMessage(textMessage('My name is Bob'))) as Task;
    const next = (await other.sendMessage(textMessage('And now?', begun.contextId))) as Task;
    expect(next.contextId).toBe(begun.contextId);
    const text = textOf(next.artifacts.flatMap(({ parts }) => parts));
    // Instructions, first message, first answer, second message.
    expect(text).toBe(answerTo('And now?', 4));
  });
});
