import { describe, expect, it } from '@jest/globals';
import { clipped } from './clipped.ts';

describe('a text that is clipped', () => {
  it.each([
    { reason: 'short enough', text: 'abc', max: 3, gives: 'abc' },
    { reason: 'too long', text: 'abcd', max: 3, gives: 'abc' },
    { reason: 'cut in the middle of a character', text: 'ab👩', max: 3, gives: 'ab\ufffd' },
    { reason: 'never whole', text: 'a\ud83d', max: 3, gives: 'a\ufffd' },
  ])('never has half of a character: $reason', ({ text, max, gives }) => {
    expect(clipped(text, max)).toBe(gives);
  });
});
