import { createHmac } from 'node:crypto';
import type { ConversationKey } from '../protocol/conversation-store.ts';

/** Separates our tokens from other uses of the same construction; not a secret. */
const HMAC_KEY = 'a2a-operator.io/partition/v1';

/**
 * The partition token of a context: 16 hex characters. In braces it is the hash tag of every key of
 * the context, so that they share a slot and change together (product.md §4). Agent and owner are
 * part of it: nobody reaches another's context by knowing its id.
 */
export function partitionToken({ agent, owner, contextId }: ConversationKey): string {
  const identity = JSON.stringify([agent, owner, contextId]);
  return createHmac('sha256', HMAC_KEY).update(identity).digest('hex').slice(0, 16);
}

/** Key of a conversation's list of messages. */
export function conversationKey(prefix: string, key: ConversationKey): string {
  return `${prefix}{${partitionToken(key)}}:conversation`;
}
