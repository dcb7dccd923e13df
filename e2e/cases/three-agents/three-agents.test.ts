import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ingressFetch } from '../../clients/ingress-fetch.ts';
import { officialClient, textMessage, textOf } from '../../clients/javascript.ts';
import { answerOf, ask, call } from '../../clients/json-rpc.ts';
import { awaitRoute, beginStory, ingressBase, podsOf } from '../story.ts';
import type { Task } from '@a2a-js/sdk';
import type { Endpoint, Reply } from '../../clients/json-rpc.ts';
import type { Story } from '../story.ts';

jest.setTimeout(120_000);

const HOST = 'three-agents.localhost';
const BASE = ingressBase(HOST);

let story: Story;
let headers: Record<string, string>;
beforeAll(async () => {
  story = await beginStory('three-agents');
  await story.kubectl('apply', '-f', join(import.meta.dirname, 'three-agents.yaml'));
  await story.ready('a2as/fleet');
  headers = { 'X-API-Key': await story.apiKey('fleet') };
  await awaitRoute(HOST);
});
afterAll(() => story.end());

const endpoint = (path: string): Endpoint => ({ url: BASE + path, headers, fetch: ingressFetch });

/** Card and first words of the instructions of each. */
const AGENTS = [
  {
    name: 'translator',
    card: { name: 'Translator', version: '2.1.0', skills: [{ id: 'translator' }] },
    words: 'Translate everything into German and politely.',
  },
  {
    name: 'summarizer',
    card: { name: 'Summarizer', version: '1.0.0', skills: [{ id: 'summarizer' }] },
    words: 'Summarize in three short sentences whatever',
  },
  {
    name: 'headlines',
    card: { name: 'headlines', version: '1.0.0', skills: [{ id: 'headline' }] },
    words: 'Propose one headline of ten words.',
  },
];

describe('three agents of one server', () => {
  it('share one pod and are all served', async () => {
    expect(await podsOf(story, 'fleet')).toHaveLength(1);
    expect(await story.kubectl('get', 'a2as', 'fleet')).toMatch(/fleet +True +3\/3 +1\/1/);
    await story.ready(...AGENTS.map(({ name }) => `agentdef/${name}`));
  });

  it.each(AGENTS)('have a card each: $name', async ({ name, card }) => {
    for (const path of ['/card', '/.well-known/agent-card.json']) {
      const served = await ingressFetch(`${BASE}/a2a/agents/${name}${path}`);
      expect(await served.json()).toMatchObject({
        ...card,
        supportedInterfaces: expect.arrayContaining([
          expect.objectContaining({ url: `${BASE}/a2a/agents/${name}` }),
        ]),
      });
    }
  });

  it.each(AGENTS)('answer by their own instructions: $name', async ({ name, words }) => {
    const { task } = await ask(endpoint(`/a2a/agents/${name}`), 'A text');
    expect(task?.status.state).toBe('TASK_STATE_COMPLETED');
    expect(answerOf(task)).toContain(`My instructions begin: "${words}". Message 2 was: A text`);
  });

  it.each(AGENTS)('are found by a client from their card alone: $name', async ({ name, words }) => {
    const cardPath = `/a2a/agents/${name}/card`;
    const caller = { baseUrl: BASE, cardPath, headers, fetch: ingressFetch };
    const client = await officialClient(caller);
    const task = (await client.sendMessage(textMessage('Hello'))) as Task;
    expect(textOf(task.artifacts.flatMap(({ parts }) => parts))).toContain(words);
  });

  it('have one of them at the root', async () => {
    const card = await ingressFetch(`${BASE}/.well-known/agent-card.json`);
    expect(await card.json()).toMatchObject({ name: 'Summarizer' });
    const { task } = await ask(endpoint('/a2a'), 'A text');
    expect(answerOf(task)).toContain('Summarize in three short sentences');
  });

  it('are listed for callers with a key', async () => {
    const list = await ingressFetch(`${BASE}/a2a/agents`, { headers });
    const text = await list.text();
    for (const { name } of AGENTS) expect(text).toContain(`${BASE}/a2a/agents/${name}`);
  });

  it('know nothing of each other’s tasks', async () => {
    const { task } = await ask(endpoint('/a2a/agents/translator'), 'Mine');
    const getTask = (agent: string): Promise<Reply> =>
      call(endpoint(`/a2a/agents/${agent}`), 'GetTask', { id: task?.id });
    expect((await getTask('translator')).task?.id).toBe(task?.id);
    expect(JSON.parse((await getTask('summarizer')).body)).toMatchObject({
      error: { code: -32001 },
    });
  });

  it('do not include one that nobody declared', async () => {
    expect((await ask(endpoint('/a2a/agents/nobody'), 'Hello')).status).toBe(404);
    expect((await ingressFetch(`${BASE}/a2a/agents/nobody/card`)).status).toBe(404);
  });
});
