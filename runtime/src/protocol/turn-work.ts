import {
  CONVERSATION_MAX_BYTES,
  CONVERSATION_MAX_MESSAGES,
  newestMessages,
} from './conversation-store.ts';
import { UnavailableError } from './unavailable-error.ts';
import { instructionsText } from '../contract/instructions.ts';
import { scopeOf } from './call.ts';
import type { Task } from '@a2a-js/sdk';
import type { ChatMessage, CompletionRequest } from '../agent/types.ts';
import type { Call } from './call.ts';
import type { ConversationKey, ConversationTurn } from './conversation-store.ts';
import type { Workshop } from './workshop.ts';
import type { RunOptions } from './task-run.ts';

/** Waits before the attempts to store an answer while the store is away: about 15 s together. */
const APPEND_DELAYS_MS = [500, 1000, 2000, 4000, 8000];

/**
 * The work of one turn: the conversation so far and the new text go to the model, and both the text
 * and the answer are remembered together when the answer is complete. So a turn that failed or was
 * canceled leaves no trace in the conversation, and sending its message again is harmless.
 *
 * Reads the conversation before it resolves. Throws `UnavailableError` when the store is down.
 */
export async function turnWork(
  workshop: Workshop,
  { task, text, call }: { task: Task; text: string; call: Call },
): Promise<RunOptions['work']> {
  const key = { ...scopeOf(call), contextId: task.contextId };
  const past = await workshop.conversations.read(key);
  const asked: ChatMessage = { role: 'user', content: text };
  const room = CONVERSATION_MAX_BYTES - Buffer.byteLength(text);
  const messages = [...newestMessages(past, room).slice(1 - CONVERSATION_MAX_MESSAGES), asked];
  const request = completionRequest(call, task.contextId, messages);
  const turnId = workshop.newId();
  return async (emit, signal) => {
    const answer = await workshop.runTurn({ request, emit, signal });
    const said: ChatMessage[] = [asked, { role: 'assistant', content: answer }];
    await remember(workshop, { key, turn: { id: turnId, messages: said }, signal });
  };
}

function completionRequest(
  { agent: { name, model, spec } }: Call,
  sessionId: string,
  messages: readonly ChatMessage[],
): CompletionRequest {
  const instructions = instructionsText(spec);
  const system: ChatMessage[] =
    instructions === undefined ? [] : [{ role: 'system', content: instructions }];
  return {
    agent: name,
    model,
    ...(spec.model?.apiKeySecretRef && { apiKeySecretRef: spec.model.apiKeySecretRef }),
    messages: [...system, ...messages],
    params: spec.model?.params ?? {},
    sessionId,
  };
}

/** Repeats an append whose outcome is unknown too: the store knows the turn by its id. */
async function remember(
  { conversations, clock }: Workshop,
  { key, turn, signal }: { key: ConversationKey; turn: ConversationTurn; signal: AbortSignal },
): Promise<void> {
  for (const delayMs of APPEND_DELAYS_MS) {
    try {
      await conversations.append(key, turn);
      return;
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      await clock.delay(delayMs, signal);
    }
  }
  await conversations.append(key, turn);
}
