import { describe, expect, it } from '@jest/globals';
import { aServer, anAgent } from '../../test/builders.ts';
import { selectAgents } from './agent-selection.ts';

const agents = [
  anAgent({}, { name: 'b', labels: { team: 'x', tier: 'gold' } }),
  anAgent({}, { name: 'a', labels: { team: 'x' } }),
  anAgent({}, { name: 'c', labels: { team: 'y' } }),
  anAgent({}, { name: 'a', namespace: 'other', labels: { team: 'x' } }),
];

describe('the agents of a server', () => {
  it.each([
    { reason: 'by name', agents: { names: ['c', 'a'] }, hosted: ['a', 'c'], missing: [] },
    {
      reason: 'a name that does not exist',
      agents: { names: ['a', 'z'] },
      hosted: ['a'],
      missing: ['z'],
    },
    {
      reason: 'by labels, of the own namespace only',
      agents: { selector: { matchLabels: { team: 'x' } }, default: 'a' },
      hosted: ['a', 'b'],
      missing: [],
    },
    {
      reason: 'a default that the selector does not find',
      agents: { selector: { matchLabels: { team: 'y' } }, default: 'a' },
      hosted: ['c'],
      missing: ['a'],
    },
    {
      reason: 'In',
      agents: {
        selector: { matchExpressions: [{ key: 'team', operator: 'In', values: ['y'] }] },
        default: 'c',
      },
      hosted: ['c'],
      missing: [],
    },
    {
      reason: 'NotIn holds for a label that is absent',
      agents: {
        selector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['gold'] }] },
        default: 'a',
      },
      hosted: ['a', 'c'],
      missing: [],
    },
    {
      reason: 'Exists',
      agents: {
        selector: { matchExpressions: [{ key: 'tier', operator: 'Exists' }] },
        default: 'b',
      },
      hosted: ['b'],
      missing: [],
    },
    {
      reason: 'Exists, of what every object has by birth',
      agents: {
        selector: { matchExpressions: [{ key: 'toString', operator: 'Exists' }] },
        default: 'b',
      },
      hosted: [],
      missing: ['b'],
    },
    {
      reason: 'DoesNotExist',
      agents: {
        selector: { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
        default: 'a',
      },
      hosted: ['a', 'c'],
      missing: [],
    },
  ])('are found: $reason', ({ agents: spec, hosted, missing }) => {
    const selection = selectAgents(aServer({ agents: spec }), agents);
    expect(selection.agents.map(({ metadata }) => metadata.name)).toEqual(hosted);
    expect(selection.missing).toEqual(missing);
  });
});
