import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { jsonDepth } from './json-depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('the depth of a JSON text', () => {
  test('is that of the value, whatever is in its strings', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(jsonDepth(JSON.stringify(value))).toBe(depthOf(value));
      }),
    );
  });

  test.each([
    { reason: 'an endless string with escaped quotes', text: `"${'\\"'.repeat(500_000)}` },
    { reason: 'opening brackets only', text: '['.repeat(1_000_000) },
    { reason: 'a string that ends in a backslash', text: '"\\' },
  ])('is found quickly for $reason', ({ text }) => {
    const startedAt = performance.now();
    jsonDepth(text);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
