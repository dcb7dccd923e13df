import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openStream, post, rpc, sendParams, string } from '../../test/client.ts';
import { startApp, until } from '../../test/start-app.ts';
import type { Json } from '../../test/client.ts';
import type { TestApp } from '../../test/start-app.ts';

let app: TestApp;
let rest: string;
beforeAll(async () => {
  app = await startApp();
  rest = `${app.url}/a2a/agents/greeter/rest`;
});
beforeEach(() => {
  app.model.script = {};
  app.model.requests.length = 0;
});
afterAll(() => app.close());

const MESSAGE = { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'hello' }] };

async function all(events: AsyncIterable<Json>): Promise<Json[]> {
  const seen: Json[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

function textOf(task: Json | undefined): unknown {
  return task?.artifacts?.[0]?.parts?.[0]?.text;
}

describe('a stream', () => {
  test('is the task, then working, then the chunks, then completed, in both bindings', async () => {
    app.model.script = {
      text: 'Hello, dear people of Earth!',
      chunkCharacters: 7,
      chunkDelayMs: 60,
    };
    const body = {
      jsonrpc: '2.0',
      id: 7,
      method: 'SendStreamingMessage',
      params: { message: MESSAGE },
    };
    const jsonRpc = await openStream(`${app.url}/a2a`, body, { 'A2A-Version': '1.0' });
    expect(Object.fromEntries(jsonRpc.response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    const frames = await all(jsonRpc.events);
    expect(frames.every((frame) => frame.id === (7 as unknown))).toBe(true);
    const http = await openStream(`${rest}/message:stream`, { message: MESSAGE });
    for (const events of [frames.map((frame) => frame.result ?? {}), await all(http.events)]) {
      expect(events[0]?.task).toMatchObject({
        status: { state: 'TASK_STATE_SUBMITTED' },
        history: [{ messageId: 'm1' }],
      });
      expect(events[1]?.statusUpdate?.status?.state).toBe('TASK_STATE_WORKING');
      const chunks = events.flatMap(({ artifactUpdate }) => artifactUpdate ?? []);
      expect(chunks.length).toBeGreaterThan(1);
      expect(chunks.map(({ artifact }) => string(artifact?.parts?.[0]?.text)).join('')).toBe(
        'Hello, dear people of Earth!',
      );
      expect(chunks.map(({ append }) => append)).toEqual([
        undefined,
        ...chunks.slice(1).map(() => true),
      ]);
      expect(chunks.filter(({ lastChunk }) => lastChunk)).toEqual([chunks.at(-1)]);
      expect(events.at(-1)?.statusUpdate?.status?.state).toBe('TASK_STATE_COMPLETED');
    }
  });

  test('that fails before its first event is a plain error, not a stream', async () => {
    const { response } = await openStream(`${rest}/message:stream`, { message: {} });
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/a2a+json');
  });

  test('that the client leaves does not stop the task', async () => {
    app.model.script = { text: 'all of it, to the end', chunkCharacters: 5, chunkDelayMs: 60 };
    const stream = await openStream(`${rest}/message:stream`, { message: MESSAGE });
    const first = await stream.events.next();
    stream.leave();
    const id = (first.value as Json).task?.id;
    await until(async () => {
      const { body } = await rpc(`${app.url}/a2a`, 'GetTask', { id });
      return (
        textOf(body) === undefined && textOf(body.result) === ('all of it, to the end' as unknown)
      );
    });
    await until(async () =>
      (await (await fetch(`${app.opsUrl}/metrics`)).text()).includes('a2a_sse_streams 0'),
    );
  });

  test('is not needed: a client that leaves a blocking send does not stop the task either', async () => {
    app.model.script = { text: 'nobody waits', delayMs: 200, times: 1 };
    const abort = new AbortController();
    const sent = fetch(`${rest}/message:send`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ message: { ...MESSAGE, contextId: 'left' } }),
      signal: abort.signal,
    }).catch(() => 'left');
    await until(() => app.model.requests.length === 1);
    abort.abort();
    expect(await sent).toBe('left');
    await until(async () => {
      const params = { contextId: 'left', includeArtifacts: true };
      const { body } = await rpc(`${app.url}/a2a`, 'ListTasks', params);
      return textOf(body.result?.tasks?.[0]) === ('nobody waits' as unknown);
    });
    expect(app.telemetry.text()).not.toContain('"ERROR"');
  });

  test.each(['GET', 'POST'])(
    'can be joined by subscribing with %s, beginning with a snapshot',
    async (method) => {
      app.model.script = { text: 'one two three', chunkCharacters: 4, chunkDelayMs: 100 };
      const first = await openStream(`${rest}/message:stream`, { message: MESSAGE });
      const id = ((await first.events.next()).value as Json).task?.id;
      const response = await fetch(`${rest}/tasks/${string(id)}:subscribe`, { method });
      const joined = all(readEvents(response));
      const seen = await joined;
      expect(seen[0]?.task?.id).toBe(id);
      expect(seen.at(-1)?.statusUpdate?.status?.state).toBe('TASK_STATE_COMPLETED');
      const text = [
        string(textOf(seen[0]?.task)),
        ...seen.map(({ artifactUpdate }) => string(artifactUpdate?.artifact?.parts?.[0]?.text)),
      ];
      expect(text.join('')).toBe('one two three');
      await all(first.events);
    },
  );

  test('of a task that has ended cannot be joined', async () => {
    const sent = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hello'));
    const { body } = await rpc(`${app.url}/a2a`, 'SubscribeToTask', {
      id: sent.body.result?.task?.id,
    });
    expect(body.error?.code).toBe(-32004);
  });
});

describe('cancel', () => {
  test('stops the model call, and the stream ends with CANCELED', async () => {
    app.model.script = { text: 'never finished', stallAfterChunks: 1 };
    const stream = await openStream(`${rest}/message:stream`, { message: MESSAGE });
    const id = ((await stream.events.next()).value as Json).task?.id;
    await until(() => app.model.requests.length === 1);
    const canceled = await post(`${rest}/tasks/${string(id)}:cancel`, {});
    expect(canceled.status).toBe(200);
    expect(canceled.body.status?.state).toBe('TASK_STATE_CANCELED');
    const events = await all(stream.events);
    expect(events.at(-1)?.statusUpdate?.status?.state).toBe('TASK_STATE_CANCELED');
    await until(() => app.model.requests[0]?.aborted === true);
    const again = await post(`${rest}/tasks/${string(id)}:cancel`, {});
    expect(again.body.status?.state).toBe('TASK_STATE_CANCELED');
  });

  test('of a task that has ended is TaskNotCancelable', async () => {
    const sent = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hello'));
    const id = sent.body.result?.task?.id;
    const jsonRpc = await rpc(`${app.url}/a2a`, 'CancelTask', { id });
    expect(jsonRpc.body.error?.code).toBe(-32002);
    const http = await post(`${rest}/tasks/${string(id)}:cancel`, {});
    expect(http.status).toBe(400);
    expect(http.body.error).toMatchObject({ status: 'FAILED_PRECONDITION' });
  });

  test('of an unknown task is TaskNotFound', async () => {
    expect((await post(`${rest}/tasks/nope:cancel`, {})).status).toBe(404);
  });
});

async function* readEvents(response: Response): AsyncGenerator<Json> {
  for (const frame of (await response.text()).split('\n\n')) {
    if (frame.startsWith('data: ')) yield JSON.parse(frame.slice(6)) as Json;
  }
}
