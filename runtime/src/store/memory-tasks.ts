import { isInterrupted, isTerminal, stateOf } from '../protocol/task-state.ts';
import type { Task } from '@a2a-js/sdk';
import type { Clock } from '../ops/telemetry.ts';
import type {
  Scope,
  TaskPage,
  TaskPosition,
  TaskQuery,
  TaskStore,
} from '../protocol/task-store.ts';

/** How long tasks are kept, in seconds since their last change of state. */
export interface TaskRetention {
  terminalSeconds: number;
  pausedSeconds: number;
}

/** The oldest finished tasks go first when there are more: memory is not for an archive. */
const MAX_TERMINAL_TASKS = 10_000;
const SWEEP_EVERY_MS = 30_000;

interface Entry {
  task: Task;
  changedAtMs: number;
}

/** Tasks in this process, gone with it. Guarantees what the port says, and bounds its memory. */
export function memoryTasks(retention: TaskRetention, clock: Clock): TaskStore {
  const scopes = new Map<string, Map<string, Entry>>();
  let sweptAtMs = clock.now();

  const isExpired = ({ task, changedAtMs }: Entry): boolean => {
    const ageSeconds = (clock.now() - changedAtMs) / 1000;
    if (isTerminal(task)) return ageSeconds >= retention.terminalSeconds;
    return isInterrupted(task) && ageSeconds >= retention.pausedSeconds;
  };
  const sweep = (): void => {
    if (clock.now() - sweptAtMs < SWEEP_EVERY_MS) return;
    sweptAtMs = clock.now();
    for (const [key, entries] of scopes) {
      for (const [id, entry] of entries) if (isExpired(entry)) entries.delete(id);
      if (entries.size === 0) scopes.delete(key);
    }
    removeOldest(scopes);
  };
  const entriesOf = (scope: Scope): Entry[] =>
    [...(scopes.get(keyOf(scope))?.values() ?? [])].filter((entry) => !isExpired(entry));

  return {
    save(scope, task) {
      sweep();
      const key = keyOf(scope);
      const entries = scopes.get(key) ?? new Map<string, Entry>();
      scopes.set(key, entries);
      entries.set(task.id, { task: structuredClone(task), changedAtMs: changedAt(task, clock) });
      return Promise.resolve();
    },
    load(scope, id) {
      const entry = scopes.get(keyOf(scope))?.get(id);
      const found = entry === undefined || isExpired(entry) ? undefined : entry.task;
      return Promise.resolve(structuredClone(found));
    },
    list: (scope, query) => Promise.resolve(page(entriesOf(scope), query)),
  };
}

function page(entries: readonly Entry[], query: TaskQuery): TaskPage {
  const matching = entries.filter((entry) => matches(entry, query)).sort(byNewest);
  const { after, pageSize } = query;
  const rest =
    after === undefined
      ? matching
      : matching.filter((entry) => byNewest(positioned(after), entry) < 0);
  const shown = rest.slice(0, pageSize);
  const last = shown.at(-1);
  return {
    tasks: shown.map(({ task }) => structuredClone(task)),
    totalSize: matching.length,
    ...(last !== undefined &&
      rest.length > shown.length && { next: { changedAtMs: last.changedAtMs, id: last.task.id } }),
  };
}

function matches({ task, changedAtMs }: Entry, query: TaskQuery): boolean {
  const { contextId, state, changedSinceMs } = query;
  return (
    (contextId === undefined || task.contextId === contextId) &&
    (state === undefined || stateOf(task) === state) &&
    (changedSinceMs === undefined || changedAtMs >= changedSinceMs)
  );
}

type Positioned = Pick<Entry, 'changedAtMs'> & { task: Pick<Task, 'id'> };

function positioned({ changedAtMs, id }: TaskPosition): Positioned {
  return { changedAtMs, task: { id } };
}

function byNewest(a: Positioned, b: Positioned): number {
  if (a.changedAtMs !== b.changedAtMs) return b.changedAtMs - a.changedAtMs;
  if (a.task.id === b.task.id) return 0;
  return a.task.id < b.task.id ? -1 : 1;
}

function changedAt({ status }: Task, clock: Clock): number {
  const ms = Date.parse(status?.timestamp ?? '');
  return Number.isNaN(ms) ? clock.now() : ms;
}

function removeOldest(scopes: ReadonlyMap<string, Map<string, Entry>>): void {
  const terminal = [...scopes.values()].flatMap((entries) =>
    [...entries.values()]
      .filter(({ task }) => isTerminal(task))
      .map((entry) => ({ entries, entry })),
  );
  const excess = terminal
    .sort((a, b) => a.entry.changedAtMs - b.entry.changedAtMs)
    .slice(0, Math.max(0, terminal.length - MAX_TERMINAL_TASKS));
  for (const { entries, entry } of excess) entries.delete(entry.task.id);
}

function keyOf({ agent, owner }: Scope): string {
  return JSON.stringify([agent, owner]);
}
