import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask } from '../../clients/json-rpc.ts';
import { run } from '../../cluster/command.ts';
import { composeEnvironment } from '../../cluster/compose.ts';
import { docker } from '../../cluster/docker.ts';
import { repositoryFolder } from '../../cluster/paths.ts';
import { litellmImage } from '../../cluster/stock-images.ts';
import { eventually } from '../story.ts';
import type { Endpoint } from '../../clients/json-rpc.ts';

jest.setTimeout(240_000);

const PORT = '3002';
const FILES = ['compose.yaml', 'fake-model.yaml'].flatMap((file) => [
  '--file',
  `config/compose/${file}`,
]);
const SETTINGS = {
  A2A_PORT: PORT,
  A2A_API_KEYS: randomBytes(20).toString('hex'),
  REDIS_PASSWORD: randomBytes(20).toString('hex'),
  LITELLM_MASTER_KEY: `sk-${randomBytes(20).toString('hex')}`,
  OPENAI_API_KEY: 'none-needed',
};
const endpoint: Endpoint = {
  url: `http://127.0.0.1:${PORT}/a2a`,
  headers: { 'X-API-Key': SETTINGS.A2A_API_KEYS },
};

let client: Record<string, string>;
beforeAll(async () => {
  client = await composeEnvironment();
  await compose('up', '--wait');
});
afterAll(() => compose('down', '--volumes'));

function compose(...args: readonly string[]): Promise<string> {
  return composeWith(SETTINGS, ...args);
}

/** Runs `docker compose`, as a project of this story's own, with these settings. */
function composeWith(
  settings: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<string> {
  const command = ['compose', '--project-name', 'a2a-story', ...FILES, ...args];
  const environment = { ...client, ...settings };
  return run('/usr/bin/docker', command, { environment, folder: repositoryFolder });
}

interface Container {
  Config: { Image: string; Healthcheck: object };
  HostConfig: { PortBindings: object; RestartPolicy: { Name: string } };
  State: { StartedAt: string; Health: { Status: string; Log: { End: string }[] } };
}

async function containerOf(service: string): Promise<Container> {
  const id = (await compose('ps', '--quiet', service)).trim();
  const [container] = JSON.parse(await docker('inspect', id)) as [Container];
  return container;
}

describe('a server by compose (D07 without nginx, D08)', () => {
  it('is asked for its health as its image says, and is healthy within a minute', async () => {
    const { Config, State } = await containerOf('a2a-server');
    const [image] = JSON.parse(await docker('inspect', Config.Image)) as [Container];
    expect(Config.Healthcheck).toEqual(image.Config.Healthcheck);
    expect(State.Health.Status).toBe('healthy');
    const [first] = State.Health.Log;
    const tookMs = Date.parse(first?.End ?? '') - Date.parse(State.StartedAt);
    expect(tookMs).toBeLessThan(60_000);
  });

  it('answers with a key, and refuses without one', async () => {
    const { task } = await ask(endpoint, 'Good morning');
    expect(answerOf(task)).toContain('was: Good morning');
    expect((await ask({ url: endpoint.url }, 'Good morning')).status).toBe(401);
  });

  it('goes on with a conversation after all of it was started anew', async () => {
    const { task } = await ask(endpoint, 'My name is Ada.');
    await compose('restart');
    await eventually(
      'a ready server',
      async () => (await fetch(`${endpoint.url}/readyz`).catch(() => undefined))?.ok,
      120,
    );
    const continued = await eventually(
      'an answer',
      async () => {
        const reply = await ask(endpoint, 'What is my name?', task?.contextId);
        return answerOf(reply.task) === '' ? undefined : reply;
      },
      120,
    );
    expect(answerOf(continued.task)).toContain('Message 4 was: What is my name?');
  });

  it.each(['redis', 'litellm', 'fake-openai'])('publishes no port of %s', async (service) => {
    expect((await containerOf(service)).HostConfig.PortBindings).toEqual({});
  });

  it('publishes its own port on this machine only', async () => {
    const { PortBindings, RestartPolicy } = (await containerOf('a2a-server')).HostConfig;
    expect(PortBindings).toEqual({ '3000/tcp': [{ HostIp: '127.0.0.1', HostPort: PORT }] });
    expect(RestartPolicy.Name).toBe('unless-stopped');
  });

  it('keeps its secrets out of every process list', async () => {
    const listed = await compose('top');
    expect(listed).toContain('redis-server');
    const { REDIS_PASSWORD, LITELLM_MASTER_KEY, A2A_API_KEYS } = SETTINGS;
    for (const secret of [REDIS_PASSWORD, LITELLM_MASTER_KEY, A2A_API_KEYS]) {
      expect(listed).not.toContain(secret);
    }
  });

  it('runs the LiteLLM that the cluster is tested with', async () => {
    const { Config } = await containerOf('litellm');
    expect(Config.Image).toBe(litellmImage);
  });
});

describe('a setting that is missing', () => {
  it.each(['A2A_API_KEYS', 'REDIS_PASSWORD', 'LITELLM_MASTER_KEY', 'OPENAI_API_KEY'])(
    'is named with the remedy: %s',
    async (name) => {
      const others = { ...SETTINGS, [name]: '' };
      await expect(composeWith(others, 'config')).rejects.toThrow(
        new RegExp(`required variable ${name} is missing a value: set it to `),
      );
    },
  );
});
