import { expect, test } from '@jest/globals';
import { percentile, summary } from './statistics.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

test.each([
  ['the median of a hundred', hundred, 0.5, 50],
  ['the value that one in a hundred exceeds', hundred, 0.99, 99],
  ['all of them', hundred, 1, 100],
  ['the only value', [7], 0.99, 7],
  ['two values, of which the larger is the last hundredth', [1, 2], 0.99, 2],
  ['nothing', [], 0.5, Number.NaN],
])('percentile: %s', (_, values, share, expected) => {
  expect(percentile(values, share)).toBe(expected);
});

test('a summary of an even number lies between the middle two', () => {
  expect(summary([4, 1, 3, 2])).toEqual({ median: 2.5, minimum: 1, maximum: 4, runs: 4 });
});
