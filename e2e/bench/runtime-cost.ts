import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../cluster/command.ts';
import { repositoryFolder } from '../cluster/paths.ts';
import { waitFor } from '../cluster/wait.ts';
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
    const bundle = await builtBundle(folder);
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

/**
 * What the runtime has in memory after it has read one edit after the other: first after a tenth of them, when
 * everything that edits need is there, then after all.
 */
export async function editCost(agentCount: number, edits: number): Promise<[number, number]> {
  const folder = await mkdtemp(join(tmpdir(), 'a2a-bench-'));
  try {
    const program = await runtime(folder, await builtBundle(folder), agentCount);
    const edit = (from: number, to: number) => async (): Promise<void> => {
      for (let number = from; number < to; number += 1) await editAgent(program, number);
    };
    const warm = await costOf({ ...program, exercise: edit(0, edits / 10) });
    const whole = await costOf({ ...program, exercise: edit(edits / 10, edits + edits / 10) });
    return [warm.exercisedMb ?? Number.NaN, whole.exercisedMb ?? Number.NaN];
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Edits one agent, and resolves when the runtime has read it. */
async function editAgent({ agents, statusUrl }: RuntimeProgram, number: number): Promise<void> {
  const revision = async (): Promise<string> =>
    ((await (await fetch(statusUrl)).json()) as { revision: string }).revision;
  const before = await revision();
  const file = join(agents, 'agent-0.json');
  await writeFile(`${file}.new`, agentFile(0, `Edit ${number}. `.repeat(50)));
  await rename(`${file}.new`, file);
  const isRead = async (): Promise<boolean> => (await revision()) !== before;
  await waitFor('the edit', isRead, { seconds: 20, everyMilliseconds: POLL_MS });
}

const POLL_MS = 5;

async function builtBundle(folder: string): Promise<string> {
  const bundle = join(folder, 'bundle');
  const build = [join(repositoryFolder, 'runtime/build.ts'), '--out', bundle, '--bake'];
  await run(process.execPath, build, { folder: repositoryFolder });
  return bundle;
}

/** The least that answers a probe. */
async function emptyProcess(): Promise<Program> {
  const port = await freePort();
  const script = `require('node:http').createServer((_, r) => r.end()).listen(${port}, '127.0.0.1')`;
  return { args: ['--eval', script], env: {}, isReady: () => answers(port, '/') };
}

/** The runtime, where its agents are, and where it says which it has read. */
interface RuntimeProgram extends Program {
  agents: string;
  statusUrl: string;
}

async function runtime(
  folder: string,
  bundle: string,
  agentCount: number,
): Promise<RuntimeProgram> {
  const agents = join(folder, `agents-${agentCount}`);
  await writeAgents(agents, agentCount);
  const port = await freePort();
  const metricsPort = await freePort();
  return {
    agents,
    statusUrl: `http://127.0.0.1:${metricsPort}/status`,
    // As the image's entry point and the operator's heap flag have it.
    args: ['--max-semi-space-size=1', join(bundle, 'main.mjs')],
    env: {
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: join(bundle, 'compile-cache'),
      NODE_COMPILE_CACHE_PORTABLE: '1',
      NODE_OPTIONS: '--max-old-space-size=384',
      A2A_HOST: '127.0.0.1',
      A2A_PORT: String(port),
      METRICS_PORT: String(metricsPort),
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
    const text = agentFile(number, 'You are an agent of a bench. '.repeat(20));
    await writeFile(join(folder, `agent-${number}.json`), text);
  }
}

function agentFile(number: number, inline: string): string {
  const spec = {
    description: `The agent ${number} of a bench.`,
    version: '1.0.0',
    inputModes: ['text/plain'],
    outputModes: ['text/plain'],
    instructions: { inline },
  };
  return JSON.stringify({ schemaVersion: 1, name: `agent-${number}`, generation: 1, spec });
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
