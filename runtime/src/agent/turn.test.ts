import { describe, expect, test } from '@jest/globals';
import { agentTurn } from './turn.ts';
import { ModelError } from './types.ts';
import { manualClock, settled } from '../../test/manual-clock.ts';
import type { Complete, CompletionPart, TextChunk } from './types.ts';

const REQUEST = { agent: 'a', model: 'm', messages: [], params: {}, sessionId: 's' };
const END: CompletionPart = { type: 'end', finishReason: 'stop', usage: {} };

function text(value: string): CompletionPart {
  return { type: 'text', text: value };
}

function answers(...parts: (CompletionPart | Error)[]): Complete {
  return async function* () {
    for (const part of parts) {
      await settled();
      if (part instanceof Error) throw part;
      yield part;
    }
  };
}

async function run(
  complete: Complete,
  signal = new AbortController().signal,
): Promise<{ answer: string | Error; chunks: TextChunk[] }> {
  const chunks: TextChunk[] = [];
  const emit = (chunk: TextChunk): void => void chunks.push(chunk);
  const answer = await agentTurn(
    complete,
    manualClock(),
  )({ request: REQUEST, emit, signal }).catch((error: unknown) => error as Error);
  return { answer, chunks };
}

describe('a turn', () => {
  test('emits the answer in order, the last piece marked, and returns it whole', async () => {
    const long = 'x'.repeat(600);
    const { answer, chunks } = await run(answers(text('a'), text(long), text('b'), text('c'), END));
    expect(answer).toBe(`a${long}bc`);
    expect(chunks).toEqual([
      { text: `a${long}`, last: false },
      { text: 'bc', last: true },
    ]);
  });

  test('marks an empty last piece when everything has been sent', async () => {
    const { chunks } = await run(answers(text('x'.repeat(512)), END));
    expect(chunks.at(-1)).toEqual({ text: '', last: true });
  });

  test('fails when the model says nothing', async () => {
    const { answer, chunks } = await run(answers(END));
    expect(answer).toMatchObject({ failure: 'empty', message: 'The model returned no text.' });
    expect(chunks).toEqual([]);
  });

  test('passes the failure of the call on and sends nothing afterwards', async () => {
    const error = new ModelError('timeout', 'too slow');
    const { answer, chunks } = await run(answers(text('a'), error));
    expect(answer).toBe(error);
    expect(chunks).toEqual([]);
  });

  test('ends with the reason of an abort although the model goes on', async () => {
    const abort = new AbortController();
    const reason = new Error('canceled');
    const complete: Complete = async function* () {
      yield text('a');
      abort.abort(reason);
      yield text('b');
      await settled();
      yield END;
    };
    const { answer, chunks } = await run(complete, abort.signal);
    expect(answer).toBe(reason);
    expect(chunks).toEqual([]);
  });
});
