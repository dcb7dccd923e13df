import { agentCard } from '../protocol/card.ts';
import { cardJson } from '../protocol/hybrid-card.ts';
import { agentPath } from '../contract/layout.ts';
import { cardSettings } from './cards.ts';
import { agentOf, authenticated } from './exchange.ts';
import { restFailure } from './failure.ts';
import { replyJson } from './json-reply.ts';
import { replyFailure } from './reply-failure.ts';
import { offeredMethods } from './run-operation.ts';
import type { Request, RequestHandler } from 'express';
import type { ServedAgent } from '../protocol/served-agent.ts';
import type { HttpDeps } from './deps.ts';

/** Answers an authenticated GET with JSON. */
function protectedJson(deps: HttpDeps, body: (request: Request) => unknown): RequestHandler {
  return async (request, response) => {
    try {
      await authenticated(deps, request);
      replyJson(response, { headers: { 'Cache-Control': 'no-store' }, body: await body(request) });
    } catch (error) {
      replyFailure(deps, { request, response }, { error, ...restFailure(error) });
    }
  };
}

/** `GET /a2a/agents`: all agents, sorted by name. */
export function agentList(deps: HttpDeps): RequestHandler {
  return protectedJson(deps, () => ({
    agents: deps.agents.all().map((agent) => summary(deps, agent)),
  }));
}

/** `GET /a2a/agents/{name}`: one agent with its 1.0 card. */
export function agentDetail(deps: HttpDeps): RequestHandler {
  return protectedJson(deps, (request) => {
    const agent = agentOf(deps, request);
    return { ...summary(deps, agent), card: cardJson(agentCard(agent, cardSettings(deps))) };
  });
}

/** `GET /.well-known/ai-catalog.json`: where the cards are. */
export function aiCatalog(deps: HttpDeps): RequestHandler {
  return protectedJson(deps, () => ({
    specVersion: '1.0',
    entries: deps.agents.all().map(({ name, spec }) => ({
      identifier: name,
      displayName: spec.displayName ?? name,
      description: spec.description,
      version: spec.version,
      mediaType: 'application/a2a-agent-card+json',
      url: cardUrl(deps, name),
    })),
  }));
}

/** `GET /a2a/capabilities`, in the guide's shape. */
export function capabilities(deps: HttpDeps): RequestHandler {
  return protectedJson(deps, async () => {
    const { spec } = deps.agents.default() ?? {};
    return {
      supportedMethods: [...(await offeredMethods('1.0')), ...(await offeredMethods('0.3'))],
      supportedTransports: ['JSONRPC', 'HTTP+JSON'],
      supportedVersions: ['1.0', '0.3'],
      capabilities: { streaming: true, pushNotifications: false, stateTransitionHistory: false },
      inputModes: spec?.inputModes ?? [],
      outputModes: spec?.outputModes ?? [],
    };
  });
}

function summary(deps: HttpDeps, { name, spec }: ServedAgent): object {
  return {
    name,
    displayName: spec.displayName ?? name,
    description: spec.description,
    version: spec.version,
    url: deps.agents.publicUrl() + agentPath(name),
    cardUrl: cardUrl(deps, name),
    default: deps.agents.default()?.name === name,
  };
}

function cardUrl({ agents }: HttpDeps, name: string): string {
  return `${agents.publicUrl()}${agentPath(name)}/.well-known/agent-card.json`;
}
