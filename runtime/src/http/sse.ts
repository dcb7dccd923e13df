import type { Response } from 'express';
import type { Clock, Telemetry } from '../ops/telemetry.ts';

const HEARTBEAT_MS = 15_000;
/** A client that leaves this much unread is dropped; it can subscribe again (runtime.md §6.2). */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/** What a stream needs besides its events. */
export interface SseOptions<T> {
  /** The `data` of an event: text without line breaks. */
  encode: (event: T) => string;
  headers?: Readonly<Record<string, string>>;
  clock: Clock;
  telemetry: Telemetry;
}

/**
 * Writes events until they end or the client has gone, whichever is first; then leaves the
 * iterator. Resolves when the response is finished. Closing a stream never touches its task. Rejects
 * when the events do, after cutting the connection: a stream that broke must not look complete.
 */
export async function sendEvents<T>(
  response: Response,
  events: AsyncIterableIterator<T>,
  { encode, headers, clock, telemetry }: SseOptions<T>,
): Promise<void> {
  const { metrics, log } = telemetry;
  response.writeHead(200, { ...STREAM_HEADERS, ...headers });
  response.flushHeaders();
  metrics.sseOpened();
  const stopHeartbeat = heartbeat(response, clock);
  const leave = (): void => void events.return?.();
  response.once('close', leave);
  try {
    for await (const event of events) {
      if (response.destroyed) break;
      response.write(`data: ${encode(event)}\n\n`);
      if (response.writableLength <= MAX_BUFFERED_BYTES) continue;
      log.warn('a client that does not read its stream was dropped');
      response.destroy();
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  } finally {
    response.off('close', leave);
    stopHeartbeat();
    metrics.sseClosed();
  }
}

const STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
};

/** A comment now and then keeps proxies from cutting a quiet stream. */
function heartbeat(response: Response, clock: Clock): () => void {
  let stop = (): void => undefined;
  const beat = (): void => {
    stop = clock.after(HEARTBEAT_MS, () => {
      if (!response.destroyed) response.write(': heartbeat\n\n');
      beat();
    });
  };
  beat();
  return () => {
    stop();
  };
}
