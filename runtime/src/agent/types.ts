import type { SecretRef } from '../contract/secret-refs.ts';

/** One message as the model sees it. */
export interface ChatMessage {
  role: 'system' | 'user' | 'assistant';
  content: string;
}

/** Tokens of one model call, as far as the provider says. */
export interface TokenUsage {
  inputTokens?: number;
  outputTokens?: number;
}

/** One call of a model. */
export interface CompletionRequest {
  /** Name of the agent, for metrics. */
  agent: string;
  /** Model name as the proxy knows it. */
  model: string;
  /** The agent's own key for the proxy; absent: the server's. */
  apiKeySecretRef?: SecretRef;
  messages: readonly ChatMessage[];
  /** Parameters that the agent's author set, for example `temperature`. */
  params: Readonly<Record<string, unknown>>;
  /** Groups the calls of a conversation in the proxy's logs; not a secret. */
  sessionId: string;
}

/** What a model call yields: text in pieces, then exactly one `end`. */
export type CompletionPart =
  { type: 'text'; text: string } | { type: 'end'; finishReason: string; usage: TokenUsage };

/**
 * Calls a model. Stops as soon as the signal is aborted and then throws the signal's reason; every
 * other failure is a `ModelError`.
 */
export type Complete = (
  request: CompletionRequest,
  signal: AbortSignal,
) => AsyncIterable<CompletionPart>;

/** Why a model call failed; also the `outcome` label of its metric. */
export type ModelFailure =
  | 'unreachable'
  | 'unauthorized'
  | 'unknown_model'
  | 'rejected'
  | 'rate_limited'
  | 'server_error'
  | 'timeout'
  | 'interrupted'
  | 'malformed'
  | 'empty';

/** A failed model call. The message is a sentence for the caller: no credential, no upstream text. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly failure: ModelFailure;

  constructor(failure: ModelFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

/** What a turn needs. */
export interface Turn {
  request: CompletionRequest;
  /** Receives the answer's text in coalesced pieces, in order; the last call has `last` set. */
  emit: (chunk: TextChunk) => void;
  signal: AbortSignal;
}

export interface TextChunk {
  text: string;
  last: boolean;
}

/** Runs one turn and returns the whole answer. Throws `ModelError`, or the signal's reason. */
export type RunTurn = (turn: Turn) => Promise<string>;
