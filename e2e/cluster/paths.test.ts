import { describe, expect, it } from '@jest/globals';
import { clusterPaths } from './paths.ts';

describe('clusterPaths', () => {
  it.each([
    [
      'nothing set: the defaults of the XDG convention',
      {},
      '/home/u/.cache',
      '/home/u/.local/state',
    ],
    ['both set: they win', { XDG_CACHE_HOME: '/c', XDG_STATE_HOME: '/s' }, '/c', '/s'],
    ['empty counts as unset', { XDG_CACHE_HOME: '' }, '/home/u/.cache', '/home/u/.local/state'],
  ])('%s', (_, environment, cache, state) => {
    expect(clusterPaths(environment, '/home/u')).toEqual({
      cache: `${cache}/a2a-operator`,
      state: `${state}/a2a-operator`,
      run: '/run/a2a-operator',
    });
  });
});
