import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { parse } from 'yaml';

/** Any object of the API, as JSON. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string; uid: string }[];
    managedFields?: ManagedFields[];
  };
  [field: string]: unknown;
}

/** Which fields one writer has set. */
export interface ManagedFields {
  manager: string;
  operation: string;
  subresource?: string;
  fieldsV1?: object;
}

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
  users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
}

const MERGE = 'application/merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

/** The API server over kept connections, as plainly as it can be called: the bench's own client. */
export class Api {
  readonly #origin: string;
  readonly #dispatcher: Agent;

  private constructor(origin: string, dispatcher: Agent) {
    this.#origin = origin;
    this.#dispatcher = dispatcher;
  }

  static async of(kubeconfigFile: string, connections = 8): Promise<Api> {
    const { clusters, users } = parse(await readFile(kubeconfigFile, 'utf8')) as Kubeconfig;
    const [cluster, user] = [clusters[0]?.cluster, users[0]?.user];
    if (cluster === undefined || user === undefined) throw new Error('an empty kubeconfig');
    const pem = (data: string): string => Buffer.from(data, 'base64').toString();
    const connect = {
      ca: pem(cluster['certificate-authority-data']),
      cert: pem(user['client-certificate-data']),
      key: pem(user['client-key-data']),
    };
    return new Api(cluster.server, new Agent({ connections, connect, bodyTimeout: 0 }));
  }

  async get(path: string): Promise<unknown> {
    return await this.#json('GET', path);
  }

  async list(path: string): Promise<KubeObject[]> {
    return ((await this.get(path)) as { items: KubeObject[] }).items;
  }

  /** Server-side apply; takes over what others have set. */
  async apply(path: string, object: KubeObject, manager = 'bench'): Promise<KubeObject> {
    const query = `fieldManager=${manager}&force=true`;
    return (await this.#json('PATCH', `${path}?${query}`, APPLY, object)) as KubeObject;
  }

  async merge(path: string, patch: object): Promise<KubeObject> {
    return (await this.#json('PATCH', path, MERGE, patch)) as KubeObject;
  }

  /** The lines of an answer that comes bit by bit, each parsed. */
  async *lines(path: string, signal: AbortSignal): AsyncGenerator {
    const { statusCode, body } = await this.#send('GET', path, { signal });
    if (statusCode >= 400) throw new Error(`GET ${path}: ${statusCode} ${await body.text()}`);
    let pending = '';
    for await (const chunk of body.setEncoding('utf8')) {
      const parts = (pending + (chunk as string)).split('\n');
      pending = parts.pop() ?? '';
      for (const line of parts) if (line !== '') yield JSON.parse(line);
    }
  }

  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }

  async #json(method: string, path: string, type?: string, content?: object): Promise<unknown> {
    const { statusCode, body } = await this.#send(method, path, {
      ...(type !== undefined && { headers: { 'content-type': type } }),
      ...(content !== undefined && { body: JSON.stringify(content) }),
    });
    const text = await body.text();
    if (statusCode >= 400) throw new Error(`${method} ${path}: ${statusCode} ${text}`);
    return JSON.parse(text);
  }

  #send(
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: string; signal?: AbortSignal },
  ): ReturnType<typeof request> {
    const { dispatcher, origin } = { dispatcher: this.#dispatcher, origin: this.#origin };
    return request(origin + path, { dispatcher, method, ...options });
  }
}
