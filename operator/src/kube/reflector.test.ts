import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/object.ts';
import { KINDS } from './kinds.ts';
import type { Change } from './port.ts';
import { Reflector } from './reflector.ts';
import { Transport } from './transport.ts';

type Answer = (request: URL, response: ServerResponse) => void;

const service = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'team', uid: name, resourceVersion },
});
const line = (type: string, object: object): string => `${JSON.stringify({ type, object })}\n`;
/** A whole state as a stream that stays open, as an API server with WatchList sends it. */
const state =
  (resourceVersion: string, ...items: KubeObject[]): Answer =>
  (_request, response) => {
    for (const item of items) response.write(line('ADDED', item));
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    response.write(line('BOOKMARK', { metadata: { resourceVersion, annotations } }));
  };
/** The same, and then the stream goes on as told. */
const stateThen =
  (before: Answer, then: (response: ServerResponse) => void): Answer =>
  (request, response) => {
    before(request, response);
    then(response);
  };
/** An API server without WatchList. */
const refuse: Answer = (_request, response) => {
  response.writeHead(422).end('{"reason":"Invalid","message":"sendInitialEvents is forbidden"}');
};
const list =
  (resourceVersion: string, ...items: KubeObject[]): Answer =>
  (_request, response) => {
    response.end(JSON.stringify({ metadata: { resourceVersion }, items }));
  };

let cleanUp: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const step of cleanUp) await step();
  cleanUp = [];
});

/** A reflector in front of a server that answers as scripted, one answer a request. */
async function watching(...script: Answer[]): Promise<{
  reflector: Reflector;
  told: string[];
  changes: Change[];
  /** Resolves when the handlers were told of this. */
  until: (entry: string) => Promise<void>;
  requests: URL[];
  /** How long it waited before it asked again. */
  pausesMs: number[];
  /** Runs whenever others have their turn. */
  others: { run: () => void };
}> {
  const pausesMs: number[] = [];
  const others: { run: () => void } = { run: () => undefined };
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
    {
      transport,
      log: () => undefined,
      pause: (ms) => {
        pausesMs.push(ms);
        return Promise.resolve();
      },
      turn: () => {
        others.run();
        return Promise.resolve();
      },
      random: () => 0,
    },
  );
  const changes: Change[] = [];
  reflector.onChange((change) => {
    const { metadata } = change.object;
    const entry = `${metadata.name}@${metadata.resourceVersion ?? ''}`;
    told.push(entry);
    changes.push(change);
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
  return { reflector, told, changes, until, requests, pausesMs, others };
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

const versions = (requests: readonly URL[]): (string | null)[] =>
  requests.map(({ searchParams }) => searchParams.get('resourceVersion'));
const names = (reflector: Reflector): string[] =>
  reflector.all().map(({ metadata }) => metadata.name);

describe('the reflector', () => {
  it('takes the state as a stream, and follows it without asking again', async () => {
    const { reflector, until, requests, changes } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        response.write(line('ADDED', service('b', '11')));
        response.write(line('DELETED', service('a', '12')));
      }),
    );
    await until('a@12');
    expect(names(reflector)).toEqual(['b']);
    expect(requests).toHaveLength(1);
    expect(Object.fromEntries(requests[0]?.searchParams ?? [])).toMatchObject({
      watch: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    });
    expect(changes.map(({ replayed, deleted }) => ({ replayed, deleted }))).toEqual([
      { replayed: true, deleted: false },
      { replayed: false, deleted: false },
      { replayed: false, deleted: true },
    ]);
  });

  it('is synced only when the state is complete, and begins anew when it is cut before', async () => {
    const { reflector, told } = await watching(
      (_, response) => response.end(line('ADDED', service('half', '5'))),
      state('10', service('a', '5')),
    );
    await reflector.synced;
    expect(told).toEqual(['a@5']);
  });

  it('lists page by page where the API server does not stream the state', async () => {
    const { reflector, until, requests } = await watching(
      refuse,
      (_, response) =>
        response.end(
          JSON.stringify({
            metadata: { resourceVersion: '10', continue: 'more' },
            items: [service('a', '1')],
          }),
        ),
      list('10', service('b', '2')),
      (_, response) => {
        response.write(line('ADDED', service('c', '11')));
      },
    );
    await until('c@11');
    expect(names(reflector)).toEqual(['a', 'b', 'c']);
    expect(requests[2]?.searchParams.get('continue')).toBe('more');
    expect(requests[3]?.searchParams.get('resourceVersion')).toBe('10');
  });

  it('goes on from the last event or bookmark when the connection is cut', async () => {
    let cut: () => void = () => undefined;
    const { until, requests } = await watching(
      stateThen(state('10'), (response) => {
        response.write(line('ADDED', service('a', '42')));
        response.write(line('BOOKMARK', { metadata: { resourceVersion: '50' } }));
        response.write(line('ADDED', service('b', '51')));
        cut = () => response.destroy();
      }),
      (_, response) => {
        response.write(line('ADDED', service('c', '52')));
      },
    );
    await until('b@51');
    cut();
    await until('c@52');
    expect(versions(requests)).toEqual([null, '51']);
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
  ])('takes a state, not older than what it knows, when $reason', async ({ gone }) => {
    const { reflector, until, told, requests } = await watching(
      stateThen(state('10', service('a', '5'), service('b', '6')), (response) => response.end()),
      gone,
      state('90', service('b', '80')),
    );
    await until('b@80');
    expect(names(reflector)).toEqual(['b']);
    // Once when it was seen, once when it was found to be gone.
    expect(told.filter((entry) => entry === 'a@5')).toHaveLength(2);
    expect(versions(requests)).toEqual([null, '10', '10']);
  });

  it('does not believe a state that is older than what it has seen', async () => {
    const { reflector, until, told } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        response.write(line('DELETED', service('a', '12')));
        response.end(line('ERROR', { code: 410 }));
      }),
      state('9', service('a', '5')),
      state('13', service('b', '13')),
    );
    await until('b@13');
    expect(names(reflector)).toEqual(['b']);
    expect(told.filter((entry) => entry.startsWith('a'))).toHaveLength(2);
  });

  it('accepts the past from an API server that insists on it: it was restored from a backup', async () => {
    const { reflector, until, requests } = await watching(
      stateThen(state('1000', service('a', '900')), (response) =>
        response.end(line('ERROR', { code: 410 })),
      ),
      ...Array.from({ length: 9 }, () => state('9', service('a', '5'))),
      state('9', service('a', '5')),
    );
    await until('a@5');
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata.resourceVersion).toBe('5');
    expect(versions(requests).at(-1)).toBeNull();
  });

  it('is never seen without what exists, even when it takes in the past', async () => {
    const past = Array.from({ length: 60 }, (_, index) => service(`s-${index}`, '5'));
    const { reflector, until, others } = await watching(
      stateThen(
        state('1000', ...past.map(({ metadata: { name } }) => service(name, '900'))),
        (response) => response.end(line('ERROR', { code: 410 })),
      ),
      ...Array.from({ length: 10 }, () => state('9', ...past)),
    );
    await reflector.synced;
    const sizes = new Set<number>();
    others.run = () => sizes.add(reflector.all().length);
    await until('s-59@5');
    expect([...sizes]).toEqual([60]);
  });

  it('asks again no sooner than the API server wants', async () => {
    const { reflector, pausesMs } = await watching(
      (_, response) => response.writeHead(429, { 'retry-after': '30' }).end('{}'),
      state('10', service('a', '5')),
    );
    await reflector.synced;
    expect(pausesMs).toEqual([30_000]);
  });

  it('tries again when the first look fails, and is synced only then', async () => {
    const { reflector, until } = await watching(
      (_, response) => response.writeHead(503).end('{}'),
      state('10', service('a', '5')),
    );
    await reflector.synced;
    await until('a@5');
    expect(reflector.get({ namespace: 'team', name: 'a' })).toBeDefined();
  });

  it('lets others have their turn while it takes in a large state', async () => {
    const services = Array.from({ length: 120 }, (_, index) => service(`s-${index}`, '5'));
    const { reflector, told, others } = await watching(state('10', ...services));
    const turns: number[] = [];
    others.run = () => turns.push(told.length);
    await reflector.synced;
    // Twice while it arrives, and before every batch that is told.
    expect(turns).toEqual([0, 0, 0, 50, 100]);
    expect(reflector.all()).toHaveLength(120);
  });

  it('never lets managedFields into the cache', async () => {
    const noisy = {
      ...service('a', '5'),
      metadata: { ...service('a', '5').metadata, managedFields: [1] },
    };
    const { reflector } = await watching(state('10', noisy));
    await reflector.synced;
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata).not.toHaveProperty(
      'managedFields',
    );
  });
});

describe('a handler that fails', () => {
  it('is told again, and nothing counts as seen before', async () => {
    const { reflector, until, told } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        response.write(line('ADDED', service('b', '11')));
        response.write(line('ADDED', service('c', '12')));
      }),
      (_, response) => {
        response.write(line('ADDED', service('b', '11')));
        response.write(line('ADDED', service('c', '12')));
      },
    );
    let failures = 1;
    reflector.onChange(({ object }) => {
      if (object.metadata.name === 'b' && failures-- > 0) throw new Error('a bug');
    });
    await until('c@12');
    expect(told).toEqual(['a@5', 'b@11', 'b@11', 'c@12']);
    expect(names(reflector)).toEqual(['a', 'b', 'c']);
  });

  it('is told again of what a state shows to be gone', async () => {
    const { reflector, until, told } = await watching(
      stateThen(state('10', service('a', '5')), (response) =>
        response.end(line('ERROR', { code: 410 })),
      ),
      state('20', service('b', '15')),
      state('21', service('b', '15')),
    );
    let failures = 1;
    reflector.onChange(({ deleted }) => {
      if (deleted && failures-- > 0) throw new Error('a bug');
    });
    await until('b@15');
    expect(told).toEqual(['a@5', 'a@5', 'a@5', 'b@15']);
    expect(names(reflector)).toEqual(['b']);
  });
});

describe('what a write returned', () => {
  it('is kept when it is newer than what is known', async () => {
    const { reflector } = await watching(state('10', service('a', '5')));
    await reflector.synced;
    reflector.remember(service('a', '19'));
    reflector.remember(service('a', '17'));
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata.resourceVersion).toBe('19');
  });

  it('comes back as our own, with what was told before it', async () => {
    let send: (text: string) => void = () => undefined;
    const { reflector, until, changes } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        send = (text) => response.write(text);
      }),
    );
    await reflector.synced;
    reflector.remember(service('a', '19'));
    send(line('MODIFIED', service('a', '19')));
    await until('a@19');
    send(line('MODIFIED', service('a', '20')));
    await until('a@20');
    expect(changes.map(({ own, previous }) => [own, previous?.metadata.resourceVersion])).toEqual([
      [false, undefined],
      [true, '5'],
      [false, '19'],
    ]);
  });

  it('is news when it comes with a state: others may have written before it', async () => {
    let cut: () => void = () => undefined;
    const { reflector, until, changes } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        cut = () => response.end(line('ERROR', { code: 410 }));
      }),
      state('30', service('a', '19')),
    );
    await reflector.synced;
    reflector.remember(service('a', '19'));
    cut();
    await until('a@19');
    expect(changes.at(-1)).toMatchObject({ own: false, replayed: true });
  });

  it('never brings back an object that the watch has told to be gone', async () => {
    const { reflector, until } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        response.write(line('DELETED', service('a', '12')));
      }),
    );
    await until('a@12');
    reflector.remember(service('a', '11'));
    expect(reflector.all()).toEqual([]);
  });

  it('never brings back an object that the state shows to be gone, even while it is taken in', async () => {
    const { reflector, others } = await watching(state('10', service('a', '5')));
    others.run = () => {
      reflector.remember(service('b', '9'));
      reflector.remember(service('c', '11'));
    };
    await reflector.synced;
    expect(names(reflector).sort()).toEqual(['a', 'c']);
  });

  it('is not undone by older events that arrive later, not even by the end of a namesake', async () => {
    let send: (text: string) => void = () => undefined;
    const { reflector, until } = await watching(
      stateThen(state('10', service('a', '5')), (response) => {
        send = (text) => response.write(text);
      }),
    );
    await reflector.synced;
    reflector.remember({
      ...service('a', '20'),
      metadata: { ...service('a', '20').metadata, uid: 'new' },
    });
    send(line('MODIFIED', service('a', '15')));
    send(line('DELETED', service('a', '16')));
    await until('a@16');
    expect(reflector.get({ namespace: 'team', name: 'a' })?.metadata.uid).toBe('new');
  });
});
