import type { KubeObject } from '../api/object.ts';
import { errorOf } from './api-status.ts';
import type { Status } from './api-status.ts';
import { collectionPath } from './kinds.ts';
import { METADATA, METADATA_LIST } from './metadata.ts';
import type { Kind } from './port.ts';
import type { Transport } from './transport.ts';

/** Which objects of one Kind. */
export interface Selection {
  kind: Kind;
  /** Only this namespace; all of them when absent. */
  namespace?: string;
  labelSelector?: string;
  /** Only metadata: values of Secrets never enter the process. */
  metadataOnly?: boolean;
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: KubeObject;
}

interface ListPage {
  metadata: { resourceVersion: string; continue?: string };
  items: KubeObject[] | null;
}

const PAGE_SIZE = 500;

/** The API server sends a bookmark every 60 to 75 s; a longer silence is a dead connection. */
const SILENCE_MS = 120_000;

/** How a collection is read over HTTP. */
export class Collection {
  readonly #transport: Pick<Transport, 'json' | 'lines'>;
  readonly #selection: Selection;
  readonly #signal: AbortSignal;

  constructor(
    transport: Pick<Transport, 'json' | 'lines'>,
    selection: Selection,
    signal: AbortSignal,
  ) {
    this.#transport = transport;
    this.#selection = selection;
    this.#signal = signal;
  }

  /**
   * Gives everything at one version to `take`, page by page, and then the version. Rejects with ApiError
   * 410 when a page has expired.
   */
  async list(
    position: Readonly<Record<string, string>>,
    take: (item: KubeObject) => void,
  ): Promise<string> {
    // A continuation has its version in the token, and may not name another.
    for (let query = position; ;) {
      const page = await this.#page(query);
      page.items?.forEach(take);
      const { continue: next = '', resourceVersion } = page.metadata;
      if (next === '') return resourceVersion;
      query = { continue: next };
    }
  }

  /** Events until the API server ends the stream. An ERROR event rejects as its Status. */
  async *watch(
    position: Readonly<Record<string, string>>,
    timeoutSeconds: number,
  ): AsyncGenerator<WatchEvent> {
    const events = this.#transport.lines({
      method: 'GET',
      path: this.#path({
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(timeoutSeconds),
        ...position,
      }),
      ...(this.#selection.metadataOnly && { accept: METADATA }),
      signal: this.#signal,
      silenceMs: SILENCE_MS,
    }) as AsyncGenerator<WatchEvent | { type: 'ERROR'; object: Status }>;
    for await (const event of events) {
      if (event.type === 'ERROR') throw errorOf(event.object, event.object.code ?? 500);
      yield event;
    }
  }

  async #page(query: Readonly<Record<string, string>>): Promise<ListPage> {
    return (await this.#transport.json({
      method: 'GET',
      path: this.#path({ limit: String(PAGE_SIZE), ...query }),
      ...(this.#selection.metadataOnly && { accept: METADATA_LIST }),
      signal: this.#signal,
    })) as ListPage;
  }

  #path(query: Readonly<Record<string, string>>): string {
    const { kind, namespace, labelSelector } = this.#selection;
    const parameters = new URLSearchParams({
      ...query,
      ...(labelSelector !== undefined && { labelSelector }),
    });
    return `${collectionPath(kind, namespace)}?${parameters.toString()}`;
  }
}
