import { keyOf } from '../api/object.ts';
import type { KubeObject, ObjectMeta, ObjectRef } from '../api/object.ts';
import { collectionPath } from './kinds.ts';
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
const METADATA = 'g=meta.k8s.io;v=v1';
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 30_000;

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

  remember(object: T): void {
    const known = this.#objects.get(keyOf(object.metadata));
    if (known === undefined || isNewer(object.metadata, known.metadata)) this.#store(object);
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
        await this.#follow(this.#version);
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (isExpired(error)) this.#version = undefined;
        else this.#deps.log(`watch of ${this.kind.plural} was interrupted`, error);
        await this.#deps.pause(this.#backoffMs(), signal);
      }
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
    const gone = [...this.#objects].filter(([key]) => !seen.has(key));
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
    const list = this.#options.metadataOnly ? `;as=PartialObjectMetadataList;${METADATA}` : '';
    return (await this.#deps.transport.json({
      method: 'GET',
      path: `${collectionPath(this.kind)}?${query}`,
      accept: `application/json${list}`,
      signal: this.#stop.signal,
    })) as ListPage;
  }

  /** Follows the watch to its end. */
  async #follow(from: string): Promise<void> {
    const timeoutSeconds = 300 + Math.floor(this.#deps.random() * 300);
    const events = this.#deps.transport.lines({
      method: 'GET',
      path: `${collectionPath(this.kind)}?${this.#query({
        watch: 'true',
        allowWatchBookmarks: 'true',
        resourceVersion: from,
        timeoutSeconds: String(timeoutSeconds),
      })}`,
      accept: `application/json${this.#options.metadataOnly ? `;as=PartialObjectMetadata;${METADATA}` : ''}`,
      signal: this.#stop.signal,
      silenceMs: SILENCE_MS,
    });
    for await (const event of events) {
      this.#receive(event as WatchEvent);
      this.#failures = 0;
    }
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
  }

  #store(object: T): void {
    this.#objects.set(keyOf(object.metadata), object);
  }

  #tell(object: KubeObject): void {
    for (const handler of this.#handlers) handler(object);
  }

  /** List items carry no Kind; managedFields are half of an object's size and nobody reads them. */
  #typed(item: KubeObject): T {
    const metadata: ObjectMeta & { managedFields?: unknown } = { ...item.metadata };
    delete metadata.managedFields;
    const { apiVersion, kind } = this.kind;
    return { ...item, apiVersion, kind, metadata } as T;
  }

  #query(parameters: Record<string, string>): string {
    const { labelSelector } = this.#options;
    return new URLSearchParams({
      ...parameters,
      ...(labelSelector !== undefined && { labelSelector }),
    }).toString();
  }

  #backoffMs(): number {
    const limit = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    return limit * (0.5 + this.#deps.random() / 2);
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof ApiError && error.status === 410;
}

/** Resource versions of one collection grow; Kubernetes documents them as comparable (KEP-5504). */
function isNewer(a: ObjectMeta, b: ObjectMeta): boolean {
  return a.uid !== b.uid || BigInt(a.resourceVersion ?? 0) > BigInt(b.resourceVersion ?? 0);
}
