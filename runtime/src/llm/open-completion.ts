import { ModelError } from '../agent/types.ts';
import { connectionError, statusError } from './model-errors.ts';
import type { Dispatcher } from 'undici';
import type { CompletionRequest } from '../agent/types.ts';
import type { Clock } from '../ops/telemetry.ts';
import type { Connection } from './connection.ts';

/** How a request is sent. */
export interface Sender {
  connection: Connection;
  path: string;
  /** Read for every call, so that a rotated key is used at once. Throws `ModelError` for one that is missing. */
  apiKey: (ref: CompletionRequest['apiKeySecretRef']) => string | undefined;
  clock: Clock;
}

const MAX_ERROR_BODY_BYTES = 16 * 1024;
const RECONNECT_DELAY_MS = 250;
/** A proxy that asks for a longer pause gets an error instead: the caller would wait in vain. */
const MAX_RETRY_AFTER_MS = 15_000;
const CONNECT_ERRORS = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Sends the request and returns the body of a successful answer. Tries a second time only when the
 * first did not reach the proxy, or was refused with 429 and a short `Retry-After`. Throws
 * `ModelError`, or whatever the signal's abort causes.
 */
export async function openCompletion(
  sender: Sender,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const first = await attempt(sender, request, signal);
  if (first.retryAfterMs === undefined) return settled(first);
  await sender.clock.delay(first.retryAfterMs, signal);
  return settled(await attempt(sender, request, signal));
}

interface Attempt {
  result: AsyncIterable<Uint8Array> | ModelError;
  retryAfterMs?: number;
}

function settled({ result }: Attempt): AsyncIterable<Uint8Array> {
  if (result instanceof ModelError) throw result;
  return result;
}

async function attempt(
  sender: Sender,
  request: CompletionRequest,
  signal: AbortSignal,
): Promise<Attempt> {
  const options = httpRequest(sender, request, signal);
  let response: Dispatcher.ResponseData;
  try {
    response = await sender.connection.request(options);
  } catch (error) {
    if (signal.aborted) throw error;
    const result = connectionError(error, false);
    return isConnectError(error) ? { result, retryAfterMs: RECONNECT_DELAY_MS } : { result };
  }
  if (response.statusCode === 200) return { result: response.body };
  const result = statusError(response.statusCode, request.model, await errorBody(response.body));
  const retryAfterMs = response.statusCode === 429 ? retryAfter(response.headers) : undefined;
  return retryAfterMs === undefined ? { result } : { result, retryAfterMs };
}

function httpRequest(
  { path, apiKey }: Sender,
  { model, apiKeySecretRef, messages, params, sessionId }: CompletionRequest,
  signal: AbortSignal,
): Dispatcher.RequestOptions {
  const key = apiKey(apiKeySecretRef);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream',
    // A context id is chosen by the caller: only what is a harmless header value is passed on.
    ...(/^[\x21-\x7e]{1,128}$/.test(sessionId) && { 'x-litellm-session-id': sessionId }),
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  };
  const body = {
    ...params,
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  };
  return { method: 'POST', path, headers, body: JSON.stringify(body), signal };
}

async function errorBody(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const piece of body) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes > MAX_ERROR_BODY_BYTES) break;
    }
  } catch {
    // The status alone says enough.
  }
  return Buffer.concat(pieces).toString();
}

function retryAfter(headers: Dispatcher.ResponseData['headers']): number | undefined {
  const seconds = Number(headers['retry-after'] ?? NaN);
  const delayMs = seconds * 1000;
  return delayMs >= 0 && delayMs <= MAX_RETRY_AFTER_MS ? delayMs : undefined;
}

function isConnectError(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && CONNECT_ERRORS.has(code);
}
