import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationKey } from './keys.ts';
import { redisStore } from './redis.ts';
import { systemClock } from '../ops/clock.ts';
import { UnavailableError } from '../protocol/unavailable-error.ts';
import { conversationConformance, turn } from '../../test/conformance/conversations.ts';
import { rawClient, redisServer, testCertificate } from '../../test/redis-server.ts';
import { isUp, KEY, ONE, redisSuite, url, worksWith } from '../../test/redis-suite.ts';
import { until } from '../../test/start-app.ts';
import type { RedisStore } from './redis.ts';
import type { RedisServer } from '../../test/redis-server.ts';

const { open, server, telemetry } = redisSuite();

describe('a standalone server', () => {
  let standalone: RedisServer;
  let shared: RedisStore;
  let prefixes = 0;
  beforeAll(async () => {
    standalone = await redisServer();
    const address = {
      mode: 'standalone' as const,
      urls: [url(standalone.port)],
      username: () => undefined,
      password: () => undefined,
    };
    shared = redisStore(
      address,
      { keyPrefix: 'x:', conversationSeconds: 600 },
      { clock: systemClock, telemetry },
    );
  });
  afterAll(async () => {
    shared.close();
    await standalone.close();
  });

  conversationConformance(
    'Redis',
    () => open({ urls: [url(standalone.port)] }, `suite${prefixes++}:`).conversations,
  );

  test('holds one list a conversation, named by its partition token, and it always expires', async () => {
    const store = open({ urls: [url(standalone.port)] });
    await store.conversations.append(KEY, { id: 'turn-id', messages: [ONE] });
    const raw = rawClient(standalone.port);
    const name = conversationKey('a2a:', KEY);
    expect(name).toMatch(/^a2a:\{[0-9a-f]{16}\}:conversation$/);
    expect(await raw.lrange(name, 0, -1)).toEqual([
      '{"schemaVersion":1,"turn":"turn-id","role":"user","content":"one"}',
    ]);
    expect(await raw.ttl(name)).toBeGreaterThan(590);
    await raw.expire(name, 10);
    await store.conversations.read(KEY);
    expect(await raw.ttl(name)).toBeGreaterThan(590);
    for (const key of await raw.keys('*'))
      expect({ key, ttl: await raw.ttl(key) }).not.toEqual({ key, ttl: -1 });
    raw.disconnect();
  });

  test('leaves out what a newer version has written', async () => {
    const raw = rawClient(standalone.port);
    const key = { ...KEY, contextId: 'newer' };
    await raw.rpush(
      conversationKey('a2a:', key),
      '{"schemaVersion":2,"parts":[]}',
      '{"schemaVersion":1,"role":"user","content":"one"}',
    );
    raw.disconnect();
    expect(await open({ urls: [url(standalone.port)] }).conversations.read(key)).toEqual([ONE]);
  });

  test('is used in the database of the URL', async () => {
    const store = open({ urls: [new URL(`redis://127.0.0.1:${standalone.port}/3`)] });
    await store.conversations.append({ ...KEY, contextId: 'db3' }, turn(ONE));
    const raw = rawClient(standalone.port, { db: 3 });
    expect(await raw.dbsize()).toBe(1);
    raw.disconnect();
  });

  test('counts its commands', async () => {
    await open({ urls: [url(standalone.port)] }).conversations.read(KEY);
    expect(await telemetry.registry.text()).toMatch(
      /redis_command_duration_seconds_count\{command="conversation_read"\} \d/,
    );
  });
});

describe('an outage', () => {
  test('makes requests unavailable within the bound, and ends by itself', async () => {
    const running = await server();
    const store = open({ urls: [url(running.port)] });
    await worksWith(store);
    await running.kill();
    const startedAt = Date.now();
    await expect(store.conversations.read(KEY)).rejects.toThrow(UnavailableError);
    await expect(store.conversations.append(KEY, turn(ONE))).rejects.toThrow(
      'The store cannot be reached.',
    );
    expect(Date.now() - startedAt).toBeLessThan(4500);
    await running.start();
    await until(() => isUp(store));
    expect(await store.conversations.read(KEY)).toEqual([]);
  });

  test('of a server that was never there is the same', async () => {
    await expect(open({ urls: [url(1)] }).conversations.read(KEY)).rejects.toThrow(
      UnavailableError,
    );
  });

  test('of a frozen server is the same', async () => {
    const running = await server();
    const store = open({ urls: [url(running.port)] });
    await worksWith(store);
    running.freeze();
    await expect(store.conversations.read(KEY)).rejects.toThrow(UnavailableError);
    running.thaw();
    await until(() => isUp(store));
  });
});

describe('TLS', () => {
  let dir: string;
  let secure: RedisServer;
  let ca: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tls-'));
    const files = await testCertificate(dir);
    ca = files.ca;
    secure = await redisServer(
      [
        '--tls-cert-file',
        files.certFile,
        '--tls-key-file',
        files.keyFile,
        '--tls-ca-cert-file',
        files.caFile,
        '--tls-auth-clients',
        'no',
      ],
      { tls: true },
    );
  });
  afterAll(async () => {
    await secure.close();
    await rm(dir, { recursive: true });
  });

  test('works with the authority that was given', async () => {
    await worksWith(open({ urls: [url(secure.port, 'rediss')], ca }));
  });

  test('does not trust anybody else', async () => {
    const store = open({ urls: [url(secure.port, 'rediss')] });
    const says = 'Redis cannot be reached: self-signed certificate in certificate chain';
    await expect(store.probe()).rejects.toThrow(says);
    await expect(store.conversations.read(KEY)).rejects.toThrow(UnavailableError);
  });
});

describe('Sentinel', () => {
  test('leads to the master, and to the next one after a failover', async () => {
    const master = await server();
    const replica = await server(['--replicaof', '127.0.0.1', String(master.port)]);
    const conf = join(replica.dir, 'sentinel.conf');
    await writeFile(
      conf,
      [
        'bind 127.0.0.1',
        `sentinel monitor mymaster 127.0.0.1 ${master.port} 1`,
        'sentinel down-after-milliseconds mymaster 500',
        'sentinel failover-timeout mymaster 3000',
        '',
      ].join('\n'),
    );
    const sentinel = await server([conf], { sentinel: true });
    const store = open({
      mode: 'sentinel',
      urls: [new URL(`redis://127.0.0.1:${sentinel.port}/5`)],
      sentinelMaster: 'mymaster',
    });
    await worksWith(store);
    const inDatabase = rawClient(master.port, { db: 5 });
    expect(await inDatabase.dbsize()).toBe(1);
    inDatabase.disconnect();
    const raw = rawClient(sentinel.port);
    const known = async (): Promise<boolean> => {
      const [info] = (await raw.call('SENTINEL', 'replicas', 'mymaster')) as string[][];
      return info?.includes('ok') === true;
    };
    await until(known);
    await master.kill();
    await until(async () => {
      const address = (await raw.call(
        'SENTINEL',
        'get-master-addr-by-name',
        'mymaster',
      )) as string[];
      return address[1] === String(replica.port);
    });
    await until(() =>
      store.conversations.append({ ...KEY, contextId: 'after' }, turn(ONE)).then(
        () => true,
        () => false,
      ),
    );
    raw.disconnect();
  }, 60_000);
});

describe('Cluster', () => {
  test('finds the right node for every conversation', async () => {
    const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'];
    const nodes = await Promise.all([server(args), server(args)]);
    const [first, second] = nodes.map(({ port }) => rawClient(port));
    await first?.call('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
    await second?.call('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
    await first?.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[1].port));
    await until(
      async () =>
        String(await first?.call('CLUSTER', 'INFO')).includes('cluster_state:ok') &&
        String(await second?.call('CLUSTER', 'INFO')).includes('cluster_state:ok'),
    );
    const store = open({ mode: 'cluster', urls: [url(nodes[0].port)] });
    await until(() => isUp(store));
    for (let n = 0; n < 20; n++) {
      const key = { ...KEY, contextId: `ctx${n}` };
      await store.conversations.append(key, turn(ONE, ONE));
      expect(await store.conversations.read(key)).toEqual([ONE, ONE]);
    }
    const sizes = await Promise.all([first?.dbsize(), second?.dbsize()]);
    expect(sizes.every((size) => Number(size) > 0)).toBe(true);
    first?.disconnect();
    second?.disconnect();
  }, 60_000);

  test('that is not there makes requests unavailable within the bound', async () => {
    const store = open({ mode: 'cluster', urls: [url(1)] });
    await expect(store.conversations.read(KEY)).rejects.toThrow(UnavailableError);
  });
});
