import { RequestMalformedError, VersionNotSupportedError } from '@a2a-js/sdk/errors';
import { openCall } from './exchange.ts';
import { legacyRestFailure, restFailure } from './failure.ts';
import { readJson } from './json-body.ts';
import { replyJson } from './json-reply.ts';
import { jsonParams } from './operation.ts';
import { HttpProblem } from './problem.ts';
import { replyFailure } from './reply-failure.ts';
import { queryParams } from './rest-query.ts';
import { legacyRestRoute, restRoute } from './rest-routes.ts';
import { runOperation } from './run-operation.ts';
import { sendEvents } from './sse.ts';
import { requestedVersion } from './version.ts';
import type { Request, RequestHandler, Response } from 'express';
import type { HttpDeps } from './deps.ts';
import type { FailureShape } from './failure.ts';
import type { JsonParams, Outcome } from './operation.ts';
import type { RestMismatch, RestRoute } from './rest-routes.ts';
import type { ProtocolVersion } from './version.ts';

/** What differs between the versions of the HTTP+JSON binding. */
interface RestDialect {
  version: ProtocolVersion;
  contentType: string;
  failure: FailureShape;
  route(method: string, path: string): RestRoute | RestMismatch;
  /** The body of a send as parameters of the operation. */
  sendParams(body: JsonParams): JsonParams;
  /** What the operation answered as this binding says it. */
  result(value: unknown, method: string): unknown;
  event(value: unknown): unknown;
}

const LEGACY_PREFIX = 'v1/';

/**
 * The HTTP+JSON binding of the path's agent (A2A §11), mounted at its root. The path says the
 * version, because only 0.3 has `v1/`; a header that says otherwise is refused.
 */
export function restEndpoint(deps: HttpDeps): RequestHandler {
  return async (request, response) => {
    const path = request.path.replace(/^\//, '');
    const isLegacy = path.startsWith(LEGACY_PREFIX);
    const dialect = isLegacy ? await legacyDialect() : DIALECT;
    try {
      await serve(deps, { request, response }, { dialect, path: isLegacy ? path.slice(3) : path });
    } catch (error) {
      const failure = { error, ...dialect.failure(error) };
      replyFailure(deps, { request, response }, failure, dialect.contentType);
    }
  };
}

async function serve(
  deps: HttpDeps,
  { request, response }: { request: Request; response: Response },
  { dialect, path }: { dialect: RestDialect; path: string },
): Promise<void> {
  const call = await openCall(deps, request);
  const { operation: method, pathParams, tenant } = routed(dialect, request.method, path);
  checkVersion(request, dialect);
  const body = await readJson(request);
  const params = {
    ...(method.startsWith('Send') || method.startsWith('message/')
      ? dialect.sendParams(jsonParams(body))
      : queryParams(request.query)),
    ...pathParams,
    ...(tenant !== undefined && { tenant }),
  };
  const outcome = await runOperation(deps, { version: dialect.version, method, params, call });
  await reply(deps, response, { dialect, method, outcome });
}

function routed(dialect: RestDialect, method: string, path: string): RestRoute {
  const route = dialect.route(method, path);
  if (route === 'not-found') throw new HttpProblem('notFound', 'There is no such operation.');
  if (route !== 'method-not-allowed') return decodedPath(route);
  throw new HttpProblem('methodNotAllowed', 'The operation has another HTTP method.');
}

function decodedPath(route: RestRoute): RestRoute {
  try {
    const entries = Object.entries(route.pathParams);
    const pathParams = Object.fromEntries(entries.map(([k, v]) => [k, decodeURIComponent(v)]));
    return { ...route, pathParams };
  } catch {
    throw new RequestMalformedError('The path is not valid percent-encoding.');
  }
}

function checkVersion(request: Request, { version }: RestDialect): void {
  if ((requestedVersion(request) ?? version) === version) return;
  throw new VersionNotSupportedError(
    `This path speaks A2A ${version}; HTTP+JSON of 0.3 is below v1/, that of 1.0 is not.`,
  );
}

async function reply(
  { clock, telemetry }: HttpDeps,
  response: Response,
  { dialect, method, outcome }: { dialect: RestDialect; method: string; outcome: Outcome },
): Promise<void> {
  if (outcome.kind === 'value') {
    replyJson(response, { body: dialect.result(outcome.value, method) }, dialect.contentType);
    return;
  }
  await sendEvents(response, outcome.events, {
    encode: (event) => JSON.stringify(dialect.event(outcome.encode(event))),
    clock,
    telemetry,
  });
}

const DIALECT: RestDialect = {
  version: '1.0',
  contentType: 'application/a2a+json',
  failure: restFailure,
  route: restRoute,
  sendParams: (body) => body,
  result: (value) => value,
  event: (value) => value,
};

async function legacyDialect(): Promise<RestDialect> {
  const { protoJson, sendParams, wrappedProtoJson } = await import('./legacy/proto-json.ts');
  return {
    version: '0.3',
    contentType: 'application/json',
    failure: legacyRestFailure,
    route: legacyRestRoute,
    sendParams,
    result: (value, method) =>
      method === 'message/send'
        ? wrappedProtoJson(value as Record<string, unknown>)
        : protoJson(value as Record<string, unknown>),
    event: (value) => wrappedProtoJson(value as Record<string, unknown>),
  };
}
