import { describe, expect, test } from '@jest/globals';
import { completionChunk } from './completion-chunk.ts';

describe('a chunk of a streamed completion', () => {
  test.each([
    {
      reason: 'text',
      chunk: { choices: [{ delta: { content: 'a' }, finish_reason: null }] },
      read: { text: 'a' },
    },
    {
      reason: 'usage beside the last choice (LiteLLM #28735)',
      chunk: {
        choices: [{ delta: {}, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 2 },
      },
      read: { text: '', finishReason: 'stop', usage: { inputTokens: 1, outputTokens: 2 } },
    },
    {
      reason: 'usage without choices',
      chunk: { choices: [], usage: { prompt_tokens: 1 } },
      read: { text: '', usage: { inputTokens: 1 } },
    },
    { reason: 'null usage', chunk: { choices: [], usage: null }, read: { text: '' } },
    { reason: 'no choices at all', chunk: {}, read: { text: '' } },
    {
      reason: 'null content',
      chunk: { choices: [{ delta: { content: null } }] },
      read: { text: '' },
    },
    { reason: 'null error', chunk: { error: null }, read: { text: '' } },
  ])('is read with $reason', ({ chunk, read }) => {
    expect(completionChunk(JSON.stringify(chunk))).toEqual(read);
  });

  test.each([
    { reason: 'what is not JSON', data: '{', failure: 'malformed' },
    { reason: 'what is not an object', data: '[]', failure: 'malformed' },
    { reason: 'an error', data: '{"error":{"message":"m"}}', failure: 'interrupted' },
  ])('refuses $reason', ({ data, failure }) => {
    expect(() => completionChunk(data)).toThrow(expect.objectContaining({ failure }));
  });
});
