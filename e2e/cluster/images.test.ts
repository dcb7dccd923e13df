import { describe, expect, it } from '@jest/globals';
import { fullReference } from './images.ts';
import { stockImage } from './stock-images.ts';

describe('fullReference', () => {
  it.each([
    ['an official image', 'redis:7-alpine', 'docker.io/library/redis:7-alpine'],
    ['an image of ours', 'a2a-operator/runtime:e2e', 'docker.io/a2a-operator/runtime:e2e'],
    ['a registry', 'registry.test/x/y:1', 'registry.test/x/y:1'],
    ['a registry by its port', 'registry:5000/x:1', 'registry:5000/x:1'],
    ['this machine', 'localhost/x:1', 'localhost/x:1'],
  ])('%s', (_, tag, expected) => {
    expect(fullReference(tag)).toBe(expected);
  });
});

describe('stockImage', () => {
  it.each(['redis', 'redis:7-alpine'])('finds %s', (name) => {
    expect(stockImage(name).tag).toBe('redis:7-alpine');
  });

  it('lists what there is when it knows no recipe', () => {
    expect(() => stockImage('postgres:17')).toThrow(/there are: .*litellm/);
  });

  it('never makes the versions of LiteLLM that are known to be bad', () => {
    expect(stockImage('litellm').tag).not.toMatch(/:1\.(82\.[78]|107\.\d+)$/);
  });
});
