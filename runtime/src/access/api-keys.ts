import { createHash, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../protocol/principal.ts';

/** One API key as it was configured. */
export interface ApiKeyEntry {
  /** Id of whoever presents it; undefined means one derived from the key. */
  principal?: string;
  /** The key itself, or `sha256:<hex>` of it. Never empty. */
  value: string;
}

const HASHED = /^sha256:([0-9a-f]{64})$/i;

/** Whether a configured value is a key or a well-formed hash, not a hash with a typing error. */
export function isApiKeyValue(value: string): boolean {
  return value !== '' && (!value.startsWith('sha256:') || HASHED.test(value));
}

/**
 * The caller that presents this key; undefined when nobody does. Compares hashes, all of them and
 * in constant time, so that timing tells nothing about any key.
 */
export function apiKeyPrincipal(
  entries: readonly ApiKeyEntry[],
  presented: string,
): Principal | undefined {
  if (presented === '') return undefined;
  const digest = sha256(presented);
  const matching = entries.filter(({ value }) => timingSafeEqual(hashOf(value), digest));
  const [entry] = matching;
  if (entry === undefined) return undefined;
  const id = entry.principal ?? `key-${digest.toString('hex').slice(0, 8)}`;
  return { id, authenticated: true };
}

function hashOf(value: string): Buffer {
  const hex = HASHED.exec(value)?.[1];
  return hex === undefined ? sha256(value) : Buffer.from(hex, 'hex');
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
