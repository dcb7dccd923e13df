import type { RequestOptions } from 'node:https';
import type { ConnectionOptions } from 'node:tls';
import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { ApiError } from './port.ts';

/** One HTTP exchange with the API server. */
export interface ApiRequest {
  method: 'GET' | 'PATCH' | 'DELETE';
  /** Path and query. */
  path: string;
  contentType?: string;
  accept?: string;
  body?: unknown;
  signal?: AbortSignal;
  /** Longest pause within the answer; watches are silent for up to a minute. */
  silenceMs?: number;
}

const UNARY_TIMEOUT_MS = 30_000;
const CONNECTIONS = 24;

/**
 * HTTP to the API server over one shared pool. client-node opens a TLS connection for every call
 * (its dispatcher is made anew each time), so only its configuration and authentication are used.
 */
export class Transport {
  readonly #config: KubeConfig;
  readonly #origin: string;
  #agent: { dispatcher: Agent; credentials: string } | undefined;

  constructor(config: KubeConfig) {
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig has no current cluster');
    this.#config = config;
    this.#origin = cluster.server.replace(/\/$/, '');
  }

  /** The answer's JSON. Rejects with ApiError for every status from 400 on. */
  async json(call: ApiRequest): Promise<unknown> {
    const answer = await this.#send(call);
    const text = await answer.body.text();
    if (answer.statusCode >= 400) throw apiError(answer.statusCode, text);
    return JSON.parse(text);
  }

  /** The answer's lines as they come, each parsed as JSON. Rejects as `json` does. */
  async *lines(call: ApiRequest): AsyncGenerator {
    const answer = await this.#send(call);
    if (answer.statusCode >= 400) throw apiError(answer.statusCode, await answer.body.text());
    answer.body.setEncoding('utf8');
    let pending = '';
    for await (const chunk of answer.body) {
      const parts = (pending + (chunk as string)).split('\n');
      pending = parts.pop() ?? '';
      for (const line of parts) if (line !== '') yield JSON.parse(line);
    }
  }

  /** Closes the pool; requests under way are ended. */
  async close(): Promise<void> {
    await this.#agent?.dispatcher.destroy();
  }

  async #send(call: ApiRequest): Promise<Dispatcher.ResponseData> {
    const { dispatcher, authorization } = await this.#authenticated();
    return request(this.#origin + call.path, {
      dispatcher,
      method: call.method,
      headers: {
        accept: call.accept ?? 'application/json',
        'user-agent': 'a2a-operator',
        ...(authorization !== undefined && { authorization }),
        ...(call.contentType !== undefined && { 'content-type': call.contentType }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...(call.signal !== undefined && { signal: call.signal }),
      headersTimeout: UNARY_TIMEOUT_MS,
      bodyTimeout: call.silenceMs ?? UNARY_TIMEOUT_MS,
    });
  }

  /** Reads certificates and token anew, and changes the pool when the certificates have changed. */
  async #authenticated(): Promise<{ dispatcher: Agent; authorization: string | undefined }> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const tls = tlsOptions(options);
    const credentials = JSON.stringify([tls.ca, tls.cert, tls.key].map(String));
    if (this.#agent?.credentials !== credentials) {
      const replaced = this.#agent?.dispatcher;
      this.#agent = {
        dispatcher: new Agent({ connections: CONNECTIONS, connect: tls }),
        credentials,
      };
      void replaced?.close();
    }
    const { Authorization: authorization } = (options.headers ?? {}) as Record<string, string>;
    return { dispatcher: this.#agent.dispatcher, authorization };
  }
}

type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'
>;

function tlsOptions({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): TlsOptions {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    ...(servername !== undefined && { servername }),
  };
}

interface StatusBody {
  reason?: string;
  message?: string;
}

function apiError(status: number, text: string): ApiError {
  let body: StatusBody = {};
  try {
    body = JSON.parse(text) as StatusBody;
  } catch {
    // A proxy in front of the API server answers in its own format.
  }
  return new ApiError(status, body.reason ?? 'Unknown', body.message ?? text.slice(0, 500));
}
