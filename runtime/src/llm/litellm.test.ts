import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ModelError } from '../agent/types.ts';
import { connection } from './connection.ts';
import { liteLlm } from './litellm.ts';
import { fakeOpenAi } from '../../test/fake-openai/server.ts';
import { manualClock } from '../../test/manual-clock.ts';
import { until } from '../../test/start-app.ts';
import { testTelemetry } from '../../test/telemetry.ts';
import type { AddressInfo, Server } from 'node:net';
import type { Complete, CompletionPart, CompletionRequest } from '../agent/types.ts';
import type { Connection } from './connection.ts';
import type { FakeOpenAi } from '../../test/fake-openai/server.ts';
import type { ManualClock } from '../../test/manual-clock.ts';
import type { TestTelemetry } from '../../test/telemetry.ts';

const REQUEST: CompletionRequest = {
  agent: 'greeter',
  model: 'fake-model',
  messages: [{ role: 'user', content: 'hi' }],
  params: { temperature: 0.5 },
  sessionId: 'ctx-1',
};

let fake: FakeOpenAi;
let pool: Connection;
let clock: ManualClock;
let telemetry: TestTelemetry;
let complete: Complete;
let apiKey: string | undefined = 'sk-key-1';

beforeEach(async () => {
  fake = fakeOpenAi();
  fake.server.listen(0, '127.0.0.1');
  await once(fake.server, 'listening');
  const { port } = fake.server.address() as AddressInfo;
  clock = manualClock();
  telemetry = testTelemetry();
  apiKey = 'sk-key-1';
  complete = client(port);
});

afterEach(async () => {
  await pool.close();
  fake.server.close();
  fake.server.closeAllConnections();
});

function client(port: number, maxConcurrentCalls = 4): Complete {
  pool = connection({ origin: `http://127.0.0.1:${port}`, maxConcurrentCalls });
  return liteLlm({
    connection: pool,
    path: '/v1/chat/completions',
    apiKey: () => apiKey,
    timeoutSeconds: 30,
    telemetry,
    clock,
  });
}

async function run(signal = new AbortController().signal): Promise<CompletionPart[]> {
  const parts: CompletionPart[] = [];
  for await (const part of complete(REQUEST, signal)) parts.push(part);
  return parts;
}

function textOf(parts: CompletionPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

async function failure(work: Promise<unknown>): Promise<ModelError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ModelError) return error;
  throw new Error(`no ModelError: ${String(error)}`);
}

describe('a model call', () => {
  test('sends what the proxy needs and yields text, finish reason and usage', async () => {
    fake.state.script = { text: 'Hello, dear people of Earth!', chunkCharacters: 5 };
    const parts = await run();
    expect(textOf(parts)).toBe('Hello, dear people of Earth!');
    expect(parts.at(-1)).toEqual({
      type: 'end',
      finishReason: 'stop',
      usage: { inputTokens: 1, outputTokens: 5 },
    });
    const [{ headers, body } = { headers: {}, body: {} }] = fake.state.requests;
    expect(headers).toMatchObject({
      authorization: 'Bearer sk-key-1',
      'x-litellm-session-id': 'ctx-1',
    });
    expect(body).toEqual({
      model: 'fake-model',
      messages: [{ role: 'user', content: 'hi' }],
      temperature: 0.5,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test('uses a rotated key at once, and none when there is none', async () => {
    await run();
    apiKey = 'sk-key-2';
    await run();
    apiKey = undefined;
    await run();
    expect(fake.state.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer sk-key-1',
      'Bearer sk-key-2',
      undefined,
    ]);
  });

  test('does not let the author of an agent replace what the runtime sets', async () => {
    const params = { stream: false, model: 'other', messages: [] };
    for await (const part of complete({ ...REQUEST, params }, new AbortController().signal)) {
      expect(part).toBeDefined();
    }
    expect(fake.state.requests[0]?.body).toMatchObject({ stream: true, model: 'fake-model' });
  });

  test('does not send a context id that is no harmless header', async () => {
    const request = { ...REQUEST, sessionId: 'a\r\nx-evil: 1' };
    for await (const part of complete(request, new AbortController().signal)) {
      expect(part).toBeDefined();
    }
    expect(fake.state.requests[0]?.headers['x-litellm-session-id']).toBeUndefined();
  });

  test.each([
    {
      status: 401,
      kind: 'unauthorized',
      text: 'The model service refused the credential.',
    },
    { status: 404, kind: 'unknown_model', text: 'The model service has no model fake-model.' },
    {
      status: 429,
      kind: 'rate_limited',
      text: 'The model service is at its limit; try again later.',
    },
    {
      status: 400,
      kind: 'rejected',
      text: 'The model service refused the request with status 400.',
    },
    { status: 500, kind: 'server_error', text: 'The model service failed with status 500.' },
    { status: 503, kind: 'server_error', text: 'The model service failed with status 503.' },
  ])(
    'that is answered with $status fails as $kind without a second try',
    async ({ status, kind, text }) => {
      fake.state.script = { status };
      const error = await failure(run());
      expect(error.message).toBe(text);
      expect(error.failure).toBe(kind);
      expect(fake.state.requests).toHaveLength(1);
      expect(telemetry.text()).not.toContain('sk-fake-secret');
      expect(telemetry.text()).not.toContain('sk-key-1');
      expect(await telemetry.registry.text()).toContain(
        `agent_llm_calls_total{agent="greeter",model="fake-model",outcome="${kind}"} 1`,
      );
    },
  );

  test('that is refused leaves in the log what the proxy calls it, and not its sentence', async () => {
    fake.state.script = { status: 400 };
    await failure(run());
    expect(telemetry.text()).toContain('status 400: scripted');
    expect(telemetry.text()).not.toContain('that quotes the key');
  });

  test('is tried once more after a 429 with a short Retry-After', async () => {
    fake.state.script = { status: 429, retryAfterSeconds: 3, times: 1 };
    const answer = run();
    await until(() => fake.state.requests.length === 1 && clock.pending() === 2);
    await clock.advance(3000);
    expect(textOf(await answer)).toContain('I am fake-model.');
    expect(fake.state.requests).toHaveLength(2);
  });

  test.each([
    { reason: 'a second 429', script: { status: 429, retryAfterSeconds: 1 }, requests: 2 },
    { reason: 'a long Retry-After', script: { status: 429, retryAfterSeconds: 60 }, requests: 1 },
  ])('gives up after $reason', async ({ script, requests }) => {
    fake.state.script = script;
    const error = failure(run());
    await until(() => fake.state.requests.length === 1);
    await until(() => clock.pending() !== 1);
    await clock.advance(1000);
    expect((await error).failure).toBe('rate_limited');
    expect(fake.state.requests).toHaveLength(requests);
  });

  test('is tried once more when the connection is refused, and then fails', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    await pool.close();
    complete = client(port);
    const error = failure(run());
    await until(() => clock.pending() === 2);
    await clock.advance(250);
    expect(await error).toMatchObject({
      failure: 'unreachable',
      message: 'The model service cannot be reached.',
    });
  });

  test.each([
    { reason: 'a reset', script: { resetAfterChunks: 1 }, kind: 'interrupted' },
    { reason: 'an error chunk', script: { errorAfterChunks: 1 }, kind: 'interrupted' },
    { reason: 'garbage', script: { malformedAfterChunks: 1 }, kind: 'malformed' },
  ])('is never repeated after $reason in mid-answer', async ({ script, kind }) => {
    fake.state.script = { text: 'some words that are cut', ...script };
    const error = await failure(run());
    expect(error.failure).toBe(kind);
    expect(error.message).not.toContain('sk-fake-secret');
    expect(fake.state.requests).toHaveLength(1);
  });

  test('that stalls fails when its total time is over', async () => {
    fake.state.script = { text: 'some words that never end', stallAfterChunks: 1 };
    const error = failure(run());
    await until(() => fake.state.requests.length === 1);
    await clock.advance(30_000);
    expect(await error).toMatchObject({
      failure: 'timeout',
      message: 'The model did not answer within 30 seconds.',
    });
    await until(() => fake.state.requests[0]?.aborted === true);
  });

  test('closes its socket when it is aborted, and rejects with the reason', async () => {
    fake.state.script = { text: 'some words that never end', stallAfterChunks: 1 };
    const abort = new AbortController();
    const reason = new Error('canceled');
    const answer = run(abort.signal);
    await until(() => fake.state.requests.length === 1);
    abort.abort(reason);
    await expect(answer).rejects.toBe(reason);
    await until(() => fake.state.requests[0]?.aborted === true);
  });

  test('waits in line when all connections are in use', async () => {
    await pool.close();
    complete = client((fake.server.address() as AddressInfo).port, 1);
    fake.state.script = { text: 'first', stallAfterChunks: 0 };
    const abort = new AbortController();
    const first = run(abort.signal).catch(() => undefined);
    await until(() => fake.state.requests.length === 1);
    fake.state.script = {};
    const second = run();
    await new Promise((resolve) => setImmediate(resolve));
    expect(fake.state.requests).toHaveLength(1);
    abort.abort(new Error('canceled'));
    await first;
    expect(textOf(await second)).toContain('I am fake-model.');
  });
});

describe('a stream that is cut before its end', () => {
  let upstream: Server;
  afterEach(() => {
    upstream.close();
  });

  test.each([
    {
      reason: 'without a finish reason',
      body: 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
    },
    { reason: 'without an event', body: '' },
    { reason: 'with JSON instead of events', body: '{"choices":[]}' },
  ])('is malformed $reason', async ({ body }) => {
    upstream = createServer((socket) => {
      socket.once('data', () => {
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      });
    }).listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    await pool.close();
    complete = client((upstream.address() as AddressInfo).port);
    expect((await failure(run())).failure).toBe('malformed');
  });
});
