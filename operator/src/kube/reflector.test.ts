import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/object.ts';
import { KINDS } from './kinds.ts';
import { Reflector } from './reflector.ts';
import { Transport } from './transport.ts';

type Answer = (request: URL, response: ServerResponse) => void;

const service = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'team', uid: name, resourceVersion },
});
const list =
  (resourceVersion: string, ...items: KubeObject[]): Answer =>
  (_request, response) => {
    response.end(JSON.stringify({ metadata: { resourceVersion }, items }));
  };
const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;

let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp) await step();
  cleanUp = [];
});

/** A reflector in front of a server that answers as scripted, one answer a request. */
async function watching(...script: Answer[]): Promise<{
  reflector: Reflector;
  told: string[];
  /** Resolves when the handlers were told of this. */
  until: (entry: string) => Promise<void>;
  requests: URL[];
}> {
  const requests: URL[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(url);
    // Once the script is over, watches stay open and silent.
    script.shift()?.(url, response);
  });
  const transport = new Transport(await configFor(server));
  const told: string[] = [];
  const waiting = new Map<string, () => void>();
  const reflector = new Reflector(
    { kind: KINDS.Service },
    { transport, log: () => undefined, pause: () => Promise.resolve(), random: () => 0 },
  );
  reflector.onChange(({ metadata }) => {
    const entry = `${metadata.name}@${metadata.resourceVersion ?? ''}`;
    told.push(entry);
    waiting.get(entry)?.();
  });
  const running = reflector.run();
  cleanUp.push(async () => {
    reflector.stop();
    await transport.close();
    await running;
    server.closeAllConnections();
    server.close();
  });
  const until = (entry: string): Promise<void> =>
    told.includes(entry)
      ? Promise.resolve()
      : new Promise((resolve) => waiting.set(entry, resolve));
  return { reflector, told, until, requests };
}

async function configFor(server: Server): Promise<KubeConfig> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      {
        name: 'test',
        server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        skipTLSVerify: true,
      },
    ],
    users: [{ name: 'test' }],
    contexts: [{ name: 'test', cluster: 'test', user: 'test' }],
    currentContext: 'test',
  });
  return config;
}

describe('the reflector', () => {
  it('lists, then follows the watch from there', async () => {
    const { reflector, until, requests } = await watching(
      list('10', service('a', '5')),
      (_, response) => {
        response.write(line('ADDED', service('b', '11')));
        response.write(line('DELETED', service('a', '12')));
      },
    );
    await until('a@12');
    expect(reflector.all().map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect(requests[1]?.searchParams.get('resourceVersion')).toBe('10');
    expect(requests[1]?.searchParams.get('allowWatchBookmarks')).toBe('true');
  });

  it('goes on from where it was when the connection is cut', async () => {
    let cut: () => void = () => undefined;
    const { until, requests } = await watching(
      list('10'),
      (_, response) => {
        response.write(line('BOOKMARK', { metadata: { resourceVersion: '41' } }));
        response.write(line('ADDED', service('a', '42')));
        cut = () => response.destroy();
      },
      (_, response) => {
        response.write(line('ADDED', service('b', '43')));
      },
    );
    await until('a@42');
    cut();
    await until('b@43');
    expect(requests.map((request) => request.searchParams.get('resourceVersion'))).toEqual([
      null,
      '10',
      '42',
    ]);
  });

  it.each([
    {
      reason: 'the watch is refused',
      gone: (_: URL, response: ServerResponse) =>
        response.writeHead(410).end('{"reason":"Expired"}'),
    },
    {
      reason: 'the watch says so in mid-stream',
      gone: (_: URL, response: ServerResponse) =>
        response.end(line('ERROR', { code: 410, message: 'too old resource version' })),
    },
  ])('lists again when its version is too old: $reason', async ({ gone }) => {
    const { reflector, until, told } = await watching(
      list('10', service('a', '5'), service('b', '6')),
      gone,
      list('90', service('b', '80')),
    );
    await until('b@80');
    expect(reflector.all().map(({ metadata }) => metadata.name)).toEqual(['b']);
    // Once when it was seen, once when it was found to be gone.
    expect(told.filter((entry) => entry === 'a@5')).toHaveLength(2);
  });

  it('tries again when the first list fails, and is synced only then', async () => {
    const { reflector, until } = await watching(
      (_, response) => response.writeHead(503).end('{}'),
      list('10', service('a', '5')),
    );
    await reflector.synced;
    await until('a@5');
    expect(reflector.get({ namespace: 'team', name: 'a' })).toBeDefined();
  });

  it('reads a long list page by page', async () => {
    const { reflector, requests } = await watching(
      (_, response) =>
        response.end(
          JSON.stringify({
            metadata: { resourceVersion: '10', continue: 'more' },
            items: [service('a', '1')],
          }),
        ),
      list('10', service('b', '2')),
    );
    await reflector.synced;
    expect(reflector.all()).toHaveLength(2);
    expect(requests[1]?.searchParams.get('continue')).toBe('more');
  });

  it('keeps the newer of what it remembers and what it is told', async () => {
    const { reflector } = await watching(list('10', service('a', '5')));
    await reflector.synced;
    reflector.remember(service('a', '19'));
    reflector.remember(service('a', '17'));
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata.resourceVersion).toBe('19');
  });

  it('never lets the values of managedFields into the cache', async () => {
    const noisy = {
      ...service('a', '5'),
      metadata: { ...service('a', '5').metadata, managedFields: [1] },
    };
    const { reflector } = await watching(list('10', noisy));
    await reflector.synced;
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata).not.toHaveProperty(
      'managedFields',
    );
  });
});

describe('what a write returned', () => {
  it('never brings back an object that the watch has told to be gone', async () => {
    const { reflector, until } = await watching(list('10', service('a', '5')), (_, response) => {
      response.write(line('DELETED', service('a', '12')));
    });
    await until('a@12');
    reflector.remember(service('a', '11'));
    expect(reflector.all()).toEqual([]);
  });

  it('is not undone by an older event that arrives later', async () => {
    let send: (text: string) => void = () => undefined;
    const { reflector, until } = await watching(list('10', service('a', '5')), (_, response) => {
      send = (text) => response.write(text);
      send(line('BOOKMARK', { metadata: { resourceVersion: '10' } }));
      send(line('ADDED', service('b', '11')));
    });
    await until('b@11');
    reflector.remember(service('a', '20'));
    send(line('MODIFIED', service('a', '15')));
    await until('a@15');
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata.resourceVersion).toBe('20');
  });
});
