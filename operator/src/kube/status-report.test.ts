import { describe, expect, it } from '@jest/globals';
import { parseStatusReport } from './status-report.ts';

const GOOD = {
  version: '1',
  revision: 'r',
  schemaVersions: [1],
  draining: false,
  agents: [{ name: 'a', generation: 1, revision: 'f', loaded: true }],
  dependencies: {
    memory: { state: 'Reachable', checks: 1 },
    model: { state: 'Unreachable', message: 'refused', checks: 1 },
  },
};

describe("a pod's answer", () => {
  it('is taken when it has the shape of the contract', () => {
    expect(parseStatusReport(GOOD)).toBe(GOOD);
  });

  it.each([
    { reason: 'no object', answer: [], names: 'the answer' },
    { reason: 'nothing in it', answer: {}, names: 'revision' },
    { reason: 'no agents', answer: { ...GOOD, agents: null }, names: 'agents' },
    {
      reason: 'an agent without a name',
      answer: { ...GOOD, agents: [{}] },
      names: 'agents[0].name',
    },
    {
      reason: 'a message that is no text',
      answer: { ...GOOD, agents: [{ name: 'a', message: 7 }] },
      names: 'agents[0].message',
    },
    { reason: 'no dependencies', answer: { ...GOOD, dependencies: null }, names: 'dependencies' },
    {
      reason: 'an unknown state',
      answer: { ...GOOD, dependencies: { ...GOOD.dependencies, memory: { state: 'Fine' } } },
      names: 'dependencies.memory.state',
    },
    {
      reason: 'checks that are not counted: each reading would be the same one',
      answer: { ...GOOD, dependencies: { ...GOOD.dependencies, memory: { state: 'Unknown' } } },
      names: 'dependencies.memory.checks',
    },
  ])('is refused with the place of the mistake: $reason', ({ answer, names }) => {
    expect(() => parseStatusReport(answer)).toThrow(`${names} of its /status`);
  });
});
