import { isDeepStrictEqual } from 'node:util';
import { keyOf } from '../api/object.ts';
import type { Condition, KubeObject } from '../api/object.ts';
import { ApiError } from '../kube/port.ts';
import type { Cache, Kube } from '../kube/port.ts';

/** What every status of ours has. */
interface Status {
  observedGeneration?: number;
  conditions?: readonly Condition[];
}

/** How long a change that decides nothing waits for the next one. */
export const SETTLE_MS = 2_000;
/** How long it waits while a rollout goes as it should, so that it is not written pod by pod. */
export const ROLLOUT_MS = 30_000;

interface Dependencies<T extends KubeObject> {
  kube: Pick<Kube, 'applyStatus'>;
  cache: Cache<T>;
  /** Milliseconds of a clock that never jumps. */
  nowMs: () => number;
}

/** Writes the statuses of one Kind: only what differs, and the only place that does. */
export class StatusWriter<T extends KubeObject & { status?: Status }> {
  readonly #deps: Dependencies<T>;
  /** Since when progress of an object waits to be written. */
  readonly #waiting = new Map<string, number>();

  constructor(deps: Dependencies<T>) {
    this.#deps = deps;
  }

  /**
   * Writes at once what decides something: a generation seen for the first time, a condition that
   * has turned. Anything else waits for 2 s, or 30 s in a rollout. Gives how many milliseconds are left
   * until then; undefined when nothing waits.
   */
  async write(object: T, status: Status, isRollingOut: boolean): Promise<number | undefined> {
    const key = keyOf(object.metadata);
    if (isDeepStrictEqual(object.status, status)) {
      this.#waiting.delete(key);
      return undefined;
    }
    const nowMs = this.#deps.nowMs();
    const sinceMs = this.#waiting.get(key) ?? nowMs;
    const leftMs = sinceMs + (isRollingOut ? ROLLOUT_MS : SETTLE_MS) - nowMs;
    if (leftMs > 0 && !decides(object.status, status)) {
      this.#waiting.set(key, sinceMs);
      return leftMs;
    }
    await this.#apply(object, status);
    this.#waiting.delete(key);
    return undefined;
  }

  /** The object is gone. */
  forget(key: string): void {
    this.#waiting.delete(key);
  }

  async #apply({ apiVersion, kind, metadata }: T, status: Status): Promise<void> {
    const { name, namespace = '', uid = '' } = metadata;
    const stated = { apiVersion, kind, metadata: { name, namespace, uid }, status };
    try {
      this.#deps.cache.remember((await this.#deps.kube.applyStatus(stated)) as T);
    } catch (error) {
      // Deleted since it was looked at: there is nothing left to be said.
      if (!(error instanceof ApiError && error.status === 404)) throw error;
    }
  }
}

/** Conditions that turn in the course of every rollout. */
const PROGRESS: readonly string[] = ['AgentsLoaded', 'Progressing', 'Served'];

function decides(before: Status = {}, after: Status): boolean {
  if (before.observedGeneration !== after.observedGeneration) return true;
  const types = [before, after].flatMap(({ conditions = [] }) =>
    conditions.map(({ type }) => type),
  );
  return types.some((type) => {
    const from = statusOf(before, type);
    // A first reading comes with the pods, so with Ready.
    return !PROGRESS.includes(type) && from !== 'Unknown' && from !== statusOf(after, type);
  });
}

function statusOf({ conditions = [] }: Status, type: string): Condition['status'] | undefined {
  return conditions.find((condition) => condition.type === type)?.status;
}
