import { mkdtemp, readFile, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  authorityFiles,
  certificateFiles,
  ensureCertificates,
} from '../../../e2e/cluster/certificates.ts';
import { startTlsServer } from '../../test/tls-server.ts';
import type { Answer, TlsServer } from '../../test/tls-server.ts';
import { ApiError } from './port.ts';
import { Transport } from './transport.ts';
import type { RequestObserver } from './transport.ts';

let folder: string;
let server: TlsServer;
let transport: Transport;
let heard: Parameters<RequestObserver>[0][];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'transport-'));
  await ensureCertificates(folder, [
    { name: 'server', commonName: 'server', ipAddresses: ['127.0.0.1'] },
  ]);
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(async () => {
  const { certificate, key } = certificateFiles(folder, 'server');
  server = await startTlsServer({ cert: await readFile(certificate), key: await readFile(key) });
  heard = [];
  transport = new Transport(configFor(server.url), {
    userAgent: 'tester/1',
    observe: (exchange) => heard.push(exchange),
  });
});
afterEach(async () => {
  await transport.close();
  await server.stop();
});

function configFor(url: string): KubeConfig {
  const config = new KubeConfig();
  const cluster = { name: 'test', server: url, caFile: authorityFiles(folder).certificate };
  config.loadFromClusterAndUser({ ...cluster, skipTLSVerify: false }, { name: 'test' });
  return config;
}

const get = (path = '/api'): Promise<unknown> => transport.json({ method: 'GET', path });
const watch = (): AsyncGenerator => transport.lines({ method: 'GET', path: '/watch' });
/** What a call was rejected with. */
const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => {
      throw new Error('it was not rejected');
    },
    (error: unknown) => error,
  );
/** Every line until the stream's end. */
async function allOf(lines: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
/** The stream's next line; undefined when it has ended. */
async function nextOf(lines: AsyncIterator<unknown>): Promise<unknown> {
  return (await lines.next()).value;
}
/** Leaves requests open until so many of them are there; then answers those and all that follow. */
function answerWhenThereAre(count: number): Answer {
  let waiting: ServerResponse[] | undefined = [];
  return (_request, response) => {
    if (waiting === undefined) response.end('{}');
    else if (waiting.push(response) === count) {
      for (const each of waiting) each.end('{}');
      waiting = undefined;
    }
  };
}

describe('connections', () => {
  it('are 24 at most, however many calls there are at a time', async () => {
    server.answer = answerWhenThereAre(24);
    await Promise.all(Array.from({ length: 200 }, () => get()));
    expect(server.connections.length).toBe(24);
  });

  it('are kept: calls one after the other open no more than two', async () => {
    // A call that begins in the moment in which another one ends finds its connection busy still.
    for (let call = 0; call < 20; call++) await get();
    expect(server.connections.length).toBeLessThanOrEqual(2);
  });

  it('are of HTTP/1.1, though the API server prefers HTTP/2', async () => {
    await get();
    expect(server.connections[0]?.alpnProtocol).toBe('http/1.1');
  });

  it('of watches are not those of calls, so that any number of watches holds up nothing', async () => {
    server.answer = (_request, response) => response.write('{"n":1}\n');
    const watches = Array.from({ length: 30 }, watch);
    await Promise.all(watches.map(nextOf));
    server.answer = answerWhenThereAre(24);
    await Promise.all(Array.from({ length: 100 }, () => get()));
    expect(server.connections.length).toBe(30 + 24);
  });
});

describe('a request', () => {
  it('states who asks, what is sent and what is wanted', async () => {
    server.answer = ({ method, url, headers }, response) => {
      const { accept, 'user-agent': agent, 'content-type': type, authorization } = headers;
      response.end(JSON.stringify({ method, url, accept, agent, type, authorization }));
    };
    const call = { method: 'PATCH', path: '/a?b=c', contentType: 'x/y', body: {} } as const;
    expect(await transport.json(call)).toEqual({
      method: 'PATCH',
      url: '/a?b=c',
      accept: 'application/json',
      agent: 'tester/1',
      type: 'x/y',
    });
  });

  it('carries its body as JSON, with fields that no type knows', async () => {
    server.answer = (request, response) => {
      request.pipe(response);
    };
    const body = { apiVersion: 'v1', unknown: { ü: [1, null] } };
    expect(await transport.json({ method: 'POST', path: '/', body })).toEqual(body);
  });

  it('leaves no slash twice when the server address ends with one', async () => {
    const other = new Transport(configFor(`${server.url}/`));
    server.answer = ({ url }, response) => response.end(JSON.stringify(url));
    expect(await other.json({ method: 'GET', path: '/api' })).toBe('/api');
    await other.close();
  });

  it('needs a current cluster', () => {
    expect(() => new Transport(new KubeConfig())).toThrow('no current cluster');
  });
});

const status = (text: object): string => JSON.stringify({ kind: 'Status', ...text });

describe('an error answer', () => {
  it.each([
    {
      reason: "the API server's own words",
      code: 409,
      headers: {},
      body: status({ reason: 'Conflict', message: 'the object has been modified' }),
      error: { reason: 'Conflict', message: 'the object has been modified' },
    },
    {
      reason: 'it says when to come back',
      code: 429,
      headers: { 'retry-after': '7' },
      body: status({ reason: 'TooManyRequests', message: 'slow down' }),
      error: { reason: 'TooManyRequests', message: 'slow down', retryAfterMs: 7000 },
    },
    {
      reason: 'it says to come back tomorrow: that would be deaf for too long',
      code: 503,
      headers: { 'retry-after': '86400' },
      body: status({ reason: 'ServiceUnavailable', message: 'maintenance' }),
      error: { reason: 'ServiceUnavailable', message: 'maintenance', retryAfterMs: 60_000 },
    },
    {
      reason: 'a date says nothing that a clock of ours could use',
      code: 503,
      headers: { 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' },
      body: status({ reason: 'ServiceUnavailable', message: 'later' }),
      error: { reason: 'ServiceUnavailable', message: 'later', retryAfterMs: undefined },
    },
    {
      reason: 'a proxy answers in its own format',
      code: 502,
      headers: { 'retry-after': '1' },
      body: `<html>Bad Gateway</html>${'x'.repeat(1000)}`,
      error: {
        reason: 'Unknown',
        message: `<html>Bad Gateway</html>${'x'.repeat(476)}`,
        retryAfterMs: 1000,
      },
    },
    { reason: 'nothing is said', code: 500, headers: {}, body: '', error: { reason: 'Unknown' } },
    {
      reason: 'JSON without words',
      code: 500,
      headers: {},
      body: 'null',
      error: { message: 'null' },
    },
  ])('rejects, of calls and watches: $reason', async ({ code, headers, body, error }) => {
    server.answer = (_request, response) => response.writeHead(code, headers).end(body);
    for (const rejected of [await failure(get()), await failure(watch().next())]) {
      expect(rejected).toBeInstanceOf(ApiError);
      expect(rejected).toMatchObject({ status: code, ...error });
    }
  });

  it('gives its connection back', async () => {
    server.answer = (_request, response) => response.writeHead(404).end('{}');
    for (let call = 0; call < 10; call++) await failure(get());
    expect(server.connections.length).toBeLessThanOrEqual(2);
  });
});

describe('the lines of a watch', () => {
  /** Sends one byte after the other, each in a turn of its own. */
  const byByte = (text: string): Answer => {
    const bytes = [...Buffer.from(text)].map((byte) => Buffer.from([byte]));
    return (_request, response) => {
      const [first, ...rest] = bytes;
      response.write(first);
      const send = (): void => {
        const next = rest.shift();
        if (next === undefined) response.end();
        else response.write(next, () => setImmediate(send));
      };
      send();
    };
  };

  it('are whole, wherever the network cuts them, within a character too', async () => {
    const lines = [{ text: 'Grüße 🦀' }, { text: '界' }];
    server.answer = byByte(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    expect(await allOf(watch())).toEqual(lines);
  });

  it('come one by one even when many arrive at once, and empty ones are none', async () => {
    server.answer = (_request, response) => response.end('1\n2\n\n3\n');
    expect(await allOf(watch())).toEqual([1, 2, 3]);
  });

  it('are given out as they come, not when the stream ends', async () => {
    let open: ServerResponse | undefined;
    server.answer = (_request, response) => {
      open = response;
      response.write('1\n');
    };
    const lines = watch();
    expect(await nextOf(lines)).toBe(1);
    open?.write('2\n');
    expect(await nextOf(lines)).toBe(2);
  });

  it('end with an error when the stream is cut, and when it is silent for too long', async () => {
    server.answer = (_request, response) => {
      response.write('1\n', () => response.destroy());
    };
    expect(await failure(allOf(watch()))).toMatchObject({ code: 'UND_ERR_SOCKET' });
    server.answer = (_request, response) => response.write('1\n');
    const silent = transport.lines({ method: 'GET', path: '/', silenceMs: 1 });
    const error = { code: 'UND_ERR_BODY_TIMEOUT' };
    expect(await failure(allOf(silent))).toMatchObject(error);
  });

  it('free the connection when nobody wants more of them', async () => {
    server.answer = (_request, response) => response.write('1\n');
    const lines = watch();
    await nextOf(lines);
    await lines.return(undefined);
    await server.closed(1);
    expect(server.connections[0]?.destroyed).toBe(true);
  });
});

describe('the observer', () => {
  it('hears of every exchange, with its answer or that there was none', async () => {
    const host = new URL(server.url).host;
    await get();
    server.answer = (_request, response) => response.writeHead(503).end('{}');
    await failure(transport.json({ method: 'DELETE', path: '/' }));
    server.answer = (_request, response) => response.destroy();
    await failure(watch().next());
    expect(heard.map(({ method, code, host: at }) => [method, code, at])).toEqual([
      ['GET', '200', host],
      ['DELETE', '503', host],
      ['GET', '<error>', host],
    ]);
  });

  it('hears how long the answer took, by the clock it was given', async () => {
    let nowMs = 100;
    const durations: number[] = [];
    const timed = new Transport(configFor(server.url), {
      now: () => nowMs,
      observe: ({ durationMs }) => durations.push(durationMs),
    });
    server.answer = (_request, response) => {
      nowMs += 42;
      response.end('{}');
    };
    await timed.json({ method: 'GET', path: '/' });
    await timed.close();
    expect(durations).toEqual([42]);
  });
});

describe('the end', () => {
  it('of a call comes when its signal is aborted', async () => {
    const stop = new AbortController();
    server.answer = () => {
      stop.abort();
    };
    const call = transport.json({ method: 'GET', path: '/', signal: stop.signal });
    expect(await failure(call)).toMatchObject({ name: 'AbortError' });
  });

  it('comes for calls and watches under way when the transport is closed', async () => {
    server.answer = (_request, response) => response.write('1\n');
    const lines = watch();
    await nextOf(lines);
    const asked = new Promise<void>((resolve) => {
      server.answer = () => {
        resolve();
      };
    });
    const ends = [failure(get()), failure(allOf(lines))];
    await asked;
    await transport.close();
    expect(await Promise.all(ends)).toEqual([expect.any(Error), expect.any(Error)]);
  });

  it('of a transport is none for a later request: it opens a new connection', async () => {
    await get();
    await transport.close();
    await get();
    expect(server.connections.length).toBe(2);
  });
});
