import { coalescer } from './coalesce.ts';
import { ModelError } from './types.ts';
import type { Clock } from '../ops/telemetry.ts';
import type { Complete, RunTurn, Turn } from './types.ts';

/**
 * The agent loop: today one model call a turn.
 *
 * Guarantees: chunks are emitted in order and their concatenation is the returned answer; exactly
 * one chunk has `last` set, and only when the answer is complete; nothing is emitted after the
 * promise has settled or the signal was aborted.
 */
export function agentTurn(complete: Complete, clock: Clock): RunTurn {
  return async (turn) => {
    const chunks = coalescer(clock, (text) => {
      turn.emit({ text, last: false });
    });
    try {
      const answer = await read(complete, turn, chunks.push);
      turn.emit({ text: chunks.finish(), last: true });
      return answer;
    } finally {
      chunks.discard();
    }
  };
}

async function read(
  complete: Complete,
  { request, signal }: Turn,
  push: (text: string) => void,
): Promise<string> {
  let answer = '';
  for await (const part of complete(request, signal)) {
    signal.throwIfAborted();
    if (part.type === 'end') break;
    answer += part.text;
    push(part.text);
  }
  signal.throwIfAborted();
  if (answer === '') throw new ModelError('empty', 'The model returned no text.');
  return answer;
}
