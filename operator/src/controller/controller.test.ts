import { describe, expect, it } from '@jest/globals';
import { VirtualTime } from '../../test/virtual-time.ts';
import { ApiError } from '../kube/port.ts';
import { runController } from './controller.ts';
import type { Attempt, ControllerObserver, Reconcile } from './controller.ts';
import { Queue } from './queue.ts';

type End = Parameters<ControllerObserver['ended']>[0];

interface Running {
  time: VirtualTime;
  queue: Queue;
  /** When which key was begun, and with what. */
  calls: (Attempt & { key: string; atMs: number })[];
  ends: End[];
  /** How many calls there had been whenever everything else had its turn. */
  turns: number[];
  /** Workers that are busy now. */
  active: () => number;
  /** Whether the controller has ended. */
  ended: () => boolean;
}

/** A controller on a clock that moves when told to. */
function running(reconcile: Reconcile, concurrency = 2): Running {
  const time = new VirtualTime();
  const queue = new Queue({
    now: () => time.nowMs,
    schedule: (callback, delayMs) => {
      let isRevoked = false;
      time.after(delayMs, () => {
        if (!isRevoked) callback();
      });
      return () => {
        isRevoked = true;
      };
    },
  });
  const calls: Running['calls'] = [];
  const ends: End[] = [];
  const turns: number[] = [];
  let active = 0;
  let ended = false;
  const observer: ControllerObserver = {
    started: () => (active += 1),
    ended: (end) => {
      active -= 1;
      ends.push(end);
    },
  };
  void runController({
    queue,
    observer,
    concurrency,
    now: () => time.nowMs,
    turn: () => {
      turns.push(calls.length);
      return Promise.resolve();
    },
    reconcile: (ref, attempt) => {
      calls.push({ ...attempt, key: `${ref.namespace}/${ref.name}`, atMs: time.nowMs });
      return reconcile(ref, attempt);
    },
  }).then(() => {
    ended = true;
  });
  return { time, queue, calls, ends, turns, active: () => active, ended: () => ended };
}

const times = ({ calls }: Running): number[] => calls.map(({ atMs }) => atMs);
const nothing: Reconcile = () => Promise.resolve({});
/** Fails as often as there are errors, then succeeds. */
const failing = (...errors: Error[]): Reconcile => {
  const left = [...errors];
  return () => {
    const error = left.shift();
    return error === undefined ? Promise.resolve({}) : Promise.reject(error);
  };
};

describe('a reconcile', () => {
  it('gets the namespace and name of the key, and an id of its own', async () => {
    const run = running(nothing);
    run.queue.add('team/a');
    run.queue.add('team/b');
    await run.time.pass(0);
    expect(run.calls.map(({ key }) => key)).toEqual(['team/a', 'team/b']);
    expect(new Set(run.calls.map(({ reconcileId }) => reconcileId)).size).toBe(2);
  });

  it('that waits for nothing lets everything else have its turn before the next', async () => {
    const run = running(nothing, 1);
    for (const key of ['team/a', 'team/b', 'team/c']) run.queue.add(key);
    await run.time.pass(0);
    expect(run.turns).toEqual([1, 2, 3]);
  });

  it('that succeeds is not repeated', async () => {
    const run = running(nothing);
    run.queue.add('team/a');
    await run.time.pass(3_600_000);
    expect(times(run)).toEqual([0]);
    expect(run.ends).toMatchObject([{ result: 'success', ref: { namespace: 'team', name: 'a' } }]);
  });

  it('that fails is repeated after pauses that double, and is told how often it has failed', async () => {
    const run = running(failing(...Array.from({ length: 4 }, () => new Error('no'))));
    run.queue.add('team/a');
    await run.time.pass(1000);
    expect(times(run)).toEqual([0, 5, 15, 35, 75]);
    expect(run.calls.map(({ failures }) => failures)).toEqual([0, 1, 2, 3, 4]);
    expect(run.ends.map(({ result }) => result)).toEqual([
      'error',
      'error',
      'error',
      'error',
      'success',
    ]);
  });

  it('that succeeds begins anew with the shortest pause', async () => {
    const plan = [failing(new Error('1'), new Error('2')), failing(new Error('3'))];
    const run = running((ref, attempt) => (plan[0] ?? nothing)(ref, attempt));
    run.queue.add('team/a');
    await run.time.pass(1000);
    plan.shift();
    run.queue.add('team/a');
    await run.time.pass(1000);
    expect(times(run)).toEqual([0, 5, 15, 1000, 1005]);
    expect(run.calls.map(({ failures }) => failures)).toEqual([0, 1, 2, 0, 1]);
  });

  it.each([
    { reason: 'longer than the pause', retryAfterMs: 7000, again: 7000 },
    { reason: 'shorter than the pause, which counts then', retryAfterMs: 1, again: 5 },
    { reason: 'not said', retryAfterMs: undefined, again: 5 },
  ])('waits as long as the API server asks for: $reason', async ({ retryAfterMs, again }) => {
    const run = running(failing(new ApiError(429, 'TooManyRequests', 'slow', retryAfterMs)));
    run.queue.add('team/a');
    await run.time.pass(60_000);
    expect(times(run)).toEqual([0, again]);
  });

  it('is repeated when it asks for that', async () => {
    const plan = [2000, 60_000];
    const run = running(() => {
      const requeueAfterMs = plan.shift();
      return Promise.resolve(requeueAfterMs === undefined ? {} : { requeueAfterMs });
    });
    run.queue.add('team/a');
    await run.time.pass(3_600_000);
    expect(times(run)).toEqual([0, 2000, 62_000]);
    expect(run.ends.map(({ result }) => result)).toEqual([
      'requeue_after',
      'requeue_after',
      'success',
    ]);
  });

  it('that throws, instead of rejecting, is a failure like any other', async () => {
    let isFirst = true;
    const run = running(() => {
      if (!isFirst) return Promise.resolve({});
      isFirst = false;
      throw new TypeError('a bug');
    });
    run.queue.add('team/a');
    await run.time.pass(100);
    expect(times(run)).toEqual([0, 5]);
    expect(run.ends[0]).toMatchObject({ result: 'error', error: new TypeError('a bug') });
  });

  it('is observed with its length, its error and the id that it had itself', async () => {
    const error = new Error('no');
    const run = running(async () => {
      await run.time.pause(42);
      throw error;
    });
    run.queue.add('team/a');
    await run.time.pass(42);
    const [call] = run.calls;
    expect(run.ends).toEqual([
      {
        ref: { namespace: 'team', name: 'a' },
        reconcileId: call?.reconcileId,
        durationMs: 42,
        result: 'error',
        error,
      },
    ]);
    run.queue.close();
  });
});

/** A reconcile that takes ten seconds. */
const slow = (time: () => VirtualTime): Reconcile => {
  return async () => {
    await time().pause(10_000);
    return {};
  };
};

describe('the workers', () => {
  it('are as many as were asked for, and all of them work', async () => {
    const run: Running = running(
      slow(() => run.time),
      3,
    );
    for (const name of ['a', 'b', 'c', 'd', 'e']) run.queue.add(`team/${name}`);
    await run.time.pass(5000, () => {
      expect(run.active()).toBeLessThanOrEqual(3);
    });
    expect(run.active()).toBe(3);
    await run.time.pass(10_000);
    expect(times(run)).toEqual([0, 0, 0, 10_000, 10_000]);
  });

  it('never work on one key at the same time; a change meanwhile is looked at afterwards', async () => {
    const run: Running = running(slow(() => run.time));
    run.queue.add('team/a');
    await run.time.pass(1000);
    run.queue.add('team/a');
    run.queue.add('team/a');
    await run.time.pass(60_000);
    expect(times(run)).toEqual([0, 10_000]);
  });

  it('go on with others while one key waits for its next attempt', async () => {
    const run = running(
      ({ name }) => (name === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve({})),
      1,
    );
    run.queue.add('team/bad');
    run.queue.add('team/good');
    await run.time.pass(0);
    expect(run.calls.map(({ key }) => key)).toEqual(['team/bad', 'team/good']);
    run.queue.close();
  });

  it('finish what they have when the queue is closed, and begin nothing new', async () => {
    const run: Running = running(slow(() => run.time));
    for (const name of ['a', 'b', 'c']) run.queue.add(`team/${name}`);
    await run.time.pass(1000);
    run.queue.close();
    await run.time.pass(8999);
    expect(run.ended()).toBe(false);
    await run.time.pass(1);
    expect(run.ended()).toBe(true);
    expect(run.calls.map(({ key }) => key)).toEqual(['team/a', 'team/b']);
    expect(run.ends).toHaveLength(2);
  });

  it('end at once when the queue is closed and nothing is under way, also when something is to come', async () => {
    const run = running(failing(new Error('no')));
    run.queue.add('team/a');
    await run.time.pass(1);
    run.queue.close();
    await run.time.pass(0);
    expect(run.ended()).toBe(true);
    await run.time.pass(1000);
    expect(times(run)).toEqual([0]);
  });
});
