import type { KubeConfig } from '@kubernetes/client-node';
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { credentialsOf } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { errorOf } from './api-status.ts';
import type { Status } from './api-status.ts';
import { ApiError } from './port.ts';

/** One HTTP exchange with the API server. */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Path and query. */
  path: string;
  contentType?: string;
  accept?: string;
  body?: unknown;
  signal?: AbortSignal;
  /** Longest pause within the answer; watches are silent for up to a minute. */
  silenceMs?: number;
}

/** Hears of every exchange. `code` is the HTTP status, or `<error>` when there was no answer. */
export type RequestObserver = (exchange: {
  method: string;
  code: string;
  host: string;
  durationMs: number;
}) => void;

interface Options {
  userAgent?: string;
  observe?: RequestObserver;
  now?: () => number;
}

/** Longest wait for an answer's head, and within its body. */
const UNARY_TIMEOUT_MS = 30_000;
/** Measured on a real API server: more connections, or HTTP/2, make no more writes a second. */
const CONNECTIONS = 24;
/** A balancer in maintenance may ask for hours, in which a watch would be deaf. */
const RETRY_AFTER_MAX_MS = 60_000;
/** Shorter than the API server's own 90 s, so that no request meets a connection just closed. */
const KEEP_ALIVE_MS = 60_000;

/**
 * HTTP to the API server over one shared pool. client-node opens a TLS connection for every call
 * (its dispatcher is made anew each time), so only its configuration and authentication are used.
 *
 * Nothing is tried again here: an error says when to (`retryAfterMs`), and queue and reflector do.
 */
export class Transport {
  readonly #credentials: () => Promise<Credentials>;
  readonly #server: URL;
  readonly #options: Required<Options>;
  #pools: { calls: Pool; streams: Pool; fingerprint: string } | undefined;
  /** Pools of earlier certificates on which requests are still under way. */
  readonly #replaced = new Set<Pool>();

  constructor(config: KubeConfig, options: Options = {}) {
    const cluster = config.getCurrentCluster();
    if (cluster === null) throw new Error('the kubeconfig has no current cluster');
    this.#server = new URL(cluster.server);
    this.#options = {
      userAgent: 'a2a-operator',
      observe: () => undefined,
      now: () => performance.now(),
      ...options,
    };
    this.#credentials = credentialsOf(config, this.#options.now);
  }

  /** The answer's JSON. Rejects with ApiError for every status from 400 on. */
  async json(call: ApiRequest): Promise<unknown> {
    const answer = await this.#send(call, 'calls');
    if (answer.statusCode >= 400) throw await apiError(answer);
    return answer.body.json();
  }

  /** The answer's lines as they come, each parsed as JSON. Rejects as `json` does. */
  async *lines(call: ApiRequest): AsyncGenerator {
    const answer = await this.#send(call, 'streams');
    if (answer.statusCode >= 400) throw await apiError(answer);
    answer.body.setEncoding('utf8');
    let pending = '';
    for await (const chunk of answer.body) {
      const parts = (pending + (chunk as string)).split('\n');
      pending = parts.pop() ?? '';
      for (const line of parts) if (line !== '') yield JSON.parse(line);
    }
  }

  /** Closes every connection: requests under way reject. A later request opens a new one. */
  async close(): Promise<void> {
    const pools = this.#pools === undefined ? [] : [this.#pools.calls, this.#pools.streams];
    this.#pools = undefined;
    await Promise.all([...pools, ...this.#replaced].map((pool) => pool.destroy()));
  }

  async #send(call: ApiRequest, pool: 'calls' | 'streams'): Promise<Dispatcher.ResponseData> {
    const { observe, now } = this.#options;
    const startMs = now();
    const observed = (code: string): void => {
      observe({ method: call.method, code, host: this.#server.host, durationMs: now() - startMs });
    };
    try {
      const answer = await this.#exchange(call, pool);
      observed(String(answer.statusCode));
      return answer;
    } catch (error) {
      observed('<error>');
      throw error;
    }
  }

  async #exchange(call: ApiRequest, pool: 'calls' | 'streams'): Promise<Dispatcher.ResponseData> {
    const credentials = await this.#credentials();
    return this.#poolsFor(credentials)[pool].request({
      // A proxy may serve the API below a path of its own.
      path: this.#server.pathname.replace(/\/$/, '') + call.path,
      method: call.method,
      headers: {
        accept: call.accept ?? 'application/json',
        'user-agent': this.#options.userAgent,
        ...credentials.headers,
        ...(call.contentType !== undefined && { 'content-type': call.contentType }),
      },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...(call.signal !== undefined && { signal: call.signal }),
      headersTimeout: UNARY_TIMEOUT_MS,
      bodyTimeout: call.silenceMs ?? UNARY_TIMEOUT_MS,
    });
  }

  /** Watches hold a connection for minutes, so they have a pool of their own. New certificates, new pools. */
  #poolsFor({ tls, fingerprint }: Credentials): { calls: Pool; streams: Pool } {
    if (this.#pools?.fingerprint === fingerprint) return this.#pools;
    const replaced = this.#pools;
    const { origin } = this.#server;
    // Measured on a real API server: HTTP/2 costs a third more processor time a write, for no more of them.
    const options = { connect: tls, keepAliveTimeout: KEEP_ALIVE_MS, allowH2: false };
    this.#pools = {
      calls: new Pool(origin, { ...options, connections: CONNECTIONS }),
      streams: new Pool(origin, options),
      fingerprint,
    };
    if (replaced !== undefined)
      for (const pool of [replaced.calls, replaced.streams]) this.#retire(pool);
    return this.#pools;
  }

  /** Requests under way end in their own time; watches that hold on to the old pool too. */
  #retire(pool: Pool): void {
    this.#replaced.add(pool);
    void pool.close().then(() => this.#replaced.delete(pool));
  }
}

async function apiError({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<ApiError> {
  const text = await body.text();
  const seconds = Number(headers['retry-after']);
  const retryAfterMs = seconds > 0 ? Math.min(seconds * 1000, RETRY_AFTER_MAX_MS) : undefined;
  try {
    return errorOf(JSON.parse(text) as Status, statusCode, retryAfterMs);
  } catch {
    // A proxy in front of the API server answers in its own format.
    return new ApiError(statusCode, 'Unknown', text.slice(0, 500), retryAfterMs);
  }
}
