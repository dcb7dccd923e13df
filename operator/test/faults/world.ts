import { startApiServer } from '../api-server.ts';
import type { TestApiServer } from '../api-server.ts';
import { startFakePods } from '../fake-pods.ts';
import type { FakePods } from '../fake-pods.ts';
import { startOperator } from '../operator-process.ts';
import type { OperatorProcess } from '../operator-process.ts';
import { proxyIdentity } from './certificates.ts';
import type { ProxyIdentity } from './certificates.ts';
import { startFaultProxy } from './proxy.ts';
import type { FaultProxy } from './proxy.ts';
import { stateOf } from './state.ts';
import type { State } from './state.ts';
import { Upstream } from './upstream.ts';
import { User } from './user.ts';

/** One real API server, for the worlds of one test file. */
export interface Plane {
  api: TestApiServer;
  upstream: Upstream;
  identity: ProxyIdentity;
  stop(): Promise<void>;
}

export async function startPlane(): Promise<Plane> {
  const api = await startApiServer();
  const upstream = await Upstream.of(api.kubeconfig);
  const identity = await proxyIdentity();
  return {
    api,
    upstream,
    identity,
    async stop() {
      await upstream.close();
      await identity.forget();
      await api.stop();
    },
  };
}

let worlds = 0;

/** A namespace, and an operator that sees nothing else, through a proxy that fails on demand. */
export class World {
  readonly namespace: string;
  readonly proxy: FaultProxy;
  readonly pods: FakePods;
  readonly user: User;
  /** Every process so far; the last one is the current one. */
  readonly operators: OperatorProcess[] = [];
  readonly #upstream: Upstream;

  private constructor(parts: Pick<World, 'namespace' | 'proxy' | 'pods'>, upstream: Upstream) {
    this.namespace = parts.namespace;
    this.proxy = parts.proxy;
    this.pods = parts.pods;
    this.user = new User(upstream, parts.namespace);
    this.#upstream = upstream;
  }

  /** An empty world; its operator is not started yet. */
  static async create({ api, upstream, identity }: Plane): Promise<World> {
    worlds += 1;
    const namespace = `world-${worlds}-x`;
    await upstream.json({
      method: 'POST',
      path: '/api/v1/namespaces',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { name: namespace } }),
    });
    const proxy = await startFaultProxy({ upstream, identity, onlyNamespace: namespace });
    const pods = await startFakePods(api, namespace);
    return new World({ namespace, proxy, pods }, upstream);
  }

  async startOperator(): Promise<OperatorProcess> {
    const operator = await startOperator(this.proxy.kubeconfig);
    this.operators.push(operator);
    return operator;
  }

  get operator(): OperatorProcess {
    const operator = this.operators.at(-1);
    if (operator === undefined) throw new Error('the operator was not started');
    return operator;
  }

  state(): Promise<State> {
    return stateOf(this.#upstream, this.namespace);
  }

  /** Ends everything but the API server; the faults end first, so that the operator can. */
  async stop(): Promise<void> {
    this.proxy.fail({});
    await this.operators.at(-1)?.stop();
    await this.proxy.stop();
    await this.pods.stop();
  }
}
