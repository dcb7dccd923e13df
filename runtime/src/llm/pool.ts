import { Pool } from 'undici';
import type { ConnectionSettings } from './connection-settings.ts';

const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A pool for model calls. HTTP/1.1 only, because aborting a call must close its socket so that the
 * proxy stops paying too. Imported late: undici would cost every idle server 16 MB.
 */
export function openPool({ origin, maxConcurrentCalls, ca }: ConnectionSettings): Pool {
  return new Pool(origin, {
    connections: maxConcurrentCalls,
    pipelining: 1,
    allowH2: false,
    // The total time of a call is bounded by its signal; a slow model is not an error before that.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: CONNECT_TIMEOUT_MS, ...(ca !== undefined && { ca }) },
  });
}
