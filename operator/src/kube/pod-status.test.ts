import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../test/tls-server.ts';
import { readPodStatus } from './pod-status.ts';

const REPORT = {
  version: '1',
  revision: 'r',
  schemaVersions: [1],
  draining: false,
  agents: [{ name: 'ä', generation: 1, revision: 'f', loaded: true }],
  dependencies: {
    memory: { state: 'Reachable', checks: 1 },
    model: { state: 'Unknown', checks: 0 },
  },
};

let answer: Answer;
let connections: number;
const pod = createServer((request, response) => {
  answer(request, response);
}).on('connection', () => (connections += 1));
const port = (): number => (pod.address() as AddressInfo).port;
const listen = async (host: string): Promise<void> => {
  pod.listen(0, host);
  await once(pod, 'listening');
};
const read = (host = '127.0.0.1'): Promise<unknown> => readPodStatus(host, port());

beforeEach(() => {
  connections = 0;
  answer = (_request, response) => response.end(JSON.stringify(REPORT));
});
afterEach(async () => {
  pod.closeAllConnections();
  pod.close();
  await once(pod, 'close');
});

describe('a pod', () => {
  it.each(['127.0.0.1', '::1'])('is asked for its status, at %s', async (host) => {
    await listen(host);
    const paths: unknown[] = [];
    answer = ({ url, method }, response) => {
      paths.push([method, url]);
      response.end(JSON.stringify(REPORT));
    };
    expect(await read(host)).toEqual(REPORT);
    expect(paths).toEqual([['GET', '/status']]);
  });

  it('keeps no connection: its address may be another pod’s next time', async () => {
    await listen('127.0.0.1');
    await read();
    await read();
    expect(connections).toBe(2);
  });

  it('may send its status in pieces, within a character too', async () => {
    await listen('127.0.0.1');
    answer = (_request, response) => {
      const bytes = [...Buffer.from(JSON.stringify(REPORT))];
      const send = (): void => {
        const next = bytes.shift();
        if (next === undefined) response.end();
        else response.write(Buffer.from([next]), () => setImmediate(send));
      };
      send();
    };
    expect(await read()).toEqual(REPORT);
  });

  it.each<{ reason: string; how: Answer; error: string }>([
    {
      reason: 'an error',
      how: (_request, response) => response.writeHead(503).end(JSON.stringify(REPORT)),
      error: '/status answered 503',
    },
    { reason: 'no JSON', how: (_request, response) => response.end('<html>'), error: 'JSON' },
    {
      reason: 'not the contract',
      how: (_request, response) => response.end('{"revision":1}'),
      error: 'revision of its /status',
    },
    {
      reason: 'more than 64 KiB',
      how: (_request, response) => response.end(`"${'x'.repeat(64 * 1024)}"`),
      error: '/status is longer than 65536 bytes',
    },
    {
      reason: 'an answer without end',
      how: (_request, response) => {
        const more = (): void => {
          if (!response.destroyed) response.write('x'.repeat(10_000), more);
        };
        more();
      },
      error: '/status is longer than 65536 bytes',
    },
    {
      reason: 'half of it',
      how: (_request, response) => response.write('{', () => response.destroy()),
      error: 'aborted',
    },
    { reason: 'nothing', how: (_request, response) => response.destroy(), error: 'socket hang up' },
  ])('is not believed when it answers with $reason', async ({ how, error }) => {
    await listen('127.0.0.1');
    answer = how;
    await expect(read()).rejects.toThrow(error);
  });

  it('may use all of 64 KiB', async () => {
    await listen('127.0.0.1');
    const text = JSON.stringify(REPORT);
    answer = (_request, response) => response.end(text.padEnd(64 * 1024 - 1));
    expect(await read()).toEqual(REPORT);
  });

  it('has two seconds for all of it, whether it does not answer or does not end', async () => {
    await listen('127.0.0.1');
    let isFirst = true;
    answer = (_request, response) => {
      if (isFirst) response.write('{');
      isFirst = false;
    };
    const startMs = performance.now();
    const reads = [read(), read()].map((each) => expect(each).rejects.toThrow('aborted'));
    await Promise.all(reads);
    expect(performance.now() - startMs).toBeGreaterThan(1_900);
  });
});
