import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { MANIFESTS, until } from '../test/start-app.ts';
import { freePort } from '../test/free-port.ts';
import { startProcess } from '../test/start-process.ts';
import type { StartedProcess } from '../test/start-process.ts';

// Starting from sources takes a second or two; the bundle takes a fraction of that.
const TIMEOUT_MS = 30_000;

let agents: string;
beforeAll(async () => {
  agents = await mkdtemp(join(tmpdir(), 'main-'));
  await writeFile(join(agents, 'agents.yaml'), MANIFESTS);
});
afterAll(() => rm(agents, { recursive: true }));

const started: StartedProcess[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
});

function start(env: Record<string, string>): StartedProcess {
  const running = startProcess(env);
  started.push(running);
  return running;
}

async function environment(): Promise<Record<string, string>> {
  return {
    A2A_HOST: '127.0.0.1',
    A2A_PORT: String(await freePort()),
    METRICS_PORT: String(await freePort()),
    A2A_AGENTS_DIR: agents,
    A2A_AUTH_ENABLED: 'false',
    LITELLM_URL: 'http://127.0.0.1:1',
    LITELLM_MODEL: 'm',
  };
}

describe('the process', () => {
  test(
    'says all that is wrong with its configuration, a JSON line each, and exits with 1',
    async () => {
      const { output, exitCode } = start({
        A2A_PORT: '99999',
        A2A_AUTH_ENABLED: 'yes',
        MEMORY_PROVIDER: 'postgres',
      });
      expect(await exitCode).toBe(1);
      const lines = output()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { level: string; msg: string });
      expect(lines.map(({ level }) => level)).toEqual(['ERROR', 'ERROR', 'ERROR', 'ERROR']);
      expect(lines.map(({ msg }) => msg.split(':')[0]).sort()).toEqual([
        'A2A_AUTH_ENABLED',
        'A2A_PORT',
        'LITELLM_URL',
        'MEMORY_PROVIDER',
      ]);
    },
    TIMEOUT_MS,
  );

  test(
    'exits with 1 when its port is taken, and says so',
    async () => {
      const env = await environment();
      const other = createServer().listen(Number(env.A2A_PORT), '127.0.0.1');
      await once(other, 'listening');
      const { output, exitCode } = start(env);
      expect(await exitCode).toBe(1);
      expect(output()).toContain('EADDRINUSE');
      other.close();
    },
    TIMEOUT_MS,
  );

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with 0 after %s, and every line of it is JSON',
    async (signal) => {
      const { child, output, exitCode } = start(await environment());
      await until(() => output().includes('agent loaded'), TIMEOUT_MS);
      child.kill(signal);
      expect(await exitCode).toBe(0);
      const lines = output()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
      expect(lines.at(-1)).toMatchObject({
        level: 'INFO',
        logger: 'runtime',
        msg: 'stopped',
        time: expect.any(String),
      });
    },
    TIMEOUT_MS,
  );

  test(
    'ends at once after a second signal',
    async () => {
      const env = await environment();
      const model = createServer(() => undefined).listen(0, '127.0.0.1');
      await once(model, 'listening');
      const { port } = model.address() as { port: number };
      const { child, output, exitCode } = start({
        ...env,
        LITELLM_URL: `http://127.0.0.1:${port}`,
      });
      await until(() => output().includes('agent loaded'), TIMEOUT_MS);
      const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hi' }] };
      const sent = fetch(`http://127.0.0.1:${env.A2A_PORT ?? ''}/a2a/rest/message:send`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ message }),
      }).catch(() => undefined);
      await until(async () => {
        const list = await fetch(`http://127.0.0.1:${env.A2A_PORT ?? ''}/a2a/rest/tasks`);
        return (await list.text()).includes('TASK_STATE_WORKING');
      });
      child.kill('SIGTERM');
      await until(() => output().includes('"stopping"'));
      child.kill('SIGTERM');
      expect(await exitCode).toBe(1);
      await sent;
      model.close();
    },
    TIMEOUT_MS,
  );
});
