import { randomUUID } from 'node:crypto';
import { describe, expect, jest, test } from '@jest/globals';
import { Agent, buildConnector, request } from 'undici';
import { systemClock } from './ops/clock.ts';
import { startRuntime } from './runtime.ts';
import { get, openStream, rpc, sendParams, string } from '../test/client.ts';
import { startApp, testConfig, until } from '../test/start-app.ts';
import { testTelemetry } from '../test/telemetry.ts';
import type { Answer, Json } from '../test/client.ts';
import type { TestApp } from '../test/start-app.ts';

const STREAM = {
  jsonrpc: '2.0',
  id: 1,
  method: 'SendStreamingMessage',
  params: sendParams('hello'),
};
const DEAD_MODEL = {
  url: 'http://127.0.0.1:1',
  defaultModel: 'm',
  timeoutSeconds: 1,
  maxConcurrentCalls: 1,
};

async function last(events: AsyncIterable<Json>): Promise<Json | undefined> {
  let event: Json | undefined;
  for await (const next of events) event = next;
  return event;
}

async function running(app: TestApp): Promise<AsyncGenerator<Json>> {
  const { events } = await openStream(`${app.url}/a2a`, STREAM, { 'A2A-Version': '1.0' });
  await events.next();
  await until(() => app.model.requests.length === 1);
  return events;
}

jest.setTimeout(20_000);

describe('a server that is told to stop', () => {
  test('fails no call of a caller that keeps its connection and never pauses', async () => {
    const app = await startApp({ drainTimeoutSeconds: 60 });
    const connect = buildConnector({});
    let isElsewhere = false;
    const dispatcher = new Agent({
      connect: (options, connected) => {
        if (isElsewhere) connected(new Error('sent to another server'), null);
        else connect(options, connected);
      },
    });
    let calls = 0;
    const caller = async (): Promise<string> => {
      for (;;) {
        try {
          const body = JSON.stringify({
            jsonrpc: '2.0',
            id: 1,
            method: 'SendMessage',
            params: sendParams('hi'),
          });
          const headers = { 'A2A-Version': '1.0', 'Content-Type': 'application/json' };
          const sent = { method: 'POST' as const, headers, body, dispatcher };
          const { statusCode, body: answer } = await request(`${app.url}/a2a`, sent);
          await answer.text();
          if (statusCode !== 200) return `HTTP ${statusCode}`;
          calls += 1;
        } catch (error) {
          return String(error);
        }
      }
    };
    const callers = Array.from({ length: 4 }, caller);
    await until(() => calls > 20);
    // As a Service does for new connections, before a pod is told to stop.
    isElsewhere = true;
    const stopped = app.runtime.stop();
    const ends = await Promise.all(callers);
    expect(ends).toEqual(Array(4).fill('Error: sent to another server'));
    await stopped;
    await dispatcher.close();
    await app.close();
  });

  test('finishes the running task, serves callers until they have left, then refuses, then is gone', async () => {
    const app = await startApp({ drainTimeoutSeconds: 60 });
    app.model.script = { text: 'finished', delayMs: 5000, times: 1 };
    const events = await running(app);
    const unary = rpc(`${app.url}/a2a`, 'SendMessage', sendParams('also begun before'));
    await until(() => app.model.requests.length === 2);
    const stopped = app.runtime.stop();

    const ready = await get(`${app.url}/a2a/readyz`);
    expect(ready).toMatchObject({ status: 503, body: { reasons: ['the server is stopping'] } });
    expect((await get(`${app.url}/a2a/livez`)).status).toBe(200);
    expect((await get(`${app.opsUrl}/status`)).body.draining).toBe(true);
    expect((await unary).headers.get('connection')).toBe('close');
    const served = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('more'));
    expect(served.status).toBe(200);
    expect(served.headers.get('connection')).toBe('close');
    const send = (): Promise<Answer> =>
      rpc(`${app.url}/a2a`, 'SendMessage', sendParams('too late'));
    await until(async () => (await send()).status === 503);
    const refused = await send();
    expect(refused).toMatchObject({ status: 503, body: { id: 'r1', error: { code: -32053 } } });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await get(`${app.url}/a2a/livez`)).status).toBe(200);

    const end = await last(events);
    expect(end?.result?.statusUpdate?.status?.state).toBe('TASK_STATE_COMPLETED');
    await stopped;
    await expect(fetch(`${app.url}/a2a/livez`)).rejects.toThrow('fetch failed');
    await app.close();
  });

  test('closes the connection of a caller who pauses, so that the next call goes to another server', async () => {
    const app = await startApp({ drainTimeoutSeconds: 30 });
    app.model.script = { text: 'finished', delayMs: 4000, times: 1 };
    const events = await running(app);
    const connections: string[] = [];
    const connect = buildConnector({});
    const dispatcher = new Agent({
      connect: (options, connected) => {
        connections.push('opened');
        connect(options, connected);
      },
    });
    const call = async (): Promise<void> => {
      const { body } = await request(`${app.url}/a2a/livez`, { dispatcher });
      await body.dump();
    };
    await call();
    const stopped = app.runtime.stop();
    await until(
      async () => (await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('x'))).status === 503,
    );
    await call();
    expect(connections).toHaveLength(2);
    await last(events);
    await stopped;
    await dispatcher.close();
    await app.close();
  });

  test('fails a task that takes longer than the drain time, with a last event', async () => {
    const app = await startApp({ drainTimeoutSeconds: 0.3 });
    app.model.script = { text: 'never finished', stallAfterChunks: 1 };
    const events = await running(app);
    const stopped = app.runtime.stop();
    const status = (await last(events))?.result?.statusUpdate?.status;
    expect(status?.state).toBe('TASK_STATE_FAILED');
    expect(string(status?.message?.parts?.[0]?.text)).toContain('The server stopped before');
    await stopped;
    await until(() => app.model.requests[0]?.aborted === true);
    await app.close();
  });

  test('can still cancel', async () => {
    const app = await startApp();
    app.model.script = { text: 'never finished', stallAfterChunks: 1 };
    const events = await running(app);
    const list = await rpc(`${app.url}/a2a`, 'ListTasks', {});
    const stopped = app.runtime.stop();
    const id = list.body.result?.tasks?.[0]?.id;
    const canceled = await rpc(`${app.url}/a2a`, 'CancelTask', { id });
    expect(canceled.body.result?.status?.state).toBe('TASK_STATE_CANCELED');
    await last(events);
    await stopped;
    await app.close();
  });
});

describe('probes', () => {
  test('do not depend on the model proxy, but tell of it', async () => {
    const app = await startApp({ model: DEAD_MODEL });
    await until(async () => {
      const { body } = await get(`${app.opsUrl}/status`);
      return string(body.dependencies?.model?.state) === 'Unreachable';
    });
    expect((await get(`${app.url}/a2a/readyz`)).status).toBe(200);
    const health = await get(`${app.url}/a2a/health`);
    expect(health.status).toBe(200);
    expect(string(health.body.details?.model_provider)).toContain('unhealthy: cannot be reached');
    await app.close();
  });

  test('of a server whose folder is not there: alive, not started, not ready', async () => {
    const { log, registry } = testTelemetry();
    const config = testConfig('/nowhere', 'http://127.0.0.1:1');
    const runtime = await startRuntime(config, {
      clock: systemClock,
      log,
      registry,
      newId: randomUUID,
    });
    const url = `http://127.0.0.1:${runtime.port}`;
    expect((await get(`${url}/a2a/startupz`)).status).toBe(503);
    expect((await get(`${url}/a2a/readyz`)).status).toBe(503);
    expect((await get(`${url}/a2a/livez`)).status).toBe(200);
    expect((await get(`${url}/.well-known/agent-card.json`)).status).toBe(404);
    await runtime.stop();
  });

  test('leave metrics out when they are switched off, but not the status', async () => {
    const app = await startApp({ metricsEnabled: false });
    expect((await get(`${app.opsUrl}/metrics`)).status).toBe(404);
    expect((await get(`${app.opsUrl}/status`)).status).toBe(200);
    await app.close();
  });
});
