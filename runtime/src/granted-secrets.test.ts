import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { get, rpc, sendParams, string } from '../test/client.ts';
import { startApp, until } from '../test/start-app.ts';
import type { Json } from '../test/client.ts';
import type { TestApp } from '../test/start-app.ts';

let app: TestApp;
let secretsDir: string;
beforeEach(async () => {
  app = await startApp();
  secretsDir = `${app.agentsDir}-secrets`;
  await grant('team-key', { key: 'sk-of-the-team\n' });
});
afterEach(async () => {
  await rm(secretsDir, { recursive: true, force: true });
  await app.close();
});

async function grant(name: string, data: Record<string, string>): Promise<void> {
  await mkdir(join(secretsDir, name), { recursive: true });
  for (const [key, value] of Object.entries(data)) {
    await writeFile(join(secretsDir, name, key), value);
  }
}

/** Serves one agent that refers to a key of a Secret. */
async function serve(name: string, key: string): Promise<void> {
  const spec = { description: `Uses ${name}/${key}.`, model: { apiKeySecretRef: { name, key } } };
  const manifest = { kind: 'AgentDefinition', metadata: { name: 'agent' }, spec };
  await writeFile(join(app.agentsDir, 'agents.yaml'), JSON.stringify(manifest));
  await until(async () => (await reported()) !== undefined);
}

/** What the pod says of the agent to the operator. */
async function reported(): Promise<Json | undefined> {
  const { body } = await get(`${app.opsUrl}/status`);
  return (body.agents as unknown as Json[]).find(({ name }) => string(name) === 'agent');
}

/** The state that a message ends in, and what it says. */
async function said(): Promise<string> {
  const { body } = await rpc(`${app.url}/a2a/agents/agent`, 'SendMessage', sendParams('hi'));
  const { state, message } = body.result?.task?.status ?? {};
  return `${string(state)} ${string(message?.parts?.[0]?.text)}`.trim();
}

const sent = (): string[] =>
  app.model.requests.map(({ headers }) => headers.authorization ?? 'nothing');

const MISSING = "TASK_STATE_FAILED The agent's own key for the model proxy is missing.";

describe('an agent with a key of its own', () => {
  test("calls the model with it instead of the server's", async () => {
    await serve('team-key', 'key');
    expect(await said()).toBe('TASK_STATE_COMPLETED');
    expect(sent()).toEqual(['Bearer sk-of-the-team']);
    expect(await reported()).toMatchObject({ loaded: true });
  });

  test('uses a rotated key with the next call, and none that was taken away', async () => {
    await serve('team-key', 'key');
    await grant('team-key', { key: 'sk-rotated' });
    expect(await said()).toBe('TASK_STATE_COMPLETED');
    expect(sent()).toEqual(['Bearer sk-rotated']);
    await rm(join(secretsDir, 'team-key', 'key'));
    expect(await said()).toBe(MISSING);
    expect(sent()).toHaveLength(1);
  });

  test.each([
    { reason: 'the Secret is not there yet', name: 'empty', key: 'key' },
    { reason: 'the Secret has no such key', name: 'team-key', key: 'other' },
    { reason: 'the key has two lines', name: 'odd', key: 'lines' },
    { reason: 'the key is no header', name: 'odd', key: 'foreign' },
    { reason: 'the key is empty', name: 'odd', key: 'nothing' },
  ])("is never given the server's key, and says why to the operator: $reason", async (of) => {
    await grant('empty', {});
    await grant('odd', { lines: 'sk-a\nsk-b', foreign: 'sk-€', nothing: '' });
    await serve(of.name, of.key);
    expect(await said()).toBe(MISSING);
    expect(sent()).toEqual([]);
    expect(await reported()).toMatchObject({
      loaded: false,
      message: `spec.model.apiKeySecretRef: this pod has no key "${of.key}" of Secret "${of.name}", or it is no credential (one line of ASCII without spaces); create it`,
    });
  });

  test('has it as soon as it is there', async () => {
    await grant('late', {});
    await serve('late', 'key');
    await grant('late', { key: 'sk-late' });
    expect(await said()).toBe('TASK_STATE_COMPLETED');
    expect(await reported()).toMatchObject({ loaded: true });
  });
});

test('an agent keeps its version on a pod that does not mount the Secret that the next one needs', async () => {
  const manifest = (model: object): string =>
    JSON.stringify({
      kind: 'AgentDefinition',
      metadata: { name: 'agent' },
      spec: { description: 'd', model },
    });
  const file = join(app.agentsDir, 'agents.yaml');
  await writeFile(file, manifest({}));
  await until(async () => (await reported()) !== undefined);
  await writeFile(file, manifest({ apiKeySecretRef: { name: 'next-template', key: 'key' } }));
  await until(async () => string((await reported())?.message) !== '');
  expect(await reported()).toMatchObject({
    loaded: false,
    message: 'spec.model.apiKeySecretRef: this pod does not mount Secret "next-template"',
  });
  expect(await said()).toBe('TASK_STATE_COMPLETED');
  await grant('next-template', { key: 'sk-next' });
  await until(async () => string((await reported())?.message) === '', 15_000);
  await said();
  expect(sent().at(-1)).toBe('Bearer sk-next');
}, 20_000);

test.each([
  { attack: 'a name that leads out of the folder', name: '../team-key', key: 'key' },
  { attack: 'a name that is a path', name: 'team-key/../..', key: 'etc' },
  { attack: 'an absolute name', name: '/etc', key: 'hostname' },
  { attack: 'a key that leads out of the folder', name: 'team-key', key: '../../secret' },
  { attack: 'a key that is the folder above', name: 'team-key', key: '..' },
  { attack: 'the link that the kubelet swaps', name: 'team-key', key: '..data' },
])('no author of agents reaches another file: $attack', async ({ name, key }) => {
  await serve(name, key);
  const { message } = (await reported()) ?? {};
  expect(string(message)).toMatch(/^spec\.model\.apiKeySecretRef\.(name|key): must match pattern/);
  expect((await get(`${app.url}/a2a/agents/agent`)).status).toBe(404);
});
