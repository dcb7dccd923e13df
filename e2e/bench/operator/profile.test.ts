import { expect, test } from '@jest/globals';
import { hotFunctions } from './profile.ts';

const node = (id: number, functionName: string, url = ''): Profile['nodes'][number] => ({
  id,
  callFrame: { functionName, url, lineNumber: 6 },
});
type Profile = Parameters<typeof hotFunctions>[0];

test('adds up the time of a function over all its callers, and leaves waiting out', () => {
  const profile: Profile = {
    nodes: [
      node(1, '(idle)'),
      node(2, 'hash', 'file:///b/main.mjs'),
      node(3, 'hash', 'file:///b/main.mjs'),
      node(4, ''),
    ],
    samples: [1, 2, 3, 4, 1],
    timeDeltas: [9000, 2000, 3000, 1000, 9000],
  };
  expect(hotFunctions(profile, 5)).toEqual([
    { name: 'hash  main.mjs:7', ms: 5 },
    { name: '(anonymous)', ms: 1 },
  ]);
  expect(hotFunctions(profile, 1)).toHaveLength(1);
});
