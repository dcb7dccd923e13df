import type { Exchange, WatchEvent } from './exchange.ts';

/** An answer that the proxy makes up. */
export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** What happens to a request. */
export type Verdict =
  | { do: 'pass' }
  /** The API server never sees it. */
  | { do: 'answer'; answer: Answer }
  /** The API server never sees it, and the connection is gone. */
  | { do: 'drop' }
  /** Passes after a while. */
  | { do: 'delay'; until: Promise<unknown> }
  /** It takes effect; then `performed` is called, and the client gets something else than the answer. */
  | { do: 'perform'; then: 'drop' | 'silence' | Answer; performed?: () => void }
  /** The request goes to the API server with other parameters (undefined removes one). */
  | { do: 'rewrite'; query: Record<string, string | undefined> }
  /** A WatchList tells the state of a past version, and goes on from there later. */
  | { do: 'past'; version: string; until: Promise<unknown> };

/** What happens to one event of a watch. */
export type EventVerdict =
  | { do: 'pass' }
  | { do: 'drop' }
  | { do: 'duplicate' }
  /** It and all that follows in this watch come later. */
  | { do: 'delay'; until: Promise<unknown> }
  /** It and what follows is lost; later the watch says that its version has expired, and ends. */
  | { do: 'expire'; until: Promise<unknown> }
  /** The connection is gone before the event. */
  | { do: 'cut' }
  /** Half-open: nothing comes any more, and nobody says so. */
  | { do: 'silence' };

/** Decides what goes wrong. Unset functions let everything pass. */
export interface Faults {
  request?: (exchange: Exchange) => Verdict | Promise<Verdict>;
  event?: (event: WatchEvent, watch: Exchange) => EventVerdict;
}

export const PASS = { do: 'pass' } as const;

/** A Status object as the API server answers with. */
export function failure(code: number, reason: string, more: object = {}): Answer {
  return {
    status: code,
    body: {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code,
      reason,
      message: `injected: ${reason}`,
      ...more,
    },
  };
}

/** What a watch says when its version is no longer known. */
export const EXPIRED = { type: 'ERROR', object: failure(410, 'Expired').body } as const;
