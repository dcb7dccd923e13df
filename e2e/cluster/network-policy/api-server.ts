import { createInterface } from 'node:readline';
import { KubeConfig, HttpMethod, RequestContext } from '@kubernetes/client-node';
import { request } from 'undici';
import type { Dispatcher } from 'undici';

const LIST_TIMEOUT_MS = 10_000;
/** The server ends every watch after this, and a full list follows: nothing stays missed for longer. */
const WATCH_SECONDS = 15;
/** How much later than the server the client gives a silent connection up. */
const WATCH_GRACE_SECONDS = 3;

export interface ObjectList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items?: readonly unknown[];
}

/** One line of a watch; an ERROR (410 Gone, for example) carries a Status as its object. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

/** The two calls that a reflector needs, on raw JSON. */
export interface ApiServer {
  readonly list: (path: string, signal: AbortSignal) => Promise<ObjectList>;
  /** Hands on every event after `resourceVersion` until the server ends the watch, then resolves. */
  readonly watch: (
    from: { path: string; resourceVersion: string },
    onEvent: (event: WatchEvent) => void,
    signal: AbortSignal,
  ) => Promise<void>;
}

/**
 * The API server of a kubeconfig file. client-node reads the file and makes the credentials, once:
 * left alone it opens a TLS connection per request, and its informer ends for good on a broken one.
 * Both calls throw on any status but 200, on a broken connection and after their deadline.
 */
export async function connectApiServer(kubeconfigPath: string): Promise<ApiServer> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfigPath);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) throw new Error(`${kubeconfigPath} names no current cluster`);
  const context = new RequestContext(server, HttpMethod.GET);
  await config.applySecurityAuthentication(context);
  const dispatcher = context.getDispatcher();
  const headers = { ...context.getHeaders() };
  const get = (path: string, signal: AbortSignal): Promise<Dispatcher.ResponseData> =>
    request(server + path, {
      headers,
      signal,
      ...(dispatcher === undefined ? {} : { dispatcher }),
    });

  return {
    list: async (path, signal) => {
      const response = await get(path, deadline(signal, LIST_TIMEOUT_MS));
      await requireOk(path, response);
      return (await response.body.json()) as ObjectList;
    },
    watch: async ({ path, resourceVersion }, onEvent, signal) => {
      const query = `watch=true&resourceVersion=${resourceVersion}&timeoutSeconds=${WATCH_SECONDS}`;
      const limit = deadline(signal, (WATCH_SECONDS + WATCH_GRACE_SECONDS) * 1000);
      const response = await get(`${path}?${query}`, limit);
      await requireOk(path, response);
      for await (const line of createInterface({ input: response.body })) {
        if (line !== '') onEvent(JSON.parse(line) as WatchEvent);
      }
      // readline ends quietly when its input breaks off; only the stream knows that it did.
      if (response.body.errored !== null) throw response.body.errored;
    },
  };
}

async function requireOk(
  path: string,
  { statusCode, body }: Dispatcher.ResponseData,
): Promise<void> {
  if (statusCode === 200) return;
  throw new Error(`${path}: status ${statusCode}: ${(await body.text()).slice(0, 300)}`);
}

function deadline(signal: AbortSignal, milliseconds: number): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
}
