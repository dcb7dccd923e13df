import { Leader } from '../src/controller/leader.ts';
import type { LeaseLock, LeaseRecord } from '../src/controller/leader.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What happens to one request to the store. */
export interface Exchange {
  /** Until the store gets it. */
  reachMs: number;
  /** From then until the answer, or the error, arrives. */
  answerMs: number;
  lost?: 'request' | 'answer';
}

export const CALM: Exchange = { reachMs: 1, answerMs: 1 };

/** The record that all replicas share, with the API server's optimistic concurrency. */
export class LeaseStore {
  record: LeaseRecord | undefined;
  readonly writes: LeaseRecord[] = [];
  #version = 0;

  write(record: Omit<LeaseRecord, 'version'>, previous: LeaseRecord | undefined): LeaseRecord {
    if (this.record?.version !== previous?.version) throw new Error('somebody else was faster');
    this.#version += 1;
    this.record = { ...record, version: String(this.#version) };
    this.writes.push(this.record);
    return this.record;
  }
}

interface Conditions {
  identity: string;
  /** How fast its clock runs. */
  rate?: number;
  exchange?: () => Exchange;
  /** From when until when the process does not run at all. */
  freezes?: readonly { fromMs: number; untilMs: number }[];
  random?: () => number;
}

/** One process that takes part in the election, on a machine and a network of its own. */
export class Replica {
  readonly leader: Leader;
  readonly stop = new AbortController();
  readonly logged: string[] = [];
  readonly #time: VirtualTime;
  readonly #store: LeaseStore;
  readonly #conditions: Conditions;

  constructor(time: VirtualTime, store: LeaseStore, conditions: Conditions) {
    const { identity, rate = 1, random = () => 0.5 } = conditions;
    this.#time = time;
    this.#store = store;
    this.#conditions = conditions;
    this.leader = new Leader({
      lock: this.#lock(),
      identity,
      now: () => time.nowMs * rate,
      wallClock: () => new Date(time.nowMs),
      pause: (ms, signal) =>
        new Promise((resolve) => {
          this.#after(ms / rate, resolve);
          signal.addEventListener('abort', () => {
            resolve();
          });
          if (signal.aborted) resolve();
        }),
      random,
      log: (message) => this.logged.push(message),
    });
  }

  #lock(): LeaseLock {
    return {
      read: () => this.#exchange(() => this.#store.record),
      write: (record, previous) => this.#exchange(() => this.#store.write(record, previous)),
    };
  }

  #exchange<T>(effect: () => T): Promise<T> {
    const { reachMs, answerMs, lost } = this.#conditions.exchange?.() ?? CALM;
    return new Promise((resolve, reject) => {
      this.#time.after(reachMs, () => {
        const answer = lost === 'request' ? lostError() : attempt(effect);
        this.#after(answerMs, () => {
          if (lost !== undefined) reject(lostError());
          else if (answer instanceof Error) reject(answer);
          else resolve(answer);
        });
      });
    });
  }

  /** What happens within the process waits while it is frozen. */
  #after(ms: number, run: () => void): void {
    this.#time.after(ms, () => {
      const { nowMs } = this.#time;
      const freeze = this.#conditions.freezes?.find(
        ({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs,
      );
      if (freeze === undefined) run();
      else this.#after(freeze.untilMs - nowMs, run);
    });
  }
}

function attempt<T>(effect: () => T): T | Error {
  try {
    return effect();
  } catch (error) {
    return error as Error;
  }
}

function lostError(): Error {
  return new Error('the connection was lost');
}
