import { conversationKey } from './keys.ts';
import { redisConnection } from './redis-client.ts';
import { redisCommands } from './redis-commands.ts';
import { redisConversations } from './redis-conversations.ts';
import type { Clock, Telemetry } from '../ops/telemetry.ts';
import type { ConversationStore } from '../protocol/conversation-store.ts';
import type { RedisAddress } from './redis-client.ts';

/** What is kept in Redis, over one connection. */
export interface RedisStore {
  conversations: ConversationStore;
  /** Rejects with a sentence for operators, without credentials, when Redis does not serve. */
  probe: () => Promise<void>;
  close: () => void;
}

/** A conversation that nobody has. */
const NOBODY = { agent: '', owner: '', contextId: '' };

/** Begins to connect; what cannot be reached yet fails request by request, not here. */
export function redisStore(
  address: RedisAddress,
  { keyPrefix, conversationSeconds }: { keyPrefix: string; conversationSeconds: number },
  { clock, telemetry: { log, metrics } }: { clock: Clock; telemetry: Telemetry },
): RedisStore {
  const connection = redisConnection(address, log);
  const commands = redisCommands(connection, { clock, metrics });
  return {
    conversations: redisConversations(commands, { keyPrefix, ttlSeconds: conversationSeconds }),
    probe: () => commands.probe(conversationKey(keyPrefix, NOBODY)),
    close() {
      connection.client.disconnect();
    },
  };
}
