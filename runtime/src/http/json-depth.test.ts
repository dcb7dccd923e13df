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

  // Anything worse than linear would take minutes here.
  test.each([
    {
      reason: 'an endless string with escaped quotes',
      text: `"${'\\"'.repeat(500_000)}`,
      depth: 0,
    },
    { reason: 'opening brackets only', text: '['.repeat(1_000_000), depth: 1_000_000 },
    { reason: 'a string that ends in a backslash', text: '"\\', depth: 0 },
  ])('is found for $reason', ({ text, depth }) => {
    expect(jsonDepth(text)).toBe(depth);
  });
});
