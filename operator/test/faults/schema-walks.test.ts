import { describe, expect, it } from '@jest/globals';
import { crdSchema } from '../crd-defaults.ts';
import { AGENT_HINTS, SERVER_HINTS, UNWALKED } from './schema-hints.ts';
import { leavesOf, merged, pairOf } from './schema-leaves.ts';
import type { LeafSchema } from './schema-leaves.ts';
import { walksOf } from './schema-walks.ts';

const leaves = (kind: string): string[] =>
  leavesOf((crdSchema(kind) as LeafSchema).properties?.spec ?? {}).map(({ path }) => path);

describe('the walk over the schema', () => {
  it.each(['A2AServer', 'AgentDefinition'] as const)(
    'knows a way for every field of %s',
    (kind) => {
      expect(walksOf(kind).missing).toEqual([]);
      expect(
        walksOf(kind)
          .walks.map(({ leaf }) => leaf)
          .sort(),
      ).toEqual(leaves(kind).sort());
    },
  );

  it('has no hint for a field that does not exist', () => {
    const known = [...leaves('A2AServer'), ...leaves('AgentDefinition')];
    const hinted = [...SERVER_HINTS, ...AGENT_HINTS].map(({ path }) => path);
    const isKnown = (path: string): boolean =>
      known.some((leaf) => leaf === path || leaf.startsWith(`${path}.`));
    expect([...hinted, ...Object.keys(UNWALKED)].filter((path) => !isKnown(path))).toEqual([]);
  });

  const cases: { reason: string; schema: LeafSchema; pair: unknown }[] = [
    {
      reason: 'the first two of an enumeration',
      schema: { enum: ['a', 'b', 'c'] },
      pair: ['a', 'b'],
    },
    { reason: 'none where only one is possible', schema: { enum: ['a'] }, pair: undefined },
    { reason: 'both booleans', schema: { type: 'boolean' }, pair: [true, false] },
    { reason: 'the default and the next', schema: { type: 'integer', default: 5 }, pair: [5, 6] },
    {
      reason: 'the maximum and the one before',
      schema: { type: 'integer', default: 5, maximum: 5 },
      pair: [5, 4],
    },
    {
      reason: 'texts that match the pattern',
      schema: { type: 'string', pattern: '^/' },
      pair: ['/one', '/two'],
    },
    {
      reason: 'none where no text matches',
      schema: { type: 'string', pattern: '^[0-9]$' },
      pair: undefined,
    },
    {
      reason: 'lists of one value',
      schema: { type: 'array', items: { type: 'string' } },
      pair: [['one'], ['two']],
    },
    { reason: 'none of what is free', schema: { type: 'object' }, pair: undefined },
  ];
  it.each(cases)('takes $reason', ({ schema, pair }) => {
    expect(pairOf(schema)).toEqual(pair);
  });
});

describe('layers of a spec', () => {
  it('are merged, lists item by item, and undefined removes', () => {
    const under = { a: { b: 1, c: 2 }, list: [{ x: 1 }] };
    const over = { a: { b: undefined }, list: [{ y: 2 }] };
    expect(merged(under, over)).toEqual({ a: { c: 2 }, list: [{ x: 1, y: 2 }] });
  });
});
