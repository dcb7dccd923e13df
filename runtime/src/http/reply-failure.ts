import { requestId } from './exchange.ts';
import { replyJson } from './json-reply.ts';
import type { Request, Response } from 'express';
import type { HttpDeps } from './deps.ts';
import type { Failure } from './failure.ts';

/**
 * Answers with a failure, and logs it when it is the server's own fault. When the answer had begun
 * the connection is cut: a stream that just stops must not look complete.
 */
export function replyFailure(
  { telemetry, newId }: HttpDeps,
  { request, response }: { request: Request; response: Response },
  { error, ...failure }: Failure & { error: unknown },
  contentType?: string,
): void {
  if (failure.status === 500 && !request.socket.destroyed) {
    const fields = { request_id: requestId(request, newId), err: error };
    telemetry.log.error('a request failed because of an error in the server', fields);
  }
  if (response.headersSent) response.destroy();
  else replyJson(response, failure, contentType);
}
