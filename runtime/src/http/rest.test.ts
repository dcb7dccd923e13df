import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { get, post, rpc, sendParams, string } from '../../test/client.ts';
import { startApp } from '../../test/start-app.ts';
import type { Json } from '../../test/client.ts';
import type { TestApp } from '../../test/start-app.ts';

let app: TestApp;
let rest: string;
beforeAll(async () => {
  app = await startApp();
  rest = `${app.url}/a2a/agents/greeter/rest`;
});
afterAll(() => app.close());

const MESSAGE = { messageId: 'm1', role: 'ROLE_USER', parts: [{ text: 'hello' }] };

describe('the HTTP+JSON binding', () => {
  test('lists tasks page by page', async () => {
    for (const text of ['one', 'two', 'three']) {
      await rpc(`${app.url}/a2a`, 'SendMessage', sendParams(text, { contextId: 'pages' }));
    }
    const first = await get(`${rest}/tasks?contextId=pages&pageSize=2`);
    expect(first.body).toMatchObject({ pageSize: 2, totalSize: 3 });
    expect(first.body.tasks?.map?.length).toBeDefined();
    const { nextPageToken } = first.body;
    const second = await get(
      `${rest}/tasks?contextId=pages&pageSize=2&pageToken=${string(nextPageToken)}`,
    );
    expect(second.body.nextPageToken).toBe('');
    const texts = [first, second].flatMap(({ body }) =>
      (body.tasks as unknown as Json[]).map((task) => task.history?.[0]?.parts?.[0]?.text),
    );
    expect(texts).toEqual(['three', 'two', 'one']);
  });

  test.each([
    { reason: 'without artifacts unless they are asked for', query: '', artifacts: undefined },
    { reason: 'with artifacts', query: '&includeArtifacts=true', artifacts: [expect.anything()] },
  ])('lists tasks $reason', async ({ query, artifacts }) => {
    await rpc(`${app.url}/a2a`, 'SendMessage', sendParams('hello', { contextId: 'artifacts' }));
    const { body } = await get(`${rest}/tasks?contextId=artifacts${query}`);
    expect(body.tasks?.[0]?.artifacts).toEqual(artifacts);
  });

  test.each([
    { reason: 'page size 0', query: 'pageSize=0' },
    { reason: 'page size 101', query: 'pageSize=101' },
    { reason: 'a page size that is no number', query: 'pageSize=many' },
    { reason: 'a state that there is not', query: 'status=TASK_STATE_DREAMING' },
    { reason: 'a token of somebody else', query: 'pageToken=abc' },
    { reason: 'a time that is none', query: 'statusTimestampAfter=yesterday' },
  ])('refuses to list with $reason', async ({ query }) => {
    expect((await get(`${rest}/tasks?${query}`)).status).toBe(400);
  });

  test.each([
    { reason: 'an operation that there is not', method: 'GET', path: '/nothing', status: 404 },
    { reason: 'another HTTP method', method: 'GET', path: '/message:send', status: 405 },
    { reason: 'a task that does not exist', method: 'GET', path: '/tasks/nope', status: 404 },
    {
      reason: 'push notifications',
      method: 'GET',
      path: '/tasks/x/pushNotificationConfigs',
      status: 400,
    },
    { reason: 'the extended card', method: 'GET', path: '/extendedAgentCard', status: 400 },
    { reason: 'a bad percent-encoding', method: 'GET', path: '/tasks/%ZZ', status: 400 },
  ])('answers $status to $reason, as google.rpc.Status', async ({ method, path, status }) => {
    const response = await fetch(rest + path, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      error: { code: status, status: expect.any(String) },
    });
  });

  test('takes the agent as tenant in path and query, and refuses any other', async () => {
    const body = { message: MESSAGE };
    expect((await post(`${rest}/greeter/message:send`, body)).status).toBe(200);
    expect((await post(`${rest}/json-only/message:send`, body)).status).toBe(400);
    expect((await get(`${rest}/tasks?tenant=json-only`)).status).toBe(400);
    expect((await post(`${rest}/message:send`, { ...body, tenant: 'json-only' })).status).toBe(400);
    const { body: answer } = await rpc(`${app.url}/a2a`, 'SendMessage', {
      ...body,
      tenant: 'other',
    });
    expect(answer.error?.code).toBe(-32602);
  });
});
