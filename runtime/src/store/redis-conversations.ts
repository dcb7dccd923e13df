import {
  CONVERSATION_MAX_BYTES,
  CONVERSATION_MAX_MESSAGES,
} from '../protocol/conversation-store.ts';
import { conversationKey } from './keys.ts';
import type {
  ConversationMessage,
  ConversationStore,
  ConversationTurn,
} from '../protocol/conversation-store.ts';
import type { RedisCommands } from './redis-commands.ts';

/** Version of a message's record; a replica that is older skips what it cannot read. */
const SCHEMA_VERSION = 1;

/**
 * Conversations as Redis lists, one record a message.
 *
 * Guarantees: an append is one script without reading first, so concurrent ones lose nothing, and
 * one that is repeated finds its own last record and adds nothing; reading and appending both renew
 * the time to live; there is never a key without one.
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
    async append(key, turn) {
      if (turn.messages.length === 0) return;
      const name = conversationKey(keyPrefix, key);
      const bounds = [ttlSeconds, CONVERSATION_MAX_MESSAGES, CONVERSATION_MAX_BYTES];
      await commands.transaction('conversation_append', (multi) =>
        multi.eval(APPEND, 1, name, ...bounds, ...records(turn)),
      );
    },
  };
}

/**
 * KEYS: the list. ARGV: time to live in seconds, most messages, most bytes, then the records. A
 * record holds the id of its turn, so no two turns have a record in common. The last one is looked
 * for because the bounds take it last.
 */
const APPEND = `
local list = KEYS[1]
if not redis.call('LPOS', list, ARGV[#ARGV], 'RANK', -1) then
  for n = 4, #ARGV do redis.call('RPUSH', list, ARGV[n]) end
  redis.call('LTRIM', list, -tonumber(ARGV[2]), -1)
  local records, bytes = redis.call('LRANGE', list, 0, -1), 0
  for n = #records, 1, -1 do
    bytes = bytes + #records[n]
    if bytes > tonumber(ARGV[3]) then
      redis.call('LTRIM', list, n, -1)
      break
    end
  end
end
redis.call('EXPIRE', list, ARGV[1])
`;

function records({ id, messages }: ConversationTurn): string[] {
  return messages.map(({ role, content }) =>
    JSON.stringify({ schemaVersion: SCHEMA_VERSION, turn: id, role, content }),
  );
}

function message(text: string): ConversationMessage[] {
  const { schemaVersion, role, content } = JSON.parse(text) as ConversationMessage & {
    schemaVersion: number;
  };
  return schemaVersion === SCHEMA_VERSION ? [{ role, content }] : [];
}
