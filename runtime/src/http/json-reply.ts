import type { Response } from 'express';

/** Answers with JSON; the headers come on top of what the response already has. */
export function replyJson(
  response: Response,
  { status = 200, headers = {}, body }: JsonReply,
  contentType = 'application/json',
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': bytes.length,
    ...headers,
  });
  response.end(bytes);
}

export interface JsonReply {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body: unknown;
}
