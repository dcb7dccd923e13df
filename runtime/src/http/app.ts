import express from 'express';
import { PROBES } from '../contract/layout.ts';
import { cardEndpoint } from './cards.ts';
import { agentDetail, agentList, aiCatalog, capabilities } from './discovery.ts';
import { requestId } from './exchange.ts';
import { restFailure } from './failure.ts';
import { healthSummary, livez, readyz, startupz } from './health.ts';
import { jsonRpcEndpoint } from './json-rpc.ts';
import { HttpProblem } from './problem.ts';
import { replyFailure } from './reply-failure.ts';
import { restEndpoint } from './rest.ts';
import type { ErrorRequestHandler, Express, RequestHandler } from 'express';
import type { HttpDeps } from './deps.ts';

const WELL_KNOWN_CARDS = [
  '/.well-known/agent-card.json',
  '/.well-known/agent-card',
  '/.well-known/agent.json',
];
const AGENT = '/a2a/agents/:name';

/** Everything that answers on the A2A port (product.md §3). Does not listen. */
export function createApp(deps: HttpDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(observed(deps));

  app.get(PROBES.live, livez);
  app.get(PROBES.ready, readyz(deps));
  app.get(PROBES.startup, startupz(deps));
  app.get('/a2a/health', healthSummary(deps));

  app.get(
    [...WELL_KNOWN_CARDS, `${AGENT}/card`, `${AGENT}/.well-known/agent-card.json`],
    cardEndpoint(deps),
  );
  app.get('/.well-known/ai-catalog.json', aiCatalog(deps));
  app.get('/a2a/capabilities', capabilities(deps));
  app.get('/a2a/agents', agentList(deps));
  app.get(AGENT, agentDetail(deps));

  app.post(['/a2a', AGENT], jsonRpcEndpoint(deps));
  app.use(['/a2a/rest', `${AGENT}/rest`], restEndpoint(deps));

  app.use(nothingHere(deps));
  app.use(unexpected(deps));
  return app;
}

/** Headers of every answer, and the count of every exchange, streams at their end. */
function observed({ clock, health, newId, telemetry }: HttpDeps): RequestHandler {
  return (request, response, next) => {
    const startedAt = clock.now();
    response.set('X-Content-Type-Options', 'nosniff');
    response.set('X-Request-Id', requestId(request, newId));
    const writeHead = response.writeHead.bind(response) as (...head: unknown[]) => typeof response;
    // Asked when the answer begins, which may be long after the request came.
    response.writeHead = (...head: unknown[]) => {
      if (health.isDraining()) response.set('Connection', 'close');
      return writeHead(...head);
    };
    response.once('close', () => {
      // 499 as nginx has it: the client left before it got the whole answer.
      const status = response.writableFinished ? response.statusCode : 499;
      telemetry.metrics.httpRequest(request.method, status, (clock.now() - startedAt) / 1000);
    });
    next();
  };
}

function nothingHere(deps: HttpDeps): RequestHandler {
  return (request, response) => {
    const error = new HttpProblem('notFound', 'There is nothing at this path.');
    replyFailure(deps, { request, response }, { error, ...restFailure(error) });
  };
}

/** Errors that Express itself found, such as a path that is not valid percent-encoding. */
function unexpected(deps: HttpDeps): ErrorRequestHandler {
  // Express knows error handlers by their four parameters.
  // eslint-disable-next-line @typescript-eslint/no-unused-vars
  return (error: unknown, request, response, _next) => {
    const status = (error as { status?: number } | undefined)?.status;
    const shown =
      status === 400 ? new HttpProblem('badRequest', 'The request is malformed.') : error;
    replyFailure(deps, { request, response }, { error, ...restFailure(shown) });
  };
}
