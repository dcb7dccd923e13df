import { describe, expect, test } from '@jest/globals';
import { coalescer } from './coalesce.ts';
import { manualClock } from '../../test/manual-clock.ts';
import type { ManualClock } from '../../test/manual-clock.ts';
import type { Coalescer } from './coalesce.ts';

function collect(): { clock: ManualClock; pieces: string[]; chunks: Coalescer } {
  const clock = manualClock();
  const pieces: string[] = [];
  return { clock, pieces, chunks: coalescer(clock, (text) => pieces.push(text)) };
}

describe('the coalescer', () => {
  test('joins what arrives within 40 ms', async () => {
    const { clock, pieces, chunks } = collect();
    chunks.push('a');
    await clock.advance(39);
    chunks.push('b');
    expect(pieces).toEqual([]);
    await clock.advance(1);
    expect(pieces).toEqual(['ab']);
  });

  test('begins to wait anew with the next piece', async () => {
    const { clock, pieces, chunks } = collect();
    chunks.push('a');
    await clock.advance(40);
    chunks.push('b');
    await clock.advance(39);
    expect(pieces).toEqual(['a']);
    await clock.advance(1);
    expect(pieces).toEqual(['a', 'b']);
  });

  test('does not wait once it has 512 characters, and leaves no timer', () => {
    const { clock, pieces, chunks } = collect();
    chunks.push('a');
    chunks.push('b'.repeat(511));
    expect(pieces).toEqual([`a${'b'.repeat(511)}`]);
    expect(clock.pending()).toBe(0);
  });

  test('hands what is left to the caller at the end, and then nothing more', async () => {
    const { clock, pieces, chunks } = collect();
    chunks.push('a');
    expect(chunks.finish()).toBe('a');
    chunks.push('b');
    await clock.advance(100);
    expect(pieces).toEqual([]);
  });
});
