import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkLiveliness } from './liveliness.ts';
import { fakeOpenAi } from '../../test/fake-openai/server.ts';
import type { AddressInfo } from 'node:net';

const { server, state } = fakeOpenAi();
let url: URL;

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  url = new URL(`http://127.0.0.1:${port}/health/liveliness`);
});
afterAll(() => {
  server.close();
});

describe('the look at the proxy', () => {
  test('resolves while it lives, and makes no model call', async () => {
    await expect(checkLiveliness(url, undefined)).resolves.toBeUndefined();
    expect(state.requests).toEqual([]);
  });

  test('rejects with its status when it says no', async () => {
    state.isAlive = false;
    await expect(checkLiveliness(url, undefined)).rejects.toThrow('answered 503');
  });

  test('rejects with the reason when nobody is there', async () => {
    await expect(checkLiveliness(new URL('http://127.0.0.1:1/'), undefined)).rejects.toThrow(
      'cannot be reached: ECONNREFUSED',
    );
  });
});
