import { AgentCard } from '@a2a-js/sdk';
import { API_KEY_HEADER } from './security.ts';

/** A card as JSON. */
export type CardJson = Record<string, unknown>;

const LEGACY_VERSION = '0.3.0';

/** The card as a 1.0 client reads it. */
export function cardJson(card: AgentCard): CardJson {
  return AgentCard.toJSON(card) as CardJson;
}

/**
 * The card for clients that do not say which version they speak: all of 1.0, and beside it the
 * fields of 0.3 (`url`, `preferredTransport`, `additionalInterfaces`, `security` …). Where both
 * versions use the same name, one object carries the keys of both.
 */
export function hybridCardJson(card: AgentCard): CardJson {
  const legacy = card.supportedInterfaces.filter(
    ({ protocolVersion }) => protocolVersion === '0.3',
  );
  const [primary, ...additional] = legacy.map(({ url, protocolBinding }) => ({
    url,
    transport: protocolBinding,
  }));
  const json = cardJson(card);
  return {
    ...json,
    protocolVersion: LEGACY_VERSION,
    url: primary?.url,
    preferredTransport: primary?.transport,
    additionalInterfaces: additional,
    supportsAuthenticatedExtendedCard: card.capabilities?.extendedAgentCard ?? false,
    ...(card.securityRequirements.length > 0 && {
      security: card.securityRequirements.map(({ schemes }) =>
        Object.fromEntries(Object.entries(schemes).map(([name, { list }]) => [name, list])),
      ),
      securitySchemes: hybridSchemes(json.securitySchemes),
    }),
  };
}

const LEGACY_SCHEMES: Record<string, object> = {
  apiKey: { type: 'apiKey', in: 'header', name: API_KEY_HEADER },
  bearer: { type: 'http', scheme: 'Bearer', bearerFormat: 'JWT' },
};

function hybridSchemes(schemes: unknown): Record<string, object> {
  return Object.fromEntries(
    Object.entries(schemes as Record<string, object>).map(([name, scheme]) => [
      name,
      { ...scheme, ...LEGACY_SCHEMES[name] },
    ]),
  );
}
