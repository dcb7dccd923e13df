import type { Dispatcher, Pool } from 'undici';

/** How to reach the model proxy. */
export interface ConnectionSettings {
  origin: string;
  /** Connections at a time; further calls wait in line. */
  maxConcurrentCalls: number;
  /** Certificate authorities (PEM) instead of the built-in ones. */
  ca?: string;
}

/** One pool of connections to the proxy, opened by the first call. */
export interface Connection {
  request(options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData>;
  /** Cuts calls that are under way. */
  close(): Promise<void>;
}

export function connection(settings: ConnectionSettings): Connection {
  let pool: Promise<Pool> | undefined;
  return {
    async request(options) {
      pool ??= import('./pool.ts').then(({ openPool }) => openPool(settings));
      return (await pool).request(options);
    },
    async close() {
      await (await pool)?.destroy();
    },
  };
}
