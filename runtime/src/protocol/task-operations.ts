import {
  TaskNotCancelableError,
  TaskNotFoundError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors';
import { TaskState } from '@a2a-js/sdk';
import { scopeOf } from './call.ts';
import { withHistory } from './history.ts';
import { RunStopped } from './task-run.ts';
import { startTask } from './send-message.ts';
import { isTerminal, stateOf, taskAfter } from './task-state.ts';
import { listTasks } from './list-tasks.ts';
import type {
  CancelTaskRequest,
  GetTaskRequest,
  ListTasksRequest,
  ListTasksResponse,
  SendMessageRequest,
  StreamResponse,
  SubscribeToTaskRequest,
  Task,
} from '@a2a-js/sdk';
import type { Call } from './call.ts';
import type { Workshop } from './workshop.ts';

/** Events of a task; `return()` leaves at once and never touches the task. */
export type TaskEvents = AsyncIterableIterator<StreamResponse, void, undefined>;

/**
 * The operations of A2A §3.1 on one agent, for any binding and version. They throw the SDK's
 * errors; a task of another owner is TaskNotFound. Streams fail before their first event or never.
 */
export interface TaskOperations {
  /** Waits until the task has ended or needs input, unless `returnImmediately` is set (§3.2.2). */
  sendMessage(request: SendMessageRequest, call: Call): Promise<Task>;
  sendMessageStream(request: SendMessageRequest, call: Call): Promise<TaskEvents>;
  getTask(request: GetTaskRequest, call: Call): Promise<Task>;
  listTasks(request: ListTasksRequest, call: Call): Promise<ListTasksResponse>;
  /** Resolves when CANCELED is stored; canceling a canceled task is no error. */
  cancelTask(request: CancelTaskRequest, call: Call): Promise<Task>;
  subscribe(request: SubscribeToTaskRequest, call: Call): Promise<TaskEvents>;
}

export function taskOperations(workshop: Workshop): TaskOperations {
  return {
    async sendMessage(request, call) {
      const run = await startTask(workshop, request, call);
      const { historyLength, returnImmediately } = request.configuration ?? {};
      const task = returnImmediately === true ? run.task() : await run.ended;
      return withHistory(task, historyLength);
    },
    async sendMessageStream(request, call) {
      const run = await startTask(workshop, request, call);
      return run.subscribe();
    },
    async getTask({ id, historyLength }, call) {
      return withHistory(await existing(workshop, id, call), historyLength);
    },
    listTasks: (request, call) => listTasks(workshop, request, call),
    cancelTask: ({ id }, call) => cancelTask(workshop, id, call),
    async subscribe({ id }, call) {
      const task = await existing(workshop, id, call);
      const run = workshop.runs.get(scopeOf(call), id);
      if (isTerminal(task) || run === undefined) {
        throw new UnsupportedOperationError('The task is not being worked on; get it instead.');
      }
      return run.subscribe();
    },
  };
}

async function existing({ runs, tasks }: Workshop, id: string, call: Call): Promise<Task> {
  const scope = scopeOf(call);
  const task = runs.get(scope, id)?.task() ?? (await tasks.load(scope, id));
  if (task === undefined) throw new TaskNotFoundError(`There is no task ${id}.`);
  return task;
}

async function cancelTask(workshop: Workshop, id: string, call: Call): Promise<Task> {
  const scope = scopeOf(call);
  const run = workshop.runs.get(scope, id);
  run?.stop(new RunStopped(TaskState.TASK_STATE_CANCELED, 'The caller canceled the task.'));
  const task = run === undefined ? await existing(workshop, id, call) : await run.ended;
  if (stateOf(task) === TaskState.TASK_STATE_CANCELED) return task;
  if (isTerminal(task)) {
    throw new TaskNotCancelableError('The task has ended and cannot be canceled.');
  }
  const timestamp = new Date(workshop.clock.now()).toISOString();
  const status = { state: TaskState.TASK_STATE_CANCELED, timestamp, message: undefined };
  const canceled = taskAfter(task, { kind: 'status', status });
  await workshop.tasks.save(scope, canceled);
  return canceled;
}
