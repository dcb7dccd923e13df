import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startApiServer } from '../api-server.ts';
import type { TestApiServer } from '../api-server.ts';
import { startFakePods } from '../fake-pods.ts';
import type { FakePods } from '../fake-pods.ts';
import { startOperator } from '../operator-process.ts';
import type { OperatorProcess } from '../operator-process.ts';
import { proxyIdentity } from './proxy/certificates.ts';
import type { ProxyIdentity } from './proxy/certificates.ts';
import { startFaultProxy } from './proxy/proxy.ts';
import type { FaultProxy } from './proxy/proxy.ts';
import { stateOf } from './state.ts';
import type { State } from './state.ts';
import { Upstream } from './proxy/upstream.ts';
import { User } from './user.ts';

/** One real API server, for the worlds of one test file. */
export interface Plane {
  api: TestApiServer;
  upstream: Upstream;
  identity: ProxyIdentity;
  /** The operator as its image has it: it starts in a quarter of the time of the sources. */
  program: string;
  stop(): Promise<void>;
}

export async function startPlane(): Promise<Plane> {
  const api = await startApiServer();
  const upstream = await Upstream.of(api.kubeconfig);
  const identity = await proxyIdentity();
  const out = join(identity.folder, 'operator');
  await promisify(execFile)(process.execPath, ['operator/build.ts', '--out', out]);
  return {
    program: join(out, 'main.mjs'),
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
  readonly #plane: Plane;

  private constructor(plane: Plane, parts: Pick<World, 'namespace' | 'proxy' | 'pods'>) {
    this.namespace = parts.namespace;
    this.proxy = parts.proxy;
    this.pods = parts.pods;
    this.user = new User(plane.upstream, parts.namespace);
    this.#plane = plane;
  }

  /** An empty world; its operator is not started yet. */
  static async create(plane: Plane): Promise<World> {
    const { api, upstream, identity } = plane;
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
    return new World(plane, { namespace, proxy, pods });
  }

  async startOperator(): Promise<OperatorProcess> {
    const operator = await startOperator(this.proxy.kubeconfig, {}, this.#plane.program);
    this.operators.push(operator);
    return operator;
  }

  get operator(): OperatorProcess {
    const operator = this.operators.at(-1);
    if (operator === undefined) throw new Error('the operator was not started');
    return operator;
  }

  state(): Promise<State> {
    return stateOf(this.#plane.upstream, this.namespace);
  }

  /** Ends whatever of it still runs, at once; calling it again is fine. */
  async stop(): Promise<void> {
    for (const operator of this.operators) operator.kill();
    await this.proxy.stop();
    await this.pods.stop();
  }
}
