import { describe, expect, test } from '@jest/globals';
import { proxyUrls } from './base-url.ts';

describe('the proxy base URL', () => {
  test.each([
    { reason: 'bare', base: 'http://llm:4000', root: 'http://llm:4000' },
    { reason: 'with a slash', base: 'http://llm:4000/', root: 'http://llm:4000' },
    { reason: 'with /v1', base: 'http://llm:4000/v1', root: 'http://llm:4000' },
    { reason: 'with /v1/', base: 'http://llm:4000/v1/', root: 'http://llm:4000' },
    { reason: 'below a path', base: 'https://gw/llm/v1', root: 'https://gw/llm' },
    { reason: 'with a query', base: 'http://llm:4000/?x=1', root: 'http://llm:4000' },
    { reason: 'a path that only ends like v1', base: 'http://llm/av1', root: 'http://llm/av1' },
  ])('is understood $reason', ({ base, root }) => {
    const { completions, liveliness } = proxyUrls(base);
    expect(String(completions)).toBe(`${root}/v1/chat/completions`);
    expect(String(liveliness)).toBe(`${root}/health/liveliness`);
  });
});
