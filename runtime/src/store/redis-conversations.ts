import { CONVERSATION_MAX_MESSAGES } from '../protocol/conversation-store.ts';
import { conversationKey } from './keys.ts';
import type { ConversationMessage, ConversationStore } from '../protocol/conversation-store.ts';
import type { RedisCommands } from './redis-commands.ts';

/** Version of a message's record; a replica that is older skips what it cannot read. */
const SCHEMA_VERSION = 1;

/**
 * Conversations as Redis lists, one record a message.
 *
 * Guarantees: an append is one transaction without reading first, so concurrent ones lose nothing;
 * reading and appending both renew the time to live; there is never a key without one.
 */
export function redisConversations(
  commands: RedisCommands,
  { keyPrefix, ttlSeconds }: { keyPrefix: string; ttlSeconds: number },
): ConversationStore {
  return {
    async read(key) {
      const name = conversationKey(keyPrefix, key);
      const [records] = await commands.transaction('conversation_read', (multi) =>
        multi.lrange(name, 0, -1).expire(name, ttlSeconds),
      );
      return (records as string[]).flatMap(message);
    },
    async append(key, messages) {
      if (messages.length === 0) return;
      const name = conversationKey(keyPrefix, key);
      await commands.transaction('conversation_append', (multi) =>
        multi
          .rpush(name, ...messages.map(record))
          .ltrim(name, -CONVERSATION_MAX_MESSAGES, -1)
          .expire(name, ttlSeconds),
      );
    },
  };
}

function record({ role, content }: ConversationMessage): string {
  return JSON.stringify({ schemaVersion: SCHEMA_VERSION, role, content });
}

function message(text: string): ConversationMessage[] {
  const { schemaVersion, role, content } = JSON.parse(text) as ConversationMessage & {
    schemaVersion: number;
  };
  return schemaVersion === SCHEMA_VERSION ? [{ role, content }] : [];
}
