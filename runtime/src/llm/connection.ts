import type { Dispatcher, Pool } from 'undici';
import type { ConnectionSettings } from './connection-settings.ts';

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
