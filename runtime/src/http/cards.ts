import { createHash } from 'node:crypto';
import { agentCard } from '../protocol/card.ts';
import { cardJson, hybridCardJson } from '../protocol/hybrid-card.ts';
import { agentOf, requestId } from './exchange.ts';
import { restFailure } from './failure.ts';
import { replyFailure } from './reply-failure.ts';
import { VERSION_HEADER, requestedVersion } from './version.ts';
import type { Request, RequestHandler } from 'express';
import type { CardJson } from '../protocol/hybrid-card.ts';
import type { ServedAgent } from '../protocol/served-agent.ts';
import type { HttpDeps } from './deps.ts';

/** Short, because an edited agent is live in seconds; afterwards one 304 is all it costs. */
const MAX_AGE_SECONDS = 60;

/**
 * The card of the path's agent, open to everybody (A2A §8). With `A2A-Version: 1.0` it is the pure
 * 1.0 card, else the hybrid one (product.md §5.6).
 */
export function cardEndpoint(deps: HttpDeps): RequestHandler {
  return (request, response) => {
    try {
      const agent = agentOf(deps, request);
      const body = JSON.stringify(cardFor(deps, agent, request));
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
      response.set({
        ETag: etag,
        'Cache-Control': `public, max-age=${MAX_AGE_SECONDS}`,
        'Last-Modified': new Date(agent.loadedAtMs).toUTCString(),
        Vary: VERSION_HEADER,
        'Content-Type': 'application/json',
        'X-Request-Id': requestId(request, deps.newId),
      });
      if (isKnown(request, etag)) response.status(304).end();
      else response.end(body);
    } catch (error) {
      replyFailure(deps, { request, response }, { error, ...restFailure(error) });
    }
  };
}

/**
 * Whether the client has this very card. Express would not say so to clients that also send
 * `Cache-Control: no-cache`, as `fetch` does; but they too have just asked, and that is enough.
 */
function isKnown(request: Request, etag: string): boolean {
  const known = (request.get('If-None-Match') ?? '').split(',').map((tag) => tag.trim());
  return known.some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
}

function cardFor(deps: HttpDeps, agent: ServedAgent, request: Request): CardJson {
  const card = agentCard(agent, cardSettings(deps));
  return requestedVersion(request) === '1.0' ? cardJson(card) : hybridCardJson(card);
}

/** What cards say about this server right now. */
export function cardSettings({ agents, credentials }: HttpDeps): Parameters<typeof agentCard>[1] {
  return { publicUrl: agents.publicUrl(), credentials: credentials() };
}
