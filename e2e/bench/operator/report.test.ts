import { expect, test } from '@jest/globals';
import type { BareResults } from './bare-run.ts';
import type { OperatorResults } from './operator-run.ts';
import { rows } from './report.ts';
import type { Measured } from './report.ts';
import type { Tallied, Writes } from './writes.ts';

const tallied = (total: number, objects: number, lastMs: number): Tallied => ({
  total,
  objects,
  most: Math.ceil(total / objects),
  firstMs: 0,
  lastMs,
});

const writes = (children: Tallied): Writes => ({
  children,
  serverStatuses: tallied(4, 2, 0),
  agentStatuses: tallied(2, 2, 0),
  events: 3,
  leases: 0,
  refused: 0,
  reads: 5,
});

const bare: BareResults = {
  creation: {
    writes: writes(tallied(20, 20, 1000)),
    readySeconds: 2,
    othersShare: 0.125,
    cpuMsPerServer: 2,
  },
  editLatenciesMs: [10, 20],
};

const none = writes({ ...tallied(0, 1, 0), objects: 0 });
const nothing = { ...none, serverStatuses: none.children, agentStatuses: none.children };

const operator: OperatorResults = {
  creation: {
    writes: writes(tallied(30, 20, 2000)),
    readySeconds: 3,
    firstWriteSeconds: 0.5,
    cpuMsPerServer: 4.25,
    othersShare: 0.5,
  },
  idle: { writes: nothing, cpuMs: 100 },
  touch: nothing,
  restart: { writes: { ...nothing, events: 0 }, settledMs: 1500 },
  edits: { latenciesMs: [15, 24], writes: writes(tallied(2, 2, 0)) },
  agentEdits: { latenciesMs: [15, 24], writes: writes(tallied(2, 2, 0)) },
  memory: {
    emptyKib: 61_440,
    measuredKib: 61_540,
    peakKib: 71_680,
    restartedKib: 61_440,
    allKib: undefined,
  },
  stopMs: { idle: 100, working: 200 },
  eventLoop: {
    loading: { clockMs: 310, processorMs: 152 },
    later: { clockMs: 90, processorMs: 32 },
  },
};

const settings = { servers: 2, measured: 2, idleSeconds: 60, edits: 2, profile: false };

function rowOf(measure: string, more: Partial<Measured> = {}): readonly string[] | undefined {
  const all = rows({ settings, bare, operator, ...more });
  return all.find(([name]) => name.trim() === measure)?.slice(1);
}

test.each([
  ['children per second', ['20', '10', '0.50 ×', '≥ 0.85 ×']],
  ['had other work left all processors free', ['23', '20', '0.88 ×', '']],
  ['first write → all Ready', ['2.0 s', '3.0 s', '1.50 ×', '≤ 1.3 ×']],
  ['writes per child', ['1.00, most 1', '1.50, most 2', '', '1.00, most 1']],
  ['edit → child, p99', ['20.0 ms', '24.0 ms', '1.20 ×', '< 1.5 ×']],
  ['writes in 60 idle seconds', ['', '0 (Events 3, Lease 0 apart)', '', '0']],
  ['writes after a restart', ['', '0', '', '0']],
  ['event loop blocked, longest', ['', '90 ms', '', '< 50 ms']],
  ['by work of its own, longest', ['', '32 ms', '', '']],
  ['while the program is loaded', ['', '152 ms', '', '']],
  ['growth per server, 0 → 2', ['', '50 KiB', '', '']],
])('%s', (measure, expected) => {
  expect(rowOf(measure)).toEqual(expected);
});

test('growth is that of one process, between those measured and all', () => {
  const all = { ...settings, servers: 12 };
  const memory = { ...operator.memory, allKib: 61_940 };
  const more = { settings: all, operator: { ...operator, memory } };
  expect(rowOf('growth per server, 2 → 12', more)).toEqual(['', '50 KiB', '', '< 60 KiB']);
});
