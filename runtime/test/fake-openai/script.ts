/**
 * How the fake answers. Given with `PUT /script` for the requests that follow, or by a user message
 * that is JSON with the one key `fake`, which also works through a LiteLLM proxy.
 */
export interface Script {
  /** The answer; default is one that says what arrived. */
  text?: string;
  /** Characters in a streamed chunk, 8 by default. */
  chunkCharacters?: number;
  /** Milliseconds before the answer's head. */
  delayMs?: number;
  /** Milliseconds between chunks. */
  chunkDelayMs?: number;
  /** HTTP status of an error instead of an answer. */
  status?: number;
  /** `Retry-After` of that error, in seconds. */
  retryAfterSeconds?: number;
  /** After this many chunks: nothing more ever comes, the socket is reset, garbage is sent, or an error chunk. */
  stallAfterChunks?: number;
  resetAfterChunks?: number;
  malformedAfterChunks?: number;
  errorAfterChunks?: number;
  /** How many requests `PUT /script` is for; default all. */
  times?: number;
}

/** A chat completion request, as far as the fake looks at it. */
export interface ChatRequest {
  model: string;
  messages: { role: string; content: unknown }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
}

/** The script inside the last user message, if there is one. */
export function scriptInMessage(request: ChatRequest): Script | undefined {
  try {
    return (JSON.parse(lastUserText(request)) as { fake?: Script }).fake;
  } catch {
    return undefined;
  }
}

/** An answer that says what arrived: model, system prompt, number of messages, last user message. */
export function defaultAnswer(request: ChatRequest): string {
  const system = request.messages.find(({ role }) => role === 'system');
  const words = textOf(system?.content).split(/\s+/).slice(0, 6).join(' ');
  return `I am ${request.model}. My instructions begin: "${words}". Message ${request.messages.length} was: ${lastUserText(request)}`;
}

function lastUserText({ messages }: ChatRequest): string {
  return textOf(messages.findLast(({ role }) => role === 'user')?.content);
}

/** Content is text, or parts as some clients send it. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: { text?: string }) => part.text ?? '').join('');
}
