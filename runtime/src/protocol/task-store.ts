import type { Task, TaskState } from '@a2a-js/sdk';

/** Whose tasks of which agent; a store never looks beyond it. */
export interface Scope {
  agent: string;
  /** Id of the principal. */
  owner: string;
}

/** Which tasks to list (A2A §3.1.4). */
export interface TaskQuery {
  contextId?: string;
  state?: TaskState;
  /** Only tasks whose status is not older, in milliseconds since the epoch. */
  changedSinceMs?: number;
  /** 1 to 100. */
  pageSize: number;
  /** Where the previous page ended. */
  after?: TaskPosition;
}

/** A task's place in the order of a list. */
export interface TaskPosition {
  changedAtMs: number;
  id: string;
}

/** One page, newest status first, ties by id. */
export interface TaskPage {
  tasks: Task[];
  /** Absent on the last page. */
  next?: TaskPosition;
  /** How many tasks match, on all pages. */
  totalSize: number;
}

/**
 * Keeps tasks for as long as the server's retention says; terminal and interrupted tasks expire by
 * themselves. Values go in and come out as copies. Every method may throw `UnavailableError`.
 */
export interface TaskStore {
  /** Stores the task, whole. */
  save(scope: Scope, task: Task): Promise<void>;
  load(scope: Scope, id: string): Promise<Task | undefined>;
  list(scope: Scope, query: TaskQuery): Promise<TaskPage>;
}
