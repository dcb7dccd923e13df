import type { A2AServer } from '../api/a2aserver.ts';
import type { KubeObject } from '../api/object.ts';
import { API_KEY_KEY, childNames } from '../names.ts';
import type { Inputs } from './inputs.ts';
import { ownedMeta } from './server-object.ts';

/** A Secret as it is written; the operator never reads one back. */
export interface SecretObject extends KubeObject {
  type?: string;
  stringData?: Record<string, string>;
}

/** Whether callers must present a credential and the user gave none to check it against. */
export function wantsGeneratedApiKey({ spec }: A2AServer): boolean {
  const { enabled, apiKeysSecretRef, jwtSecretRef } = spec.auth;
  return enabled && apiKeysSecretRef === undefined && jwtSecretRef === undefined;
}

/**
 * The generated API key. The key itself is written once: the operator never reads Secrets' values, so
 * it could not tell a rotated key from a damaged one. Without a new key this is the metadata alone.
 */
export function apiKeySecret({ server, newApiKey }: Inputs): SecretObject | undefined {
  if (!wantsGeneratedApiKey(server)) return undefined;
  const metadata = ownedMeta(server, childNames.apiKeySecret(server.metadata.name));
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata };
  if (newApiKey === undefined) return secret;
  return { ...secret, type: 'Opaque', stringData: { [API_KEY_KEY]: newApiKey } };
}
