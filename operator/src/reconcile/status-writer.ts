import { isDeepStrictEqual } from 'node:util';
import { CONDITION } from '../api/conditions.ts';
import { conditionOf, keyOf } from '../api/object.ts';
import type { Condition, KubeObject } from '../api/object.ts';
import { ApiError } from '../kube/port.ts';
import type { Cache, Kube } from '../kube/port.ts';

/** What every status of ours has. */
interface Status {
  observedGeneration?: number;
  conditions?: readonly Condition[];
}

/** How long a change of a status waits for the next one. */
export interface Pace {
  /** One that decides something: a generation seen for the first time, a condition that has turned. */
  decisionMs: number;
  /** Any other. */
  progressMs: number;
}

export const USUAL: Pace = { decisionMs: 0, progressMs: 2_000 };
/** A rollout goes as it should, and is not written pod by pod. */
export const ROLLING_OUT: Pace = { decisionMs: 0, progressMs: 30_000 };
/** Pods mount another version of their agents, which takes well under a second where kubelets are told. */
export const LOADING_HOT: Pace = { decisionMs: 2_000, progressMs: 2_000 };
/**
 * A new generation may be in use within moments, and one status can say it all. Until then the older
 * observedGeneration says that it is on its way (kstatus).
 */
export const LOADING: Pace = { decisionMs: 5_000, progressMs: 30_000 };

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
   * Writes what has waited as long as its pace says; the first status of an object waits for nothing.
   * Gives how many milliseconds are left until then; undefined when nothing waits.
   */
  async write(object: T, status: Status, pace: Pace): Promise<number | undefined> {
    const key = keyOf(object.metadata);
    if (isDeepStrictEqual(object.status, status)) {
      this.#waiting.delete(key);
      return undefined;
    }
    const nowMs = this.#deps.nowMs();
    const sinceMs = this.#waiting.get(key) ?? nowMs;
    const leftMs = sinceMs + patienceMs(object.status, status, pace) - nowMs;
    if (leftMs > 0) {
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
const PROGRESS: readonly string[] = [
  CONDITION.AgentsLoaded,
  CONDITION.Progressing,
  CONDITION.Served,
];

function patienceMs(before: Status = {}, after: Status, pace: Pace): number {
  if (before.conditions === undefined) return 0;
  return decides(before, after) ? pace.decisionMs : pace.progressMs;
}

function decides(before: Status, after: Status): boolean {
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

function statusOf({ conditions }: Status, type: string): Condition['status'] | undefined {
  return conditionOf(conditions, type)?.status;
}
