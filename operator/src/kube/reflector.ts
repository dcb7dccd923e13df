import { keyOf } from '../api/object.ts';
import type { KubeObject, ObjectMeta, ObjectRef } from '../api/object.ts';
import { collectionPath } from './kinds.ts';
import { METADATA, METADATA_LIST, metadataOf } from './metadata.ts';
import { ApiError } from './port.ts';
import type { Cache, Kind } from './port.ts';
import type { Transport } from './transport.ts';

/** What is watched, and how. */
export interface ReflectorOptions {
  kind: Kind;
  labelSelector?: string;
  /** Only metadata: values of Secrets never enter the process. */
  metadataOnly?: boolean;
}

/** Told of every change; may only enqueue keys, because a watch waits for it. */
export type ChangeHandler = (object: KubeObject) => void;

interface Dependencies {
  transport: Transport;
  log: (message: string, error: unknown) => void;
  /** Resolves after the given time or when the signal is aborted. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
}

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubeObject & { code?: number; message?: string };
}

interface ListPage {
  metadata: { resourceVersion: string; continue?: string };
  items: KubeObject[] | null;
}

const PAGE_SIZE = 500;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 30_000;
const FAILURES_BEFORE_LIST = 4;

/** The API server sends a bookmark about every minute; a longer silence is a dead connection. */
const SILENCE_MS = 150_000;

/**
 * Keeps a copy of a collection: lists it, then follows the watch for ever.
 *
 * Guarantees: every change that happens while it runs reaches the handlers, if only as the newest
 * state after a reconnection; `get` and `list` are never older than what handlers were told.
 * Errors: none reach the caller; they are logged and the watch is taken up again after a pause.
 */
export class Reflector<T extends KubeObject = KubeObject> implements Cache<T> {
  readonly kind: Kind;
  readonly #options: ReflectorOptions;
  readonly #deps: Dependencies;
  readonly #objects = new Map<string, T>();
  readonly #handlers: ChangeHandler[] = [];
  readonly #stop = new AbortController();
  readonly #synced = Promise.withResolvers<undefined>();
  /** Where a watch goes on from; undefined when only a list can tell. */
  #version: string | undefined;
  /** Newest version that the watch has told of; whatever is older, it has told of too. */
  #told = 0n;
  #failures = 0;

  constructor(options: ReflectorOptions, deps: Dependencies) {
    this.kind = options.kind;
    this.#options = options;
    this.#deps = deps;
  }

  /** Resolves when the first list is complete. */
  get synced(): Promise<undefined> {
    return this.#synced.promise;
  }

  get(ref: ObjectRef): T | undefined {
    return this.#objects.get(keyOf(ref));
  }

  list(namespace: string): T[] {
    return [...this.#objects.values()].filter(({ metadata }) => metadata.namespace === namespace);
  }

  /** Every object, of all namespaces. */
  all(): T[] {
    return [...this.#objects.values()];
  }

  /** An answer that is older than what the watch told may be of an object that is gone by now. */
  remember(object: T): void {
    if (versionOf(object.metadata) > this.#told) this.#store(object);
  }

  onChange(handler: ChangeHandler): void {
    this.#handlers.push(handler);
  }

  /** Lists and watches until `stop`. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#relist();
        if ((await this.#follow(this.#version)) > 0) continue;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (isExpired(error)) this.#version = undefined;
        else this.#deps.log(`watch of ${this.kind.plural} was interrupted`, error);
      }
      await this.#pause(signal);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  async #relist(): Promise<string> {
    const seen = new Map<string, T>();
    let version = '';
    let next: string | undefined = '';
    while (next !== undefined) {
      const page = await this.#page(next);
      for (const item of page.items ?? []) seen.set(keyOf(item.metadata), this.#typed(item));
      version = page.metadata.resourceVersion;
      next = page.metadata.continue === '' ? undefined : page.metadata.continue;
    }
    this.#told = BigInt(version);
    const gone = [...this.#objects].filter(
      ([key, { metadata }]) => !seen.has(key) && versionOf(metadata) <= this.#told,
    );
    for (const [key, object] of gone) {
      this.#objects.delete(key);
      this.#tell(object);
    }
    for (const object of seen.values()) {
      this.#store(object);
      this.#tell(object);
    }
    this.#synced.resolve(undefined);
    return version;
  }

  async #page(next: string): Promise<ListPage> {
    const query = this.#query({ limit: String(PAGE_SIZE), ...(next !== '' && { continue: next }) });
    return (await this.#deps.transport.json({
      method: 'GET',
      path: `${collectionPath(this.kind)}?${query}`,
      ...(this.#options.metadataOnly && { accept: METADATA_LIST }),
      signal: this.#stop.signal,
    })) as ListPage;
  }

  /** Follows the watch to its end; gives the number of events. */
  async #follow(from: string): Promise<number> {
    let count = 0;
    const timeoutSeconds = 300 + Math.floor(this.#deps.random() * 300);
    const events = this.#deps.transport.lines({
      method: 'GET',
      path: `${collectionPath(this.kind)}?${this.#query({
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: from,
        timeoutSeconds: String(timeoutSeconds),
      })}`,
      ...(this.#options.metadataOnly && { accept: METADATA }),
      signal: this.#stop.signal,
      silenceMs: SILENCE_MS,
    });
    for await (const event of events) {
      this.#receive(event as WatchEvent);
      this.#failures = 0;
      count += 1;
    }
    return count;
  }

  #receive({ type, object }: WatchEvent): void {
    if (type === 'ERROR') {
      throw new ApiError(object.code ?? 500, 'WatchError', object.message ?? 'the watch failed');
    }
    if (type !== 'BOOKMARK') {
      const typed = this.#typed(object);
      if (type === 'DELETED') this.#objects.delete(keyOf(typed.metadata));
      else this.#store(typed);
      this.#tell(typed);
    }
    this.#version = object.metadata.resourceVersion;
    this.#told = versionOf(object.metadata);
  }

  /** Never replaces what is newer: a write may have been answered before its event arrived. */
  #store(object: T): void {
    const key = keyOf(object.metadata);
    const known = this.#objects.get(key)?.metadata;
    const isOlder =
      known !== undefined &&
      known.uid === object.metadata.uid &&
      versionOf(known) > versionOf(object.metadata);
    if (!isOlder) this.#objects.set(key, object);
  }

  #tell(object: KubeObject): void {
    for (const handler of this.#handlers) handler(object);
  }

  /** List items carry no Kind; managedFields are half of an object's size and nobody reads them. */
  #typed(item: KubeObject): T {
    const metadata: ObjectMeta & { managedFields?: unknown } = { ...item.metadata };
    delete metadata.managedFields;
    const { apiVersion, kind } = this.kind;
    const object = { ...item, apiVersion, kind, metadata };
    return (this.#options.metadataOnly ? metadataOf(object) : object) as T;
  }

  #query(parameters: Record<string, string>): string {
    const { labelSelector } = this.#options;
    return new URLSearchParams({
      ...parameters,
      ...(labelSelector !== undefined && { labelSelector }),
    }).toString();
  }

  /** After several failures at one version the version itself is suspect: the next look is a list. */
  async #pause(signal: AbortSignal): Promise<void> {
    const limit = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    if (this.#failures > FAILURES_BEFORE_LIST) this.#version = undefined;
    await this.#deps.pause(limit * (0.5 + this.#deps.random() / 2), signal);
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}

/** Resource versions of one collection grow; Kubernetes documents them as comparable (KEP-5504). */
function versionOf({ resourceVersion }: ObjectMeta): bigint {
  return BigInt(resourceVersion ?? 0);
}
