import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/ops/clock.ts';
import { startRuntime } from '../src/runtime.ts';
import { fakeOpenAi } from './fake-openai/server.ts';
import { testTelemetry } from './telemetry.ts';
import type { AddressInfo } from 'node:net';
import type { RuntimeConfig } from '../src/config.ts';
import type { Runtime } from '../src/runtime.ts';
import type { FakeState } from './fake-openai/server.ts';
import type { TestTelemetry } from './telemetry.ts';

/** The whole runtime on loopback, with a fake model behind it. */
export interface TestApp {
  /** `http://127.0.0.1:<port>` */
  url: string;
  opsUrl: string;
  runtime: Runtime;
  model: FakeState;
  telemetry: TestTelemetry;
  agentsDir: string;
  /** Stops everything and removes the agents folder. */
  close(): Promise<void>;
}

/** Agents of the default folder; `greeter` is the default agent. */
export const MANIFESTS = `
kind: AgentDefinition
metadata: { name: greeter, generation: 2 }
spec:
  description: Greets people.
  instructions: { inline: You greet people. }
---
kind: AgentDefinition
metadata: { name: json-only }
spec:
  description: Reads JSON.
  inputModes: [application/json]
  outputModes: [application/json]
  model: { name: other-model, params: { temperature: 0 } }
`;

/** Starts the runtime on free ports and waits until it has read its agents. */
export async function startApp(changes: Partial<RuntimeConfig> = {}): Promise<TestApp> {
  const agentsDir = await mkdtemp(join(tmpdir(), 'agents-'));
  await writeFile(join(agentsDir, 'agents.yaml'), MANIFESTS);
  const { server: modelServer, state: model } = fakeOpenAi();
  modelServer.listen(0, '127.0.0.1');
  await once(modelServer, 'listening');
  const { port: modelPort } = modelServer.address() as AddressInfo;
  const telemetry = testTelemetry();
  const config = testConfig(agentsDir, `http://127.0.0.1:${modelPort}`);
  const runtime = await startRuntime(
    { ...config, ...changes },
    { clock: systemClock, log: telemetry.log, registry: telemetry.registry, newId: randomUUID },
  );
  const app = {
    url: `http://127.0.0.1:${runtime.port}`,
    opsUrl: `http://127.0.0.1:${runtime.metricsPort}`,
    runtime,
    model,
    telemetry,
    agentsDir,
    async close() {
      await runtime.stop();
      modelServer.close();
      modelServer.closeAllConnections();
      await rm(agentsDir, { recursive: true, force: true });
    },
  };
  await until(async () => (await fetch(`${app.url}/a2a/startupz`)).ok);
  return app;
}

/** A configuration for loopback without authentication. */
export function testConfig(agentsDir: string, modelUrl: string): RuntimeConfig {
  return {
    host: '127.0.0.1',
    port: 0,
    metricsEnabled: true,
    metricsPort: 0,
    logLevel: 'DEBUG',
    agentsDir,
    secretsDir: `${agentsDir}-secrets`,
    publicUrl: 'https://agents.example.com',
    auth: { enabled: false },
    model: {
      url: modelUrl,
      defaultModel: 'fake-model',
      apiKey: { text: 'sk-model-key' },
      timeoutSeconds: 20,
      maxConcurrentCalls: 8,
    },
    terminalSeconds: 86_400,
    pausedSeconds: 86_400,
    conversationSeconds: 86_400,
    drainTimeoutSeconds: 5,
  };
}

/** Polls until the condition holds; rejects with a sentence when it does not in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
