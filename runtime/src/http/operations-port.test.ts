import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { get, rpc, sendParams } from '../../test/client.ts';
import { startApp, until } from '../../test/start-app.ts';
import type { Json } from '../../test/client.ts';
import type { TestApp } from '../../test/start-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

function textOf(task: Json | undefined): unknown {
  return task?.artifacts?.[0]?.parts?.[0]?.text;
}

describe('the operations port', () => {
  test('counts what happened, under the names of the contract', async () => {
    await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hello'));
    await rpc(`${app.url}/a2a`, 'NoSuchMethod', {});
    await rpc(`${app.url}/a2a`, 'SendMessage', {});
    const text = await (await fetch(`${app.opsUrl}/metrics`)).text();
    for (const line of [
      /^a2a_requests_total\{method="POST",status="200"\} \d+/m,
      /^a2a_request_duration_seconds_count \d+/m,
      /^a2a_rpc_requests_total\{rpc_method="SendMessage",agent="greeter",code="OK"\} \d+/m,
      /^a2a_rpc_requests_total\{rpc_method="SendMessage",agent="greeter",code="INVALID_PARAMS"\} \d+/m,
      /^a2a_rpc_requests_total\{rpc_method="unknown",agent="greeter",code="METHOD_NOT_FOUND"\} \d+/m,
      /^a2a_tasks_total\{agent="greeter",state="completed"\} \d+/m,
      /^a2a_tasks_in_flight\{agent="greeter"\} 0/m,
      /^a2a_task_duration_seconds_count \d+/m,
      /^a2a_time_to_first_event_seconds_count \d+/m,
      /^a2a_sse_streams 0/m,
      /^agent_llm_calls_total\{agent="greeter",model="fake-model",outcome="ok"\} \d+/m,
      /^agent_llm_duration_seconds_count \d+/m,
      /^agent_llm_time_to_first_token_seconds_count \d+/m,
      /^agent_tokens_total\{agent="greeter",model="fake-model",type="output"\} \d+/m,
      /^process_resident_memory_bytes /m,
      /^nodejs_eventloop_lag_p99_seconds /m,
    ]) {
      expect(text).toMatch(line);
    }
    expect(text).not.toContain('NoSuchMethod');
  });

  test('tells the operator what is served', async () => {
    const { body } = await get(`${app.opsUrl}/status`);
    expect(body).toEqual({
      version: '0.1.0',
      revision: expect.stringMatching(/^[0-9a-f]{16}$/),
      schemaVersions: [1],
      draining: false,
      agents: [
        { name: 'greeter', generation: 2, loaded: true },
        { name: 'json-only', generation: 0, loaded: true },
      ],
      dependencies: {
        memory: { state: 'Reachable', checks: expect.any(Number) },
        model: { state: 'Reachable', checks: expect.any(Number) },
      },
    });
    const { body: next } = await get(`${app.opsUrl}/status`);
    expect(Number(next.dependencies?.memory?.checks)).toBe(
      Number(body.dependencies?.memory?.checks) + 1,
    );
  });

  test('has nothing else', async () => {
    expect((await get(`${app.opsUrl}/a2a/livez`)).status).toBe(404);
  });
});

describe('an edit of the agents folder', () => {
  test('is live without a restart, and a running task keeps its version', async () => {
    const edited = await startApp();
    try {
      edited.model.script = { text: 'slow', delayMs: 500, times: 1 };
      const running = rpc(`${edited.url}/a2a`, 'SendMessage', sendParams('before'));
      await until(() => edited.model.requests.length === 1);
      const manifest =
        'kind: AgentDefinition\nmetadata: {name: greeter}\nspec: {description: New, instructions: {inline: New words.}}';
      await writeFile(join(edited.agentsDir, 'agents.yaml'), manifest);
      await until(async () => {
        const { body } = await get(`${edited.url}/.well-known/agent-card.json`);
        return body.description === ('New' as unknown);
      });
      const after = await rpc(`${edited.url}/a2a`, 'SendMessage', sendParams('after'));
      expect(textOf(after.body.result?.task)).toContain('New words.');
      expect(textOf((await running).body.result?.task)).toBe('slow');
      expect((await get(`${edited.url}/a2a/agents/json-only/card`)).status).toBe(404);
    } finally {
      await edited.close();
    }
  });

  test('that breaks a file keeps the previous agents and says so', async () => {
    const broken = await startApp();
    try {
      await writeFile(join(broken.agentsDir, 'agents.yaml'), 'kind: [');
      await until(async () => {
        const { body } = await get(`${broken.opsUrl}/status`);
        return body.agents?.[0]?.loaded === (false as unknown);
      });
      const { body } = await get(`${broken.opsUrl}/status`);
      expect(body.agents?.[0]).toMatchObject({
        name: 'greeter',
        generation: 2,
        message: expect.stringContaining('agents.yaml'),
      });
      const answer = await rpc(`${broken.url}/a2a`, 'SendMessage', sendParams('hello'));
      expect(answer.body.result?.task?.status?.state).toBe('TASK_STATE_COMPLETED');
    } finally {
      await broken.close();
    }
  });

  test('is noticed when Kubernetes swaps the folder behind a link', async () => {
    const mounted = await startApp();
    try {
      await mkdir(join(mounted.agentsDir, '..data'));
      await writeFile(join(mounted.agentsDir, '..data', 'ignored.yaml'), 'kind: [');
      const { body } = await get(`${mounted.opsUrl}/status`);
      expect(body.agents?.[0]?.loaded).toBe(true);
    } finally {
      await mounted.close();
    }
  });
});
