import { malformedError } from './model-errors.ts';
import { ModelError } from '../agent/types.ts';
import type { TokenUsage } from '../agent/types.ts';

/** What one chunk of a streamed chat completion says. */
export interface CompletionChunk {
  text: string;
  finishReason?: string;
  usage?: TokenUsage;
}

/**
 * Reads the `data` of one event. Lenient where providers differ (usage beside choices, no choices,
 * null fields); throws `ModelError` for what is not JSON and for an error sent in mid-stream.
 */
export function completionChunk(data: string): CompletionChunk {
  const chunk = successful(parse(data));
  const choice = record(Array.isArray(chunk.choices) ? chunk.choices[0] : undefined);
  const content = record(choice?.delta)?.content;
  const finishReason = choice?.finish_reason;
  const usage = tokenUsage(record(chunk.usage));
  return {
    text: typeof content === 'string' ? content : '',
    ...(typeof finishReason === 'string' && { finishReason }),
    ...(usage && { usage }),
  };
}

function successful(value: unknown): Record<string, unknown> {
  const chunk = record(value);
  if (chunk === undefined) throw malformedError();
  if (chunk.error === undefined || chunk.error === null) return chunk;
  throw new ModelError('interrupted', 'The model service failed in the middle of its answer.');
}

function tokenUsage(usage: Record<string, unknown> | undefined): TokenUsage | undefined {
  if (usage === undefined) return undefined;
  const { prompt_tokens: input, completion_tokens: output } = usage;
  return {
    ...(typeof input === 'number' && { inputTokens: input }),
    ...(typeof output === 'number' && { outputTokens: output }),
  };
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch (error) {
    throw malformedError(error);
  }
}

function record(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
