import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Dispatcher } from 'undici';
import type { Exchange } from './exchange.ts';
import { PASS } from './faults.ts';
import type { Answer, Faults, Verdict } from './faults.ts';
import { pastOf } from './past.ts';
import { withQuery } from './query.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';
import { handOn } from './watch-stream.ts';

/** One request, who asked it, and whom to ask. */
export interface Serving {
  upstream: Upstream;
  faults: Faults;
  exchange: Exchange;
  call: UpstreamRequest;
  client: ServerResponse;
}

/** Reads what has to be handed on of a request. */
export async function callOf(request: IncomingMessage): Promise<UpstreamRequest> {
  const { url = '/', headers } = request;
  const kept = ['accept', 'content-type', 'user-agent'] as const;
  const body = await buffer(request);
  return {
    method: request.method ?? 'GET',
    path: url,
    headers: Object.fromEntries(
      kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])),
    ),
    ...(body.length > 0 && { body }),
  };
}

/** Carries out what the faults say about a request. */
export async function serve(serving: Serving): Promise<void> {
  const { exchange, client, faults } = serving;
  const verdict: Verdict = (await faults.request?.(exchange)) ?? PASS;
  switch (verdict.do) {
    case 'pass':
      return forward(serving);
    case 'delay':
      await verdict.until;
      return forward(serving);
    case 'answer':
      answer(serving, verdict.answer);
      return;
    case 'drop':
      exchange.outcome = 'dropped';
      client.destroy();
      return;
    case 'perform':
      return perform(serving, verdict);
    case 'rewrite':
      return forward({ ...serving, call: withQuery(serving.call, verdict.query) });
    case 'past':
      return tellPast(serving, verdict);
  }
}

async function forward({ upstream, faults, exchange, call, client }: Serving): Promise<void> {
  const isRead = exchange.write === 0;
  const gone = new AbortController();
  if (isRead)
    client.once('close', () => {
      gone.abort();
    });
  const given = await upstream.send({ ...call, ...(isRead && { signal: gone.signal }) });
  exchange.outcome = given.statusCode;
  client.writeHead(given.statusCode, headersOf(given));
  if (exchange.verb === 'watch' && given.statusCode === 200) {
    client.flushHeaders();
    await handOn(given.body, client, exchange, faults);
  } else {
    client.end(Buffer.from(await given.body.arrayBuffer()));
  }
}

async function perform(
  { upstream, exchange, call, client }: Serving,
  { then, performed }: Extract<Verdict, { do: 'perform' }>,
): Promise<void> {
  await (await upstream.send(call)).body.dump();
  exchange.outcome = 'performed, unanswered';
  performed?.();
  if (then === 'drop') client.destroy();
  else if (then !== 'silence') write(client, then);
}

/** Tells the past, waits, and goes on from there. */
async function tellPast(
  { upstream, faults, exchange, call, client }: Serving,
  { version, until }: Extract<Verdict, { do: 'past' }>,
): Promise<void> {
  const lines = await pastOf(upstream, call, version);
  exchange.outcome = 200;
  client.writeHead(200, { 'content-type': 'application/json' });
  client.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await Promise.race([until, new Promise((resolve) => client.once('close', resolve))]);
  if (client.destroyed) return;
  const real = withQuery(call, {
    resourceVersion: version,
    sendInitialEvents: undefined,
    resourceVersionMatch: undefined,
  });
  await handOn((await upstream.send(real)).body, client, exchange, faults);
}

function answer({ exchange, client }: Serving, made: Answer): void {
  exchange.outcome = made.status;
  write(client, made);
}

function write(client: ServerResponse, { status, headers, body }: Answer): void {
  client.writeHead(status, { 'content-type': 'application/json', ...headers });
  client.end(JSON.stringify(body));
}

function headersOf({ headers }: Dispatcher.ResponseData): Record<string, string> {
  const type = headers['content-type'];
  return typeof type === 'string' ? { 'content-type': type } : {};
}
