import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../cluster/command.ts';
import { repositoryFolder } from '../cluster/paths.ts';
import { costOf } from './process-cost.ts';
import type { AddressInfo } from 'node:net';
import type { Cost, Program } from './process-cost.ts';

/** Costs of an empty Node.js process and of the runtime with so many agents, run by run. */
export interface ProcessCosts {
  empty: Cost[];
  /** By the number of agents. */
  runtime: Map<number, Cost[]>;
}

/**
 * Builds the bundle and starts it again and again, as the image does, in turns with an empty Node.js
 * process, so that whatever else the machine does falls on both.
 */
export async function processCosts(
  agentCounts: readonly number[],
  runs: number,
): Promise<ProcessCosts> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-bench-'));
  const costs: ProcessCosts = { empty: [], runtime: new Map(agentCounts.map((n) => [n, []])) };
  try {
    const bundle = join(folder, 'bundle');
    const build = [join(repositoryFolder, 'runtime/build.ts'), '--out', bundle, '--bake'];
    await run(process.execPath, build, { folder: repositoryFolder });
    for (let turn = 0; turn < runs; turn += 1) {
      costs.empty.push(await costOf(await emptyProcess()));
      for (const [count, measured] of costs.runtime) {
        measured.push(await costOf(await runtime(folder, bundle, count)));
      }
    }
    return costs;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The least that answers a probe. */
async function emptyProcess(): Promise<Program> {
  const port = await freePort();
  const script = `require('node:http').createServer((_, r) => r.end()).listen(${port}, '127.0.0.1')`;
  return { args: ['--eval', script], env: {}, isReady: () => answers(port, '/') };
}

async function runtime(folder: string, bundle: string, agentCount: number): Promise<Program> {
  const agents = join(folder, `agents-${agentCount}`);
  await writeAgents(agents, agentCount);
  const port = await freePort();
  return {
    // As the image's entry point and the operator's heap flag have it.
    args: ['--max-semi-space-size=1', join(bundle, 'main.mjs')],
    env: {
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: join(bundle, 'compile-cache'),
      NODE_COMPILE_CACHE_PORTABLE: '1',
      NODE_OPTIONS: '--max-old-space-size=384',
      A2A_HOST: '127.0.0.1',
      A2A_PORT: String(port),
      METRICS_PORT: String(await freePort()),
      A2A_AGENTS_DIR: agents,
      A2A_API_KEYS: 'a-key-of-the-bench',
      LITELLM_URL: 'http://127.0.0.1:9',
      LITELLM_MODEL: 'no-model',
    },
    isReady: () => answers(port, '/a2a/readyz'),
  };
}

/** Agents as the operator renders them into the ConfigMap. */
async function writeAgents(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let number = 0; number < count; number += 1) {
    const name = `agent-${number}`;
    const spec = {
      description: `The agent ${number} of a bench.`,
      version: '1.0.0',
      inputModes: ['text/plain'],
      outputModes: ['text/plain'],
      instructions: { inline: 'You are an agent of a bench. '.repeat(20) },
    };
    const file = { schemaVersion: 1, name, generation: 1, spec };
    await writeFile(join(folder, `${name}.json`), JSON.stringify(file));
  }
}

/** A fresh connection each time: `fetch` would take longer than what is measured. */
function answers(port: number, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on('error', reject)
      .end();
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
