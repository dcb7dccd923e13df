import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { healthServer } from './health.ts';

let ready = true;
const server = healthServer(() => ready, new Registry());
beforeEach(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
});

/** Sends a request line as it is, which fetch would tidy up. */
async function ask(target: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return (await text(socket)).split('\r\n')[0] ?? '';
}

describe('the ops server', () => {
  it.each([
    { target: '/healthz', status: '200' },
    { target: '/readyz?verbose', status: '200' },
    { target: '/metrics', status: '200' },
    { target: '/nothing', status: '404' },
    { target: '//', status: '404' },
    { target: '*', status: '404' },
  ])('answers $target with $status and lives on', async ({ target, status }) => {
    ready = true;
    expect(await ask(target)).toContain(status);
    expect(await ask('/healthz')).toContain('200');
  });

  it('is not ready before the caches are', async () => {
    ready = false;
    expect(await ask('/readyz')).toContain('503');
  });
});
