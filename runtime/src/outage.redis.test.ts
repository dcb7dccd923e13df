import { expect, test } from '@jest/globals';
import { get, openStream, post, rpc, sendParams, string } from '../test/client.ts';
import { redisServer } from '../test/redis-server.ts';
import { startApp, until } from '../test/start-app.ts';

// product.md §6, the row "Redis down", on the whole runtime.

test('requests are 503 while Redis is down, readiness follows, and all of it ends by itself', async () => {
  const redis = await redisServer();
  const urls = [new URL(`redis://127.0.0.1:${redis.port}`)];
  const app = await startApp({ redis: { mode: 'standalone', urls, keyPrefix: 'a2a:' } });
  const params = sendParams('one', { contextId: 'ctx' });
  try {
    const before = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(before.body.result?.task?.status?.state).toBe('TASK_STATE_COMPLETED');

    await redis.kill();
    const jsonRpc = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(jsonRpc).toMatchObject({ status: 503, body: { error: { code: -32053 } } });
    expect(jsonRpc.headers.get('retry-after')).toBe('2');
    const http = await post(`${app.url}/a2a/rest/message:stream`, params);
    expect(http).toMatchObject({
      status: 503,
      body: { error: { code: 503, status: 'UNAVAILABLE' } },
    });
    expect((await rpc(`${app.url}/a2a`, 'ListTasks', {})).body.result?.totalSize).toBe(1);

    expect((await get(`${app.url}/a2a/readyz`)).status).toBe(200);
    await until(async () => (await get(`${app.url}/a2a/readyz`)).status === 503, 30_000);
    expect((await get(`${app.url}/a2a/readyz`)).body.reasons).toEqual(['Redis is unreachable']);
    expect((await get(`${app.url}/a2a/health`)).status).toBe(503);
    expect((await get(`${app.url}/a2a/livez`)).status).toBe(200);
    expect((await get(`${app.url}/.well-known/agent-card.json`)).status).toBe(200);
    const status = await get(`${app.opsUrl}/status`);
    expect(status.body.dependencies?.memory).toEqual({
      state: 'Unreachable',
      checks: expect.any(Number),
      message: `Redis cannot be reached: connect ECONNREFUSED 127.0.0.1:${redis.port}`,
    });

    await redis.start();
    await until(async () => (await get(`${app.url}/a2a/readyz`)).status === 200);
    const after = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(after.body.result?.task?.status?.state).toBe('TASK_STATE_COMPLETED');
  } finally {
    await app.close();
    await redis.close();
  }
}, 90_000);

test('a conversation survives the process', async () => {
  const redis = await redisServer();
  const urls = [new URL(`redis://127.0.0.1:${redis.port}`)];
  const settings = { redis: { mode: 'standalone' as const, urls, keyPrefix: 'a2a:' } };
  const first = await startApp(settings);
  await rpc(`${first.url}/a2a`, 'SendMessage', sendParams('one', { contextId: 'ctx' }));
  await first.close();
  const second = await startApp(settings);
  await rpc(`${second.url}/a2a`, 'SendMessage', sendParams('two', { contextId: 'ctx' }));
  expect(second.model.requests[0]?.body.messages.map(({ content }) => content)).toEqual([
    'You greet people.',
    'one',
    'I am fake-model. My instructions begin: "You greet people.". Message 2 was: one',
    'two',
  ]);
  await second.close();
  await redis.close();
});

test('a task whose answer arrives during a short outage is completed when that is over', async () => {
  const redis = await redisServer();
  const urls = [new URL(`redis://127.0.0.1:${redis.port}`)];
  const app = await startApp({ redis: { mode: 'standalone', urls, keyPrefix: 'a2a:' } });
  app.model.script = { text: 'kept', delayMs: 400, times: 1 };
  const body = { message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hi' }] } };
  const stream = await openStream(`${app.url}/a2a/rest/message:stream`, body);
  await until(() => app.model.requests.length === 1);
  await redis.kill();
  const states: string[] = [];
  for await (const { artifactUpdate, statusUpdate } of stream.events) {
    if (artifactUpdate) await redis.start();
    if (statusUpdate) states.push(string(statusUpdate.status?.state));
  }
  expect(states).toEqual(['TASK_STATE_WORKING', 'TASK_STATE_COMPLETED']);
  await app.close();
  await redis.close();
}, 30_000);

test('an answer whose storing was repeated without knowing of the first time is there once', async () => {
  const redis = await redisServer();
  const urls = [new URL(`redis://127.0.0.1:${redis.port}`)];
  const app = await startApp({ redis: { mode: 'standalone', urls, keyPrefix: 'a2a:' } });
  app.model.script = { text: 'kept', delayMs: 400, times: 1 };
  try {
    const params = sendParams('hi', { contextId: 'ctx' });
    const sent = rpc(`${app.url}/a2a`, 'SendMessage', params);
    await until(() => app.model.requests.length === 1);
    redis.freeze();
    await until(async () =>
      /redis_command_duration_seconds_count\{command="conversation_append"\} [1-9]/.test(
        await app.telemetry.registry.text(),
      ),
    );
    redis.thaw();
    expect((await sent).body.result?.task?.status?.state).toBe('TASK_STATE_COMPLETED');
    expect(await app.telemetry.registry.text()).toMatch(
      /redis_command_duration_seconds_count\{command="conversation_append"\} 2/,
    );
    await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('next', { contextId: 'ctx' }));
    expect(app.model.requests[1]?.body.messages.map(({ content }) => content)).toEqual([
      'You greet people.',
      'hi',
      'kept',
      'next',
    ]);
  } finally {
    await app.close();
    await redis.close();
  }
}, 30_000);
