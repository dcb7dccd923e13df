import { CONVERSATION_MAX_MESSAGES } from '../protocol/conversation-store.ts';
import type { Clock } from '../ops/telemetry.ts';
import type {
  ConversationKey,
  ConversationMessage,
  ConversationStore,
} from '../protocol/conversation-store.ts';

const SWEEP_EVERY_MS = 30_000;

interface Conversation {
  messages: ConversationMessage[];
  usedAtMs: number;
}

/** Conversations in this process, gone with it. */
export function memoryConversations(ttlSeconds: number, clock: Clock): ConversationStore {
  const conversations = new Map<string, Conversation>();
  let sweptAtMs = clock.now();

  const isExpired = ({ usedAtMs }: Conversation): boolean =>
    clock.now() - usedAtMs >= ttlSeconds * 1000;
  const sweep = (): void => {
    if (clock.now() - sweptAtMs < SWEEP_EVERY_MS) return;
    sweptAtMs = clock.now();
    for (const [id, conversation] of conversations) {
      if (isExpired(conversation)) conversations.delete(id);
    }
  };
  const used = (key: ConversationKey): Conversation | undefined => {
    const conversation = conversations.get(idOf(key));
    if (conversation === undefined || isExpired(conversation)) return undefined;
    conversation.usedAtMs = clock.now();
    return conversation;
  };

  return {
    read: (key) => Promise.resolve([...(used(key)?.messages ?? [])]),
    append(key, messages) {
      sweep();
      const before = used(key)?.messages ?? [];
      conversations.set(idOf(key), {
        messages: [...before, ...messages].slice(-CONVERSATION_MAX_MESSAGES),
        usedAtMs: clock.now(),
      });
      return Promise.resolve();
    },
  };
}

function idOf({ agent, owner, contextId }: ConversationKey): string {
  return JSON.stringify([agent, owner, contextId]);
}
