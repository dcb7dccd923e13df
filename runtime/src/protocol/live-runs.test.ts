import { TaskState } from '@a2a-js/sdk';
import { expect, test } from '@jest/globals';
import { liveRuns } from './live-runs.ts';
import { RunStopped } from './task-run.ts';
import type { Task } from '@a2a-js/sdk';
import type { TaskRun } from './task-run.ts';

const GREETER = { agent: 'greeter', owner: 'alice' };
const POET = { agent: 'poet', owner: 'alice' };
const REASON = new RunStopped(TaskState.TASK_STATE_CANCELED, 'The agent was suspended.');

interface FakeRun {
  run: TaskRun;
  stops: RunStopped[];
  end: () => void;
}

function aRun(id: string): FakeRun {
  const { promise, resolve } = Promise.withResolvers<Task>();
  const stops: RunStopped[] = [];
  const task = { id } as Task;
  const run = {
    task: () => task,
    stop: (reason: RunStopped) => void stops.push(reason),
    ended: promise,
  } as unknown as TaskRun;
  return {
    run,
    stops,
    end: () => {
      resolve(task);
    },
  };
}

test('work of an agent that is stopped is stopped, and that of others is not', () => {
  const runs = liveRuns();
  const [greeting, poem] = [aRun('1'), aRun('2')];
  runs.add(GREETER, greeting.run);
  runs.add(POET, poem.run);
  runs.stopAgent('greeter', REASON);
  expect(greeting.stops).toEqual([REASON]);
  expect(poem.stops).toEqual([]);
});

test('work that was accepted before its agent was stopped, and begins after it, is stopped too', () => {
  const runs = liveRuns();
  runs.stopAgent('greeter', REASON);
  const late = aRun('1');
  runs.add(GREETER, late.run);
  expect(late.stops).toEqual([REASON]);
});

test('an agent that is admitted again works', () => {
  const runs = liveRuns();
  runs.stopAgent('greeter', REASON);
  runs.admit('greeter');
  const next = aRun('1');
  runs.add(GREETER, next.run);
  expect(next.stops).toEqual([]);
});

test('who waits for the end waits for what is starting, too', async () => {
  const runs = liveRuns();
  const begun = runs.starting();
  let isIdle = false;
  const idle = runs.idle().then(() => (isIdle = true));
  const run = aRun('1');
  runs.add(GREETER, run.run);
  begun();
  await new Promise(setImmediate);
  expect(isIdle).toBe(false);
  run.end();
  await idle;
  expect(runs.count()).toBe(0);
});
