import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { docker } from '../../cluster/docker.ts';
import { answerOf, ask, askStreaming, scripted, statusText } from '../../clients/json-rpc.ts';
import { agent } from '../manifests.ts';
import { eventually } from '../story.ts';
import type { Endpoint, TaskJson } from '../../clients/json-rpc.ts';

jest.setTimeout(60_000);

const IMAGE = 'a2a-operator/runtime:newest';
const LARGEST_MB = 180;

let agents: string;
let modelUrl: string;
const containers: string[] = [];
beforeAll(async () => {
  agents = await mkdtemp(join(tmpdir(), 'a2a-agents-'));
  await chmod(agents, 0o755);
  const assistant = agent('assistant', { instructions: { inline: 'Answer.' } });
  await writeFile(join(agents, 'assistant.yaml'), JSON.stringify(assistant));
  const model = await start('a2a-operator/fake-openai:newest');
  modelUrl = `http://${await addressOf(model)}:8080`;
});
afterAll(async () => {
  if (containers.length > 0) await docker('rm', '--force', ...containers);
  await rm(agents, { recursive: true });
});

async function start(...args: string[]): Promise<string> {
  const id = (await docker('run', '--detach', ...args)).trim();
  containers.push(id);
  return id;
}

/** A runtime as locked up as docker can do it. */
function startRuntime(env: Record<string, string> = {}, ...args: string[]): Promise<string> {
  const defaults = { LITELLM_URL: modelUrl, LITELLM_MODEL: 'fake-model', A2A_API_KEYS: 'a-key' };
  const variables = Object.entries({ ...defaults, ...env });
  return start(
    ...['--read-only', '--cap-drop', 'ALL', '--volume', `${agents}:/etc/a2a/agents:ro`],
    ...variables.flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...args,
    IMAGE,
  );
}

async function addressOf(container: string): Promise<string> {
  const path = '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}';
  return (await docker('inspect', '--format', path, container)).trim();
}

/** The root agent of a started runtime, as soon as it answers. */
async function endpointOf(container: string, port = 3000): Promise<Endpoint & { base: string }> {
  const base = `http://${await addressOf(container)}:${port}`;
  await eventually('a ready runtime', async () => (await fetch(`${base}/a2a/readyz`)).ok, 15);
  return { base, url: `${base}/a2a`, headers: { 'X-API-Key': 'a-key' } };
}

async function inspect<T>(object: string): Promise<T> {
  const [found] = JSON.parse(await docker('inspect', object)) as [T];
  return found;
}

describe('the runtime image', () => {
  it('says how it is to be run (D01–D03, D05, D06)', async () => {
    const { Config } = await inspect<{ Config: object }>(IMAGE);
    expect(Config).toMatchObject({
      User: '1000:1000',
      WorkingDir: '/app',
      ExposedPorts: { '3000/tcp': {}, '9090/tcp': {} },
      Healthcheck: { Interval: 30e9, Timeout: 10e9, StartPeriod: 60e9, Retries: 3 },
    });
  });

  it(`unpacks to less than ${LARGEST_MB} MB of a runtime and nothing else (D04)`, async () => {
    const { Size, RootFS } = await inspect<{ Size: number; RootFS: { Layers: string[] } }>(IMAGE);
    expect(Size / 1e6).toBeLessThan(LARGEST_MB);
    expect(RootFS.Layers.length).toBeLessThanOrEqual(2);
  });

  it('serves with a read-only root and no capability, and is healthy', async () => {
    const container = await startRuntime({}, '--health-interval', '1s');
    const endpoint = await endpointOf(container);
    expect(answerOf((await ask(endpoint, 'Hello')).task)).toContain('Message 2 was: Hello');
    await eventually('healthy', async () => {
      const { State } = await inspect<{ State: { Health: { Status: string } } }>(container);
      return State.Health.Status === 'healthy';
    });
  });

  it('listens where it is told, and shows metrics only when told so (C04, C13)', async () => {
    const env = { A2A_PORT: '3100', ENABLE_METRICS: 'false' };
    const container = await startRuntime(env, '--health-interval', '1s');
    const { base } = await endpointOf(container, 3100);
    await expect(fetch(base.replace('3100', '3000'))).rejects.toThrow('fetch failed');
    expect((await fetch(`${base.replace('3100', '9090')}/metrics`)).status).toBe(404);
    await eventually('healthy', async () => {
      const { State } = await inspect<{ State: { Health: { Status: string } } }>(container);
      return State.Health.Status === 'healthy';
    });
  });

  it('names everything that is wrong with its configuration, and ends with 1 (C17, C18)', async () => {
    const env = { A2A_PORT: 'abc', A2A_AUTH_ENABLED: 'yes', MEMORY_PROVIDER: 'postgres' };
    const container = await startRuntime({ ...env, METRICS_PORT: '99999' });
    expect((await docker('wait', container)).trim()).toBe('1');
    const log = await docker('logs', container);
    for (const name of [...Object.keys(env), 'METRICS_PORT']) expect(log).toContain(name);
    expect(log).toContain('PostgreSQL is not a store of this server');
    for (const line of log.trim().split('\n')) {
      expect(JSON.parse(line)).toMatchObject({ level: 'ERROR' });
    }
  });
});

describe('SIGTERM', () => {
  it('takes no more work, lets a stream end, and ends with 0 (D09)', async () => {
    const container = await startRuntime();
    const endpoint = await endpointOf(container);
    const text = 'The last words of a server.';
    const slow = scripted({ text, chunkCharacters: 3, chunkDelayMs: 300 });
    const events = askStreaming(endpoint, slow);
    await events.next();
    await docker('kill', '--signal', 'TERM', container);
    await eventually('unready', async () => {
      const { status } = await fetch(`${endpoint.base}/a2a/readyz`);
      return status === 503;
    });
    expect((await fetch(`${endpoint.base}/a2a/livez`)).status).toBe(200);
    const late = await ask(endpoint, 'Too late');
    expect(late.status).toBe(503);
    expect(late.headers.get('retry-after')).toMatch(/^\d+$/);
    const { streamed, last } = await rest(events);
    expect(streamed).toBe(text);
    expect(last?.state).toBe('TASK_STATE_COMPLETED');
    expect((await docker('wait', container)).trim()).toBe('0');
  });

  it('gives a stream that takes too long a final event, within the grace (D09)', async () => {
    const container = await startRuntime({ A2A_DRAIN_TIMEOUT_SECONDS: '1' });
    const endpoint = await endpointOf(container);
    const text = 'x'.repeat(1000);
    const events = askStreaming(endpoint, scripted({ text, chunkDelayMs: 1000 }));
    await events.next();
    const toldMs = Date.now();
    await docker('kill', '--signal', 'TERM', container);
    const { last } = await rest(events);
    expect(last?.state).toBe('TASK_STATE_FAILED');
    expect(statusText(last)).toContain('The server stopped before the task was done');
    expect((await docker('wait', container)).trim()).toBe('0');
    expect(Date.now() - toldMs).toBeLessThan(1000 + GRACE_MS);
  });
});

/** What the operator adds to the drain time before Kubernetes kills a pod. */
const GRACE_MS = 10_000;

/** What is left of a stream: its text and its last status. */
async function rest(
  events: ReturnType<typeof askStreaming>,
): Promise<{ streamed: string; last: TaskJson['status'] | undefined }> {
  let streamed = '';
  let last: TaskJson['status'] | undefined;
  for await (const { artifactUpdate, statusUpdate } of events) {
    streamed += (artifactUpdate?.artifact.parts ?? []).map((part) => part.text).join('');
    last = statusUpdate?.status ?? last;
  }
  return { streamed, last };
}
