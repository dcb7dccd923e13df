import { describe, expect, test } from '@jest/globals';
import { protoJson, sendParams, wrappedProtoJson } from './proto-json.ts';

describe('the HTTP+JSON of 0.3', () => {
  const message = {
    messageId: 'm',
    contextId: 'c',
    role: 'user',
    parts: [
      { kind: 'text', text: 'a' },
      { kind: 'file', file: { uri: 'http://x', mimeType: 'text/plain' } },
      { kind: 'data', data: { n: 1 } },
    ],
    metadata: { snake_key: 1 },
  };

  test.each([
    {
      reason: 'camel case, as JavaScript sends it',
      body: {
        message: {
          messageId: 'm',
          contextId: 'c',
          role: 'ROLE_USER',
          content: [
            { text: 'a' },
            { file: { fileWithUri: 'http://x', mimeType: 'text/plain' } },
            { data: { data: { n: 1 } } },
          ],
          metadata: { snake_key: 1 },
        },
      },
    },
    {
      reason: "the proto's own names, as Python sends it",
      body: {
        request: {
          message_id: 'm',
          context_id: 'c',
          role: 'ROLE_USER',
          content: [
            { text: 'a' },
            { file: { file_with_uri: 'http://x', mime_type: 'text/plain' } },
            { data: { data: { n: 1 } } },
          ],
          metadata: { snake_key: 1 },
        },
      },
    },
    { reason: 'the shape of the JSON-RPC binding', body: { message } },
  ])('is understood in $reason', ({ body }) => {
    expect(sendParams(body)).toEqual({ message });
  });

  test.each([
    { reason: 'nothing said means at once', configuration: {}, result: { blocking: false } },
    { reason: 'waiting', configuration: { blocking: true }, result: { blocking: true } },
    {
      reason: 'a length of 0 is no length',
      configuration: { historyLength: 0 },
      result: { blocking: false },
    },
    {
      reason: 'a length',
      configuration: { history_length: 3 },
      result: { blocking: false, historyLength: 3 },
    },
    {
      reason: 'a push configuration, to be refused',
      configuration: { push_notification: { url: 'x' } },
      result: { blocking: false, pushNotificationConfig: { url: 'x' } },
    },
  ])('knows the defaults of proto: $reason', ({ configuration, result }) => {
    expect(sendParams({ message, configuration }).configuration).toEqual(result);
  });

  test.each([null, 1, 'x', []])('leaves what is no message to the check: %j', (wrong) => {
    expect(sendParams({ message: wrong }).message).toEqual(wrong ?? undefined);
  });

  test('says tasks and events with enum constants and without kind', () => {
    const status = {
      state: 'input-required',
      message: { ...message, kind: 'message', role: 'agent' },
    };
    const artifacts = [{ artifactId: 'a', parts: [{ kind: 'text', text: 'x' }] }];
    const task = { kind: 'task', id: 't', contextId: 'c', status, artifacts, history: [message] };
    expect(protoJson(task)).toMatchObject({
      id: 't',
      status: { state: 'TASK_STATE_INPUT_REQUIRED', message: { role: 'ROLE_AGENT' } },
      artifacts: [{ artifactId: 'a', parts: [{ text: 'x' }] }],
      history: [
        {
          role: 'ROLE_USER',
          content: [
            { text: 'a' },
            { file: { fileWithUri: 'http://x', mimeType: 'text/plain' } },
            { data: { data: { n: 1 } } },
          ],
        },
      ],
    });
    const canceled = {
      kind: 'status-update',
      taskId: 't',
      status: { state: 'canceled' },
      final: true,
    };
    expect(wrappedProtoJson(canceled)).toEqual({
      statusUpdate: { taskId: 't', status: { state: 'TASK_STATE_CANCELLED' }, final: true },
    });
    expect(JSON.stringify(protoJson(task))).not.toContain('"kind"');
  });
});
