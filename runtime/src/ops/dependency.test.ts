import { expect, test } from '@jest/globals';
import { watchDependency } from './dependency.ts';
import { manualClock, settled } from '../../test/manual-clock.ts';
import { testTelemetry } from '../../test/telemetry.ts';

test('a dependency is looked at again and again, and its outage is measured from its beginning', async () => {
  const clock = manualClock();
  const { log, lines } = testTelemetry();
  let isUp = false;
  let problem = 'refused';
  const check = (): Promise<void> =>
    isUp ? Promise.resolve() : Promise.reject(new Error(problem));
  const dependency = watchDependency({ name: 'Redis', check, intervalMs: 2000, clock, log });
  expect(dependency.report()).toEqual({ state: 'Unknown', checks: 0 });
  expect(dependency.unreachableSeconds()).toBe(0);
  await settled();
  expect(dependency.report()).toEqual({ state: 'Unreachable', checks: 1, message: 'refused' });
  await clock.advance(15_000);
  expect(dependency.unreachableSeconds()).toBe(15);
  expect(dependency.report().checks).toBe(8);
  problem = 'wrong password';
  await clock.advance(2000);
  expect(dependency.unreachableSeconds()).toBe(17);
  isUp = true;
  await clock.advance(2000);
  expect(dependency.report()).toEqual({ state: 'Reachable', checks: 10 });
  expect(dependency.unreachableSeconds()).toBe(0);
  expect(lines.map(({ msg, problem }) => [msg, problem])).toEqual([
    ['Redis is unreachable', 'refused'],
    ['Redis is unreachable', 'wrong password'],
    ['Redis is reachable again', undefined],
  ]);
  dependency.stop();
  expect(clock.pending()).toBe(0);
});
