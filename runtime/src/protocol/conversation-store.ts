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

/** How many messages a conversation keeps; older ones are forgotten. */
export const CONVERSATION_MAX_MESSAGES = 1000;

/**
 * Remembers what was said in a context, for the model. Forgets a conversation that nobody has used
 * for the configured time. Every method may throw `UnavailableError`.
 */
export interface ConversationStore {
  /** Oldest message first; empty when there is none. */
  read(key: ConversationKey): Promise<ConversationMessage[]>;
  /** Adds the messages together and in this order; concurrent appends lose nothing. */
  append(key: ConversationKey, messages: readonly ConversationMessage[]): Promise<void>;
}
