import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { proxyIdentity } from './certificates.ts';
import type { ProxyIdentity } from './certificates.ts';
import { EXPIRED, failure } from './faults.ts';
import type { EventVerdict, Verdict } from './faults.ts';
import { linesOf } from './lines.ts';
import { startFaultProxy } from './proxy.ts';
import type { FaultProxy } from './proxy.ts';
import { Upstream } from './upstream.ts';

const event = (resourceVersion: number): object => ({
  type: 'ADDED',
  object: { metadata: { name: `o${resourceVersion}`, resourceVersion: String(resourceVersion) } },
});

let identity: ProxyIdentity;
let fake: Server;
let asked: string[];
let upstream: Upstream;
let proxy: FaultProxy;
let client: Agent;

beforeAll(async () => {
  identity = await proxyIdentity();
  // Watches give three events and end; everything else answers with what was asked, and is a list.
  fake = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    const isWatch = incoming.url?.includes('watch=true');
    const lines = isWatch
      ? [1, 2, 3].map(event)
      : [{ path: incoming.url, kind: 'PodList', items: [{ metadata: { name: 'old' } }] }];
    outgoing.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }).listen(0, '127.0.0.1');
  await once(fake, 'listening');
  upstream = Upstream.plain(`http://127.0.0.1:${(fake.address() as AddressInfo).port}`);
});
afterAll(async () => {
  await upstream.close();
  fake.close();
  await identity.forget();
});
beforeEach(async () => {
  asked = [];
  client = new Agent({ connect: { ca: identity.authority } });
  proxy = await startFaultProxy({ upstream, identity, onlyNamespace: 'team' });
});
afterEach(async () => {
  await client.destroy();
  await proxy.stop();
});

const send = (
  method: Dispatcher.HttpMethod,
  path: string,
  headers = {},
): Promise<Dispatcher.ResponseData> =>
  request(proxy.origin + path, { method, headers, dispatcher: client });

const CONFIG_MAP = '/api/v1/namespaces/team/configmaps/c';
const WATCH = '/api/v1/pods?watch=true&resourceVersion=7';

/** Lines of a watch until it ends; how it ended comes last. */
async function watched(path = WATCH): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    for await (const line of linesOf((await send('GET', path)).body)) {
      seen.push(
        (JSON.parse(line) as { object: { metadata?: { name: string } } }).object.metadata?.name ??
          line,
      );
    }
    return [...seen, 'end'];
  } catch {
    return [...seen, 'cut'];
  }
}

describe('the proxy without faults', () => {
  it('hands a request on, and its answer back', async () => {
    const answer = await send('GET', CONFIG_MAP);
    expect(await answer.body.json()).toMatchObject({ path: CONFIG_MAP });
  });

  it('shows a client one namespace as if it were all', async () => {
    await (await send('GET', '/apis/apps/v1/deployments?limit=5')).body.dump();
    expect(asked).toEqual(['GET /apis/apps/v1/namespaces/team/deployments?limit=5']);
  });

  it('hands on paths that are no resources', async () => {
    expect((await send('GET', '/version')).statusCode).toBe(200);
  });

  it('records what was asked, and counts writes apart from Events, Leases and dry runs', async () => {
    const apply = { 'content-type': 'application/apply-patch+yaml' };
    const calls: [Dispatcher.HttpMethod, string, object?][] = [
      ['PATCH', `${CONFIG_MAP}?fieldManager=m`, apply],
      ['PATCH', `${CONFIG_MAP}?dryRun=All`, apply],
      ['POST', '/api/v1/namespaces/team/events'],
      ['PATCH', '/apis/coordination.k8s.io/v1/namespaces/team/leases/l', apply],
      ['DELETE', CONFIG_MAP],
      ['PUT', '/apis/a2a-operator.io/v1alpha1/namespaces/team/a2aservers/s/status'],
      ['GET', CONFIG_MAP],
    ];
    for (const [method, path, headers] of calls)
      await (await send(method, path, headers)).body.dump();
    const seen = proxy.record.exchanges.map(
      ({ verb, resource, name, subresource, write, outcome }) =>
        `${write} ${verb} ${resource} ${name} ${subresource} ${outcome}`,
    );
    expect(seen).toEqual([
      '1 apply configmaps c  200',
      '0 apply configmaps c  200',
      '0 create events   200',
      '0 apply leases l  200',
      '2 delete configmaps c  200',
      '3 update a2aservers s status 200',
      '0 get configmaps c  200',
    ]);
  });
});

describe('a faulty request', () => {
  const cases: { reason: string; verdict: Verdict; sees: unknown; reaches: boolean }[] = [
    {
      reason: "is answered in the API server's place",
      verdict: { do: 'answer', answer: failure(429, 'TooManyRequests') },
      sees: 429,
      reaches: false,
    },
    { reason: 'is lost with its connection', verdict: { do: 'drop' }, sees: 'cut', reaches: false },
    {
      reason: 'takes effect, and its answer is lost',
      verdict: { do: 'perform', then: 'drop' },
      sees: 'cut',
      reaches: true,
    },
    {
      reason: 'takes effect, and is said to have timed out',
      verdict: { do: 'perform', then: failure(504, 'Timeout') },
      sees: 504,
      reaches: true,
    },
    {
      reason: 'comes late',
      verdict: { do: 'delay', until: Promise.resolve() },
      sees: 200,
      reaches: true,
    },
  ];
  it.each(cases)('$reason', async ({ verdict, sees, reaches }) => {
    proxy.fail({ request: () => verdict });
    const outcome = await send('DELETE', CONFIG_MAP).then(
      ({ statusCode }) => statusCode,
      () => 'cut',
    );
    expect(outcome).toBe(sees);
    expect(asked).toHaveLength(reaches ? 1 : 0);
  });

  it('is never answered although it took effect', async () => {
    const performed = Promise.withResolvers<undefined>();
    proxy.fail({
      request: () => ({
        do: 'perform',
        then: 'silence',
        performed: () => {
          performed.resolve(undefined);
        },
      }),
    });
    const answer = send('DELETE', CONFIG_MAP).then(
      () => 'answered',
      () => 'cut',
    );
    await performed.promise;
    expect(asked).toHaveLength(1);
    await client.destroy();
    expect(await answer).toBe('cut');
  });

  it('is asked with other parameters', async () => {
    proxy.fail({
      request: () => ({ do: 'rewrite', query: { resourceVersion: '5', limit: undefined } }),
    });
    await (await send('GET', '/api/v1/pods?limit=9')).body.dump();
    expect(asked).toEqual(['GET /api/v1/namespaces/team/pods?resourceVersion=5']);
  });
});

describe('a faulty watch', () => {
  const second = (verdict: EventVerdict) => (seen: { object: { metadata: { name: string } } }) =>
    seen.object.metadata.name === 'o2' ? verdict : ({ do: 'pass' } as const);
  const cases: { reason: string; verdict: EventVerdict; sees: unknown[] }[] = [
    { reason: 'loses an event', verdict: { do: 'drop' }, sees: ['o1', 'o3', 'end'] },
    {
      reason: 'tells an event twice',
      verdict: { do: 'duplicate' },
      sees: ['o1', 'o2', 'o2', 'o3', 'end'],
    },
    {
      reason: 'tells an event late, and keeps the order',
      verdict: { do: 'delay', until: Promise.resolve() },
      sees: ['o1', 'o2', 'o3', 'end'],
    },
    {
      reason: 'says that its version has expired',
      verdict: { do: 'expire', until: Promise.resolve() },
      sees: ['o1', JSON.stringify(EXPIRED), 'end'],
    },
  ];
  it.each(cases)('$reason', async ({ verdict, sees }) => {
    proxy.fail({ event: second(verdict) });
    expect(await watched()).toEqual(sees);
  });

  it('breaks before an event', async () => {
    proxy.fail({ event: second({ do: 'cut' }) });
    // A client may lose with the connection what it had not read yet.
    expect((await watched()).filter((seen) => seen !== 'o1')).toEqual(['cut']);
  });

  it('goes silent without ending', async () => {
    proxy.fail({ event: second({ do: 'silence' }) });
    const { body } = await send('GET', WATCH);
    const lines = linesOf(body);
    expect((await lines.next()).value).toContain('o1');
    const next = lines.next().then(
      () => 'something came',
      () => 'cut',
    );
    await client.destroy();
    expect(await next).toBe('cut');
  });

  it('begins with the past, and goes on with the real watch when it is released', async () => {
    const released = Promise.withResolvers<undefined>();
    const past = { do: 'past', version: '9', until: released.promise } as const;
    proxy.fail({ request: () => past });
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
    const all = watched(`/api/v1/pods?${query}`);
    await proxy.record.seen(({ outcome }) => outcome === 'pending');
    released.resolve(undefined);
    expect(await all).toEqual([
      'old',
      expect.stringContaining('initial-events-end'),
      'o1',
      'o2',
      'o3',
      'end',
    ]);
    expect(asked).toEqual([
      'GET /api/v1/namespaces/team/pods?resourceVersionMatch=Exact&resourceVersion=9',
      'GET /api/v1/namespaces/team/pods?watch=true&resourceVersion=9',
    ]);
  });
});

describe('quiet', () => {
  it('is when nothing was written for a while, whatever is read', async () => {
    await (await send('DELETE', CONFIG_MAP)).body.dump();
    await proxy.record.quiet(20, 1_000);
    expect(proxy.record.writes).toHaveLength(1);
  });

  it('never comes while writes go on, and names them', async () => {
    const quiet = proxy.record.quiet(300, 400).then(
      () => 'quiet',
      (error: unknown) => String(error),
    );
    const writing = setInterval(
      () => void send('DELETE', CONFIG_MAP).then(({ body }) => body.dump()),
      20,
    );
    const outcome = await quiet;
    clearInterval(writing);
    expect(outcome).toContain('writes do not end: delete configmaps/c');
  });
});
