import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentFileName, renderAgentFile } from '../src/contract/agent-file.ts';
import { fakeOpenAi } from '../test/fake-openai/server.ts';
import type { ChildProcess } from 'node:child_process';
import type { AddressInfo } from 'node:net';

/** Flags of the image's entry point; the cache is only used by a process with the same ones. */
const NODE_FLAGS = ['--max-semi-space-size=1'];

/**
 * Runs the bundle once, with a message in each protocol version, and keeps what node has compiled
 * in `<bundle>/compile-cache`. The cache is of use only to the same build of node, from any path.
 */
export async function bakeCompileCache(bundle: string): Promise<void> {
  const agents = await mkdtemp(join(tmpdir(), 'bake-'));
  const { server } = fakeOpenAi();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await writeFile(join(agents, agentFileName('baker')), renderAgentFile(AGENT));
    const runtime = start(bundle, agents, (server.address() as AddressInfo).port);
    await serving(runtime);
    await use();
    const exit = once(runtime, 'exit');
    runtime.kill('SIGTERM');
    const [code] = (await exit) as [number];
    if (code !== 0) throw new Error(`the bundle ended with ${code}`);
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(agents, { recursive: true });
  }
}

const AGENT = {
  name: 'baker',
  generation: 1,
  spec: {
    description: 'Warms the compile cache.',
    version: '1.0.0',
    inputModes: ['text/plain' as const],
    outputModes: ['text/plain' as const],
  },
};

function start(bundle: string, agents: string, modelPort: number): ChildProcess {
  // eslint-disable-next-line no-restricted-globals -- the cache is for the node that runs this
  return spawn(process.execPath, [...NODE_FLAGS, join(bundle, 'main.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      NODE_COMPILE_CACHE: join(bundle, 'compile-cache'),
      NODE_COMPILE_CACHE_PORTABLE: '1',
      A2A_HOST: '127.0.0.1',
      A2A_PORT: String(PORT),
      METRICS_PORT: String(PORT + 1),
      A2A_AGENTS_DIR: agents,
      A2A_AUTH_ENABLED: 'true',
      A2A_API_KEYS: API_KEY,
      LITELLM_URL: `http://127.0.0.1:${modelPort}`,
      LITELLM_MODEL: 'fake-model',
    },
  });
}

// Nothing else runs in a build container; 0 is no value that the configuration takes.
const PORT = 34571;
const API_KEY = 'bake';

/** Resolves when the runtime says that it serves its agent; reads on, so that it can go on writing. */
async function serving(runtime: ChildProcess): Promise<void> {
  let seen = '';
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  runtime.stdout?.on('data', (text: Buffer) => {
    seen += String(text);
    if (seen.includes('"agent loaded"')) resolve(undefined);
  });
  runtime.once('exit', () => {
    reject(new Error(`the bundle does not serve: ${seen}`));
  });
  await promise;
}

async function use(): Promise<void> {
  const base = `http://127.0.0.1:${PORT}`;
  const parts = [{ kind: 'text', text: 'hello' }];
  const send = (version: string, method: string, role: string): Promise<Response> =>
    fetch(`${base}/a2a`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'A2A-Version': version, 'X-API-Key': API_KEY },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method,
        params: { message: { messageId: method, role, parts } },
      }),
    });
  const responses = [
    await fetch(`${base}/.well-known/agent-card.json`),
    await send('1.0', 'SendStreamingMessage', 'ROLE_USER'),
    await send('0.3', 'message/send', 'user'),
    await fetch(`${base}/a2a/health`),
  ];
  for (const response of responses) {
    const text = await response.text();
    if (!response.ok || /"error"|_FAILED|"failed"/.test(text))
      throw new Error(`baking failed: ${text}`);
  }
}
