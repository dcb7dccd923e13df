import { describe, expect, it } from '@jest/globals';
import { quantityValue } from './quantity.ts';

describe('a quantity', () => {
  it.each([
    { text: '500m', value: 0.5, reason: 'milli' },
    { text: '1', value: 1, reason: 'a bare number' },
    { text: 2, value: 2, reason: 'YAML gives numbers without quotes' },
    { text: '1.5Gi', value: 1.5 * 1024 ** 3, reason: 'binary suffix with a fraction' },
    { text: '1e3', value: 1000, reason: 'exponent' },
    { text: '100M', value: 1e8, reason: 'decimal suffix' },
    { text: '.5', value: 0.5, reason: 'no leading digit' },
    { text: 'many', value: undefined, reason: 'no quantity at all' },
    { text: undefined, value: undefined, reason: 'absent' },
  ])('$text is $value: $reason', ({ text, value }) => {
    expect(quantityValue(text)).toBe(value);
  });
});
