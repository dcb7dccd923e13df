import { isInterrupted, isTerminal, stateOf } from '../protocol/task-state.ts';
import { oldestOut } from './oldest-out.ts';
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

/**
 * Of all finished tasks together. The oldest go first when there are more: memory is not for an
 * archive, and a container of 512 MiB has room for this beside what is being worked on.
 */
const TERMINAL_ROOM = { maxCount: 10_000, maxBytes: 64 * 1024 * 1024 };
const SWEEP_EVERY_MS = 30_000;

interface Entry {
  task: Task;
  changedAtMs: number;
  scopeKey: string;
}

/** Tasks in this process, gone with it. Guarantees what the port says, and bounds its memory. */
export function memoryTasks(retention: TaskRetention, clock: Clock): TaskStore {
  const scopes = new Map<string, Map<string, Entry>>();
  const terminal = oldestOut(TERMINAL_ROOM);
  let sweptAtMs = clock.now();

  const isExpired = ({ task, changedAtMs }: Entry): boolean => {
    const ageSeconds = (clock.now() - changedAtMs) / 1000;
    if (isTerminal(task)) return ageSeconds >= retention.terminalSeconds;
    return isInterrupted(task) && ageSeconds >= retention.pausedSeconds;
  };
  const remove = ({ scopeKey, task }: Entry): void => {
    const entries = scopes.get(scopeKey);
    entries?.delete(task.id);
    if (entries?.size === 0) scopes.delete(scopeKey);
    terminal.remove(entryKey(scopeKey, task.id));
  };
  const sweep = (): void => {
    if (clock.now() - sweptAtMs < SWEEP_EVERY_MS) return;
    sweptAtMs = clock.now();
    const all = [...scopes.values()].flatMap((entries) => [...entries.values()]);
    all.filter(isExpired).forEach(remove);
  };
  const makeRoom = (entry: Entry): void => {
    const { scopeKey, task } = entry;
    const bytes = Buffer.byteLength(JSON.stringify(task));
    for (const key of terminal.put(entryKey(scopeKey, task.id), bytes)) {
      const [oldScope, id] = JSON.parse(key) as [string, string];
      const old = scopes.get(oldScope)?.get(id);
      if (old !== undefined) remove(old);
    }
  };
  const entriesOf = (scope: Scope): Entry[] =>
    [...(scopes.get(keyOf(scope))?.values() ?? [])].filter((entry) => !isExpired(entry));

  return {
    save(scope, task) {
      sweep();
      const scopeKey = keyOf(scope);
      const entries = scopes.get(scopeKey) ?? new Map<string, Entry>();
      scopes.set(scopeKey, entries);
      const entry = { task: structuredClone(task), changedAtMs: changedAt(task, clock), scopeKey };
      entries.set(task.id, entry);
      if (isTerminal(task)) makeRoom(entry);
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

function keyOf({ agent, owner }: Scope): string {
  return JSON.stringify([agent, owner]);
}

function entryKey(scopeKey: string, id: string): string {
  return JSON.stringify([scopeKey, id]);
}
