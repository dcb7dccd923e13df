import { randomUUID } from 'node:crypto';

/** A task as the JSON of A2A 1.0 has it, as far as cases look at it. */
export interface TaskJson {
  id: string;
  contextId: string;
  status: { state: string; message?: { parts: { text?: string }[] } };
  artifacts?: { parts: { text?: string }[] }[];
}

/** What came back from an endpoint, unjudged. */
export interface Reply {
  status: number;
  headers: Headers;
  /** As it was sent; JSON in nearly all cases. */
  body: string;
  /** The task of a successful `SendMessage` or `GetTask`. */
  task: TaskJson | undefined;
}

/** An endpoint and who calls it. */
export interface Endpoint {
  url: string;
  headers?: Readonly<Record<string, string>>;
  fetch?: typeof fetch;
}

/** Calls a method of A2A 1.0 by JSON-RPC, as somebody would with curl. */
export async function call(endpoint: Endpoint, method: string, params: object): Promise<Reply> {
  const response = await post(endpoint, method, params);
  const body = await response.text();
  return { status: response.status, headers: response.headers, body, task: taskIn(body) };
}

/** Sends one text and waits for the answer; a context continues its conversation. */
export function ask(endpoint: Endpoint, text: string, contextId?: string): Promise<Reply> {
  return call(endpoint, 'SendMessage', messageParams(text, contextId));
}

/** Sends one text and yields the events of the answer as they come, each the JSON of its `result`. */
export async function* askStreaming(endpoint: Endpoint, text: string): AsyncGenerator<StreamEvent> {
  const response = await post(endpoint, 'SendStreamingMessage', messageParams(text));
  if (response.body === null) throw new Error(`HTTP ${response.status} without a body`);
  let unread = '';
  for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
    const events = (unread + piece).split('\n\n');
    unread = events.pop() ?? '';
    for (const event of events.filter((one) => one.startsWith('data: '))) {
      const { result } = JSON.parse(event.slice('data: '.length)) as { result?: StreamEvent };
      if (result === undefined) throw new Error(`the stream says: ${event}`);
      yield result;
    }
  }
}

/** One event of a stream; exactly one of the fields is there. */
export interface StreamEvent {
  task?: TaskJson;
  statusUpdate?: { status: TaskJson['status'] };
  artifactUpdate?: { artifact: { parts: { text?: string }[] } };
}

/** How the stand-in behind LiteLLM is to answer a message (runtime/test/fake-openai). */
export interface Script {
  text: string;
  chunkCharacters?: number;
  chunkDelayMs?: number;
}

/** A message that makes the stand-in answer as wanted. */
export function scripted(fake: Script): string {
  return JSON.stringify({ fake });
}

/** The text of a task's answer. */
export function answerOf(task: TaskJson | undefined): string {
  return (task?.artifacts ?? []).flatMap(({ parts }) => parts.map(({ text }) => text)).join('');
}

/** What the status of a task says in words. */
export function statusText(status: TaskJson['status'] | undefined): string {
  return (status?.message?.parts ?? []).map(({ text }) => text).join('');
}

function messageParams(text: string, contextId?: string): object {
  const context = contextId === undefined ? {} : { contextId };
  const message = { messageId: randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...context };
  return { message };
}

function post(
  { url, headers, fetch: fetchImpl = fetch }: Endpoint,
  method: string,
  params: object,
): Promise<Response> {
  return fetchImpl(url, {
    method: 'POST',
    headers: { 'A2A-Version': '1.0', 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
}

function taskIn(body: string): TaskJson | undefined {
  if (!body.startsWith('{')) return undefined;
  const { result } = JSON.parse(body) as { result?: { task?: TaskJson } & TaskJson };
  return result?.task ?? result;
}
