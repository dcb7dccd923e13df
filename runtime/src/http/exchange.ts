import { RetiredError } from '../protocol/retired-error.ts';
import { HttpProblem } from './problem.ts';
import type { Request } from 'express';
import type { Call } from '../protocol/call.ts';
import type { Principal } from '../protocol/principal.ts';
import type { ServedAgent } from '../protocol/served-agent.ts';
import type { HttpDeps } from './deps.ts';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
const ids = new WeakMap<Request, string>();

/** The request's id: the caller's `X-Request-Id` when it is harmless, else a new one. */
export function requestId(request: Request, newId: () => string): string {
  const known = ids.get(request);
  if (known !== undefined) return known;
  const given = request.get('X-Request-Id') ?? '';
  const id = REQUEST_ID.test(given) ? given : newId();
  ids.set(request, id);
  return id;
}

/** Who calls. Throws `HttpProblem` 401, which counts as a failed authentication. */
export async function authenticated(
  { authenticate, credentials, telemetry }: HttpDeps,
  request: Request,
): Promise<Principal> {
  const decision = await authenticate(request.headers);
  if ('principal' in decision) return decision.principal;
  telemetry.metrics.authFailed(decision.refused);
  const { apiKey, bearer } = credentials();
  const challenges = [
    ...(bearer ? ['Bearer'] : []),
    ...(apiKey ? ['ApiKey header="X-API-Key"'] : []),
  ];
  const message =
    decision.refused === 'missing' ? 'A credential is required.' : 'The credential is not valid.';
  throw new HttpProblem('unauthenticated', message, { 'WWW-Authenticate': challenges.join(', ') });
}

/** The agent that the path names, or the default, if it serves. Throws `HttpProblem` 404 or `RetiredError`. */
export function agentOf(deps: HttpDeps, request: Request): ServedAgent {
  const agent = knownAgent(deps, request);
  if (agent.retired !== undefined) throw new RetiredError(agent.retired);
  return agent;
}

/** The agent that the path names, or the default, retired or not. Throws `HttpProblem` 404. */
function knownAgent({ agents }: HttpDeps, request: Request): ServedAgent {
  const { name } = request.params;
  const agent = typeof name === 'string' ? agents.get(name) : agents.default();
  if (agent !== undefined) return agent;
  const message =
    typeof name === 'string' ? 'There is no such agent here.' : 'There is no agent here.';
  throw new HttpProblem('notFound', message);
}

/**
 * The caller and the agent of a request; authentication comes before everything else. Only operations that
 * begin something ask whether the agent is retired.
 */
export async function openCall(deps: HttpDeps, request: Request): Promise<Call> {
  const principal = await authenticated(deps, request);
  const agent = knownAgent(deps, request);
  const id = requestId(request, deps.newId);
  const log = deps.telemetry.log.child('http', { agent: agent.name, request_id: id });
  return { agent, principal, requestId: id, log };
}
