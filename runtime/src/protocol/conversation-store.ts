import type { ChatMessage } from '../agent/types.ts';

/** One message of a conversation, as the model sees it. */
export type ConversationMessage = ChatMessage;

/** A conversation: the same context id of another owner or agent is another, empty one. */
export interface ConversationKey {
  agent: string;
  /** Id of the principal. */
  owner: string;
  contextId: string;
}

/** What is said together. */
export interface ConversationTurn {
  /** Never used for another turn; by it a turn is known that is appended again. */
  id: string;
  messages: readonly ConversationMessage[];
}

/** How many messages a conversation keeps; older ones are forgotten. */
export const CONVERSATION_MAX_MESSAGES = 1000;

/**
 * How much of a conversation is kept and sent, in bytes of UTF-8; older messages are forgotten. More
 * than any model reads, and little enough that a thousand contexts do not fill a store.
 */
export const CONVERSATION_MAX_BYTES = 1024 * 1024;

/**
 * Remembers what was said in a context, for the model. Forgets a conversation that nobody has used
 * for the configured time, and its oldest messages beyond `CONVERSATION_MAX_MESSAGES` and about
 * `CONVERSATION_MAX_BYTES` (a store may count what it writes around a text). Every method may throw
 * `UnavailableError`.
 */
export interface ConversationStore {
  /** Oldest message first; empty when there is none. */
  read(key: ConversationKey): Promise<ConversationMessage[]>;
  /**
   * Adds the turn's messages together and in this order; concurrent appends lose nothing. A turn
   * whose messages are there is not added again, so whoever does not know whether an append has
   * happened may repeat it.
   */
  append(key: ConversationKey, turn: ConversationTurn): Promise<void>;
}

/** The newest messages that fit into the bounds, oldest first. */
export function newestMessages(
  messages: readonly ConversationMessage[],
  maxBytes = CONVERSATION_MAX_BYTES,
): ConversationMessage[] {
  const kept: ConversationMessage[] = [];
  let bytes = 0;
  for (const message of messages.slice(-CONVERSATION_MAX_MESSAGES).reverse()) {
    bytes += Buffer.byteLength(message.content);
    if (bytes > maxBytes) break;
    kept.push(message);
  }
  return kept.reverse();
}
