import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { conversationKey } from './keys.ts';
import { redisProblem } from './redis-client.ts';
import { redisStore } from './redis.ts';
import { systemClock } from '../ops/clock.ts';
import { UnavailableError } from '../protocol/unavailable-error.ts';
import { conversationConformance, turn } from '../../test/conformance/conversations.ts';
import { rawClient, redisServer, testCertificate } from '../../test/redis-server.ts';
import { until } from '../../test/start-app.ts';
import { testTelemetry } from '../../test/telemetry.ts';
import type { RedisAddress } from './redis-client.ts';
import type { RedisStore } from './redis.ts';
import type { RedisServer } from '../../test/redis-server.ts';

const KEY = { agent: 'greeter', owner: 'alice', contextId: 'ctx' };
const ONE = { role: 'user' as const, content: 'one' };
const telemetry = testTelemetry();
const opened: RedisStore[] = [];
const started: RedisServer[] = [];

/** A server that ends with its test, also when that fails. */
async function server(...args: Parameters<typeof redisServer>): Promise<RedisServer> {
  const running = await redisServer(...args);
  started.push(running);
  return running;
}

function open(
  address: Partial<RedisAddress> & { urls: readonly URL[] },
  keyPrefix = 'a2a:',
): RedisStore {
  const store = redisStore(
    { mode: 'standalone', username: () => undefined, password: () => undefined, ...address },
    { keyPrefix, conversationSeconds: 600 },
    { clock: systemClock, telemetry },
  );
  opened.push(store);
  return store;
}

function url(port: number, scheme = 'redis', credentials = ''): URL {
  return new URL(`${scheme}://${credentials}127.0.0.1:${port}`);
}

function isUp(store: RedisStore): Promise<boolean> {
  return store.probe().then(
    () => true,
    () => false,
  );
}

/** Writes and reads back, as soon as the server is ready for it. */
async function worksWith(store: RedisStore): Promise<void> {
  await until(() => isUp(store));
  await store.conversations.append(KEY, turn(ONE));
  expect(await store.conversations.read(KEY)).toEqual([ONE]);
}

afterEach(async () => {
  for (const store of opened.splice(0)) store.close();
  await Promise.all(started.splice(0).map((running) => running.close()));
});

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

const ACL_USER = '--user agent on >secret ~a2a:* +@all --user default off'.split(' ');

interface Credentials {
  reason: string;
  args: string[];
  address: Partial<RedisAddress>;
  /** In the URL. */
  credentials: string;
}

describe('credentials', () => {
  test.each<Credentials>([
    {
      reason: 'a password',
      args: ['--requirepass', 'p@ss:word'],
      address: { password: () => 'p@ss:word' },
      credentials: '',
    },
    {
      reason: 'a password in the URL',
      args: ['--requirepass', 'p@ss'],
      address: {},
      credentials: ':p%40ss@',
    },
    {
      reason: 'the password in the URL; one beside it does not count',
      args: ['--requirepass', 'p@ss'],
      address: { password: () => 'wrong' },
      credentials: ':p%40ss@',
    },
    {
      reason: 'an ACL user',
      args: ACL_USER,
      address: { username: () => 'agent', password: () => 'secret' },
      credentials: '',
    },
    {
      reason: 'an ACL user in the URL',
      args: ACL_USER,
      address: {},
      credentials: 'agent:secret@',
    },
    {
      reason: 'the ACL user in the URL; one beside it does not count',
      args: ACL_USER,
      address: { username: () => 'other', password: () => 'wrong' },
      credentials: 'agent:secret@',
    },
  ])('are presented: $reason', async ({ args, address, credentials }) => {
    const running = await server(args);
    await worksWith(open({ urls: [url(running.port, 'redis', credentials)], ...address }));
  });

  test('are never half from a setting and half from the URL', async () => {
    const running = await server(ACL_USER);
    const urls = [url(running.port, 'redis', 'other:secret@')];
    const settings = { username: () => 'agent', password: () => 'secret' };
    await expect(open({ urls, ...settings }).probe()).rejects.toThrow('WRONGPASS');
  });

  const REFUSED: { reason: string; address: Partial<RedisAddress>; says: string }[] = [
    { reason: 'wrong', address: { password: () => 'open-sesame' }, says: 'WRONGPASS' },
    { reason: 'missing', address: {}, says: 'NOAUTH' },
    {
      reason: 'wrong for a cluster',
      address: { mode: 'cluster', password: () => 'open-sesame' },
      says: 'WRONGPASS',
    },
  ];
  test.each(REFUSED)('that are $reason are named, and are in no log', async (refused) => {
    const isCluster = refused.address.mode === 'cluster' ? 'yes' : 'no';
    const args = ['--requirepass', 'right-password', '--cluster-enabled', isCluster];
    const running = await server(args);
    const store = open({ urls: [url(running.port)], ...refused.address });
    const says = `Redis refuses the user or the password: ${refused.says}`;
    await until(() =>
      store.probe().then(
        () => false,
        (error: unknown) => String(error).includes(says),
      ),
    );
    await expect(store.conversations.read(KEY)).rejects.toThrow(UnavailableError);
    expect(telemetry.text()).not.toContain('sesame');
  });

  test.each([
    { reason: 'the command', rights: ['~a2a:*', '+@all', '-lrange'] },
    { reason: 'the keys of the prefix', rights: ['~others:*', '+@all'] },
  ])('of a user who may not use $reason are named', async ({ rights }) => {
    const running = await server(['--user', 'agent', 'on', '>secret', ...rights]);
    const credentials = { username: () => 'agent', password: () => 'secret' };
    const store = open({ urls: [url(running.port)], ...credentials });
    await expect(store.probe()).rejects.toThrow(/the user or the password: NOPERM/);
  });

  test('that were wrong are forgotten when they are right, and when Redis is away', async () => {
    const running = await server(['--requirepass', 'right']);
    let password = 'wrong';
    const store = open({ urls: [url(running.port)], password: () => password });
    const problem = (): Promise<string> =>
      store.probe().then(
        () => 'none',
        (error: unknown) => String(error),
      );
    await until(async () => (await problem()).includes('WRONGPASS'));
    await running.kill();
    await until(async () => (await problem()).includes('ECONNREFUSED'));
    password = 'right';
    await running.start();
    await until(async () => (await problem()) === 'none');
  });

  test('are not named where Redis names the user', () => {
    const words = "NOPERM User someone has no permissions to run the 'lrange' command";
    expect(redisProblem(new Error(words))).toBe(
      "Redis refuses the user or the password: NOPERM User has no permissions to run the 'lrange' command",
    );
  });

  test('that were rotated are used for the next connection', async () => {
    let password = 'first';
    const running = await server(['--requirepass', 'first']);
    const store = open({ urls: [url(running.port)], password: () => password });
    await worksWith(store);
    const raw = rawClient(running.port, { password: 'first' });
    await raw.config('SET', 'requirepass', 'second');
    password = 'second';
    await raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    raw.disconnect();
    await until(() => isUp(store));
    expect(await store.conversations.read(KEY)).toEqual([ONE]);
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
