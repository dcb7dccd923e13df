/** Who leads, as the shared record says it. */
export interface LeaseRecord {
  /** Identity of the leader; empty when the last one has stepped down. */
  holder: string;
  acquiredAt: Date;
  renewedAt: Date;
  transitions: number;
  /** Version of the record in its store: a write that names an older one is refused. */
  version: string;
}

/** The shared record. Every method rejects when its store does not answer. */
export interface LeaseLock {
  /** The record; undefined when there is none yet. */
  read(): Promise<LeaseRecord | undefined>;
  /** Replaces exactly `previous`, or creates; rejects when somebody else was faster. */
  write(
    record: Omit<LeaseRecord, 'version'>,
    previous: LeaseRecord | undefined,
  ): Promise<LeaseRecord>;
}

interface Dependencies {
  lock: LeaseLock;
  identity: string;
  /** Milliseconds of a clock that never jumps. */
  now: () => number;
  wallClock: () => Date;
  /** Resolves after the given time or when the signal is aborted. */
  pause: (ms: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
  log: (message: string, error: unknown) => void;
}

/** How long a leader that says nothing is believed to be alive, by those who wait. */
export const LEASE_MS = 15_000;
/** How long a leader that cannot renew goes on; shorter, so that two never write at a time. */
const RENEW_DEADLINE_MS = 10_000;
const RETRY_MS = 2_000;

/**
 * Leader election with client-go's algorithm and times: 15 s lease, 10 s renew deadline, 2 s retry.
 * Clocks of different machines are never compared: a lease is old when its record has not changed for
 * 15 s of one's own time.
 */
export class Leader {
  readonly #deps: Dependencies;
  /** The record as last seen or written, and since when it is like that. */
  #seen: { record: LeaseRecord; sinceMs: number } | undefined;
  /** Whether `#seen` may be written upon without reading it again. */
  #isCurrent = false;
  /** Beginning of the last renewal that succeeded. */
  #renewedMs = -Infinity;
  /** The attempt that is under way, or was last; never rejects. */
  #trying: Promise<unknown> = Promise.resolve();
  #hasSteppedDown = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Whether this process may write: it leads, and nobody can have taken over yet. */
  holds(): boolean {
    return !this.#hasSteppedDown && this.#deps.now() - this.#renewedMs < RENEW_DEADLINE_MS;
  }

  /** Resolves with true when this process leads, with false when the signal ended the wait. */
  async acquire(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#try()) return true;
      await this.#deps.pause(this.#untilNextLook(), signal);
    }
    return false;
  }

  /** Renews for as long as it can; resolves when the leadership is lost, or the signal is aborted. */
  async keep(signal: AbortSignal): Promise<void> {
    const leftMs = (): number =>
      Math.max(1, this.#renewedMs + RENEW_DEADLINE_MS - this.#deps.now());
    while (!signal.aborted && this.holds()) {
      // A renewal that hangs must not outlive the deadline.
      await Promise.race([this.#try(), this.#deps.pause(leftMs(), signal)]);
      await this.#deps.pause(Math.min(RETRY_MS, leftMs()), signal);
    }
  }

  /** Steps down for good, so that the next leader need not wait for the lease to end. */
  async release(): Promise<void> {
    const held = this.holds();
    this.#hasSteppedDown = true;
    // A renewal that is under way changes the record.
    await this.#trying;
    const { record } = this.#seen ?? {};
    if (!held || record?.holder !== this.#deps.identity) return;
    const renewedAt = this.#deps.wallClock();
    await this.#deps.lock.write({ ...record, holder: '', renewedAt }, record);
  }

  /** Every two seconds, but exactly when the leader's lease ends: whoever waits longer leaves a gap. */
  #untilNextLook(): number {
    const retryMs = RETRY_MS * (1 + this.#deps.random() / 5);
    const endsInMs = (this.#seen?.sinceMs ?? Infinity) + LEASE_MS + 1 - this.#deps.now();
    return endsInMs > 0 ? Math.min(retryMs, endsInMs) : retryMs;
  }

  #try(): Promise<boolean> {
    const attempt = this.#attempt();
    this.#trying = attempt;
    return attempt;
  }

  async #attempt(): Promise<boolean> {
    const startMs = this.#deps.now();
    try {
      if (!this.#isCurrent) this.#see(await this.#deps.lock.read());
      if (!this.#isFree()) return this.#lose();
      this.#see(await this.#deps.lock.write(this.#next(), this.#seen?.record));
      this.#isCurrent = true;
      this.#renewedMs = startMs;
      return true;
    } catch (error) {
      this.#isCurrent = false;
      this.#deps.log('the lease could not be taken or renewed, will be tried again', error);
      return false;
    }
  }

  /** Somebody else leads: whatever this process held is over at once. */
  #lose(): boolean {
    this.#renewedMs = -Infinity;
    return false;
  }

  #see(record: LeaseRecord | undefined): void {
    if (record === undefined) this.#seen = undefined;
    else if (record.version !== this.#seen?.record.version) {
      this.#seen = { record, sinceMs: this.#deps.now() };
    }
  }

  #isFree(): boolean {
    if (this.#seen === undefined) return true;
    const { record, sinceMs } = this.#seen;
    return (
      ['', this.#deps.identity].includes(record.holder) || this.#deps.now() - sinceMs > LEASE_MS
    );
  }

  #next(): Omit<LeaseRecord, 'version'> {
    const renewedAt = this.#deps.wallClock();
    const holder = this.#deps.identity;
    const before = this.#seen?.record;
    if (before?.holder === holder) return { ...before, renewedAt };
    const transitions = before === undefined ? 0 : before.transitions + 1;
    return { holder, acquiredAt: renewedAt, renewedAt, transitions };
  }
}
