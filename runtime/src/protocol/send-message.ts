import { TaskState } from '@a2a-js/sdk';
import {
  PushNotificationNotSupportedError,
  RequestMalformedError,
  TaskNotFoundError,
  UnsupportedOperationError,
} from '@a2a-js/sdk/errors';
import { scopeOf } from './call.ts';
import { refuse } from './invalid-params.ts';
import { configurationViolations, messageViolations } from './message-rules.ts';
import { messageText } from './message-text.ts';
import { isInterrupted, isTerminal } from './task-state.ts';
import { startRun } from './task-run.ts';
import { RetiredError } from './retired-error.ts';
import { UnavailableError } from './unavailable-error.ts';
import { observedRun } from './run-metrics.ts';
import { turnWork } from './turn-work.ts';
import type { Message, SendMessageRequest, Task } from '@a2a-js/sdk';
import type { Call } from './call.ts';
import type { TaskRun } from './task-run.ts';
import type { Workshop } from './workshop.ts';

const RETRY_WHILE_DRAINING_SECONDS = 1;

/**
 * Accepts a message and starts working on its task (A2A §3.1.1). When this resolves the task is
 * stored and nothing of the run has been sent yet. A server that begins to stop meanwhile waits for it.
 *
 * Errors: InvalidParams, TaskNotFound, UnsupportedOperation (the task has ended or is being worked
 * on), ContentTypeNotSupported, `UnavailableError` (draining, store down), `RetiredError`; then nothing is
 * stored.
 */
export async function startTask(
  workshop: Workshop,
  request: SendMessageRequest,
  call: Call,
): Promise<TaskRun> {
  if (workshop.isRefusing()) {
    throw new UnavailableError('The server is stopping.', RETRY_WHILE_DRAINING_SECONDS);
  }
  if (call.agent.retired !== undefined) throw new RetiredError(call.agent.retired);
  const hasStarted = workshop.runs.starting();
  try {
    const message = checkedMessage(request);
    const text = messageText(message, call.agent.spec.inputModes);
    const task = await submittedTask(workshop, message, call);
    const work = await turnWork(workshop, { task, text, call });
    await workshop.tasks.save(scopeOf(call), task);
    return begin(workshop, { task, call, work });
  } finally {
    hasStarted();
  }
}

function checkedMessage({ message, configuration }: SendMessageRequest): Message {
  refuse([...messageViolations(message), ...configurationViolations(configuration)]);
  if (message === undefined) throw new RequestMalformedError('message is required');
  if (configuration?.taskPushNotificationConfig !== undefined) {
    throw new PushNotificationNotSupportedError();
  }
  return message;
}

async function submittedTask(workshop: Workshop, message: Message, call: Call): Promise<Task> {
  const { clock, newId } = workshop;
  const previous =
    message.taskId === ''
      ? newTask(newId(), message.contextId === '' ? newId() : message.contextId)
      : await taskToContinue(workshop, message, call);
  const { id, contextId } = previous;
  const timestamp = new Date(clock.now()).toISOString();
  return {
    ...previous,
    status: { state: TaskState.TASK_STATE_SUBMITTED, timestamp, message: undefined },
    history: [...previous.history, { ...message, taskId: id, contextId }],
  };
}

function newTask(id: string, contextId: string): Task {
  return { id, contextId, status: undefined, artifacts: [], history: [], metadata: undefined };
}

/** The interrupted task that the message answers (A2A §3.4.3; product.md §5.3). */
async function taskToContinue(workshop: Workshop, message: Message, call: Call): Promise<Task> {
  const task = await workshop.tasks.load(scopeOf(call), message.taskId);
  if (task === undefined) throw new TaskNotFoundError(`There is no task ${message.taskId}.`);
  if (message.contextId !== '' && message.contextId !== task.contextId) {
    throw new RequestMalformedError(
      `message.contextId: the task belongs to context ${task.contextId}`,
    );
  }
  if (isInterrupted(task)) return task;
  throw new UnsupportedOperationError(
    isTerminal(task)
      ? 'The task has ended; send the message without taskId to start another.'
      : 'The task is being worked on; wait until it asks for input or has ended.',
  );
}

function begin(
  workshop: Workshop,
  { task, call, work }: { task: Task; call: Call; work: Parameters<typeof startRun>[0]['work'] },
): TaskRun {
  const { clock, newId, tasks, runs, telemetry } = workshop;
  const scope = scopeOf(call);
  const { name, spec } = call.agent;
  const log = call.log.child('task', { agent: name, task_id: task.id, context_id: task.contextId });
  const run = startRun({
    task,
    clock,
    newId,
    mediaType: spec.outputModes.includes('text/plain') ? 'text/plain' : 'application/json',
    save: (changed) => tasks.save(scope, changed),
    work,
    onUnexpected: (err) => {
      log.error('an error nobody expected in a task', { err });
    },
  });
  runs.add(scope, run);
  observedRun(run, { agent: name, clock, metrics: telemetry.metrics, log });
  return run;
}
