import { describe, expect, test } from '@jest/globals';
import { UnavailableError } from '../protocol/unavailable-error.ts';
import { isUp, KEY, ONE, redisSuite, url, worksWith } from '../../test/redis-suite.ts';
import { rawClient } from '../../test/redis-server.ts';
import { until } from '../../test/start-app.ts';
import { redisProblem } from './redis-client.ts';
import type { RedisAddress } from './redis-client.ts';

const { open, server, telemetry } = redisSuite();

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
