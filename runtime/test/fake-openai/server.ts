import { createServer } from 'node:http';
import { answer } from './completion.ts';
import { scriptInMessage } from './script.ts';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ChatRequest, Script } from './script.ts';

/** A chat completion that arrived. */
export interface RecordedRequest {
  headers: IncomingHttpHeaders;
  body: ChatRequest & Record<string, unknown>;
  /** Whether the client went away before it had the whole answer. */
  aborted: boolean;
}

/** What the fake knows and does; a test may look at it and change it directly. */
export interface FakeState {
  requests: RecordedRequest[];
  script: Script;
  /** Whether `/health*` says that all is well. */
  isAlive: boolean;
}

export interface FakeOpenAi {
  server: Server;
  state: FakeState;
}

/**
 * A small OpenAI-compatible server. Beside `/v1/chat/completions` and `/v1/models` it answers the
 * health paths of LiteLLM, so that the runtime can use it in the proxy's place. `GET /requests`
 * tells what arrived, `PUT /script` says how to answer. Does not listen.
 */
export function fakeOpenAi(): FakeOpenAi {
  const state: FakeState = { requests: [], script: {}, isAlive: true };
  const server = createServer((request, response) => {
    route(state, request, response).catch(() => {
      replyJson(response, 500, { error: { message: 'the fake itself failed' } });
    });
  });
  return { server, state };
}

async function route(
  state: FakeState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split('?', 1)[0] ?? '';
  const operation = `${request.method ?? ''} ${path}`;
  if (/^POST (\/v1)?\/chat\/completions$/.test(operation)) await complete(state, request, response);
  else if (/^GET (\/v1)?\/models$/.test(operation)) replyJson(response, 200, MODELS);
  else if (path.startsWith('/health')) replyJson(response, state.isAlive ? 200 : 503, {});
  else await control(state, operation, { request, response });
}

async function control(
  state: FakeState,
  operation: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): Promise<void> {
  if (operation === 'PUT /script') state.script = JSON.parse(await text(request)) as Script;
  else if (operation === 'DELETE /script') state.script = {};
  else if (operation === 'DELETE /requests') state.requests.length = 0;
  else if (operation !== 'GET /requests') {
    replyJson(response, 404, { error: { message: `nothing at ${operation}` } });
    return;
  }
  replyJson(response, 200, operation === 'GET /requests' ? state.requests : {});
}

async function complete(
  state: FakeState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = JSON.parse(await text(request)) as RecordedRequest['body'];
  const recorded = { headers: request.headers, body, aborted: false };
  state.requests.push(recorded);
  response.on('close', () => {
    recorded.aborted = !response.writableFinished;
  });
  await answer(response, body, scriptInMessage(body) ?? takeScript(state));
}

function takeScript(state: FakeState): Script {
  const { script } = state;
  if (script.times !== undefined && --script.times <= 0) state.script = {};
  return script;
}

const MODELS = {
  object: 'list',
  data: ['fake-model', 'fake-model-2'].map((id) => ({ id, object: 'model', owned_by: 'fake' })),
};

async function text(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

function replyJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
