import { newestMessages } from '../protocol/conversation-store.ts';
import { oldestOut } from './oldest-out.ts';
import type { Clock } from '../ops/telemetry.ts';
import type {
  ConversationKey,
  ConversationMessage,
  ConversationStore,
} from '../protocol/conversation-store.ts';

const SWEEP_EVERY_MS = 30_000;

/**
 * Of all conversations together. Those that were used longest ago go first: memory is bounded
 * whatever callers send, and a container of 512 MiB has room for this twice.
 */
const ROOM = { maxCount: 100_000, maxBytes: 64 * 1024 * 1024 };

/** What a message takes besides its text, about, in bytes. */
const MESSAGE_BYTES = 64;

interface Conversation {
  messages: ConversationMessage[];
  /** Id of the turn that each message belongs to. */
  turns: string[];
  usedAtMs: number;
}

/** Conversations in this process, gone with it. */
export function memoryConversations(ttlSeconds: number, clock: Clock): ConversationStore {
  const conversations = new Map<string, Conversation>();
  const room = oldestOut(ROOM);
  let sweptAtMs = clock.now();

  const isExpired = ({ usedAtMs }: Conversation): boolean =>
    clock.now() - usedAtMs >= ttlSeconds * 1000;
  const remove = (id: string): void => {
    conversations.delete(id);
    room.remove(id);
  };
  const sweep = (): void => {
    if (clock.now() - sweptAtMs < SWEEP_EVERY_MS) return;
    sweptAtMs = clock.now();
    for (const [id, conversation] of conversations) if (isExpired(conversation)) remove(id);
  };
  const used = (id: string): Conversation | undefined => {
    const conversation = conversations.get(id);
    if (conversation === undefined || isExpired(conversation)) return undefined;
    conversation.usedAtMs = clock.now();
    room.touch(id);
    return conversation;
  };

  return {
    read: (key) => Promise.resolve([...(used(idOf(key))?.messages ?? [])]),
    append(key, turn) {
      sweep();
      const id = idOf(key);
      const before: Pick<Conversation, 'messages' | 'turns'> = used(id) ?? {
        messages: [],
        turns: [],
      };
      if (turn.messages.length === 0 || before.turns.includes(turn.id)) return Promise.resolve();
      const messages = newestMessages([...before.messages, ...turn.messages]);
      const turns = [...before.turns, ...turn.messages.map(() => turn.id)];
      conversations.set(id, {
        messages,
        turns: messages.length === 0 ? [] : turns.slice(-messages.length),
        usedAtMs: clock.now(),
      });
      room.put(id, sizeOf(id, messages)).forEach(remove);
      return Promise.resolve();
    },
  };
}

function sizeOf(id: string, messages: readonly ConversationMessage[]): number {
  return messages.reduce(
    (sum, { content }) => sum + MESSAGE_BYTES + Buffer.byteLength(content),
    Buffer.byteLength(id) + MESSAGE_BYTES,
  );
}

function idOf({ agent, owner, contextId }: ConversationKey): string {
  return JSON.stringify([agent, owner, contextId]);
}
