import { describe, expect, test } from '@jest/globals';
import { TaskState } from '@a2a-js/sdk';
import { textPart } from './agent-message.ts';
import { isInterrupted, isTerminal, streamResponse, taskAfter } from './task-state.ts';
import type { Task } from '@a2a-js/sdk';
import type { TaskUpdate } from './task-state.ts';

const STATES: readonly TaskState[] = [
  TaskState.TASK_STATE_SUBMITTED,
  TaskState.TASK_STATE_WORKING,
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_INPUT_REQUIRED,
  TaskState.TASK_STATE_REJECTED,
  TaskState.TASK_STATE_AUTH_REQUIRED,
];

function task(state = TaskState.TASK_STATE_WORKING): Task {
  const status = { state, timestamp: '2026-01-01T00:00:00.000Z', message: undefined };
  return { id: 't', contextId: 'c', status, artifacts: [], history: [], metadata: undefined };
}

function status(state: TaskState): TaskUpdate {
  return { kind: 'status', status: { state, timestamp: undefined, message: undefined } };
}

function chunk(text: string, append: boolean, artifactId = 'a'): TaskUpdate {
  const artifact = {
    artifactId,
    name: '',
    description: '',
    parts: [textPart(text)],
    metadata: undefined,
    extensions: [],
  };
  return { kind: 'artifact', artifact, append, lastChunk: false };
}

function texts({ artifacts }: Task): Record<string, (string | undefined)[]> {
  return Object.fromEntries(
    artifacts.map(({ artifactId, parts }) => [
      artifactId,
      parts.map(({ content }) => (content?.$case === 'text' ? content.value : undefined)),
    ]),
  );
}

describe('the task state machine', () => {
  test('knows which states are the end and which wait for the caller (A2A §4.1.3)', () => {
    const names = (is: (task: Task) => boolean): string[] =>
      STATES.filter((state) => is(task(state))).map((state) => TaskState[state]);
    expect(names(isTerminal)).toEqual([
      'TASK_STATE_COMPLETED',
      'TASK_STATE_FAILED',
      'TASK_STATE_CANCELED',
      'TASK_STATE_REJECTED',
    ]);
    expect(names(isInterrupted)).toEqual(['TASK_STATE_INPUT_REQUIRED', 'TASK_STATE_AUTH_REQUIRED']);
  });

  test.each(STATES)('never leaves a terminal state: to %s', (state) => {
    const ended = task(TaskState.TASK_STATE_CANCELED);
    expect(taskAfter(ended, status(state))).toBe(ended);
    expect(taskAfter(ended, chunk('late', true))).toBe(ended);
  });

  test('does not change the task that it is given', () => {
    const before = Object.freeze(task());
    taskAfter(before, chunk('x', false));
    expect(before.artifacts).toEqual([]);
  });

  test.each([
    { reason: 'a first chunk', updates: [chunk('a', false)], result: { a: ['a'] } },
    {
      reason: 'appended text, in one part',
      updates: [chunk('a', false), chunk('b', true)],
      result: { a: ['ab'] },
    },
    {
      reason: 'an artifact that is replaced',
      updates: [chunk('a', false), chunk('b', false)],
      result: { a: ['b'] },
    },
    { reason: 'appending to nothing', updates: [chunk('a', true)], result: { a: ['a'] } },
    {
      reason: 'two artifacts',
      updates: [chunk('a', false), chunk('b', false, 'b')],
      result: { a: ['a'], b: ['b'] },
    },
  ])('collects chunks: $reason', ({ updates, result }) => {
    expect(texts(updates.reduce(taskAfter, task()))).toEqual(result);
  });

  test('says an update with the ids of its task', () => {
    expect(streamResponse(task(), status(TaskState.TASK_STATE_FAILED)).payload).toMatchObject({
      $case: 'statusUpdate',
      value: { taskId: 't', contextId: 'c', status: { state: TaskState.TASK_STATE_FAILED } },
    });
    expect(streamResponse(task(), chunk('a', true)).payload).toMatchObject({
      $case: 'artifactUpdate',
      value: { taskId: 't', contextId: 'c', append: true, lastChunk: false },
    });
  });
});
