/** JSON as tests walk through it: absent steps give undefined. */
export interface Json {
  [key: string]: Json;
}

/** A value that is text; anything else gives an empty one. */
export function string(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

/** Posts JSON and reads the JSON answer. */
export async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return answer(response);
}

export async function get(url: string, headers: Record<string, string> = {}): Promise<Answer> {
  return answer(await fetch(url, { headers }));
}

async function answer(response: Response): Promise<Answer> {
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Json;
  return { status: response.status, headers: response.headers, body };
}

/** Calls a 1.0 method by JSON-RPC. */
export function rpc(
  url: string,
  method: string,
  params: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const body = { jsonrpc: '2.0', id: 'r1', method, params };
  return post(url, body, { 'A2A-Version': '1.0', ...headers });
}

/** Parameters of SendMessage with one text part. */
export function sendParams(text: string, message: object = {}, configuration?: object): object {
  return {
    message: { messageId: 'm1', role: 'ROLE_USER', parts: [{ text }], ...message },
    ...(configuration && { configuration }),
  };
}

/** Opens an event stream. */
export async function openStream(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<EventStream> {
  const abort = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: abort.signal,
  });
  return {
    response,
    events: events(response),
    leave: () => {
      abort.abort();
    },
  };
}

export interface EventStream {
  response: Response;
  /** `data` of the events, parsed; ends with the stream. */
  events: AsyncGenerator<Json>;
  /** Cuts the connection. */
  leave: () => void;
}

async function* events(response: Response): AsyncGenerator<Json> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    const frames = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      if (frame.startsWith('data: ')) yield JSON.parse(frame.slice(6)) as Json;
    }
  }
}
