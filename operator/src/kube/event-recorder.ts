import { clipped } from '../api/clipped.ts';
import type { KubeObject } from '../api/object.ts';
import { FIELD_MANAGER } from '../names.ts';
import { EventCorrelator } from './event-correlator.ts';
import type { Correlated, EventNote } from './event-correlator.ts';
import { collectionPath, objectPath } from './kinds.ts';
import { ApiError } from './port.ts';
import type { Transport } from './transport.ts';

const EVENT = { apiVersion: 'v1', kind: 'Event', plural: 'events' };
/** Events are hints: when the API server is so far behind, further ones are dropped. */
const MAX_PENDING = 1000;
const MAX_MESSAGE = 1024;

interface Dependencies {
  transport: Pick<Transport, 'json'>;
  /** Which of the operators says it. */
  identity: string;
  now: () => Date;
  /** Makes names unique; from 0 up to 1. */
  random: () => number;
  log: (message: string, error: unknown) => void;
}

/** Leaves Events at objects, one after the other. Nobody waits for them, and none is tried again. */
export class EventRecorder {
  readonly #deps: Dependencies;
  readonly #correlator: EventCorrelator;
  #pending = 0;
  #last = Promise.resolve();
  #isClosed = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.#correlator = new EventCorrelator(() => deps.now().getTime());
  }

  record(object: KubeObject, note: Omit<EventNote, 'object'>): void {
    if (this.#pending >= MAX_PENDING) return;
    this.#pending += 1;
    this.#last = this.#last.then(async () => {
      try {
        const message = clipped(note.message, MAX_MESSAGE);
        if (!this.#isClosed) await this.#send(object, { ...note, message });
      } catch (error) {
        this.#deps.log(
          `the Event ${note.reason} of ${object.metadata.name} was not written`,
          error,
        );
      }
      this.#pending -= 1;
    });
  }

  /** Resolves when everything that was recorded so far is written or given up. */
  flushed(): Promise<void> {
    return this.#last;
  }

  /** Drops what is not written yet. */
  close(): void {
    this.#isClosed = true;
  }

  async #send(object: KubeObject, note: Omit<EventNote, 'object'>): Promise<void> {
    const { kind, metadata } = object;
    const about = `${kind}/${metadata.namespace ?? ''}/${metadata.name}/${metadata.uid ?? ''}`;
    const correlated = this.#correlator.next({ object: about, ...note });
    if (correlated === undefined) return;
    if (correlated.action === 'count' && (await this.#count(object, correlated))) return;
    await this.#create(object, note, correlated);
  }

  async #create(
    object: KubeObject,
    { type, reason }: Omit<EventNote, 'object'>,
    { key, message }: Correlated,
  ): Promise<void> {
    const { apiVersion, kind, metadata } = object;
    const { name, namespace = '', uid } = metadata;
    const now = this.#deps.now();
    const unique = now.getTime().toString(16) + this.#deps.random().toString(16).slice(2, 10);
    const eventName = `${name}.${unique}`;
    await this.#deps.transport.json({
      method: 'POST',
      path: collectionPath(EVENT, namespace),
      contentType: 'application/json',
      body: {
        apiVersion: EVENT.apiVersion,
        kind: EVENT.kind,
        metadata: { name: eventName, namespace },
        involvedObject: { apiVersion, kind, namespace, name, uid },
        type,
        reason,
        message,
        source: { component: FIELD_MANAGER },
        reportingComponent: FIELD_MANAGER,
        reportingInstance: this.#deps.identity,
        firstTimestamp: timeOf(now),
        lastTimestamp: timeOf(now),
        count: 1,
      },
    });
    this.#correlator.created(key, eventName);
  }

  /** Whether the Event was still there to be counted in. */
  async #count(
    { metadata: { namespace = '' } }: KubeObject,
    { key, event, count, message }: Extract<Correlated, { action: 'count' }>,
  ): Promise<boolean> {
    try {
      await this.#deps.transport.json({
        method: 'PATCH',
        path: objectPath(EVENT, namespace, event),
        contentType: 'application/merge-patch+json',
        body: { count, message, lastTimestamp: timeOf(this.#deps.now()) },
      });
      return true;
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 404)) throw error;
      this.#correlator.forget(key);
      return false;
    }
  }
}

function timeOf(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}
