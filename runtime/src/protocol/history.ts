import type { Task } from '@a2a-js/sdk';

/** The task with at most the `length` latest messages of its history; undefined means all (A2A §3.2.4). */
export function withHistory(task: Task, length: number | undefined): Task {
  if (length === undefined) return task;
  return { ...task, history: length === 0 ? [] : task.history.slice(-length) };
}
