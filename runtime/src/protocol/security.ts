import type { SecurityRequirement, SecurityScheme } from '@a2a-js/sdk';

/** Which credentials the server really checks. */
export interface AcceptedCredentials {
  apiKey: boolean;
  bearer: boolean;
}

/** Header that carries an API key. */
export const API_KEY_HEADER = 'X-API-Key';

interface CardSecurity {
  securitySchemes: Record<string, SecurityScheme>;
  /** Any one of them is enough; empty when no credential is asked for. */
  securityRequirements: SecurityRequirement[];
}

/** What a card says about credentials: exactly what the server checks (A2A §4.5). */
export function cardSecurity(accepted: AcceptedCredentials): CardSecurity {
  const securitySchemes = {
    ...(accepted.apiKey && { apiKey: API_KEY_SCHEME }),
    ...(accepted.bearer && { bearer: BEARER_SCHEME }),
  };
  return {
    securitySchemes,
    securityRequirements: Object.keys(securitySchemes).map((name) => ({
      schemes: { [name]: { list: [] } },
    })),
  };
}

const API_KEY_SCHEME: SecurityScheme = {
  scheme: {
    $case: 'apiKeySecurityScheme',
    value: { description: '', location: 'header', name: API_KEY_HEADER },
  },
};

const BEARER_SCHEME: SecurityScheme = {
  scheme: {
    $case: 'httpAuthSecurityScheme',
    value: { description: '', scheme: 'Bearer', bearerFormat: 'JWT' },
  },
};
