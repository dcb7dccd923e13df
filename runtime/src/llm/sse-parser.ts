/** Takes a stream of server-sent events apart; text may be cut anywhere. */
export interface SseParser {
  /** The `data` of every event that this piece of text completes. */
  push(text: string): string[];
  /** The `data` of an event that the stream ended without a blank line after, if there is one. */
  finish(): string[];
}

/**
 * A parser that follows the WHATWG event-stream rules as far as model answers need them: `\n`,
 * `\r\n` and `\r` end lines, several `data` lines of an event are joined with `\n`, comments and
 * other fields are ignored, and so is an event without data.
 */
export function sseParser(): SseParser {
  let rest = '';
  let data: string[] = [];

  const takeLine = (line: string): string[] => {
    if (line === '') {
      const event = data;
      data = [];
      return event.length === 0 ? [] : [event.join('\n')];
    }
    if (line === 'data') data.push('');
    else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5));
    return [];
  };

  return {
    push(text) {
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      return lines.flatMap(takeLine);
    },
    finish() {
      const last = rest.replace(/\r$/, '');
      rest = '';
      return [...takeLine(last), ...(last === '' ? [] : takeLine(''))];
    },
  };
}
