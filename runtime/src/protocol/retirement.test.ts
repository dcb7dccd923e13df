import { TaskState } from '@a2a-js/sdk';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { liveRuns } from './live-runs.ts';
import { retirement } from './retirement.ts';
import { manualClock } from '../../test/manual-clock.ts';
import type { ManualClock } from '../../test/manual-clock.ts';
import type { LiveRuns } from './live-runs.ts';
import type { Retirement, ServedAgent } from './served-agent.ts';
import type { TaskRun } from './task-run.ts';

const DRAIN_MS = 5000;

let clock: ManualClock;
let runs: LiveRuns;
let retiring: ReturnType<typeof retirement>;
let stops: string[];

beforeEach(() => {
  clock = manualClock();
  runs = liveRuns();
  retiring = retirement(runs, DRAIN_MS, clock);
  stops = [];
});

function tell(retired?: Retirement): void {
  retiring.onChange({ name: 'greeter', ...(retired && { retired }) } as ServedAgent);
}

function begin(id: string): void {
  const run = {
    task: () => ({ id }),
    stop: ({ state, message }: { state: TaskState; message: string }) =>
      void stops.push(`${id}: ${TaskState[state]} ${message}`),
    ended: new Promise(() => undefined),
  };
  runs.add({ agent: 'greeter', owner: 'alice' }, run as unknown as TaskRun);
}

describe('the work of an agent', () => {
  test('is canceled at once when it is suspended', () => {
    begin('1');
    tell('suspended');
    expect(stops).toEqual(['1: TASK_STATE_CANCELED The agent was suspended.']);
  });

  test('is canceled after the drain time when it is removed', async () => {
    begin('1');
    tell('removed');
    await clock.advance(DRAIN_MS - 1);
    expect(stops).toEqual([]);
    await clock.advance(1);
    expect(stops).toEqual(['1: TASK_STATE_CANCELED The agent was removed.']);
  });

  test('goes on when it comes back within the drain time', async () => {
    begin('1');
    tell('removed');
    await clock.advance(DRAIN_MS - 1);
    tell();
    await clock.advance(DRAIN_MS);
    expect(stops).toEqual([]);
  });

  test('that was accepted before and begins after it is canceled too, for a minute', async () => {
    tell('suspended');
    begin('late');
    expect(stops).toHaveLength(1);
    await clock.advance(60_000);
    begin('much later');
    expect(stops).toHaveLength(1);
  });

  test('is nobody’s affair any more after the end, and no timer is left', () => {
    tell('removed');
    retiring.stop();
    expect(clock.pending()).toBe(0);
    tell('removed');
    expect(clock.pending()).toBe(0);
  });
});
