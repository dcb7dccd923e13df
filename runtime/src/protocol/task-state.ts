import { TaskState } from '@a2a-js/sdk';
import type { Artifact, Part, StreamResponse, Task, TaskStatus } from '@a2a-js/sdk';

/** A change of a task, as it is applied, stored and sent. */
export type TaskUpdate =
  | { kind: 'status'; status: TaskStatus }
  | { kind: 'artifact'; artifact: Artifact; append: boolean; lastChunk: boolean };

const TERMINAL: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_STATE_COMPLETED,
  TaskState.TASK_STATE_FAILED,
  TaskState.TASK_STATE_CANCELED,
  TaskState.TASK_STATE_REJECTED,
]);

const INTERRUPTED: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_STATE_INPUT_REQUIRED,
  TaskState.TASK_STATE_AUTH_REQUIRED,
]);

/** Whether the task has ended for good; its state never changes again (A2A §4.1.3). */
export function isTerminal(task: Task): boolean {
  return TERMINAL.has(stateOf(task));
}

/** Whether the task waits for its caller. */
export function isInterrupted(task: Task): boolean {
  return INTERRUPTED.has(stateOf(task));
}

export function stateOf(task: Task): TaskState {
  return task.status?.state ?? TaskState.TASK_STATE_UNSPECIFIED;
}

/** The task after an update. Pure; a terminal task stays as it is. */
export function taskAfter(task: Task, update: TaskUpdate): Task {
  if (isTerminal(task)) return task;
  return update.kind === 'status'
    ? { ...task, status: update.status }
    : { ...task, artifacts: withArtifact(task.artifacts, update) };
}

/** The update as subscribers receive it. */
export function streamResponse(task: Task, update: TaskUpdate): StreamResponse {
  const ids = { taskId: task.id, contextId: task.contextId, metadata: undefined };
  if (update.kind === 'status') {
    return { payload: { $case: 'statusUpdate', value: { ...ids, status: update.status } } };
  }
  const { artifact, append, lastChunk } = update;
  return { payload: { $case: 'artifactUpdate', value: { ...ids, artifact, append, lastChunk } } };
}

function withArtifact(
  artifacts: readonly Artifact[],
  { artifact, append }: Extract<TaskUpdate, { kind: 'artifact' }>,
): Artifact[] {
  const others = artifacts.filter(({ artifactId }) => artifactId !== artifact.artifactId);
  const known = artifacts.find(({ artifactId }) => artifactId === artifact.artifactId);
  if (known === undefined || !append) return [...others, artifact];
  return [...others, { ...known, parts: joined(known.parts, artifact.parts) }];
}

/** Appended text goes on in the last text part: a task holds one part, however it was streamed. */
function joined(parts: readonly Part[], more: readonly Part[]): Part[] {
  return more.reduce<Part[]>(
    (sum, part) => {
      const last = sum.at(-1);
      if (last?.content?.$case !== 'text' || part.content?.$case !== 'text') return [...sum, part];
      const value = last.content.value + part.content.value;
      return [...sum.slice(0, -1), { ...last, content: { $case: 'text', value } }];
    },
    [...parts],
  );
}
