/** The lines of a byte stream, without their ends. What follows the last end is dropped: it is cut. */
export async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending = '';
  for await (const chunk of source) {
    const parts = (pending + decoder.decode(chunk, { stream: true })).split('\n');
    pending = parts.pop() ?? '';
    yield* parts.filter((line) => line !== '');
  }
}
