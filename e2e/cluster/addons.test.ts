import { describe, expect, it } from '@jest/globals';
import { fillIn } from './addons.ts';

describe('fillIn', () => {
  it('replaces every occurrence', () => {
    expect(fillIn('image: ${A}:${B} # ${A}', { A: 'x', B: '1' })).toBe('image: x:1 # x');
  });

  it('fails for a name without a value: the manifest would be applied with a hole', () => {
    expect(() => fillIn('${MISSING}', {})).toThrow('MISSING');
  });
});
