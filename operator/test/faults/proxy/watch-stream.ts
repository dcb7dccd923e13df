import type { ServerResponse } from 'node:http';
import type { Exchange, WatchEvent } from './exchange.ts';
import { EXPIRED, PASS } from './faults.ts';
import type { EventVerdict, Faults } from './faults.ts';
import { linesOf } from './lines.ts';

/**
 * Hands a watch on event by event, as the faults decide. Returns when the watch has ended, one way or
 * another; what the client gets is complete lines, so that a cut is never half an event.
 */
export async function handOn(
  source: AsyncIterable<Buffer>,
  client: ServerResponse,
  watch: Exchange,
  faults: Faults,
): Promise<void> {
  for await (const line of linesOf(source)) {
    const verdict = faults.event?.(JSON.parse(line) as WatchEvent, watch) ?? PASS;
    if (verdict.do === 'cut') {
      client.destroy();
      return;
    }
    if (verdict.do === 'silence') {
      // Only the client itself can end this.
      await new Promise((resolve) => client.once('close', resolve));
      return;
    }
    if (verdict.do === 'expire') {
      await verdict.until;
      client.end(`${JSON.stringify(EXPIRED)}\n`);
      return;
    }
    if (verdict.do === 'delay') await verdict.until;
    for (const told of linesInstead(line, verdict)) client.write(`${told}\n`);
  }
  client.end();
}

function linesInstead(line: string, verdict: EventVerdict): string[] {
  if (verdict.do === 'drop') return [];
  if (verdict.do === 'duplicate') return [line, line];
  return [line];
}
