import { createServer } from 'node:http';
import { STATUS_PATH } from '../contract/layout.ts';
import type { Server, ServerResponse } from 'node:http';
import type { StatusReport } from '../contract/status-report.ts';
import type { MetricsRegistry } from './metrics.ts';

/** What the port for operators answers. */
export interface OpsOptions {
  /** Undefined: `/metrics` is 404. */
  registry?: Pick<MetricsRegistry, 'text' | 'contentType'>;
  status: () => StatusReport;
}

/** `/metrics` and `/status`, away from the port that the world reaches. Does not listen. */
export function opsServer({ registry, status }: OpsOptions): Server {
  return createServer((request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (path === STATUS_PATH) reply(response, 200, JSON.stringify(status()));
    else if (path === '/metrics' && registry !== undefined) void replyMetrics(response, registry);
    else reply(response, 404, '{"error":"There is nothing at this path."}');
  });
}

async function replyMetrics(
  response: ServerResponse,
  { text, contentType }: Pick<MetricsRegistry, 'text' | 'contentType'>,
): Promise<void> {
  reply(response, 200, await text(), contentType);
}

function reply(
  response: ServerResponse,
  status: number,
  body: string,
  contentType = 'application/json',
): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}
