import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { afterEach } from '@jest/globals';
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import type { Change } from '../src/kube/port.ts';
import { Reflector } from '../src/kube/reflector.ts';
import { Transport } from '../src/kube/transport.ts';

/** What the API server does with one request. */
export type Answer = (request: URL, response: ServerResponse) => void;

/** A Service at a version. */
export const service = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'team', uid: name, resourceVersion },
});
/** One event of a watch, as the API server sends it. */
export const line = (type: string, object: object): string =>
  `${JSON.stringify({ type, object })}\n`;
/** A whole state as a stream that stays open, as an API server with WatchList sends it. */
export const state =
  (resourceVersion: string, ...items: KubeObject[]): Answer =>
  (_request, response) => {
    for (const item of items) response.write(line('ADDED', item));
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    response.write(line('BOOKMARK', { metadata: { resourceVersion, annotations } }));
  };
/** The same, and then the stream goes on as told. */
export const stateThen =
  (before: Answer, then: (response: ServerResponse) => void): Answer =>
  (request, response) => {
    before(request, response);
    then(response);
  };
/** An API server without WatchList. */
export const refuse: Answer = (_request, response) => {
  response.writeHead(422).end('{"reason":"Invalid","message":"sendInitialEvents is forbidden"}');
};
/** A whole state as one page. */
export const list =
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
export async function watching(...script: Answer[]): Promise<{
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

/** Versions that were asked for. */
export const versions = (requests: readonly URL[]): (string | null)[] =>
  requests.map(({ searchParams }) => searchParams.get('resourceVersion'));
/** What the reflector holds. */
export const names = (reflector: Reflector): string[] =>
  reflector.all().map(({ metadata }) => metadata.name);
