import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sseParser } from './sse-parser.ts';

function parse(...pieces: string[]): string[] {
  const parser = sseParser();
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.finish()];
}

describe('the event-stream parser', () => {
  test.each([
    { reason: 'one event', pieces: ['data: a\n\n'], events: ['a'] },
    { reason: 'no space after the colon', pieces: ['data:a\n\n'], events: ['a'] },
    { reason: 'only one space is taken off', pieces: ['data:  a\n\n'], events: [' a'] },
    { reason: 'lines end with CRLF', pieces: ['data: a\r\n\r\n'], events: ['a'] },
    { reason: 'lines end with CR', pieces: ['data: a\r\rdata: b\r\r'], events: ['a', 'b'] },
    { reason: 'CRLF is cut in the middle', pieces: ['data: a\r', '\n\r', '\n'], events: ['a'] },
    { reason: 'several data lines', pieces: ['data: a\ndata: b\n\n'], events: ['a\nb'] },
    { reason: 'comments', pieces: [': ping\n\ndata: a\n\n'], events: ['a'] },
    { reason: 'other fields', pieces: ['event: x\nid: 1\ndata: a\n\n'], events: ['a'] },
    { reason: 'an event without data', pieces: ['event: x\n\n'], events: [] },
    { reason: 'a field that only begins like data', pieces: ['database: a\n\n'], events: [] },
    { reason: 'a data line without colon', pieces: ['data\n\n'], events: [''] },
    { reason: 'the stream ends without a blank line', pieces: ['data: a'], events: ['a'] },
    { reason: 'the stream ends after one newline', pieces: ['data: a\n'], events: ['a'] },
    { reason: 'nothing', pieces: [''], events: [] },
  ])('understands: $reason', ({ pieces, events }) => {
    expect(parse(...pieces)).toEqual(events);
  });

  test('yields the same events wherever the text is cut', () => {
    const data = fc.array(fc.string({ unit: fc.constantFrom('a', ' ', ':', '{', 'é') }), {
      minLength: 1,
    });
    const newline = fc.constantFrom('\n', '\r\n');
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(data), newline, cuts, (events, end, lengths) => {
        const text = events
          .map((lines) => lines.map((line) => `data: ${line}${end}`).join('') + end)
          .join('');
        const pieces: string[] = [];
        for (let at = 0, piece = 0; at < text.length; piece++) {
          const length = lengths[piece % lengths.length] ?? 1;
          pieces.push(text.slice(at, at + length));
          at += length;
        }
        expect(parse(...pieces)).toEqual(events.map((lines) => lines.join('\n')));
      }),
    );
  });
});
