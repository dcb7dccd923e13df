import { percentile } from '../statistics.ts';
import type { BareResults } from './bare-run.ts';
import type { OperatorResults } from './operator-run.ts';
import type { BenchSettings } from './settings.ts';
import { ratePerSecond, writesTotal } from './writes.ts';
import type { Tallied, Writes } from './writes.ts';

/** What was measured, of whom. */
export interface Measured {
  settings: BenchSettings;
  bare: BareResults;
  operator: OperatorResults;
}

type Row = readonly [measure: string, bare: string, operator: string, ratio: string, aim: string];

export const HEAD: Row = ['', 'bare loop', 'operator', 'ratio', 'aim'];

/** Rows of the table, a block for every question. */
export function rows(measured: Measured): Row[] {
  return [
    HEAD,
    ...creationRows(measured),
    ...quietRows(measured),
    ...editRows(measured),
    ...processRows(measured),
  ];
}

function creationRows({ settings, bare, operator }: Measured): Row[] {
  const { creation } = operator;
  const rates = pairOf([bare.creation, creation], ({ writes: { children } }) =>
    ratePerSecond(children),
  );
  const free = pairOf([bare.creation, creation], ({ othersShare }) => 1 - othersShare);
  const { writes, readySeconds } = creation;
  return [
    title(`creating ${settings.measured} servers and agents`),
    compared('children per second', rates, decimals(0), '≥ 0.85 ×'),
    compared(
      '  had other work left all processors free',
      [rates[0] / free[0], rates[1] / free[1]],
      decimals(0),
      '',
    ),
    compared(
      'first write → all Ready',
      [bare.creation.readySeconds, readySeconds],
      (seconds) => `${seconds.toFixed(1)} s`,
      '≤ 1.3 ×',
    ),
    both(
      'processors busy with other work',
      [bare.creation, creation].map(({ othersShare }) => `${(othersShare * 100).toFixed(0)} %`),
      'equal',
    ),
    alone('start → first write', `${creation.firstWriteSeconds.toFixed(2)} s`),
    both(
      'writes per child',
      [bare.creation.writes, writes].map(({ children }) => perObject(children)),
      '1.00, most 1',
    ),
    alone('status writes per server', perObject(writes.serverStatuses), 'most 2'),
    alone('status writes per agent', perObject(writes.agentStatuses), 'most 2'),
    alone('Events', String(writes.events)),
    alone('writes that were refused', String(writes.refused), '0'),
    both(
      'reads (get, list)',
      [bare.creation.writes, writes].map(({ reads }) => String(reads)),
    ),
    compared(
      'processor time per server',
      pairOf([bare.creation, creation], ({ cpuMsPerServer }) => cpuMsPerServer),
      decimals(1, ' ms'),
      '< 5 ms',
    ),
  ];
}

function quietRows({ settings, operator }: Measured): Row[] {
  const { idle, touch, restart } = operator;
  return [
    title('nothing to do'),
    alone(`writes in ${settings.idleSeconds} idle seconds`, described(idle.writes), '0'),
    alone('  processor time meanwhile', `${idle.cpuMs.toFixed(0)} ms`),
    alone('writes after a label on everything', described(touch), '0'),
    alone('writes after a restart', described(restart.writes), '0'),
    alone('restart → settled', `${(restart.settledMs / 1000).toFixed(1)} s`, '< 5 s'),
  ];
}

function editRows({ settings, bare, operator }: Measured): Row[] {
  const { edits, agentEdits } = operator;
  const at = (share: number): [number, number] => [
    percentile(bare.editLatenciesMs, share),
    percentile(edits.latenciesMs, share),
  ];
  const perEdit = ({ writes, latenciesMs: { length } }: OperatorResults['edits']): string => {
    const { children, serverStatuses, agentStatuses } = writes;
    const average = ({ total }: Tallied): string => (total / length).toFixed(2);
    return `${average(children)} + ${average(serverStatuses)} + ${average(agentStatuses)}`;
  };
  const milliseconds = decimals(1, ' ms');
  return [
    title(`${settings.edits} edits of a server's Service, one after the other`),
    compared('edit → child, p50', at(0.5), milliseconds, ''),
    compared('edit → child, p99', at(0.99), milliseconds, '< 1.5 ×'),
    alone('writes per edit: child + server + agent status', perEdit(edits), '1 + 1 + 0'),
    alone('writes per edit of an agent', perEdit(agentEdits), '1 + 1 + 1'),
  ];
}

function processRows({ settings, operator }: Measured): Row[] {
  const { memory, stopMs, eventLoop } = operator;
  const { emptyKib, measuredKib, peakKib, restartedKib, allKib } = memory;
  const mebibytes = (kib: number): string => `${(kib / 1024).toFixed(0)} MiB`;
  const { servers, measured } = settings;
  const growth =
    allKib === undefined
      ? alone(
          `growth per server, 0 → ${measured}`,
          `${((measuredKib - emptyKib) / measured).toFixed(0)} KiB`,
        )
      : alone(
          `growth per server, ${measured} → ${servers}`,
          `${((allKib - restartedKib) / (servers - measured)).toFixed(0)} KiB`,
          '< 60 KiB',
        );
  return [
    title('the process'),
    alone('resident, no server', mebibytes(emptyKib)),
    alone(`resident, ${measured} servers`, mebibytes(measuredKib), '< 128 MiB at 1,000'),
    alone('  highest until then', mebibytes(peakKib)),
    alone('  after a restart', mebibytes(restartedKib)),
    ...(allKib === undefined ? [] : [alone(`resident, ${servers} servers`, mebibytes(allKib))]),
    growth,
    alone('event loop blocked, longest', milliseconds(eventLoop.later.clockMs), '< 50 ms'),
    alone('  by work of its own, longest', milliseconds(eventLoop.later.processorMs)),
    alone('  while the program is loaded', milliseconds(eventLoop.loading.processorMs)),
    alone('SIGTERM → exit, idle', milliseconds(stopMs.idle), '< 2 s'),
    alone('SIGTERM → exit, at work', milliseconds(stopMs.working), '< 2 s'),
  ];
}

function pairOf<T>([bare, operator]: readonly [T, T], value: (of: T) => number): [number, number] {
  return [value(bare), value(operator)];
}

const decimals =
  (digits: number, unit = '') =>
  (value: number): string =>
    `${value.toFixed(digits)}${unit}`;

const milliseconds = decimals(0, ' ms');

const title = (text: string): Row => [text, '', '', '', ''];

function alone(measure: string, value: string, aim = ''): Row {
  return [`  ${measure}`, '', value, '', aim];
}

function both(measure: string, [bare = '', operator = '']: readonly string[], aim = ''): Row {
  return [`  ${measure}`, bare, operator, '', aim];
}

function compared(
  measure: string,
  [bare, operator]: readonly [number, number],
  shown: (value: number) => string,
  aim: string,
): Row {
  return [`  ${measure}`, shown(bare), shown(operator), `${(operator / bare).toFixed(2)} ×`, aim];
}

function perObject({ total, objects, most }: Tallied): string {
  return `${(total / Math.max(1, objects)).toFixed(2)}, most ${most}`;
}

function described(writes: Writes): string {
  const { events, leases } = writes;
  const apart = events + leases === 0 ? '' : ` (Events ${events}, Lease ${leases} apart)`;
  return `${writesTotal(writes)}${apart}`;
}
