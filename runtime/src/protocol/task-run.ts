import { TaskState } from '@a2a-js/sdk';
import { ModelError } from '../agent/types.ts';
import { agentMessage, textPart } from './agent-message.ts';
import { eventQueue } from './event-queue.ts';
import { streamResponse, taskAfter } from './task-state.ts';
import type { Artifact, StreamResponse, Task, TaskStatus } from '@a2a-js/sdk';
import type { TextChunk } from '../agent/types.ts';
import type { Clock } from '../ops/telemetry.ts';
import type { EventQueue } from './event-queue.ts';
import type { TaskUpdate } from './task-state.ts';

/** The artifact that carries an agent's answer. */
export const RESPONSE_ARTIFACT = 'response';

/** Why a run is stopped from outside; decides the state that the task ends in. */
export class RunStopped extends Error {
  override readonly name = 'RunStopped';
  readonly state: TaskState;

  constructor(state: TaskState, message: string) {
    super(message);
    this.state = state;
  }
}

/** What a run needs. */
export interface RunOptions {
  /** The task as it was stored, SUBMITTED. */
  task: Task;
  clock: Clock;
  newId: () => string;
  /** Media type of the answer. */
  mediaType: string;
  /** Stores the task at every change of its state; the change is sent only afterwards. */
  save: (task: Task) => Promise<void>;
  /** Produces the answer; its chunks become the artifact. */
  work: (emit: (chunk: TextChunk) => void, signal: AbortSignal) => Promise<void>;
  /** Told of an error that is not the model's, before the task fails with a neutral sentence. */
  onUnexpected: (error: unknown) => void;
}

/** A task that is being worked on in this process. */
export interface TaskRun {
  /** The task as it is now. */
  task(): Task;
  /** The task as it is now, then every update; ends when the run does (A2A §3.1.6). */
  subscribe(): AsyncIterableIterator<StreamResponse, void, undefined>;
  /** Asks the work to stop; the run ends soon after, in the state that the reason names. */
  stop(reason: RunStopped): void;
  /** Resolves with the task in its last state, when that is stored. Never rejects. */
  ended: Promise<Task>;
}

/**
 * Starts working on a task.
 *
 * Guarantees: all subscribers get the same updates in the same order; leaving a subscription does
 * not touch the run; the task always reaches a terminal state, also when saving fails.
 */
export function startRun(options: RunOptions): TaskRun {
  const { save, work, onUnexpected } = options;
  const stopped = new AbortController();
  const subscribers = new Set<EventQueue<StreamResponse>>();
  let task = options.task;
  let sent = false;

  const apply = (update: TaskUpdate): void => {
    task = taskAfter(task, update);
    const event = streamResponse(task, update);
    for (const subscriber of subscribers) subscriber.push(event);
  };
  const enter = async (state: TaskState, text?: string): Promise<void> => {
    const status = taskStatus(options, state, text);
    await save(taskAfter(task, { kind: 'status', status })).catch(onUnexpected);
    apply({ kind: 'status', status });
  };
  const emit = (chunk: TextChunk): void => {
    const artifact = responseArtifact(chunk, options.mediaType);
    apply({ kind: 'artifact', artifact, append: sent, lastChunk: chunk.last });
    sent = true;
  };
  const run = async (): Promise<Task> => {
    await enter(TaskState.TASK_STATE_WORKING);
    try {
      await work(emit, stopped.signal);
      await enter(TaskState.TASK_STATE_COMPLETED);
    } catch (error) {
      const { state, text } = outcome(error, onUnexpected);
      await enter(state, text);
    }
    for (const subscriber of subscribers) subscriber.end();
    return task;
  };

  return {
    task: () => task,
    subscribe() {
      const queue = eventQueue<StreamResponse>(() => subscribers.delete(queue));
      queue.push({ payload: { $case: 'task', value: task } });
      subscribers.add(queue);
      return queue.events;
    },
    stop: (reason) => {
      stopped.abort(reason);
    },
    // Begins after the caller has had the chance to subscribe, so that a stream misses nothing.
    ended: Promise.resolve().then(run),
  };
}

function outcome(
  error: unknown,
  onUnexpected: (error: unknown) => void,
): { state: TaskState; text: string } {
  if (error instanceof RunStopped) return { state: error.state, text: error.message };
  if (error instanceof ModelError) {
    return { state: TaskState.TASK_STATE_FAILED, text: error.message };
  }
  onUnexpected(error);
  return {
    state: TaskState.TASK_STATE_FAILED,
    text: 'The agent failed because of an error in the server.',
  };
}

function responseArtifact({ text }: TextChunk, mediaType: string): Artifact {
  return {
    artifactId: RESPONSE_ARTIFACT,
    name: RESPONSE_ARTIFACT,
    description: '',
    parts: [textPart(text, mediaType)],
    metadata: undefined,
    extensions: [],
  };
}

function taskStatus(
  { task, clock, newId }: RunOptions,
  state: TaskState,
  text?: string,
): TaskStatus {
  const timestamp = new Date(clock.now()).toISOString();
  const message = text === undefined ? undefined : agentMessage(task, newId(), text);
  return { state, timestamp, message };
}
