import { setTimeout as pause } from 'node:timers/promises';
import type { Api, KubeObject } from './api.ts';

/** What a watch says of one object. */
export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED';
  object: KubeObject;
}

interface WatchEvent {
  type: Change['type'] | 'ERROR' | 'BOOKMARK';
  object: KubeObject;
}

const RETRY_MS = 100;

/**
 * Tells of every object of a collection that is there, and of every change after that, until the
 * signal ends it. `path` has no query for the watch itself, but may select.
 */
export async function follow(
  api: Api,
  path: string,
  onChange: (change: Change) => void,
  signal: AbortSignal,
): Promise<void> {
  const query = `${path}${path.includes('?') ? '&' : '?'}watch=true&resourceVersion=`;
  // Version 0 is whatever the API server has at hand, sent as if it had been added just now.
  let version = '0';
  const hear = ({ type, object }: WatchEvent): void => {
    if (type === 'ERROR') {
      // The version is too old by now; only what is there can be told.
      version = '0';
    } else if (type !== 'BOOKMARK') {
      version = object.metadata.resourceVersion ?? version;
      onChange({ type, object });
    }
  };
  while (!signal.aborted) {
    try {
      for await (const event of api.lines(query + version, signal)) hear(event as WatchEvent);
    } catch {
      // Either the signal, or an API server that will answer again.
      await pause(RETRY_MS);
    }
  }
}

/** How many objects of a collection are as wanted, and since when as many as wanted are. */
export class Tally {
  readonly #asWanted = new Set<string>();
  readonly #ending = new AbortController();
  readonly #reached: Promise<number>;

  constructor(api: Api, path: string, goal: { count: number; isSo: (o: KubeObject) => boolean }) {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#reached = promise;
    const count = ({ type, object }: Change): void => {
      const { name } = object.metadata;
      if (type !== 'DELETED' && goal.isSo(object)) this.#asWanted.add(name);
      else this.#asWanted.delete(name);
      if (this.#asWanted.size >= goal.count) resolve(Date.now());
    };
    void follow(api, path, count, this.#ending.signal);
  }

  get size(): number {
    return this.#asWanted.size;
  }

  /** The moment at which as many as wanted were, in epoch milliseconds; ends the watch. */
  async reached(timeoutSeconds: number): Promise<number> {
    const late = new AbortController();
    const timeout = pause(timeoutSeconds * 1000, undefined, { signal: late.signal }).then(() => {
      throw new Error(`only ${this.size} are as wanted after ${timeoutSeconds} s`);
    });
    try {
      return await Promise.race([this.#reached, timeout]);
    } finally {
      late.abort();
      timeout.catch(() => undefined);
      this.#ending.abort();
    }
  }
}

interface Conditions {
  conditions?: { type: string; status: string; observedGeneration?: number }[];
}

/** Whether a condition is true, of the present generation where the condition tells. */
export function isTrue(object: KubeObject, type: string): boolean {
  const { conditions = [] } = (object.status ?? {}) as Conditions;
  const { generation } = object.metadata;
  return conditions.some(
    (each) =>
      each.type === type &&
      each.status === 'True' &&
      (each.observedGeneration ?? generation) === generation,
  );
}
