import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Role, TaskState } from '@a2a-js/sdk';
import {
  ClientFactory,
  ClientFactoryOptions,
  DefaultAgentCardResolver,
  JsonRpcTransportFactory,
  RestTransportFactory,
} from '@a2a-js/sdk/client';
import { TaskNotFoundError } from '@a2a-js/sdk/errors';
import { startApp, until } from '../../test/start-app.ts';
import type { Message, SendMessageRequest, StreamResponse, Task } from '@a2a-js/sdk';
import type { Client } from '@a2a-js/sdk/client';
import type { TestApp } from '../../test/start-app.ts';

// The official JavaScript client against the whole runtime. Cards advertise a public URL, as they
// do behind an Ingress; this client reaches it on loopback.

let app: TestApp;
beforeAll(async () => {
  app = await startApp({
    auth: { enabled: true, apiKeys: { text: 'client-key' } },
  });
});
afterAll(() => app.close());

const PUBLIC_URL = 'https://agents.example.com';

const throughIngress: typeof fetch = (input, init) => {
  const url = (input instanceof Request ? input.url : String(input)).replace(PUBLIC_URL, app.url);
  const headers = new Headers(init?.headers);
  headers.set('X-API-Key', 'client-key');
  return fetch(url, { ...init, headers });
};

/** Removes what the version under test does not have, as a client of that time would see it. */
async function client(binding: string, version: string): Promise<Client> {
  const legacyCompat = { enabled: true };
  const options = { fetchImpl: throughIngress, legacyCompat };
  const resolver = new DefaultAgentCardResolver(options);
  const card = await resolver.resolve(app.url);
  const factory = new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
      transports: [new JsonRpcTransportFactory(options), new RestTransportFactory(options)],
    }),
  );
  const supportedInterfaces = card.supportedInterfaces.filter(
    ({ protocolBinding, protocolVersion }) =>
      protocolBinding === binding && protocolVersion === version,
  );
  return factory.createFromAgentCard({ ...card, supportedInterfaces });
}

function request(text: string, message: Partial<Message> = {}): SendMessageRequest {
  return {
    tenant: '',
    metadata: undefined,
    configuration: undefined,
    message: {
      messageId: crypto.randomUUID(),
      contextId: '',
      taskId: '',
      role: Role.ROLE_USER,
      parts: [
        {
          content: { $case: 'text', value: text },
          mediaType: '',
          filename: '',
          metadata: undefined,
        },
      ],
      metadata: undefined,
      extensions: [],
      referenceTaskIds: [],
      ...message,
    },
  };
}

function textOf(task: Task): string {
  return task.artifacts
    .flatMap(({ parts }) => parts)
    .map(({ content }) => (content?.$case === 'text' ? content.value : ''))
    .join('');
}

async function sent(sender: Client, text: string, message?: Partial<Message>): Promise<Task> {
  const result = await sender.sendMessage(request(text, message));
  if (!('id' in result)) throw new Error('no task');
  return result;
}

describe.each([
  { binding: 'JSONRPC', version: '1.0' },
  { binding: 'HTTP+JSON', version: '1.0' },
  { binding: 'JSONRPC', version: '0.3' },
  { binding: 'HTTP+JSON', version: '0.3' },
])('the official client with $binding $version', ({ binding, version }) => {
  let tested: Client;
  beforeAll(async () => {
    tested = await client(binding, version);
  });

  test('sends a message and gets the finished task', async () => {
    const task = await sent(tested, 'hello');
    expect(task.status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(textOf(task)).toBe(
      'I am fake-model. My instructions begin: "You greet people.". Message 2 was: hello',
    );
    const again = await tested.getTask({ tenant: '', id: task.id });
    expect(textOf(again)).toBe(textOf(task));
    expect(again.history.map(({ role }) => role)).toEqual([Role.ROLE_USER]);
  });

  test('continues a conversation', async () => {
    const first = await sent(tested, 'one');
    const second = await sent(tested, 'two', { contextId: first.contextId });
    expect(second.contextId).toBe(first.contextId);
    expect(textOf(second)).toContain('Message 4 was: two');
  });

  test('streams the answer', async () => {
    app.model.script = {
      text: 'a streamed answer',
      chunkCharacters: 4,
      chunkDelayMs: 60,
      times: 1,
    };
    const events: StreamResponse[] = [];
    for await (const event of tested.sendMessageStream(request('hello'))) events.push(event);
    const kinds = events.map(({ payload }) => payload?.$case);
    expect([...new Set(kinds)]).toEqual(['task', 'statusUpdate', 'artifactUpdate']);
    const text = events.map(({ payload }) => {
      const part =
        payload?.$case === 'artifactUpdate' ? payload.value.artifact?.parts[0] : undefined;
      return part?.content?.$case === 'text' ? part.content.value : '';
    });
    expect(text.join('')).toBe('a streamed answer');
    const last = events.at(-1)?.payload;
    expect(last?.$case === 'statusUpdate' && last.value.status?.state).toBe(
      TaskState.TASK_STATE_COMPLETED,
    );
  });

  test('cancels a running task', async () => {
    app.model.script = { text: 'never finished', stallAfterChunks: 1, times: 1 };
    app.model.requests.length = 0;
    const stream = tested.sendMessageStream(request('hello'));
    const { value } = await stream.next();
    const payload = (value as StreamResponse).payload;
    const id = payload?.$case === 'task' ? payload.value.id : '';
    await until(() => app.model.requests.length === 1);
    const task = await tested.cancelTask({ tenant: '', id, metadata: undefined });
    expect(task.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    let last: StreamResponse | undefined;
    for await (const event of stream) last = event;
    const end = last?.payload;
    expect(end?.$case === 'statusUpdate' && end.value.status?.state).toBe(
      TaskState.TASK_STATE_CANCELED,
    );
  });

  test('learns that a task does not exist', async () => {
    await expect(tested.getTask({ tenant: '', id: 'nope' })).rejects.toThrow(TaskNotFoundError);
  });
});
