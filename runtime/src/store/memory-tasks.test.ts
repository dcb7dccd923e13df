import { describe, expect, test } from '@jest/globals';
import { TaskState } from '@a2a-js/sdk';
import { memoryTasks } from './memory-tasks.ts';
import { manualClock } from '../../test/manual-clock.ts';
import type { Task } from '@a2a-js/sdk';
import type { ManualClock } from '../../test/manual-clock.ts';
import type { TaskQuery, TaskStore } from '../protocol/task-store.ts';

const SCOPE = { agent: 'greeter', owner: 'alice' };
const START = Date.UTC(2026, 0, 1);

function open(): { store: TaskStore; clock: ManualClock } {
  const clock = manualClock(START);
  return { store: memoryTasks({ terminalSeconds: 60, pausedSeconds: 600 }, clock), clock };
}

function task(
  id: string,
  changes: { state?: TaskState; atSeconds?: number; contextId?: string } = {},
): Task {
  const { state = TaskState.TASK_STATE_COMPLETED, atSeconds = 0, contextId = 'ctx' } = changes;
  const timestamp = new Date(START + atSeconds * 1000).toISOString();
  return {
    id,
    contextId,
    status: { state, timestamp, message: undefined },
    artifacts: [],
    history: [],
    metadata: undefined,
  };
}

async function ids(store: TaskStore, query: Partial<TaskQuery> = {}): Promise<string[]> {
  const { tasks } = await store.list(SCOPE, { pageSize: 100, ...query });
  return tasks.map(({ id }) => id);
}

describe('tasks in memory', () => {
  test('come back as copies', async () => {
    const { store } = open();
    const saved = task('t');
    await store.save(SCOPE, saved);
    saved.contextId = 'changed';
    const loaded = await store.load(SCOPE, 't');
    expect(loaded?.contextId).toBe('ctx');
    if (loaded) loaded.contextId = 'changed';
    expect((await store.load(SCOPE, 't'))?.contextId).toBe('ctx');
  });

  test.each([
    { reason: 'another owner', scope: { agent: 'greeter', owner: 'bob' } },
    { reason: 'another agent', scope: { agent: 'poet', owner: 'alice' } },
    { reason: 'parts that join to the same text', scope: { agent: 'greetera', owner: 'lice' } },
  ])('are not there for $reason', async ({ scope }) => {
    const { store } = open();
    await store.save(SCOPE, task('t'));
    expect(await store.load(scope, 't')).toBeUndefined();
    expect(await store.list(scope, { pageSize: 10 })).toEqual({ tasks: [], totalSize: 0 });
  });

  test('are listed newest status first, equal times by id', async () => {
    const { store } = open();
    for (const [id, atSeconds] of [
      ['b', 1],
      ['a', 1],
      ['c', 2],
      ['d', 0],
    ] as const) {
      await store.save(SCOPE, task(id, { atSeconds }));
    }
    expect(await ids(store)).toEqual(['c', 'a', 'b', 'd']);
  });

  test('are listed page by page, and a task that changes meanwhile disturbs nothing', async () => {
    const { store } = open();
    for (const n of [1, 2, 3, 4, 5]) await store.save(SCOPE, task(`t${n}`, { atSeconds: n }));
    const first = await store.list(SCOPE, { pageSize: 2 });
    expect(first).toMatchObject({ totalSize: 5, tasks: [{ id: 't5' }, { id: 't4' }] });
    await store.save(SCOPE, task('t4', { atSeconds: 9 }));
    const second = await store.list(SCOPE, {
      pageSize: 2,
      ...(first.next && { after: first.next }),
    });
    expect(second.tasks.map(({ id }) => id)).toEqual(['t3', 't2']);
    const third = await store.list(SCOPE, {
      pageSize: 2,
      ...(second.next && { after: second.next }),
    });
    expect(third.tasks.map(({ id }) => id)).toEqual(['t1']);
    expect(third.next).toBeUndefined();
  });

  test.each<{ reason: string; query: Partial<TaskQuery>; found: string[] }>([
    { reason: 'context', query: { contextId: 'other' }, found: ['o'] },
    { reason: 'state', query: { state: TaskState.TASK_STATE_WORKING }, found: ['w'] },
    {
      reason: 'time of change, that time included',
      query: { changedSinceMs: START + 2000 },
      found: ['w', 'o'],
    },
    {
      reason: 'everything together',
      query: { contextId: 'other', state: TaskState.TASK_STATE_WORKING },
      found: [],
    },
  ])('are found by $reason', async ({ query, found }) => {
    const { store } = open();
    await store.save(SCOPE, task('t', { atSeconds: 1 }));
    await store.save(SCOPE, task('o', { atSeconds: 2, contextId: 'other' }));
    await store.save(SCOPE, task('w', { atSeconds: 3, state: TaskState.TASK_STATE_WORKING }));
    expect(await ids(store, query)).toEqual(found);
  });

  test.each([
    { reason: 'terminal', state: TaskState.TASK_STATE_FAILED, seconds: 60 },
    { reason: 'paused', state: TaskState.TASK_STATE_INPUT_REQUIRED, seconds: 600 },
  ])('expire $seconds s after they became $reason', async ({ state, seconds }) => {
    const { store, clock } = open();
    await store.save(SCOPE, task('t', { state }));
    await clock.advance(seconds * 1000 - 1);
    expect(await store.load(SCOPE, 't')).toBeDefined();
    await clock.advance(1);
    expect(await store.load(SCOPE, 't')).toBeUndefined();
    expect(await ids(store)).toEqual([]);
  });

  test('never expire while they are worked on', async () => {
    const { store, clock } = open();
    await store.save(SCOPE, task('t', { state: TaskState.TASK_STATE_WORKING }));
    await clock.advance(86_400_000);
    await store.save(SCOPE, task('u'));
    expect(await store.load(SCOPE, 't')).toBeDefined();
  });

  test('that have ended are at most ten thousand, the oldest go', async () => {
    const { store, clock } = open();
    for (let n = 0; n <= 10_000; n++)
      await store.save(SCOPE, task(`t${n}`, { atSeconds: n / 1000 }));
    await clock.advance(31_000);
    await store.save(SCOPE, task('last', { atSeconds: 31 }));
    expect(await store.load(SCOPE, 't0')).toBeUndefined();
    expect(await store.load(SCOPE, 't2')).toBeDefined();
  });

  describe('flooded with large ones', () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    const large = (id: string, size = 1): Task => ({
      ...task(id),
      metadata: { text: megabyte.repeat(size) },
    });

    test('keep at most 64 MiB that have ended, whoever owns them; the oldest go at once', async () => {
      const { store } = open();
      const bob = { ...SCOPE, owner: 'bob' };
      await store.save(SCOPE, task('working', { state: TaskState.TASK_STATE_WORKING }));
      await store.save(bob, large('first'));
      for (let n = 0; n < 200; n++) await store.save(SCOPE, large(`t${n}`));
      const kept = await ids(store);
      expect(kept).toHaveLength(64);
      expect(kept).toEqual(expect.arrayContaining(['working', 't199', 't137']));
      expect(await store.load(bob, 'first')).toBeUndefined();
    });

    test('leave a task out that is larger than all may be, and keep the others', async () => {
      const { store } = open();
      await store.save(SCOPE, task('small'));
      await store.save(SCOPE, large('huge', 65));
      expect(await ids(store)).toEqual(['small']);
    });

    test('count a task that is saved again once', async () => {
      const { store } = open();
      await store.save(SCOPE, task('small'));
      for (let n = 0; n < 100; n++) await store.save(SCOPE, large('same'));
      expect(await ids(store)).toEqual(['same', 'small']);
    });
  });
});
