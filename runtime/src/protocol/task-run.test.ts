import { describe, expect, test } from '@jest/globals';
import { TaskState, taskStateToJSON } from '@a2a-js/sdk';
import { RunStopped, startRun } from './task-run.ts';
import { ModelError } from '../agent/types.ts';
import { manualClock, settled } from '../../test/manual-clock.ts';
import type { Part, StreamResponse, Task, TaskStatus } from '@a2a-js/sdk';
import type { RunOptions, TaskRun } from './task-run.ts';

interface Observed {
  run: TaskRun;
  saved: Task[];
  unexpected: unknown[];
}

function start(work: RunOptions['work'], save?: RunOptions['save']): Observed {
  const clock = manualClock();
  const saved: Task[] = [];
  const unexpected: unknown[] = [];
  const status = {
    state: TaskState.TASK_STATE_SUBMITTED,
    timestamp: undefined,
    message: undefined,
  };
  const run = startRun({
    task: { id: 't', contextId: 'c', status, artifacts: [], history: [], metadata: undefined },
    clock,
    newId: () => 'id',
    mediaType: 'text/plain',
    save: save ?? ((task) => Promise.resolve(void saved.push(task))),
    work,
    onUnexpected: (error) => unexpected.push(error),
  });
  return { run, saved, unexpected };
}

function textIn(part: Part | undefined): string {
  return part?.content?.$case === 'text' ? part.content.value : '';
}

function stateIn(status: TaskStatus | undefined): string {
  return taskStateToJSON(status?.state ?? TaskState.UNRECOGNIZED);
}

/** An event in one word: the state it tells, or the text it brings, `+` when that is appended. */
function brief({ payload }: StreamResponse): string {
  if (payload?.$case === 'task') return `task ${stateIn(payload.value.status)}`;
  if (payload?.$case === 'statusUpdate') return stateIn(payload.value.status);
  if (payload?.$case !== 'artifactUpdate') return 'nothing';
  const { append, artifact } = payload.value;
  return `${append ? '+' : ''}${textIn(artifact?.parts[0])}`;
}

async function all(events: AsyncIterable<StreamResponse>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) seen.push(brief(event));
  return seen;
}

function statusText({ status }: Task): string {
  return textIn(status?.message?.parts[0]);
}

describe('a run', () => {
  test('sends the same events in the same order to everybody who was there from the start', async () => {
    const { run, saved } = start(async (emit) => {
      emit({ text: 'a', last: false });
      await settled();
      emit({ text: 'b', last: true });
    });
    const [first, second] = await Promise.all([all(run.subscribe()), all(run.subscribe())]);
    expect(first).toEqual([
      'task TASK_STATE_SUBMITTED',
      'TASK_STATE_WORKING',
      'a',
      '+b',
      'TASK_STATE_COMPLETED',
    ]);
    expect(second).toEqual(first);
    expect(
      saved.map(({ status }) => taskStateToJSON(status?.state ?? TaskState.UNRECOGNIZED)),
    ).toEqual(['TASK_STATE_WORKING', 'TASK_STATE_COMPLETED']);
  });

  test('gives a late subscriber what was missed as a snapshot', async () => {
    const { promise: pause, resolve: goOn } = Promise.withResolvers<undefined>();
    const { run } = start(async (emit) => {
      emit({ text: 'a', last: false });
      await pause;
      emit({ text: 'b', last: true });
    });
    await settled();
    const events = run.subscribe();
    const snapshot = await events.next();
    expect(JSON.stringify(snapshot.value)).toContain('"value":"a"');
    goOn(undefined);
    expect(await all(events)).toEqual(['+b', 'TASK_STATE_COMPLETED']);
  });

  test('goes on when a subscriber leaves, even one that is waiting', async () => {
    const { promise: pause, resolve: goOn } = Promise.withResolvers<undefined>();
    const { run } = start(() => pause);
    const events = run.subscribe();
    await events.next();
    await events.next();
    const waiting = events.next();
    await events.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    goOn(undefined);
    expect((await run.ended).status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
  });

  test.each([
    {
      reason: 'a failed model call',
      error: new ModelError('timeout', 'too slow'),
      text: 'too slow',
      unexpected: 0,
    },
    {
      reason: 'anything else, without its message',
      error: new Error('password=1'),
      text: 'The agent failed because of an error in the server.',
      unexpected: 1,
    },
  ])('ends FAILED after $reason', async ({ error, text, unexpected }) => {
    const observed = start(() => Promise.reject(error));
    const task = await observed.run.ended;
    expect(task.status?.state).toBe(TaskState.TASK_STATE_FAILED);
    expect(statusText(task)).toBe(text);
    expect(observed.unexpected).toHaveLength(unexpected);
  });

  test('ends in the state of whoever stops it, when that is stored', async () => {
    const { run, saved } = start(
      (_emit, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error);
          });
        }),
    );
    await settled();
    run.stop(new RunStopped(TaskState.TASK_STATE_CANCELED, 'enough'));
    const task = await run.ended;
    expect(task.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    expect(saved.at(-1)?.status?.state).toBe(TaskState.TASK_STATE_CANCELED);
    expect(statusText(task)).toBe('enough');
  });

  test('reaches its end although nothing can be stored', async () => {
    const { run, unexpected } = start(
      () => Promise.resolve(),
      () => Promise.reject(new Error('full')),
    );
    expect((await run.ended).status?.state).toBe(TaskState.TASK_STATE_COMPLETED);
    expect(unexpected).toHaveLength(2);
  });
});
