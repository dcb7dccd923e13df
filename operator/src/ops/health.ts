import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Registry } from 'prom-client';

/** Serves `/healthz`, `/readyz` and `/metrics`; ready once the caches have seen everything. */
export function healthServer(isReady: () => boolean, registry: Registry): Server {
  return createServer((request, response) => {
    answer(request.url ?? '/', isReady, registry).then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end('the metrics could not be collected\n'),
    );
  });
}

interface Answer {
  status: number;
  type: string;
  body: string;
}

async function answer(url: string, isReady: () => boolean, registry: Registry): Promise<Answer> {
  const text = (status: number, body: string): Answer => ({ status, type: 'text/plain', body });
  const [path = '/'] = url.split('?', 1);
  switch (path) {
    case '/healthz':
      return text(200, 'ok\n');
    case '/readyz':
      return isReady() ? text(200, 'ok\n') : text(503, 'caches are not synced yet\n');
    case '/metrics':
      return { status: 200, type: registry.contentType, body: await registry.metrics() };
    default:
      return text(404, 'not found; try /healthz, /readyz or /metrics\n');
  }
}
