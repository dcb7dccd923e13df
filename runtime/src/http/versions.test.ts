import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { get, post, rpc } from '../../test/client.ts';
import { startApp } from '../../test/start-app.ts';
import type { TestApp } from '../../test/start-app.ts';

let app: TestApp;
let rest: string;
beforeAll(async () => {
  app = await startApp();
  rest = `${app.url}/a2a/agents/greeter/rest`;
});
afterAll(() => app.close());

describe('versions', () => {
  const v03 = {
    messageId: 'm1',
    role: 'user',
    kind: 'message',
    parts: [{ kind: 'text', text: 'hello' }],
  };

  test('no header means 0.3', async () => {
    const request = { jsonrpc: '2.0', id: 1, method: 'message/send', params: { message: v03 } };
    const { body } = await post(`${app.url}/a2a`, request);
    expect(body.result).toMatchObject({
      kind: 'task',
      status: { state: 'completed' },
      artifacts: [{ parts: [{ kind: 'text', text: expect.stringContaining('hello') }] }],
    });
  });

  test.each([
    {
      reason: 'a 1.0 name without header',
      method: 'SendMessage',
      version: undefined,
      needed: '1.0',
    },
    { reason: 'a 0.3 name with 1.0', method: 'message/send', version: '1.0', needed: '0.3' },
  ])(
    '$reason is an unknown method, and the answer names the header',
    async ({ method, version, needed }) => {
      const headers: Record<string, string> =
        version === undefined ? {} : { 'A2A-Version': version };
      const { body } = await post(
        `${app.url}/a2a`,
        { jsonrpc: '2.0', id: 1, method, params: {} },
        headers,
      );
      expect(body.error).toMatchObject({
        code: -32601,
        data: [
          {
            reason: 'METHOD_NOT_FOUND',
            metadata: {
              header: 'A2A-Version',
              hint: expect.stringContaining(`A2A-Version: ${needed}`),
            },
          },
        ],
      });
    },
  );

  test('the query parameter counts like the header, and a patch number does not', async () => {
    const body = { jsonrpc: '2.0', id: 1, method: 'ListTasks', params: {} };
    expect((await post(`${app.url}/a2a?A2A-Version=1.0`, body)).body.result).toBeDefined();
    const patch = await post(`${app.url}/a2a`, body, { 'A2A-Version': '1.0.1' });
    expect(patch.body.result).toBeDefined();
  });

  test.each(['2.0', '0.2', 'one'])(
    'version %s is VersionNotSupported in both bindings',
    async (version) => {
      const headers = { 'A2A-Version': version };
      const { body } = await rpc(`${app.url}/a2a`, 'ListTasks', {}, headers);
      expect(body.error?.code).toBe(-32009);
      const http = await get(`${rest}/tasks`, headers);
      expect(http.status).toBe(400);
      expect(http.body.error?.details?.[0]?.reason).toBe('VERSION_NOT_SUPPORTED');
    },
  );

  test('HTTP+JSON of 0.3 is below v1/, and speaks the JSON of its proto file', async () => {
    const message = { messageId: 'm1', role: 'ROLE_USER', content: [{ text: 'hello' }] };
    const { status, body } = await post(`${rest}/v1/message:send`, { message });
    expect(status).toBe(200);
    expect(body.task).toMatchObject({
      status: { state: 'TASK_STATE_COMPLETED' },
      history: [{ role: 'ROLE_USER', content: [{ text: 'hello' }] }],
    });
    const failed = await post(`${rest}/v1/message:send`, {
      message: { ...message, role: 'ROLE_X' },
    });
    expect(failed.status).toBe(400);
    expect(failed.body).toMatchObject({ code: -32602, message: expect.any(String) });
  });

  test.each([
    { path: '/tasks', version: '0.3' },
    { path: '/v1/tasks/x', version: '1.0' },
  ])('a header that contradicts the path $path is refused', async ({ path, version }) => {
    expect((await get(rest + path, { 'A2A-Version': version })).status).toBe(400);
  });

  test.each([
    { reason: 'no message', params: {} },
    { reason: 'no parts', params: { message: { ...v03, parts: [] } } },
    { reason: 'a part of unknown kind', params: { message: { ...v03, parts: [{ kind: 'x' }] } } },
    {
      reason: 'a text part without text',
      params: { message: { ...v03, parts: [{ kind: 'text' }] } },
    },
    {
      reason: 'a file part without file',
      params: { message: { ...v03, parts: [{ kind: 'file' }] } },
    },
    { reason: 'a null part', params: { message: { ...v03, parts: [null] } } },
    { reason: 'a role that there is not', params: { message: { ...v03, role: 'robot' } } },
  ])('a wrong 0.3 message is InvalidParams: $reason', async ({ params }) => {
    const request = { jsonrpc: '2.0', id: 1, method: 'message/send', params };
    const { status, body } = await post(`${app.url}/a2a`, request);
    expect({ status, code: body.error?.code }).toEqual({ status: 200, code: -32602 });
  });
});
