/** What an Event is about and says, before it is known how often it was said. */
export interface EventNote {
  /** Key of the object, with its Kind and UID. */
  object: string;
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
}

/** What to do with a note: create an Event, or count it in the one of this name. */
export type Correlated =
  | { action: 'create'; key: string; message: string }
  | { action: 'count'; key: string; message: string; event: string; count: number };

/** More different messages of one reason than this within the time are told as one. */
const SIMILAR_MAX = 10;
const SIMILAR_MS = 600_000;
/** So many Events an object may have at once; then one more every five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;
const REMEMBERED = 4096;

interface Similar {
  messages: Set<string>;
  lastMs: number;
}
interface Budget {
  tokens: number;
  sinceMs: number;
}

/**
 * Keeps Events few, by client-go's rules and numbers (tools/record/events_cache.go): the same Event is
 * counted, similar ones are combined, and no object floods the API server.
 */
export class EventCorrelator {
  readonly #now: () => number;
  readonly #similar = new Recent<Similar>(REMEMBERED);
  readonly #budgets = new Recent<Budget>(REMEMBERED);
  readonly #events = new Recent<{ name: string; count: number }>(REMEMBERED);

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What to do with a note; undefined when it is one too many. */
  next(note: EventNote): Correlated | undefined {
    if (!this.#isAffordable(note.object)) return undefined;
    const group = [note.object, note.type, note.reason].join('\n');
    const combined = this.#isCombined(group, note.message);
    const key = combined ? group : `${group}\n${note.message}`;
    const message = combined ? `(combined from similar events): ${note.message}` : note.message;
    const known = this.#events.get(key);
    if (known === undefined) return { action: 'create', key, message };
    known.count += 1;
    return { action: 'count', key, message, event: known.name, count: known.count };
  }

  /** The Event of this key exists by this name now. */
  created(key: string, name: string): void {
    this.#events.set(key, { name, count: 1 });
  }

  /** The Event of this key is gone: Events live for an hour. */
  forget(key: string): void {
    this.#events.delete(key);
  }

  #isCombined(group: string, message: string): boolean {
    const nowMs = this.#now();
    const known = this.#similar.get(group);
    const isFresh = known !== undefined && nowMs - known.lastMs <= SIMILAR_MS;
    const similar = isFresh ? known : { messages: new Set<string>(), lastMs: nowMs };
    similar.lastMs = nowMs;
    // One more than the limit is enough to know that it is exceeded.
    if (similar.messages.size <= SIMILAR_MAX) similar.messages.add(message);
    this.#similar.set(group, similar);
    return similar.messages.size > SIMILAR_MAX;
  }

  #isAffordable(object: string): boolean {
    const nowMs = this.#now();
    const { tokens, sinceMs } = this.#budgets.get(object) ?? { tokens: BURST, sinceMs: nowMs };
    const refilled = Math.min(BURST, tokens + (nowMs - sinceMs) / REFILL_MS);
    const isAffordable = refilled >= 1;
    this.#budgets.set(object, { tokens: refilled - (isAffordable ? 1 : 0), sinceMs: nowMs });
    return isAffordable;
  }
}

/** A map that forgets what was not used for longest. */
class Recent<V> {
  readonly #max: number;
  readonly #entries = new Map<string, V>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#max && oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
