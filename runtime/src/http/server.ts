import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { Clock } from '../ops/telemetry.ts';

/**
 * A server with limits against slow and hostile clients (runtime.md §8.4). `requestTimeout` bounds
 * receiving head and body, not answering: streams may last. Connections idle longer than any load
 * balancer keeps them, so that none is closed under a request that is on its way.
 */
export function hardenedServer(listener: RequestListener): Server {
  const server = createServer(
    {
      headersTimeout: 15_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: 5000,
    },
    listener,
  );
  server.maxHeadersCount = 100;
  return server;
}

/** Starts listening; rejects with the reason when the address cannot be had. Returns the port. */
export async function listen(server: Server, port: number, host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen(port, host, () => {
    resolve(undefined);
  });
  await promise;
  server.off('error', reject);
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

const LOOK_MS = 50;

/**
 * Resolves when no connection is left, or after `timeoutMs`. Answers meanwhile carry `Connection: close`
 * (see `app.ts`): a caller that keeps its connection open would else send the next request into one that is
 * being closed, which looks like a failure that it must not repeat.
 */
export async function letCallersLeave(
  server: Server,
  timeoutMs: number,
  clock: Clock,
): Promise<void> {
  const deadlineMs = clock.now() + timeoutMs;
  while (clock.now() < deadlineMs && (await connections(server)) > 0) await clock.delay(LOOK_MS);
}

function connections(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => {
      if (error === null) resolve(count);
      else reject(error);
    });
  });
}

/** Stops listening and ends idle connections; those that are busy are cut after `graceMs`. */
export async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearTimeout(timer);
}
