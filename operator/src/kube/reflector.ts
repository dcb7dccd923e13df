import { keyOf, versionOf } from '../api/object.ts';
import type { KubeObject, ObjectMeta, ObjectRef } from '../api/object.ts';
import { isBehind, isExpired, isStreamingRefused } from './api-status.ts';
import { Collection } from './collection.ts';
import type { Selection, WatchEvent } from './collection.ts';
import { metadataOf } from './metadata.ts';
import { ApiError } from './port.ts';
import type { Cache, Change, Kind } from './port.ts';
import { Store } from './store.ts';
import type { IndexKeys } from './store.ts';
import type { Transport } from './transport.ts';

/** What is watched, and what is kept of it. */
export interface ReflectorOptions<T extends KubeObject = KubeObject> extends Selection {
  /** The part of an object that is worth keeping; the whole when absent. */
  keep?: (object: T) => T;
  /** Further ways to find objects, by name. */
  indexes?: Readonly<Record<string, IndexKeys<T>>>;
}

/**
 * Told of every change; may only enqueue keys, because the watch waits for it. When it throws, the
 * watch goes back to before the change and tells it again.
 */
export type ChangeHandler<T extends KubeObject = KubeObject> = (change: Change<T>) => void;

interface Dependencies {
  transport: Pick<Transport, 'json' | 'lines'>;
  log: (message: string, error: unknown) => void;
  /** Resolves after the given time or when the signal is aborted. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Resolves after everything else that can go on has had its turn. */
  turn: () => Promise<void>;
  random: () => number;
}

/** Objects that are taken in at a time: a few milliseconds. */
const BATCH = 50;

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 30_000;
const FAILURES_BEFORE_NEW_STATE = 4;
/** An API server that is behind for this long (about a minute) was restored from a backup. */
const FAILURES_BEFORE_OLD_STATE = 8;

/** Marks the bookmark that ends the initial state in a WatchList (KEP-3157). */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/**
 * Keeps a copy of a collection: takes its state, then follows the watch for ever.
 *
 * Guarantees: every change that happens while it runs reaches the handlers, if only as the newest
 * state after a reconnection; what was seen once is not replaced by an older view, unless the API
 * server insists on it for about a minute.
 * Errors: none reach the caller; they are logged and the watch is taken up again after a pause.
 */
export class Reflector<T extends KubeObject = KubeObject> implements Cache<T> {
  readonly kind: Kind;
  readonly #options: ReflectorOptions<T>;
  readonly #deps: Dependencies;
  readonly #collection: Collection;
  readonly #store: Store<T>;
  readonly #handlers: ChangeHandler<T>[] = [];
  /** What was told last of objects that a write of ours has changed since. */
  readonly #toldBeforeWrite = new Map<string, T | undefined>();
  readonly #stop = new AbortController();
  readonly #synced = Promise.withResolvers<undefined>();
  /** Where a watch goes on from; undefined when the whole state has to be taken anew. */
  #version: string | undefined;
  /** Newest version that was told; whatever is older was told too. 0: none, or no longer believed. */
  #told = 0n;
  /** Version of the state that is being taken in, or was last. */
  #arriving = 0n;
  #failures = 0;
  #knowsWatchList = true;

  constructor(options: ReflectorOptions<T>, deps: Dependencies) {
    this.kind = options.kind;
    this.#options = options;
    this.#deps = deps;
    this.#collection = new Collection(deps.transport, options, this.#stop.signal);
    this.#store = new Store(options.indexes ?? {});
  }

  /** Resolves when the first state is complete. */
  get synced(): Promise<undefined> {
    return this.#synced.promise;
  }

  get(ref: ObjectRef): T | undefined {
    return this.#store.get(keyOf(ref));
  }

  list(namespace: string): readonly T[] {
    return this.#store.list(namespace);
  }

  by(index: string, value: string): readonly T[] {
    return this.#store.by(index, value);
  }

  /** Every object, of all namespaces. */
  all(): T[] {
    return this.#store.all();
  }

  /** An answer that is older than what the watch told may be of an object that is gone by now. */
  remember(object: T): void {
    const version = versionOf(object);
    if (version <= this.#told || version <= this.#arriving) return;
    const key = keyOf(object.metadata);
    if (!this.#toldBeforeWrite.has(key)) this.#toldBeforeWrite.set(key, this.#store.get(key));
    this.#store.put(this.#kept(object));
  }

  onChange(handler: ChangeHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** Takes the state and watches until `stop`. */
  async run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      let retryAfterMs = 0;
      try {
        if (await this.#progress()) continue;
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        this.#judge(error);
        if (error instanceof ApiError) retryAfterMs = error.retryAfterMs ?? 0;
      }
      await this.#pause(retryAfterMs);
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Reads one stream to its end; gives whether it told anything. */
  async #progress(): Promise<boolean> {
    if (this.#version === undefined && !this.#knowsWatchList) {
      const listed = new Map<string, T>();
      const resourceVersion = await this.#collection.list(this.#notOlder(), (item) => {
        listed.set(keyOf(item.metadata), this.#kept(item));
      });
      await this.#replace(listed, resourceVersion);
    }
    const state = new Map<string, T>();
    let told = false;
    let events = 0;
    for await (const event of this.#watch()) {
      events += 1;
      // A fleet's state may be there all at once, in megabytes.
      if (events % BATCH === 0) await this.#deps.turn();
      if (this.#version === undefined) await this.#collect(event, state);
      else {
        this.#receive(event);
        this.#failures = 0;
        told = true;
      }
    }
    return told;
  }

  #watch(): AsyncGenerator<WatchEvent> {
    const position: Record<string, string> =
      this.#version === undefined
        ? { sendInitialEvents: 'true', ...this.#notOlder() }
        : { resourceVersion: this.#version };
    return this.#collection.watch(position, 300 + Math.floor(this.#deps.random() * 300));
  }

  /** A lagging API server must wait, or say that it is behind, rather than show the past. */
  #notOlder(): Record<string, string> {
    const resourceVersionMatch = 'NotOlderThan';
    if (this.#told > 0n) return { resourceVersion: String(this.#told), resourceVersionMatch };
    // Without a version a list reads from etcd; a WatchList is consistent, but has to say so.
    return this.#knowsWatchList ? { resourceVersionMatch } : {};
  }

  /** One event of a state that comes as a stream (WatchList, KEP-3157). */
  async #collect({ type, object }: WatchEvent, state: Map<string, T>): Promise<void> {
    const key = keyOf(object.metadata);
    if (type === 'DELETED') state.delete(key);
    else if (type !== 'BOOKMARK') state.set(key, this.#kept(object));
    else if (object.metadata.annotations?.[INITIAL_EVENTS_END] === 'true') {
      await this.#replace(state, object.metadata.resourceVersion ?? '');
    }
  }

  /** Everything that exists, at one version; what is missing there is gone. */
  async #replace(state: ReadonlyMap<string, T>, resourceVersion: string): Promise<void> {
    const version = BigInt(resourceVersion);
    if (version < this.#told) throw behind(version, this.#told);
    this.#arriving = version;
    const isBelieved = this.#told > 0n;
    for (const object of this.#store.all()) {
      const key = keyOf(object.metadata);
      // What is newer than the state was remembered of a write, and its event is still to come.
      const isGone = !state.has(key) && !(isBelieved && versionOf(object) > version);
      if (isGone) this.#remove(object, true);
    }
    for (const [index, object] of [...state.values()].entries()) {
      if (index % BATCH === 0) await this.#deps.turn();
      // Others look in between, so what is no longer believed goes in the moment in which this comes.
      if (!isBelieved) this.#forget(object);
      this.#put(object, true);
    }
    this.#version = resourceVersion;
    this.#told = version;
    this.#failures = 0;
    this.#synced.resolve(undefined);
  }

  #receive({ type, object }: WatchEvent): void {
    if (type === 'DELETED') this.#remove(this.#kept(object), false);
    else if (type !== 'BOOKMARK') this.#put(this.#kept(object), false);
    this.#version = object.metadata.resourceVersion;
    this.#told = versionOf(object);
  }

  #put(object: T, replayed: boolean): void {
    this.#tell(object, { replayed, deleted: false });
    this.#store.put(object);
  }

  #remove(object: T, replayed: boolean): void {
    this.#tell(object, { replayed, deleted: true });
    this.#store.delete(object);
  }

  #forget({ metadata }: T): void {
    const known = this.#store.get(keyOf(metadata));
    if (known !== undefined) this.#store.delete(known);
  }

  /** Before the store changes: if a handler fails, nothing has happened yet, and the change comes again. */
  #tell(object: T, how: { replayed: boolean; deleted: boolean }): void {
    const key = keyOf(object.metadata);
    const known = this.#store.get(key);
    const isWritten = this.#toldBeforeWrite.has(key);
    const previous = isWritten ? this.#toldBeforeWrite.get(key) : known;
    const isEcho = known?.metadata.resourceVersion === object.metadata.resourceVersion;
    // A state shows an object once, whatever others wrote before our last write.
    const own = isWritten && isEcho && !how.deleted && !how.replayed;
    const change = { object, ...(previous !== undefined && { previous }), ...how, own };
    this.#handle(change);
    if (known === undefined || versionOf(known) <= versionOf(object)) {
      this.#toldBeforeWrite.delete(key);
    }
  }

  #handle(change: Change<T>): void {
    try {
      for (const handler of this.#handlers) handler(change);
    } catch (error) {
      const key = keyOf(change.object.metadata);
      throw new Error(`the change of ${key} could not be handled`, { cause: error });
    }
  }

  /** List items carry no Kind; managedFields are half of an object's size and nobody reads them. */
  #kept(item: KubeObject): T {
    const metadata: ObjectMeta & { managedFields?: unknown } = { ...item.metadata };
    delete metadata.managedFields;
    const { apiVersion, kind } = this.kind;
    const { metadataOnly, keep } = this.#options;
    const object = { ...item, apiVersion, kind, metadata };
    const whole = (metadataOnly ? metadataOf(object) : object) as T;
    return keep === undefined ? whole : keep(whole);
  }

  #judge(error: unknown): void {
    if (this.#version === undefined && this.#knowsWatchList && isStreamingRefused(error)) {
      this.#knowsWatchList = false;
    } else if (!isExpired(error)) {
      this.#deps.log(`watch of ${this.kind.plural} was interrupted`, error);
    }
    const isStale = isExpired(error) || this.#failures >= FAILURES_BEFORE_NEW_STATE;
    if (isStale) this.#version = undefined;
    if (isBehind(error) && this.#failures >= FAILURES_BEFORE_OLD_STATE) this.#told = 0n;
  }

  async #pause(atLeastMs: number): Promise<void> {
    const limit = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 16);
    const pauseMs = Math.max(atLeastMs, limit * (0.5 + this.#deps.random() / 2));
    await this.#deps.pause(pauseMs, this.#stop.signal);
  }
}

function behind(version: bigint, told: bigint): ApiError {
  const message = `the API server shows version ${version}, older than ${told} seen before`;
  return new ApiError(504, 'ResourceVersionTooLarge', message);
}
