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
  /** Which checks of which pods the last reading was made of. */
  checks: string;
}

/** Equal readings that it takes to change one's mind: a single slow answer is not an outage. */
const EQUAL_READINGS = 3;

const NOTHING_KNOWN: Readings = {
  settled: 'Unknown',
  last: 'Unknown',
  times: 0,
  message: '',
  checks: '',
};

/**
 * The next readings of a dependency: one pod that cannot reach it is enough to say so. While nothing
 * is known the first reading is believed; after that it takes three.
 */
export function nextReadings(
  previous: Readings = NOTHING_KNOWN,
  dependency: Dependency,
  reports: readonly PodReport[],
): Readings {
  const checks = checksOf(dependency, reports);
  // Pods check every few seconds and are asked more often: the same check twice is no second reading.
  if (checks !== '' && previous.checks === checks) return previous;
  const { state: last, message } = reading(dependency, reports);
  const times = previous.last === last ? Math.min(previous.times + 1, EQUAL_READINGS) : 1;
  const isBelieved = times >= EQUAL_READINGS || previous.settled === 'Unknown';
  return isBelieved
    ? { settled: last, last, times, message, checks }
    : { ...previous, last, times, checks };
}

function checksOf(dependency: Dependency, reports: readonly PodReport[]): string {
  return reports
    .flatMap(({ pod, report }) =>
      report ? [`${pod}:${report.dependencies[dependency].checks}`] : [],
    )
    .join();
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
  const { message } = condition;
  return { settled, last: settled, times: EQUAL_READINGS, message, checks: '' };
}

/** Whether more readings are needed before the state is believed. */
export function isUnsettled({ settled, last }: Readings): boolean {
  return settled !== last;
}
