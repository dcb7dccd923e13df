import { completionChunk } from './completion-chunk.ts';
import { malformedError } from './model-errors.ts';
import { sseParser } from './sse-parser.ts';
import type { CompletionPart, TokenUsage } from '../agent/types.ts';

/** No honest event of a model is longer; more means that the upstream is not a model. */
const MAX_EVENT_CHARACTERS = 4 * 1024 * 1024;

/**
 * The parts of a streamed answer. An answer that ends without a finish reason and without `[DONE]`
 * was cut off, and throws `ModelError`. The last usage wins: proxies send it beside the last
 * choice, after it, or both.
 */
export async function* completionParts(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<CompletionPart, void, undefined> {
  let usage: TokenUsage = {};
  let finishReason: string | undefined;
  for await (const data of eventData(body)) {
    if (data === '[DONE]') {
      finishReason ??= 'stop';
      break;
    }
    const chunk = completionChunk(data);
    usage = { ...usage, ...chunk.usage };
    finishReason = chunk.finishReason ?? finishReason;
    if (chunk.text !== '') yield { type: 'text', text: chunk.text };
  }
  if (finishReason === undefined) throw malformedError('the stream ended early');
  yield { type: 'end', finishReason, usage };
}

async function* eventData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const parser = sseParser();
  let pending = 0;
  for await (const bytes of body) {
    const text = decoder.decode(bytes, { stream: true });
    const events = parser.push(text);
    pending = events.length > 0 ? 0 : pending + text.length;
    if (pending > MAX_EVENT_CHARACTERS) throw malformedError('an event is too long');
    yield* events;
  }
  yield* parser.push(decoder.decode());
  yield* parser.finish();
}
