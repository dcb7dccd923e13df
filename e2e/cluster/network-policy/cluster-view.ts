import { setTimeout as delay } from 'node:timers/promises';
import type { ApiServer, ObjectList, WatchEvent } from './api-server.ts';
import { endpointOf } from './endpoints.ts';
import type { Endpoint } from './endpoints.ts';
import type { Metadata, Namespace, NetworkPolicy, Pod } from './objects.ts';
import type { ClusterState } from './rules.ts';

const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 2_000;

/** A view of the cluster that follows it. */
export interface ClusterView {
  /** Undefined until everything was listed once: rules from half a cluster would be wrong ones. */
  readonly state: () => ClusterState | undefined;
  /** Resolves when every watch has ended after the abort. */
  readonly ended: Promise<void>;
}

export interface ViewOptions {
  /** Called after every change that can matter to a rule, not for each heartbeat of a pod. */
  readonly onChange: () => void;
  readonly onError: (path: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * Watches policies, pods and namespaces until the signal aborts. While the API server is away the
 * last state stays (rules keep standing) and every resource is tried again within two seconds.
 */
export function watchCluster(api: ApiServer, options: ViewOptions): ClusterView {
  const policies = createStore<NetworkPolicy>((raw) => {
    const { metadata, spec } = raw as NetworkPolicy;
    const { name, namespace = '' } = metadata;
    return { metadata: { name, namespace }, ...(spec === undefined ? {} : { spec }) };
  });
  const endpoints = createStore<Endpoint>((raw) => endpointOf(raw as Pod));
  const namespaces = createStore<Namespace>((raw) => {
    const { name, labels = {} } = (raw as Namespace).metadata;
    return { metadata: { name, labels } };
  });
  const ended = Promise.all([
    reflect(api, { path: '/apis/networking.k8s.io/v1/networkpolicies', store: policies }, options),
    reflect(api, { path: '/api/v1/pods', store: endpoints }, options),
    reflect(api, { path: '/api/v1/namespaces', store: namespaces }, options),
  ]);
  return {
    state: () => {
      if (![policies, endpoints, namespaces].every((store) => store.listed())) return undefined;
      return {
        policies: policies.values(),
        endpoints: endpoints.values(),
        namespaces: namespaces.values(),
      };
    },
    ended: ended.then(() => undefined),
  };
}

interface Store<T> {
  readonly listed: () => boolean;
  readonly values: () => T[];
  /** Both say whether anything that rules depend on is different now. */
  readonly replace: (list: ObjectList) => boolean;
  readonly accept: (event: WatchEvent) => boolean;
}

/** Keeps of each object what `reduce` keeps of it; one reduced to undefined counts as absent. */
function createStore<T>(reduce: (raw: unknown) => T | undefined): Store<T> {
  let items = new Map<string, T>();
  let listed = false;
  const put = (target: Map<string, T>, raw: unknown): void => {
    const reduced = reduce(raw);
    if (reduced === undefined) target.delete(keyOf(raw));
    else target.set(keyOf(raw), reduced);
  };
  return {
    listed: () => listed,
    values: () => [...items.values()],
    replace: (list) => {
      const before = listed ? contentOf(items) : undefined;
      const after = new Map<string, T>();
      for (const raw of list.items ?? []) put(after, raw);
      items = after;
      listed = true;
      return before !== contentOf(after);
    },
    accept: ({ type, object }) => {
      const key = keyOf(object);
      const before = JSON.stringify(items.get(key));
      if (type === 'DELETED') items.delete(key);
      else put(items, object);
      return before !== JSON.stringify(items.get(key));
    },
  };
}

async function reflect<T>(
  api: ApiServer,
  { path, store }: { path: string; store: Store<T> },
  { onChange, onError, signal }: ViewOptions,
): Promise<void> {
  let retryMs = FIRST_RETRY_MS;
  while (!isAborted(signal)) {
    try {
      const list = await api.list(path, signal);
      if (store.replace(list)) onChange();
      retryMs = FIRST_RETRY_MS;
      const { resourceVersion } = list.metadata;
      const onEvent = (event: WatchEvent): void => {
        if (event.type === 'ERROR') throw new Error(JSON.stringify(event.object));
        if (event.type !== 'BOOKMARK' && store.accept(event)) onChange();
      };
      await api.watch({ path, resourceVersion }, onEvent, signal);
    } catch (error) {
      // The abort ends every call with an error of its own; that one is expected.
      if (!isAborted(signal)) onError(path, error);
      await delay(retryMs, undefined, { signal }).catch(() => undefined);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
  }
}

function keyOf(raw: unknown): string {
  const { namespace = '', name } = (raw as { metadata: Metadata }).metadata;
  return `${namespace}/${name}`;
}

function contentOf<T>(items: ReadonlyMap<string, T>): string {
  return JSON.stringify([...items].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A call, because the compiler takes a property that was false once for false after an await. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
