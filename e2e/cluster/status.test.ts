import { describe, expect, it } from '@jest/globals';
import { table } from './status.ts';

describe('table', () => {
  it.each([
    [
      'aligns columns',
      [
        ['A', 'B'],
        ['long', 'x'],
      ],
      'A     B\nlong  x',
    ],
    ['copes with rows of different length', [['a'], ['b', 'c']], 'a\nb  c'],
    ['has no rows', [], ''],
  ])('%s', (_, rows, expected) => {
    expect(table(rows)).toBe(expected);
  });
});
