import { describe, expect, it } from '@jest/globals';
import { rangeOf } from './address-range.ts';

describe('a range of addresses', () => {
  it.each(['10.0.0.0/8', '192.0.2.1/32', '0.0.0.0/0', '2001:db8::/32', '::/0'])('is %s', (text) => {
    expect(rangeOf(text)).toBeDefined();
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0/8', '::/129', '10.0.0.0/8/8', 'pods/8', '', 8, null])(
    'is not %j',
    (text) => {
      expect(rangeOf(text)).toBeUndefined();
    },
  );

  it.each([
    ['10.0.0.0/8', '10.1.0.0/16', true],
    ['10.0.0.0/8', '10.0.0.0/8', false],
    ['10.1.0.0/16', '10.0.0.0/8', false],
    ['10.0.0.0/8', '192.168.0.0/16', false],
    ['0.0.0.0/0', '2001:db8::/32', false],
    ['::/0', '2001:db8::/32', true],
  ])('%s contains %s: %s', (whole, part, expected) => {
    const [outer, inner] = [rangeOf(whole), rangeOf(part)];
    expect(inner && outer?.contains(inner)).toBe(expected);
  });
});
