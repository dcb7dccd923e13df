import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { get, post, rpc } from '../../test/client.ts';
import { startApp, until } from '../../test/start-app.ts';
import type { TestApp } from '../../test/start-app.ts';

let app: TestApp;
let rest: string;
beforeAll(async () => {
  app = await startApp();
  rest = `${app.url}/a2a/agents/greeter/rest`;
});
afterAll(() => app.close());

describe('bad requests', () => {
  test.each([
    { reason: 'no JSON', body: '{', code: -32700 },
    { reason: 'not UTF-8', body: Buffer.from([0x22, 0xff, 0x22]), code: -32700 },
    { reason: 'JSON that is too deep', body: '['.repeat(100_000), code: -32700 },
    { reason: 'a batch', body: '[]', code: -32600 },
    { reason: 'nothing', body: '', code: -32600 },
    { reason: 'another JSON-RPC', body: '{"jsonrpc":"1.0","id":1,"method":"x"}', code: -32600 },
    {
      reason: 'an id that is an object',
      body: '{"jsonrpc":"2.0","id":{},"method":"x"}',
      code: -32600,
    },
    {
      reason: 'params that are a list',
      body: '{"jsonrpc":"2.0","id":1,"method":"GetTask","params":[]}',
      code: -32602,
    },
    { reason: 'no method', body: '{"jsonrpc":"2.0","id":1}', code: -32600 },
    {
      reason: 'the name of an inherited property',
      body: '{"jsonrpc":"2.0","id":1,"method":"constructor"}',
      code: -32601,
    },
  ])('are JSON-RPC errors: $reason', async ({ body, code }) => {
    const response = await fetch(`${app.url}/a2a`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'A2A-Version': '1.0' },
      body,
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code } });
  });

  test('bodies over 1 MiB are 413 in the shape of the binding', async () => {
    const text = 'x'.repeat(1024 * 1024);
    const jsonRpc = await post(`${app.url}/a2a`, { text });
    expect(jsonRpc).toMatchObject({
      status: 413,
      body: { jsonrpc: '2.0', error: { code: -32600 } },
    });
    const http = await post(`${rest}/message:send`, { text });
    expect(http).toMatchObject({
      status: 413,
      body: { error: { code: 413, status: 'INVALID_ARGUMENT' } },
    });
  });

  test('a body over 1 MiB that does not say its length is 413 too', async () => {
    const chunk = new TextEncoder().encode('x'.repeat(64 * 1024));
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(chunk);
      },
    });
    const response = await fetch(`${app.url}/a2a`, { method: 'POST', body, duplex: 'half' });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', error: { code: -32600 } });
  });

  test('a client that goes on sending sees its 413, and is cut a moment later', async () => {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), '127.0.0.1');
    const answers: string[] = [];
    socket.on('data', (bytes: Buffer) => answers.push(String(bytes)));
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('POST /a2a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const send = (): void => {
      if (!socket.destroyed) socket.write(chunk, send);
    };
    send();
    await closed;
    expect(answers.join('')).toMatch(/^HTTP\/1\.1 413 /);
  });

  test('a connection whose too large body was read to its end can be used again', async () => {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), '127.0.0.1');
    let answers = '';
    socket.on('data', (bytes: Buffer) => (answers += String(bytes)));
    const body = 'x'.repeat(4 * 1024 * 1024);
    socket.write(`POST /a2a HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
    socket.write(body);
    socket.write('GET /a2a/livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await until(() => answers.includes('HTTP/1.1 200 '));
    expect(answers).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  test('another Content-Type is 415 in the shape of the binding', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    const jsonRpc = await post(`${app.url}/a2a`, {}, headers);
    expect(jsonRpc).toMatchObject({ status: 415, body: { error: { code: -32005 } } });
    const http = await post(`${rest}/message:send`, {}, headers);
    expect(http).toMatchObject({ status: 415, body: { error: { code: 415 } } });
  });

  test('an unknown agent is 404 in the shape of the binding', async () => {
    const jsonRpc = await rpc(`${app.url}/a2a/agents/nobody`, 'ListTasks', {});
    expect(jsonRpc).toMatchObject({
      status: 404,
      body: { jsonrpc: '2.0', error: { code: -32044 } },
    });
    const http = await get(`${app.url}/a2a/agents/nobody/rest/tasks`);
    expect(http).toMatchObject({
      status: 404,
      body: { error: { code: 404, status: 'NOT_FOUND' } },
    });
  });

  test.each(['/', '/a2a/nothing', '/metrics', '/status', '/%ZZ'])(
    '%s is nothing, as JSON',
    async (path) => {
      const { status, body } = await get(app.url + path);
      expect([400, 404]).toContain(status);
      expect(body.error?.code).toBe(status);
    },
  );

  test('a client that only sends half a request does not hold others up', async () => {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST /a2a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    expect((await get(`${app.url}/a2a/livez`)).status).toBe(200);
    socket.destroy();
  });
});
