import { keyOf, versionOf } from '../api/object.ts';
import type { KubeObject } from '../api/object.ts';

/** Values under which an index finds an object. */
export type IndexKeys<T> = (object: T) => readonly string[];

const NAMESPACE = 'namespace';

/**
 * Objects of one Kind by key, and by whatever indexes are given; `namespace` is always one.
 * Looking up costs as much as there is to be found, whatever else is stored.
 */
export class Store<T extends KubeObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes: Map<string, { keysOf: IndexKeys<T>; entries: Map<string, Map<string, T>> }>;

  constructor(indexes: Readonly<Record<string, IndexKeys<T>>>) {
    const all = { [NAMESPACE]: ({ metadata }: T) => [metadata.namespace ?? ''], ...indexes };
    this.#indexes = new Map(
      Object.entries(all).map(([name, keysOf]) => [name, { keysOf, entries: new Map() }]),
    );
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  all(): T[] {
    return [...this.#objects.values()];
  }

  list(namespace: string): readonly T[] {
    return this.by(NAMESPACE, namespace);
  }

  by(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index);
    if (found === undefined) throw new Error(`there is no index "${index}"`);
    return [...(found.entries.get(value)?.values() ?? [])];
  }

  /** Stores the object, unless a newer one of its name is there: a write may be answered before its event. */
  put(object: T): void {
    const key = keyOf(object.metadata);
    const known = this.#objects.get(key);
    if (known !== undefined) {
      if (versionOf(object) < versionOf(known)) return;
      this.#unindex(key, known);
    }
    this.#objects.set(key, object);
    for (const { keysOf, entries } of this.#indexes.values()) {
      for (const value of keysOf(object)) entriesOf(entries, value).set(key, object);
    }
  }

  /** Forgets the object, unless a newer one of its name is there. */
  delete(object: KubeObject): void {
    const key = keyOf(object.metadata);
    const known = this.#objects.get(key);
    if (known === undefined || versionOf(known) > versionOf(object)) return;
    this.#objects.delete(key);
    this.#unindex(key, known);
  }

  #unindex(key: string, object: T): void {
    for (const { keysOf, entries } of this.#indexes.values()) {
      for (const value of keysOf(object)) {
        entries.get(value)?.delete(key);
        if (entries.get(value)?.size === 0) entries.delete(value);
      }
    }
  }
}

function entriesOf<T>(entries: Map<string, Map<string, T>>, value: string): Map<string, T> {
  const found = entries.get(value) ?? new Map<string, T>();
  entries.set(value, found);
  return found;
}
