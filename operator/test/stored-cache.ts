import { keyOf } from '../src/api/object.ts';
import type { KubeObject } from '../src/api/object.ts';
import type { Cache, Kind } from '../src/kube/port.ts';
import { Store } from '../src/kube/store.ts';
import type { IndexKeys } from '../src/kube/store.ts';

/** A cache that holds these objects, with indexes as in operation. */
export function storedCache<T extends KubeObject>(
  kind: Kind,
  objects: readonly T[],
  indexes: Readonly<Record<string, IndexKeys<T>>> = {},
): Cache<T> {
  const store = new Store<T>(indexes);
  for (const object of objects) store.put(object);
  return {
    kind,
    get: (ref) => store.get(keyOf(ref)),
    list: (namespace) => store.list(namespace),
    by: (index, value) => store.by(index, value),
    remember: (object) => {
      store.put(object);
    },
  };
}
