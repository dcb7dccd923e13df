import { ANONYMOUS } from '../protocol/principal.ts';
import { API_KEY_HEADER } from '../protocol/security.ts';
import { apiKeyPrincipal } from './api-keys.ts';
import { bearerPrincipal } from './bearer.ts';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../ops/telemetry.ts';
import type { AcceptedCredentials } from '../protocol/security.ts';
import type { ApiKeyEntry } from './api-keys.ts';
import type { Authenticate, Decision } from './decision.ts';

/** Credentials that are accepted now; read for every request, so that a rotation needs no restart. */
export interface CredentialSource {
  apiKeys: () => readonly ApiKeyEntry[];
  jwtSecret: () => string | undefined;
}

/** Everybody is the same anonymous caller. */
export const authenticateNobody: Authenticate = () => Promise.resolve({ principal: ANONYMOUS });

/**
 * Accepts an API key or a bearer token. A credential that is presented must be right: a wrong key
 * is refused even beside a good token.
 */
export function authenticateCallers(source: CredentialSource, clock: Clock): Authenticate {
  return async (headers) => {
    const key = headers[API_KEY_HEADER.toLowerCase()];
    if (typeof key === 'string') return byApiKey(source, key);
    const token = bearerToken(headers);
    if (token === undefined) return { refused: 'missing' };
    const secret = source.jwtSecret();
    const principal =
      secret === undefined ? undefined : await bearerPrincipal(secret, token, clock);
    return principal === undefined ? { refused: 'invalid_token' } : { principal };
  };
}

/** What cards may promise. */
export function acceptedCredentials({ apiKeys, jwtSecret }: CredentialSource): AcceptedCredentials {
  return { apiKey: apiKeys().length > 0, bearer: jwtSecret() !== undefined };
}

function byApiKey({ apiKeys }: CredentialSource, key: string): Decision {
  const principal = apiKeyPrincipal(apiKeys(), key);
  return principal === undefined ? { refused: 'invalid_key' } : { principal };
}

function bearerToken({ authorization }: IncomingHttpHeaders): string | undefined {
  return /^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
}
