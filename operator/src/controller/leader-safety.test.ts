import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CALM, LeaseStore, Replica } from '../../test/leader-simulation.ts';
import type { Exchange } from '../../test/leader-simulation.ts';
import { VirtualTime } from '../../test/virtual-time.ts';

const TROUBLE_MS = 150_000;
const REPLICAS = 3;
/** Long enough for what was sent before to take effect, and then for a lease to end. */
const CALM_MS = 120_000;
const RUNS = 100;

/** From quick to longer than every deadline there is. */
const delayMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 30_000 }) },
);
const trouble = fc.record(
  { reachMs: delayMs, answerMs: delayMs, lost: fc.constantFrom('request', 'answer') },
  { requiredKeys: ['reachMs', 'answerMs'] },
) as fc.Arbitrary<Exchange>;
const exchange = fc.oneof(
  { weight: 5, arbitrary: fc.constant(CALM) },
  { weight: 2, arbitrary: trouble },
);
const freeze = fc
  .record({
    fromMs: fc.integer({ min: 0, max: TROUBLE_MS }),
    forMs: fc.integer({ min: 1, max: 60_000 }),
  })
  .map(({ fromMs, forMs }) => ({ fromMs, untilMs: Math.min(TROUBLE_MS, fromMs + forMs) }));
/** Ends of processes: with or without stepping down first. */
const exit = fc.record({
  atMs: fc.integer({ min: 0, max: TROUBLE_MS }),
  gracefully: fc.boolean(),
});
const machine = fc.record({
  // Two clocks that differ by more than 15 s to 10 s would be more than the algorithm can stand.
  rate: fc.integer({ min: 85, max: 120 }).map((percent) => percent / 100),
  exchanges: fc.array(exchange, { minLength: 20, maxLength: 60 }),
  freezes: fc.array(freeze, { maxLength: 3 }),
  exits: fc.array(exit, { maxLength: 3 }),
  random: fc.double({ min: 0, max: 0.99, noNaN: true }),
});
type Machine = typeof machine extends fc.Arbitrary<infer T> ? T : never;

/** A machine on which one process after the other takes part, as Kubernetes would restart it. */
class Seat {
  current: Replica;
  #lives = 1;
  #exchanges = 0;
  readonly #number: number;
  readonly #time: VirtualTime;
  readonly #store: LeaseStore;
  readonly #machine: Machine;

  constructor(number: number, time: VirtualTime, store: LeaseStore, machineOfSeat: Machine) {
    this.#number = number;
    this.#time = time;
    this.#store = store;
    this.#machine = machineOfSeat;
    this.current = this.#start();
    for (const { atMs, gracefully } of machineOfSeat.exits) {
      time.after(atMs, () => {
        this.#exit(gracefully);
      });
    }
  }

  #start(): Replica {
    const { rate, exchanges, freezes, random } = this.#machine;
    const replica = new Replica(this.#time, this.#store, {
      identity: `${this.#number}-${this.#lives++}`,
      rate,
      freezes,
      random: () => random,
      exchange: () => {
        const isOver = this.#time.nowMs >= TROUBLE_MS;
        return isOver ? CALM : (exchanges[this.#exchanges++ % exchanges.length] ?? CALM);
      },
    });
    void this.#live(replica);
    return replica;
  }

  async #live(replica: Replica): Promise<void> {
    const { signal } = replica.stop;
    if (await replica.leader.acquire(signal)) await replica.leader.keep(signal);
    if (replica === this.current) this.current = this.#start();
  }

  #exit(gracefully: boolean): void {
    const replica = this.current;
    replica.stop.abort();
    if (gracefully) void replica.leader.release().catch(() => undefined);
    else this.current = this.#start();
  }
}

const holders = (seats: readonly Seat[]): number =>
  seats.filter(({ current }) => current.leader.holds()).length;

describe('whatever happens to network, store, clocks and processes', () => {
  it('no two replicas lead at an instant, and when it is over one does', async () => {
    let ledMs = 0;
    let leaders = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(machine, { minLength: REPLICAS, maxLength: REPLICAS }),
        async (machines) => {
          const time = new VirtualTime();
          const store = new LeaseStore();
          const seats = machines.map((each, number) => new Seat(number, time, store, each));
          let seen = { leading: 0, atMs: 0 };
          const look = (): void => {
            ledMs += seen.leading * (time.nowMs - seen.atMs);
            seen = { leading: holders(seats), atMs: time.nowMs };
            expect(seen.leading).toBeLessThanOrEqual(1);
          };
          await time.pass(TROUBLE_MS, look);
          leaders += new Set(store.writes.map(({ holder }) => holder)).size;
          await time.pass(CALM_MS, look);
          expect(holders(seats)).toBe(1);
        },
      ),
      { numRuns: RUNS },
    );
    // Otherwise nothing was tested: the leadership has to change, and somebody to have it for long.
    expect(leaders / RUNS).toBeGreaterThan(2);
    expect(ledMs / (RUNS * (TROUBLE_MS + CALM_MS))).toBeGreaterThan(0.5);
  }, 60_000);
});
