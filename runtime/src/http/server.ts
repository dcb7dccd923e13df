import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';

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
