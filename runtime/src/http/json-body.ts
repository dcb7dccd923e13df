import { JsonRpcRequestMalformedError } from '@a2a-js/sdk/errors';
import { jsonDepth } from './json-depth.ts';
import { HttpProblem } from './problem.ts';
import type { IncomingMessage } from 'node:http';

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** Deeper JSON is nobody's message, and would overflow the stack of whoever walks it. */
const MAX_DEPTH = 64;
/** How long the rest of a body that is too large is read. */
const DISCARD_MS = 1000;
const PARSE_ERROR = -32700;
const MEDIA_TYPES = new Set(['application/json', 'application/a2a+json']);

/**
 * Reads a request's JSON body; undefined when there is none. Throws `HttpProblem` 415 and 413, and
 * a parse error (JSON-RPC −32700, HTTP 400) for what is not UTF-8 JSON.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const bytes = await readBytes(request);
  if (bytes.length === 0) return undefined;
  checkMediaType(request.headers['content-type']);
  return parsed(bytes);
}

function checkMediaType(contentType: string | undefined): void {
  const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
  if (mediaType === undefined || MEDIA_TYPES.has(mediaType)) return;
  throw new HttpProblem('unsupportedMediaType', 'Content-Type must be application/json.');
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge(request);
  const pieces: Buffer[] = [];
  let length = 0;
  // Leaving the loop must not destroy the request: the answer goes out over the same socket.
  const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const piece of body) {
    length += piece.length;
    if (length > MAX_BODY_BYTES) throw tooLarge(request);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/**
 * Goes on reading for a moment, and keeps nothing: a connection that is closed with bytes unread is
 * reset, and its client would never see the answer.
 */
function tooLarge(request: IncomingMessage): HttpProblem {
  const timer = setTimeout(() => request.socket.destroy(), DISCARD_MS);
  request.once('close', () => {
    clearTimeout(timer);
  });
  request.resume();
  return new HttpProblem('tooLarge', `The request body is larger than ${MAX_BODY_BYTES} bytes.`);
}

function parsed(bytes: Buffer): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (jsonDepth(text) <= MAX_DEPTH) return JSON.parse(text) as unknown;
  } catch {
    // Said below; the parser's own message quotes the body.
  }
  throw new JsonRpcRequestMalformedError({
    message: `The request body is not JSON of at most ${MAX_DEPTH} levels.`,
    envelopeCode: PARSE_ERROR,
  });
}
