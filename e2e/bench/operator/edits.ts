import { setTimeout as pause } from 'node:timers/promises';
import type { Api, KubeObject } from './api.ts';
import { agentName, serverName } from './manifests.ts';
import { agentsPath, collectionPath, INSTANCE_LABEL, MANAGED, serversPath } from './paths.ts';
import { follow } from './watch.ts';

/** How one object is edited again and again, and where the edit shows. */
export interface EditedField {
  edit(api: Api, index: number, value: string): Promise<unknown>;
  /** Kind of the core API that the value gets to. */
  childKind: string;
  shows(child: KubeObject, value: string): boolean;
}

/** An annotation that users may give to a server's Service: this one object changes. */
const ANNOTATION = 'external-dns.alpha.kubernetes.io/ttl';

export const serviceAnnotation: EditedField = {
  edit: (api, index, value) =>
    api.merge(`${serversPath}/${serverName(index)}`, {
      spec: { service: { annotations: { [ANNOTATION]: value } } },
    }),
  childKind: 'Service',
  shows: ({ metadata }, value) => metadata.annotations?.[ANNOTATION] === value,
};

/** An agent's text: one ConfigMap of the server that hosts it changes. */
export const agentDescription: EditedField = {
  edit: (api, index, value) =>
    api.merge(`${agentsPath}/${agentName(index)}`, { spec: { description: value } }),
  childKind: 'ConfigMap',
  shows: ({ data = {} }, value) =>
    Object.values(data as object)
      .join()
      .includes(value),
};

/** The Service as it is after the edit of its server. */
export function annotated(service: KubeObject, value: string): KubeObject {
  const { metadata } = service;
  const annotations = { ...metadata.annotations, [ANNOTATION]: value };
  return { ...service, metadata: { ...metadata, annotations } };
}

/** How many edits, of how many servers in turn. */
export interface Edits {
  count: number;
  servers: number;
}

/** Lets the writes that follow one edit end before the next, as people's edits do. */
const PAUSE_MS = 30;
const TIMEOUT_MS = 30_000;

/**
 * Edits one object after the other; gives the milliseconds from the edit's request to the moment at
 * which a watch shows the changed child. `after` is what the bare loop does then.
 */
export async function editLatenciesMs(
  api: Api,
  { count, servers }: Edits,
  field: EditedField,
  after: (index: number, value: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<number[]> {
  const seen = new SeenChildren(api, field);
  const latenciesMs: number[] = [];
  try {
    for (let number = 0; number < count; number += 1) {
      const index = number % servers;
      // No other edit has ever had this value.
      const value = `${Date.now()}-${number}`;
      const shown = seen.with(serverName(index), value);
      const begunMs = performance.now();
      await field.edit(api, index, value);
      await after(index, value);
      latenciesMs.push((await shown) - begunMs);
      await pause(PAUSE_MS);
    }
    return latenciesMs;
  } finally {
    seen.stop();
  }
}

/** Waits for children as a watch shows them. */
class SeenChildren {
  readonly #ending = new AbortController();
  readonly #field: EditedField;
  #waiting: { server: string; value: string; resolve: (atMs: number) => void } | undefined;

  constructor(api: Api, field: EditedField) {
    this.#field = field;
    const path = `${collectionPath('v1', field.childKind)}?${MANAGED}`;
    const look = (child: KubeObject): void => {
      this.#look(child);
    };
    void follow(
      api,
      path,
      ({ object }) => {
        look(object);
      },
      this.#ending.signal,
    );
  }

  /** The moment at which a child of the server is shown with this value. Rejects after half a minute. */
  async with(server: string, value: string): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#waiting = { server, value, resolve };
    const late = new AbortController();
    const timeout = pause(TIMEOUT_MS, undefined, { signal: late.signal }).then(() => {
      throw new Error(`no ${this.#field.childKind} of ${server} was changed in ${TIMEOUT_MS} ms`);
    });
    try {
      return await Promise.race([promise, timeout]);
    } finally {
      late.abort();
      timeout.catch(() => undefined);
    }
  }

  stop(): void {
    this.#ending.abort();
  }

  #look(child: KubeObject): void {
    const { server, value, resolve } = this.#waiting ?? {};
    if (value === undefined || child.metadata.labels?.[INSTANCE_LABEL] !== server) return;
    if (this.#field.shows(child, value)) resolve?.(performance.now());
  }
}
