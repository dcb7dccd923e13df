import { setTimeout as sleep } from 'node:timers/promises';
import { defaultAnswer } from './script.ts';
import type { ServerResponse } from 'node:http';
import type { ChatRequest, Script } from './script.ts';

/** Answers a chat completion as the script says. Resolves when the answer has been sent or cut. */
export async function answer(
  response: ServerResponse,
  request: ChatRequest,
  script: Script,
): Promise<void> {
  await sleep(script.delayMs ?? 0);
  if (script.status !== undefined) {
    refuse(response, script);
    return;
  }
  const text = script.text ?? defaultAnswer(request);
  if (request.stream === true) await stream(response, { request, script, text });
  else replyWhole(response, request, text);
}

function refuse(response: ServerResponse, { status = 500, retryAfterSeconds }: Script): void {
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': retryAfterSeconds };
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  const message = 'a scripted error that quotes the key sk-fake-secret-0123456789';
  response.end(JSON.stringify({ error: { message, type: 'scripted', code: String(status) } }));
}

function replyWhole(response: ServerResponse, request: ChatRequest, text: string): void {
  const choice = { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' };
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(
    JSON.stringify({
      ...base(request, 'chat.completion'),
      choices: [choice],
      usage: usage(request, text),
    }),
  );
}

async function stream(
  response: ServerResponse,
  { request, script, text }: { request: ChatRequest; script: Script; text: string },
): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  const send = (fields: object): void => {
    const chunk = { ...base(request, 'chat.completion.chunk'), ...fields };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  send({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
  const pieces = chunks(text, script.chunkCharacters ?? 8);
  for (const [index, content] of pieces.entries()) {
    if (response.destroyed || isCut(response, script, index)) return;
    send({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
    await sleep(script.chunkDelayMs ?? 0);
  }
  if (isCut(response, script, pieces.length)) return;
  send({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  if (request.stream_options?.include_usage === true) {
    send({ choices: [], usage: usage(request, text) });
  }
  response.end('data: [DONE]\n\n');
}

/** Whether the script ends the stream before this chunk; if so, ends it as the script says. */
function isCut(response: ServerResponse, script: Script, index: number): boolean {
  if (script.stallAfterChunks === index) return true;
  if (script.resetAfterChunks === index) {
    response.socket?.resetAndDestroy();
    return true;
  }
  if (script.malformedAfterChunks === index) {
    response.end('data: {"choices": [{"delta"\n\n');
    return true;
  }
  if (script.errorAfterChunks === index) {
    response.end(
      'data: {"error":{"message":"a scripted error, key sk-fake-secret-0123456789"}}\n\n',
    );
    return true;
  }
  return false;
}

function base({ model }: ChatRequest, object: string): object {
  return { id: 'chatcmpl-fake', object, created: Math.floor(Date.now() / 1000), model };
}

/** A token is a word here: real enough for counters, exact enough for assertions. */
function usage({ messages }: ChatRequest, text: string): object {
  const prompt = messages.map(({ content }) => JSON.stringify(content)).join(' ');
  const [prompt_tokens, completion_tokens] = [words(prompt), words(text)];
  return { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
}

function words(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}

function chunks(text: string, size: number): string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
}
