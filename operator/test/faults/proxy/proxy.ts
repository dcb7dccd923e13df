import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ProxyIdentity } from './certificates.ts';
import { exchangeOf, isWrite } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import type { Faults } from './faults.ts';
import { ExchangeRecord } from './record.ts';
import { callOf, serve } from './serve.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

/** An API server that fails on demand: a real one behind a proxy on the loopback interface. */
export interface FaultProxy {
  origin: string;
  /** Path of a kubeconfig for it. */
  kubeconfig: string;
  record: ExchangeRecord;
  /** What goes wrong from now on, with requests and with the events of watches that run already. */
  fail(faults: Faults): void;
  /** Breaks every connection, as an API server that restarts. */
  disconnect(): void;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  upstream: Upstream;
  identity: ProxyIdentity;
  /** Clients see this namespace as if there were no other, so that many of them can run at a time. */
  onlyNamespace?: string;
}

/** Starts a proxy without faults. */
export async function startFaultProxy(options: ProxyOptions): Promise<FaultProxy> {
  const { identity } = options;
  const record = new ExchangeRecord();
  let current: Faults = {};
  // A layer between, so that watches under way hear of new faults.
  const faults: Faults = {
    request: (exchange) => current.request?.(exchange) ?? { do: 'pass' },
    event: (event, watch) => current.event?.(event, watch) ?? { do: 'pass' },
  };
  const server = createServer(
    { cert: identity.certificate, key: identity.key },
    (request, client) => {
      handle(request, client, { ...options, record, faults }).catch(() => client.destroy());
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${port}`,
    kubeconfig: await identity.kubeconfig(port),
    record,
    fail(changed) {
      current = changed;
    },
    disconnect() {
      server.closeAllConnections();
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Handling extends ProxyOptions {
  record: ExchangeRecord;
  faults: Faults;
}

async function handle(
  request: IncomingMessage,
  client: ServerResponse,
  { upstream, onlyNamespace, record, faults }: Handling,
): Promise<void> {
  const call = await callOf(request);
  const known = exchangeOf(call.method, call.path, call.headers?.['content-type']);
  if (known === undefined) {
    const { status, body } = await upstream.json(call);
    client.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    return;
  }
  const exchange: Exchange = { ...known, write: isWrite(known) ? record.nextWrite() : 0 };
  record.add(exchange);
  const narrowed = narrow(call, exchange, onlyNamespace);
  await serve({ upstream, faults, exchange, call: narrowed, client });
}

/** Kinds without a namespace, as far as an operator may read them. */
const CLUSTER_SCOPED = ['namespaces', 'nodes', 'customresourcedefinitions', 'ingressclasses'];

function narrow(
  call: UpstreamRequest,
  { namespace, name, resource }: Exchange,
  onlyNamespace: string | undefined,
): UpstreamRequest {
  const isWide = namespace === '' && name === '' && !CLUSTER_SCOPED.includes(resource);
  if (onlyNamespace === undefined || !isWide) return call;
  const [path = '', query = ''] = call.path.split('?');
  const narrowed = path.replace(/\/([^/]+)$/, `/namespaces/${onlyNamespace}/$1`);
  return { ...call, path: `${narrowed}?${query}` };
}
