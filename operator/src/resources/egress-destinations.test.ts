import { describe, expect, it } from '@jest/globals';
import { aServer } from '../../test/builders.ts';
import { declaredEndpoints, egressDestinations, isAddress } from './egress-destinations.ts';

const places = (spec: object): string[] =>
  egressDestinations(declaredEndpoints(aServer(spec))).map(({ host, port }) => `${host} ${port}`);
const model = (url: string): string[] => places({ model: { url, name: 'gpt' } });
const redis = (url: string, more: object = {}): string[] =>
  places({
    // Which is not a destination: only Redis is left.
    model: { url: 'http://localhost', name: 'gpt' },
    memory: { provider: 'Redis', redis: { url, ...more } },
  });

describe('where models are', () => {
  it.each([
    ['http://litellm:4000', ['litellm 4000'], 'host and port'],
    ['https://LiteLLM.Example.com/v1', ['litellm.example.com 443'], 'the port of the scheme'],
    ['http://litellm', ['litellm 80'], 'the port of the scheme'],
    ['http://10.1.2.3:4000', ['10.1.2.3 4000'], 'an address'],
    ['http://0x0a.1.515:4000', ['10.1.2.3 4000'], 'an unusual form of it'],
    ['http://[2001:DB8::1]:4000', ['2001:db8::1 4000'], 'an address of IPv6'],
    ['http://localhost:4000', [], 'the pod itself'],
    ['http://[nonsense', [], 'no URL'],
  ])('%s: %j (%s)', (url, expected) => {
    expect(model(url)).toEqual(expected);
  });
});

describe('where Redis is', () => {
  it.each<[string, object, string[], string]>([
    ['redis://redis', {}, ['redis 6379'], 'the usual port'],
    ['redis://redis:80', {}, ['redis 80'], 'a port that is usual elsewhere'],
    ['rediss://Redis.data:6380/3', {}, ['redis.data 6380'], 'TLS, and a database'],
    ['redis://10.1:6379', {}, ['10.0.0.1 6379'], 'a short address'],
    [
      'redis://a:1, redis://b,',
      { mode: 'Cluster' },
      ['a 1', 'b 6379'],
      'every member that is named',
    ],
    ['redis://a', { mode: 'Sentinel', sentinelMaster: 'm' }, ['a 26379'], "a Sentinel's port"],
  ])('%s %j: %j (%s)', (url, more, expected) => {
    expect(redis(url, more)).toEqual(expected);
  });

  it('may name members of its own, unless it stands alone', () => {
    const modes = ['Standalone', 'Sentinel', 'Cluster'].map((mode) => {
      const memory = { provider: 'Redis', redis: { url: 'redis://redis', mode } };
      return egressDestinations(declaredEndpoints(aServer({ memory }))).map(
        ({ namesMembers }) => namesMembers,
      );
    });
    expect(modes).toEqual([
      [false, false],
      [false, true],
      [false, true],
    ]);
  });
});

it('tells addresses from names', () => {
  expect(['10.0.0.1', '::1', '2001:db8::1'].map(isAddress)).toEqual([true, true, true]);
  expect(['redis', '10.example.com', 'a.b.c.d'].map(isAddress)).toEqual([false, false, false]);
});
