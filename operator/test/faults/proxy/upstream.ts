import type { RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';

/** A request to the real API server. */
export interface UpstreamRequest {
  method: Dispatcher.HttpMethod;
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
  signal?: AbortSignal;
}

/** The real API server, with an administrator's rights, over connections that are kept. */
export class Upstream {
  readonly #origin: string;
  readonly #dispatcher: Agent;

  private constructor(origin: string, dispatcher: Agent) {
    this.#origin = origin;
    this.#dispatcher = dispatcher;
  }

  static async of(kubeconfig: string): Promise<Upstream> {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    const { ca, cert, key } = options;
    const connect = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
    // One connection for every request under way: a watch must not stand in another one's light.
    const dispatcher = new Agent({ connect, allowH2: false, bodyTimeout: 0, pipelining: 1 });
    return new Upstream(config.getCurrentCluster()?.server ?? '', dispatcher);
  }

  /** For tests of the proxy itself. */
  static plain(origin: string): Upstream {
    return new Upstream(origin, new Agent({ bodyTimeout: 0 }));
  }

  send({ path, ...call }: UpstreamRequest): Promise<Dispatcher.ResponseData> {
    return request(this.#origin + path, {
      ...call,
      dispatcher: this.#dispatcher,
      method: call.method,
    });
  }

  /** The answer's JSON, whatever its status. */
  async json(call: UpstreamRequest): Promise<{ status: number; body: unknown }> {
    const answer = await this.send(call);
    return { status: answer.statusCode, body: await answer.body.json() };
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}
