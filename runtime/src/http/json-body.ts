import { JsonRpcRequestMalformedError } from '@a2a-js/sdk/errors';
import { jsonDepth } from './json-depth.ts';
import { HttpProblem } from './problem.ts';
import type { IncomingMessage } from 'node:http';

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** Deeper JSON is nobody's message, and would overflow the stack of whoever walks it. */
const MAX_DEPTH = 64;
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
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MAX_BODY_BYTES) throw tooLarge();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** The connection closes with the answer: what is still coming is not read. */
function tooLarge(): HttpProblem {
  const message = `The request body is larger than ${MAX_BODY_BYTES} bytes.`;
  return new HttpProblem('tooLarge', message, { Connection: 'close' });
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
