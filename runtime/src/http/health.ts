import { replyJson } from './json-reply.ts';
import type { RequestHandler } from 'express';
import type { DependencyReport } from '../contract/status-report.ts';
import type { Agents } from '../protocol/served-agent.ts';
import type { HttpDeps } from './deps.ts';

const NO_STORE = { 'Cache-Control': 'no-store' };

/** `GET /a2a/livez`: the event loop answers. Touches no dependency, so an outage restarts nothing. */
export const livez: RequestHandler = (_request, response) => {
  replyJson(response, { headers: NO_STORE, body: { status: 'ok' } });
};

/** `GET /a2a/startupz`: 200 once configuration and agents folder have been read. */
export function startupz({ health }: HttpDeps): RequestHandler {
  return (_request, response) => {
    const started = health.started();
    const body = { status: started ? 'ok' : 'starting' };
    replyJson(response, { status: started ? 200 : 503, headers: NO_STORE, body });
  };
}

/** `GET /a2a/readyz`: 200 while new work is welcome; else 503 and why. */
export function readyz({ health }: HttpDeps): RequestHandler {
  return (_request, response) => {
    const reasons = health.unreadyReasons();
    const body = reasons.length === 0 ? { status: 'ok' } : { status: 'unready', reasons };
    replyJson(response, { status: reasons.length === 0 ? 200 : 503, headers: NO_STORE, body });
  };
}

/**
 * `GET /a2a/health` in the guide's shape (O05, O06): a summary for everybody, what the server
 * depends on and all its agents only for authorised callers. Others find of the agents what the
 * well-known card tells them anyway, the default one. 503 when the server is not ready.
 */
export function healthSummary(deps: HttpDeps): RequestHandler {
  const { authenticate, clock, health } = deps;
  return async (request, response) => {
    const ready = health.unreadyReasons().length === 0;
    const authorised = 'principal' in (await authenticate(request.headers));
    const body = {
      status: ready ? 'healthy' : 'unhealthy',
      protocol: 'A2A',
      version: '1.0',
      agents: agentNames(deps.agents, authorised),
      timestamp: new Date(clock.now()).toISOString(),
      ...(authorised && { details: details(deps, ready) }),
    };
    replyJson(response, { status: ready ? 200 : 503, headers: NO_STORE, body });
  };
}

function agentNames(agents: Agents, authorised: boolean): string[] {
  const shown = authorised ? agents.all() : agents.all().filter((one) => one === agents.default());
  return shown.map(({ name }) => name);
}

function details({ agents, health }: HttpDeps, ready: boolean): object {
  const { memory, model } = health.dependencies();
  return {
    server: ready ? 'healthy' : `unhealthy: ${health.unreadyReasons().join('; ')}`,
    agents: Object.fromEntries(agents.all().map(({ name }) => [name, 'healthy'])),
    memory: word(memory),
    model_provider: word(model),
  };
}

function word({ state, message }: DependencyReport): string {
  if (state === 'Reachable') return 'healthy';
  return state === 'Unknown' ? 'unknown' : `unhealthy: ${message ?? 'unreachable'}`;
}
