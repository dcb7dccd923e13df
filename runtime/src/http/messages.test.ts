import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { post, rpc, sendParams } from '../../test/client.ts';
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

function textOf(task: Json | undefined): unknown {
  return task?.artifacts?.[0]?.parts?.[0]?.text;
}

describe('a message', () => {
  test('is answered by the default agent at the root path', async () => {
    const { status, body } = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hello'));
    expect(status).toBe(200);
    expect(body).toMatchObject({ jsonrpc: '2.0', id: 'r1' });
    const { task } = body.result ?? {};
    expect(task?.status?.state).toBe('TASK_STATE_COMPLETED');
    expect(task?.artifacts).toEqual([
      {
        artifactId: 'response',
        name: 'response',
        parts: [
          {
            text: 'I am fake-model. My instructions begin: "You greet people.". Message 2 was: hello',
            mediaType: 'text/plain',
          },
        ],
      },
    ]);
    expect(task?.history).toEqual([{ ...MESSAGE, contextId: task?.contextId, taskId: task?.id }]);
  });

  test('reaches the agent of the path, its model and its parameters', async () => {
    const part = { data: { city: 'Rome' } };
    const params = { message: { ...MESSAGE, parts: [part] } };
    const { body } = await rpc(`${app.url}/a2a/agents/json-only`, 'SendMessage', params);
    expect(body.result?.task?.artifacts?.[0]?.parts?.[0]).toMatchObject({
      text: 'I am other-model. My instructions begin: "". Message 1 was: {"city":"Rome"}',
      mediaType: 'application/json',
    });
    expect(app.model.requests[0]?.body).toMatchObject({ model: 'other-model', temperature: 0 });
  });

  test('continues the conversation of its context, and of no other', async () => {
    const first = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('one'));
    const contextId = first.body.result?.task?.contextId;
    await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('two', { contextId }));
    await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('three'));
    const sent = app.model.requests.map(({ body }) => body.messages.map(({ content }) => content));
    expect(sent).toEqual([
      ['You greet people.', 'one'],
      [
        'You greet people.',
        'one',
        'I am fake-model. My instructions begin: "You greet people.". Message 2 was: one',
        'two',
      ],
      ['You greet people.', 'three'],
    ]);
  });

  test('that fails leaves no trace in the conversation', async () => {
    app.model.script = { status: 500, times: 1 };
    const params = sendParams('one', { contextId: 'fails-once' });
    const failed = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(failed.body.result?.task?.status).toMatchObject({
      state: 'TASK_STATE_FAILED',
      message: { parts: [{ text: 'The model service failed with status 500.' }] },
    });
    await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(app.model.requests[1]?.body.messages).toHaveLength(2);
  });

  test('with returnImmediately answers while the task works on', async () => {
    app.model.script = { text: 'slow', delayMs: 300 };
    const params = sendParams('hello', {}, { returnImmediately: true });
    const { body } = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    const id = body.result?.task?.id;
    expect(body.result?.task?.status?.state).toBe('TASK_STATE_SUBMITTED');
    await until(async () => {
      const task = await rpc(`${app.url}/a2a`, 'GetTask', { id });
      return textOf(task.body.result) === ('slow' as unknown);
    });
  });

  test.each([
    { reason: 'none', historyLength: 0, history: undefined },
    { reason: 'one', historyLength: 1, history: [expect.anything()] },
    { reason: 'more than there are', historyLength: 9, history: [expect.anything()] },
  ])(
    'answers with as much history as was asked for: $reason',
    async ({ historyLength, history }) => {
      const params = sendParams('hello', {}, { historyLength });
      const { body } = await rpc(`${app.url}/a2a`, 'SendMessage', params);
      expect(body.result?.task?.history).toEqual(history);
    },
  );
});

describe('a wrong message', () => {
  const wrong = (message: object): object => ({ message: { ...MESSAGE, ...message } });
  test.each([
    { reason: 'no message', params: {}, field: 'message' },
    { reason: 'no messageId', params: wrong({ messageId: '' }), field: 'message.messageId' },
    { reason: 'no role', params: wrong({ role: undefined }), field: 'message.role' },
    { reason: 'an unknown role', params: wrong({ role: 'ROLE_ROBOT' }), field: 'message.role' },
    { reason: "the agent's role", params: wrong({ role: 'ROLE_AGENT' }), field: 'message.role' },
    { reason: 'no parts', params: wrong({ parts: [] }), field: 'message.parts' },
    { reason: 'parts that are no list', params: wrong({ parts: 'x' }), field: 'message.parts' },
    { reason: 'a part without content', params: wrong({ parts: [{}] }), field: 'message.parts[0]' },
    { reason: 'a null part', params: wrong({ parts: [null] }), field: 'message.parts[0]' },
    {
      reason: 'two contents in a part',
      params: wrong({ parts: [{ text: 'a', url: 'b' }] }),
      field: 'message.parts[0]',
    },
    {
      reason: 'text that is a number',
      params: wrong({ parts: [{ text: 1 }] }),
      field: 'message.parts[0].text',
    },
    {
      reason: 'raw that is not base64',
      params: wrong({ parts: [{ raw: '***' }] }),
      field: 'message.parts[0].raw',
    },
    {
      reason: 'a long context id',
      params: wrong({ contextId: 'x'.repeat(257) }),
      field: 'message.contextId',
    },
    {
      reason: 'a negative history length',
      params: { message: MESSAGE, configuration: { historyLength: -1 } },
      field: 'configuration.historyLength',
    },
  ])('is InvalidParams and names the field: $reason', async ({ params, field }) => {
    const jsonRpc = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(jsonRpc.status).toBe(200);
    expect(jsonRpc.body.error).toMatchObject({
      code: -32602,
      data: [
        { reason: 'INVALID_PARAMS', domain: 'a2a-protocol.org' },
        { fieldViolations: [{ field }] },
      ],
    });
    const http = await post(`${rest}/message:send`, params);
    expect(http.status).toBe(400);
    expect(http.body.error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' });
    expect(http.body.error?.details?.[1]?.fieldViolations?.[0]?.field).toBe(field);
    expect(app.model.requests).toEqual([]);
  });

  test.each([
    {
      reason: 'a media type that the agent does not read',
      part: { text: 'a', mediaType: 'text/html' },
    },
    { reason: 'data for an agent that reads text', part: { data: {} } },
    { reason: 'bytes of an unknown type', part: { raw: 'YQ==' } },
    {
      reason: 'a URL, even of a type it reads',
      part: { url: 'http://x', mediaType: 'text/plain' },
    },
  ])('is ContentTypeNotSupported: $reason', async ({ part }) => {
    const params = { message: { ...MESSAGE, parts: [part] } };
    const jsonRpc = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(jsonRpc.body.error?.code).toBe(-32005);
    const http = await post(`${rest}/message:send`, params);
    expect(http.status).toBe(400);
    expect(http.body.error?.details?.[0]?.reason).toBe('CONTENT_TYPE_NOT_SUPPORTED');
  });

  test('for a task that does not exist is TaskNotFound', async () => {
    const params = sendParams('hello', { taskId: 'nope' });
    const { body } = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(body.error?.code).toBe(-32001);
  });

  test('for a task that has ended is UnsupportedOperation', async () => {
    const sent = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hello'));
    const params = sendParams('more', { taskId: sent.body.result?.task?.id });
    const { body } = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(body.error?.code).toBe(-32004);
  });

  test('for a running task is UnsupportedOperation, and the task goes on', async () => {
    app.model.script = { text: 'undisturbed', delayMs: 200 };
    const params = sendParams('hello', {}, { returnImmediately: true });
    const sent = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    const id = sent.body.result?.task?.id;
    const again = await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('more', { taskId: id }));
    expect(again.body.error?.code).toBe(-32004);
    await until(async () => {
      const { body } = await rpc(`${app.url}/a2a`, 'GetTask', { id });
      return textOf(body.result) === ('undisturbed' as unknown);
    });
  });

  test('with a push configuration is PushNotificationNotSupported', async () => {
    const configuration = { taskPushNotificationConfig: { url: 'http://169.254.169.254/' } };
    const params = { message: MESSAGE, configuration };
    const { body } = await rpc(`${app.url}/a2a`, 'SendMessage', params);
    expect(body.error?.code).toBe(-32003);
  });
});
