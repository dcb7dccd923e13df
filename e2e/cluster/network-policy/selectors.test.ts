import { describe, expect, it } from '@jest/globals';
import { matches } from './selectors.ts';

describe('label requirements', () => {
  const rows: [string, string[] | undefined, Record<string, string>, boolean][] = [
    ['In', ['a', 'b'], { k: 'b' }, true],
    ['In', ['a', 'b'], { k: 'c' }, false],
    ['In', ['a', 'b'], {}, false],
    ['NotIn', ['a', 'b'], { k: 'c' }, true],
    ['NotIn', ['a', 'b'], { k: 'a' }, false],
    ['NotIn', ['a', 'b'], {}, true],
    ['Exists', undefined, { k: '' }, true],
    ['Exists', undefined, {}, false],
    ['DoesNotExist', undefined, {}, true],
    ['DoesNotExist', undefined, { k: 'a' }, false],
  ];
  it.each(rows)('%s %j of %j is %s', (operator, values = [], labels, expected) => {
    const selector = { matchExpressions: [{ key: 'k', operator, values }] };
    expect(matches(selector, labels)).toBe(expected);
  });
  it('refuses an operator it does not know instead of guessing', () => {
    const selector = { matchExpressions: [{ key: 'k', operator: 'Gt', values: ['1'] }] };
    expect(() => matches(selector, { k: '2' })).toThrow('Gt');
  });
});
