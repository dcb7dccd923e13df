import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { get, openStream, rpc, sendParams, string } from '../test/client.ts';
import { startApp, until } from '../test/start-app.ts';
import type { Json } from '../test/client.ts';
import type { TestApp } from '../test/start-app.ts';

const SLOW = { text: 'a slow answer', chunkCharacters: 1, chunkDelayMs: 150, times: 1 };
const DRAIN_SECONDS = 1;

let app: TestApp;
beforeEach(async () => {
  app = await startApp({ drainTimeoutSeconds: DRAIN_SECONDS });
  await declare({ greeter: {}, other: {} });
  await until(async () => (await get(endpoint('other'))).status === 200);
});
afterEach(() => app.close());

/** Writes the folder: these agents and no others. */
async function declare(agents: Record<string, object>): Promise<void> {
  const manifests = Object.entries(agents).map(([name, spec]) =>
    JSON.stringify({
      kind: 'AgentDefinition',
      metadata: { name },
      spec: { description: `The agent ${name}.`, ...spec },
    }),
  );
  await writeFile(join(app.agentsDir, 'agents.yaml'), manifests.join('\n---\n'));
}

const endpoint = (name = 'greeter'): string => `${app.url}/a2a/agents/${name}`;

async function stands(says: string): Promise<void> {
  await until(async () => string((await get(endpoint())).body.error?.message).includes(says));
}

interface Running {
  id: string;
  /** What its status says at the end. */
  end: Promise<Json | undefined>;
}

/** A task that answers for about two seconds. */
async function runningTask(): Promise<Running> {
  const asked = app.model.requests.length;
  app.model.script = SLOW;
  const body = { jsonrpc: '2.0', id: 1, method: 'SendStreamingMessage', params: sendParams('hi') };
  const { events } = await openStream(endpoint(), body, { 'A2A-Version': '1.0' });
  const { value: first } = (await events.next()) as { value: Json };
  await until(() => app.model.requests.length > asked);
  const end = (async () => {
    let last: Json | undefined;
    for await (const event of events) last = event;
    return last?.result?.statusUpdate?.status;
  })();
  return { id: string(first.result?.task?.id), end };
}

function said(status: Json | undefined): string {
  return `${string(status?.state)}: ${string(status?.message?.parts?.[0]?.text)}`;
}

async function stateOf(id: string): Promise<string> {
  const { body } = await rpc(endpoint(), 'GetTask', { id });
  return string(body.result?.status?.state);
}

const SUSPENDED = 'The agent is suspended; tasks that it has had can still be read.';
const REMOVED = 'The agent was removed; tasks that it has had can still be read.';

describe.each([
  { how: 'suspended', without: { greeter: { suspend: true }, other: {} }, says: SUSPENDED },
  { how: 'removed', without: { other: {} }, says: REMOVED },
])('an agent that is $how', ({ without, says }) => {
  test('refuses new messages in every binding, and says why', async () => {
    await declare(without);
    await stands(says);
    const refused = await rpc(endpoint(), 'SendMessage', sendParams('hi'));
    expect(refused).toMatchObject({
      status: 404,
      body: { error: { code: -32044, message: says } },
    });
    const rest = await fetch(`${endpoint()}/rest/message:send`, {
      method: 'POST',
      headers: { 'A2A-Version': '1.0', 'Content-Type': 'application/json' },
      body: JSON.stringify(sendParams('hi')),
    });
    expect([rest.status, await rest.json()]).toMatchObject([404, { error: { message: says } }]);
    expect((await rpc(endpoint('other'), 'SendMessage', sendParams('hi'))).status).toBe(200);
  });

  test('is in no list, and shows no card', async () => {
    await declare(without);
    await stands(says);
    const list = await get(`${app.url}/a2a/agents`);
    expect((list.body.agents as unknown as Json[]).map(({ name }) => name)).toEqual(['other']);
    const card = await get(`${endpoint()}/.well-known/agent-card.json`);
    expect(card).toMatchObject({ status: 404, body: { error: { message: says } } });
  });

  test('still shows the tasks that it has had', async () => {
    const sent = await rpc(endpoint(), 'SendMessage', sendParams('hi'));
    const id = string(sent.body.result?.task?.id);
    await declare(without);
    await stands(says);
    expect(await stateOf(id)).toBe('TASK_STATE_COMPLETED');
    const list = await rpc(endpoint(), 'ListTasks', {});
    expect(list.body.result?.totalSize).toBe(1);
  });

  test('serves again when it comes back', async () => {
    await declare(without);
    await stands(says);
    await declare({ greeter: {} });
    await until(async () => (await get(endpoint())).status === 200);
    expect((await rpc(endpoint(), 'SendMessage', sendParams('hi'))).status).toBe(200);
  });
});

describe('a task that is running', () => {
  test('ends with the version of the agent that it began with', async () => {
    const task = await runningTask();
    const edited = { description: 'Edited.', instructions: { inline: 'New.' } };
    await declare({ greeter: edited, other: {} });
    await until(async () => string((await get(endpoint())).body.description) === 'Edited.');
    expect(said(await task.end)).toContain('TASK_STATE_COMPLETED');
    await rpc(endpoint(), 'SendMessage', sendParams('again'));
    const systems = app.model.requests.map(({ body }) => JSON.stringify(body.messages));
    expect(systems.map((messages) => messages.includes('New.'))).toEqual([false, true]);
  });

  test('is canceled when its agent is suspended', async () => {
    const task = await runningTask();
    await declare({ greeter: { suspend: true }, other: {} });
    expect(said(await task.end)).toBe('TASK_STATE_CANCELED: The agent was suspended.');
    expect(await stateOf(task.id)).toBe('TASK_STATE_CANCELED');
  });

  test('is canceled when its agent is removed, but only after the drain time', async () => {
    const task = await runningTask();
    const startedAt = Date.now();
    await declare({ other: {} });
    expect(said(await task.end)).toBe('TASK_STATE_CANCELED: The agent was removed.');
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(DRAIN_SECONDS * 1000);
    expect(await stateOf(task.id)).toBe('TASK_STATE_CANCELED');
  });

  test('goes on when its agent comes back within the drain time', async () => {
    const task = await runningTask();
    await declare({ other: {} });
    await stands(REMOVED);
    await declare({ greeter: {}, other: {} });
    expect(said(await task.end)).toContain('TASK_STATE_COMPLETED');
  });

  test('can be canceled by its caller while its agent has gone', async () => {
    const task = await runningTask();
    await declare({ other: {} });
    await stands(REMOVED);
    expect((await rpc(endpoint(), 'CancelTask', { id: task.id })).status).toBe(200);
    expect(said(await task.end)).toContain('TASK_STATE_CANCELED: The caller canceled');
  });
});

test('a server whose only agent is suspended stays ready, to say so', async () => {
  await declare({ greeter: { suspend: true } });
  await stands(SUSPENDED);
  expect((await get(`${app.url}/a2a/readyz`)).status).toBe(200);
  const root = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hi'));
  expect(root).toMatchObject({ status: 404, body: { error: { message: SUSPENDED } } });
});

test('a suspended agent needs no Secret, and is reported as it is declared', async () => {
  const apiKeySecretRef = { name: 'nowhere', key: 'key' };
  await declare({ greeter: { suspend: true, model: { apiKeySecretRef } }, other: {} });
  await stands('The agent is suspended');
  const { body } = await get(`${app.opsUrl}/status`);
  expect(body.agents).toContainEqual(expect.objectContaining({ name: 'greeter', loaded: true }));
});
