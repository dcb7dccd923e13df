/** A stand-in for the API server's list and watch, with the faults that a watcher must survive. */
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly path: string;
  readonly object: FakeObject;
}

export interface FakeObject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

export interface FakeApi {
  readonly port: number;
  readonly put: (path: string, object: FakeObject) => void;
  readonly remove: (path: string, object: FakeObject) => void;
  /** Breaks every watch in the middle of a line, as a dying server does. */
  readonly cutWatches: () => void;
  /** Ends every watch with the ERROR event of a compacted history. */
  readonly expireWatches: () => void;
  /** Answers 503 to everything from now on, or no longer. */
  readonly setFailing: (failing: boolean) => void;
  readonly watchCount: () => number;
  readonly close: () => void;
}

/** Listens on a free port of the loopback address; `path` is that of the whole collection. */
export async function startFakeApi(): Promise<FakeApi> {
  const history = createHistory();
  const watches = new Map<ServerResponse, string>();
  let failing = false;

  const watch = (response: ServerResponse, path: string, query: URLSearchParams): void => {
    response.flushHeaders();
    watches.set(response, path);
    for (const change of history.since(Number(query.get('resourceVersion')), path)) {
      response.write(lineOf(change));
    }
    const timer = setTimeout(() => response.end(), Number(query.get('timeoutSeconds')) * 1000);
    response.on('close', () => {
      clearTimeout(timer);
      watches.delete(response);
    });
  };
  const tell = (change: Change): void => {
    for (const [response, path] of watches) {
      if (path === change.path) response.write(lineOf(change));
    }
  };
  const server = createServer((incoming, response) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake');
    if (failing) response.writeHead(503).end('{"message":"down"}');
    else if (searchParams.get('watch') === 'true') watch(response, pathname, searchParams);
    else response.end(JSON.stringify(history.list(pathname)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    put: (path, object) => {
      tell(history.put(path, object));
    },
    remove: (path, object) => {
      tell(history.remove(path, object));
    },
    cutWatches: () => {
      for (const response of watches.keys()) {
        response.write('{"type":"MODIF', () => response.destroy());
      }
    },
    expireWatches: () => {
      for (const response of watches.keys()) {
        response.end(`${JSON.stringify({ type: 'ERROR', object: { code: 410 } })}\n`);
      }
    },
    setFailing: (value) => (failing = value),
    watchCount: () => watches.size,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A kubeconfig for it, as a YAML text (JSON is YAML). */
export function fakeKubeconfig(port: number): string {
  // client-node refuses plain http unless verification is off.
  const cluster = { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'fake',
    clusters: [{ name: 'fake', cluster }],
    users: [{ name: 'fake', user: {} }],
    contexts: [{ name: 'fake', context: { cluster: 'fake', user: 'fake' } }],
  });
}

function keyOf({ metadata }: FakeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

interface History {
  readonly put: (path: string, object: FakeObject) => Change;
  readonly remove: (path: string, object: FakeObject) => Change;
  readonly since: (version: number, path: string) => Change[];
  readonly list: (path: string) => unknown;
}

/** The version of an object is its place in the list of all changes. */
function createHistory(): History {
  const objects = new Map<string, Map<string, FakeObject>>();
  const changes: Change[] = [];
  const collection = (path: string): Map<string, FakeObject> => {
    const known = objects.get(path) ?? new Map<string, FakeObject>();
    objects.set(path, known);
    return known;
  };
  const record = (change: Change): Change => {
    changes.push(change);
    return change;
  };
  return {
    put: (path, object) => {
      const items = collection(path);
      const type = items.has(keyOf(object)) ? 'MODIFIED' : 'ADDED';
      items.set(keyOf(object), object);
      return record({ type, path, object });
    },
    remove: (path, object) => {
      collection(path).delete(keyOf(object));
      return record({ type: 'DELETED', path, object });
    },
    since: (version, path) => changes.slice(version).filter((change) => change.path === path),
    list: (path) => ({
      metadata: { resourceVersion: String(changes.length) },
      items: [...collection(path).values()],
    }),
  };
}

function lineOf({ type, object }: Change): string {
  return `${JSON.stringify({ type, object })}\n`;
}
