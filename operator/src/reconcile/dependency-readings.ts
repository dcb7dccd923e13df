import type { DependencyReport } from '../../../runtime/src/contract/status-report.ts';
import type { Condition } from '../api/object.ts';
import type { PodReport } from './pod-reports.ts';

export type Dependency = 'memory' | 'model';
export type Reading = DependencyReport['state'];

/** A dependency's state as the pods see it, and how often in a row it was read that way. */
export interface Readings {
  settled: Reading;
  last: Reading;
  times: number;
  message: string;
}

/** Equal readings that it takes to believe one: a single slow answer is not an outage. */
const EQUAL_READINGS = 3;

/** The next readings of a dependency: one pod that cannot reach it is enough to say so. */
export function nextReadings(
  previous: Readings | undefined,
  dependency: Dependency,
  reports: readonly PodReport[],
): Readings {
  const { state: last, message } = reading(dependency, reports);
  const times = previous?.last === last ? Math.min(previous.times + 1, EQUAL_READINGS) : 1;
  if (times >= EQUAL_READINGS) return { settled: last, last, times, message };
  return { settled: previous?.settled ?? 'Unknown', last, times, message: previous?.message ?? '' };
}

function reading(
  dependency: Dependency,
  reports: readonly PodReport[],
): { state: Reading; message: string } {
  const seen = reports.flatMap(({ report }) => report?.dependencies[dependency] ?? []);
  const failing = seen.find(({ state }) => state === 'Unreachable');
  if (failing !== undefined) return { state: 'Unreachable', message: failing.message ?? '' };
  const all = seen.length > 0 && seen.every(({ state }) => state === 'Reachable');
  return { state: all ? 'Reachable' : 'Unknown', message: '' };
}

/** What a condition of an earlier run tells: a restart of the operator is no news of a dependency. */
export function readingsOf(condition: Condition | undefined): Readings | undefined {
  if (condition === undefined || condition.status === 'Unknown') return undefined;
  const settled = condition.status === 'True' ? 'Reachable' : 'Unreachable';
  return { settled, last: settled, times: EQUAL_READINGS, message: condition.message };
}

/** Whether more readings are needed before the state is believed. */
export function isUnsettled({ settled, last }: Readings): boolean {
  return settled !== last;
}
