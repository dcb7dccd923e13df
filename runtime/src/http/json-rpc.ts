import { JsonRpcRequestMalformedError } from '@a2a-js/sdk/errors';
import { openCall } from './exchange.ts';
import { jsonRpcFailure } from './failure.ts';
import { readJson } from './json-body.ts';
import { replyJson } from './json-reply.ts';
import { jsonParams } from './operation.ts';
import { replyFailure } from './reply-failure.ts';
import { runOperation } from './run-operation.ts';
import { sendEvents } from './sse.ts';
import { requestedVersion } from './version.ts';
import type { RequestHandler, Response } from 'express';
import type { HttpDeps } from './deps.ts';
import type { Outcome } from './operation.ts';

const INVALID_REQUEST = -32600;

type RpcId = string | number | null;

interface RpcRequest {
  id: RpcId;
  method: string;
  params: unknown;
}

/** The JSON-RPC binding of the path's agent, 1.0 and 0.3 (A2A §9). */
export function jsonRpcEndpoint(deps: HttpDeps): RequestHandler {
  return async (request, response) => {
    let id: RpcId = null;
    try {
      const call = await openCall(deps, request);
      const body = await readJson(request);
      id = idOf(body);
      const { method, params } = rpcRequest(body);
      const version = requestedVersion(request) ?? '0.3';
      const outcome = await runOperation(deps, {
        version,
        method,
        params: jsonParams(params),
        call,
      });
      await reply(deps, response, { outcome, id });
    } catch (error) {
      replyFailure(deps, { request, response }, { error, ...jsonRpcFailure(error, id) });
    }
  };
}

async function reply(
  { clock, telemetry }: HttpDeps,
  response: Response,
  { outcome, id }: { outcome: Outcome; id: RpcId },
): Promise<void> {
  if (outcome.kind === 'value') {
    replyJson(response, { body: { jsonrpc: '2.0', id, result: outcome.value } });
    return;
  }
  await sendEvents(response, outcome.events, {
    encode: (event) => JSON.stringify({ jsonrpc: '2.0', id, result: outcome.encode(event) }),
    clock,
    telemetry,
  });
}

/** JSON-RPC 2.0 §4; batches are no part of A2A. Methods without parameters may leave them out. */
function rpcRequest(body: unknown): RpcRequest {
  const { jsonrpc, method, params = {}, id = null } = (body ?? {}) as Record<string, unknown>;
  if (jsonrpc !== '2.0' || typeof method !== 'string' || !isId(id)) {
    throw new JsonRpcRequestMalformedError({
      message: 'The request is not a JSON-RPC 2.0 request object.',
      envelopeCode: INVALID_REQUEST,
    });
  }
  return { id, method, params };
}

function idOf(body: unknown): RpcId {
  const id = (body as { id?: unknown } | null | undefined)?.id ?? null;
  return isId(id) ? id : null;
}

function isId(id: unknown): id is RpcId {
  return id === null || typeof id === 'string' || Number.isFinite(id);
}
