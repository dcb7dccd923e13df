import { afterEach, expect } from '@jest/globals';
import { systemClock } from '../src/ops/clock.ts';
import { redisStore } from '../src/store/redis.ts';
import { turn } from './conformance/conversations.ts';
import { redisServer } from './redis-server.ts';
import { until } from './start-app.ts';
import { testTelemetry } from './telemetry.ts';
import type { RedisServer } from './redis-server.ts';
import type { TestTelemetry } from './telemetry.ts';
import type { RedisAddress } from '../src/store/redis-client.ts';
import type { RedisStore } from '../src/store/redis.ts';

export const KEY = { agent: 'greeter', owner: 'alice', contextId: 'ctx' };
export const ONE = { role: 'user' as const, content: 'one' };

/** Servers and stores that end with the test that opened them, also when it fails. */
export interface RedisSuite {
  telemetry: TestTelemetry;
  server: typeof redisServer;
  open: (
    address: Partial<RedisAddress> & { urls: readonly URL[] },
    keyPrefix?: string,
  ) => RedisStore;
}

export function redisSuite(): RedisSuite {
  const telemetry = testTelemetry();
  const opened: RedisStore[] = [];
  const started: RedisServer[] = [];
  afterEach(async () => {
    for (const store of opened.splice(0)) store.close();
    await Promise.all(started.splice(0).map((running) => running.close()));
  });
  return {
    telemetry,
    async server(...args) {
      const running = await redisServer(...args);
      started.push(running);
      return running;
    },
    open(address, keyPrefix = 'a2a:') {
      const nobody = { username: () => undefined, password: () => undefined };
      const store = redisStore(
        { mode: 'standalone', ...nobody, ...address },
        { keyPrefix, conversationSeconds: 600 },
        { clock: systemClock, telemetry },
      );
      opened.push(store);
      return store;
    },
  };
}

export function url(port: number, scheme = 'redis', credentials = ''): URL {
  return new URL(`${scheme}://${credentials}127.0.0.1:${port}`);
}

export function isUp(store: RedisStore): Promise<boolean> {
  return store.probe().then(
    () => true,
    () => false,
  );
}

/** Writes and reads back, as soon as the server is ready for it. */
export async function worksWith(store: RedisStore): Promise<void> {
  await until(() => isUp(store));
  await store.conversations.append(KEY, turn(ONE));
  expect(await store.conversations.read(KEY)).toEqual([ONE]);
}
