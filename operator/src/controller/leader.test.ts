import { beforeEach, describe, expect, it } from '@jest/globals';
import { CALM, LeaseStore, Replica } from '../../test/leader-simulation.ts';
import type { Exchange } from '../../test/leader-simulation.ts';
import { VirtualTime } from '../../test/virtual-time.ts';

let time: VirtualTime;
let store: LeaseStore;
beforeEach(() => {
  time = new VirtualTime();
  store = new LeaseStore();
});

/** A replica that does as main.ts: waits for its turn, then leads for as long as it can. */
function candidate(
  identity: string,
  exchange: () => Exchange = () => CALM,
): Replica & { ended?: 'stopped' | 'lost' } {
  const replica: Replica & { ended?: 'stopped' | 'lost' } = new Replica(time, store, {
    identity,
    exchange,
  });
  const live = async (): Promise<void> => {
    const leads = await replica.leader.acquire(replica.stop.signal);
    if (leads) await replica.leader.keep(replica.stop.signal);
    replica.ended = leads ? 'lost' : 'stopped';
  };
  void live();
  return replica;
}
/** How long it takes until the replica leads; fails the test when it never does. */
async function untilLeads({ leader }: Replica): Promise<number> {
  const startMs = time.nowMs;
  for (let step = 0; step < 1000 && !leader.holds(); step++) await time.pass(100);
  if (!leader.holds()) throw new Error('it never leads');
  return time.nowMs - startMs;
}
/** From now on nobody answers. */
const NEVER: Exchange = { reachMs: 1e9, answerMs: 0 };

describe('a leader', () => {
  it('is who comes first, and the record says since when', async () => {
    time.nowMs = 5000;
    const first = candidate('first');
    await time.pass(100);
    expect(first.leader.holds()).toBe(true);
    expect(store.writes[0]).toEqual({
      holder: 'first',
      acquiredAt: new Date(5002),
      renewedAt: new Date(5002),
      transitions: 0,
      version: '1',
    });
  });

  it('renews every 2 s without reading, and changes nothing else in the record', async () => {
    let requests = 0;
    const first = candidate('first', () => {
      requests += 1;
      return CALM;
    });
    await time.pass(60_000);
    expect(first.leader.holds()).toBe(true);
    expect(store.writes.length).toBeGreaterThanOrEqual(29);
    expect(store.writes.length).toBeLessThanOrEqual(31);
    expect(requests).toBe(1 + store.writes.length);
    const [taken, ...renewals] = store.writes;
    for (const renewal of renewals) {
      expect(renewal).toMatchObject({ acquiredAt: taken?.acquiredAt, transitions: 0 });
    }
  });

  it('leaves the others waiting for as long as it renews', async () => {
    const first = candidate('first');
    await time.pass(1000);
    const second = candidate('second');
    await time.pass(600_000, () => {
      expect(second.leader.holds()).toBe(false);
    });
    expect(first.leader.holds()).toBe(true);
  });

  it('stops 10 s after its last renewal when nobody answers, and says so before another can lead', async () => {
    let exchange = CALM;
    const first = candidate('first', () => exchange);
    await time.pass(10_000);
    exchange = NEVER;
    const renewedMs = store.record?.renewedAt.getTime() ?? 0;
    await time.pass(renewedMs + 9_990 - time.nowMs);
    expect(first.leader.holds()).toBe(true);
    await time.pass(20);
    expect(first.leader.holds()).toBe(false);
    await time.pass(5_000 - 20);
    expect(first.ended).toBe('lost');
  });

  it('stops when every renewal fails at once, and does not ask more often than every 2 s', async () => {
    let exchange = CALM;
    let asked = 0;
    const first = candidate('first', () => {
      asked += 1;
      return exchange;
    });
    await time.pass(10_000);
    exchange = { ...CALM, lost: 'request' };
    asked = 0;
    await time.pass(15_000);
    expect(first.ended).toBe('lost');
    expect(asked).toBeGreaterThanOrEqual(3);
    expect(asked).toBeLessThanOrEqual(6);
    expect(first.logged.length).toBe(asked);
  });

  it('goes on when a renewal failed and the next one is in time', async () => {
    const failing = { ...CALM, lost: 'request' } as const;
    const plan: Exchange[] = [CALM, CALM, failing, failing, failing];
    const first = candidate('first', () => plan.shift() ?? CALM);
    await time.pass(60_000);
    expect(first.leader.holds()).toBe(true);
    expect(store.record).toMatchObject({ holder: 'first', transitions: 0 });
  });

  it('goes on when a renewal took effect although its answer was lost', async () => {
    const plan: Exchange[] = [CALM, CALM, { ...CALM, lost: 'answer' }];
    const first = candidate('first', () => plan.shift() ?? CALM);
    await time.pass(60_000);
    expect(first.leader.holds()).toBe(true);
    expect(store.record).toMatchObject({ holder: 'first', transitions: 0 });
  });

  it('stops at once when it sees that somebody else has the record', async () => {
    const first = candidate('first');
    await time.pass(5000);
    const { record } = store;
    if (record === undefined) throw new Error('nobody leads');
    store.write({ ...record, holder: 'intruder' }, record);
    await time.pass(4100);
    expect(first.leader.holds()).toBe(false);
    await time.pass(4000);
    expect(first.ended).toBe('lost');
    expect(store.record?.holder).toBe('intruder');
  });
});

describe('a take-over', () => {
  it('comes exactly when the lease ends: 15 s after the last renewal was seen, for all who wait', async () => {
    let exchange = CALM;
    candidate('first', () => exchange);
    await time.pass(1000);
    const looksMs: number[] = [];
    const second = candidate('second', () => {
      looksMs.push(time.nowMs);
      return CALM;
    });
    await time.pass(59_000);
    exchange = NEVER;
    const renewedMs = store.record?.renewedAt.getTime() ?? 0;
    await untilLeads(second);
    const seenMs = looksMs.find((atMs) => atMs >= renewedMs) ?? 0;
    expect(seenMs - renewedMs).toBeLessThan(2_410);
    const taken = store.writes.find(({ holder }) => holder === 'second');
    const tookMs = (taken?.acquiredAt.getTime() ?? 0) - seenMs;
    expect(tookMs).toBeGreaterThan(15_000);
    expect(tookMs).toBeLessThan(15_010);
    expect(taken?.acquiredAt).toEqual(taken?.renewedAt);
    expect(taken?.transitions).toBe(1);
  });

  it('takes one look when the last leader has stepped down', async () => {
    const first = candidate('first');
    await time.pass(1000);
    const second = candidate('second');
    await time.pass(59_000);
    first.stop.abort();
    const released = first.leader.release();
    expect(first.leader.holds()).toBe(false);
    expect(await untilLeads(second)).toBeLessThan(2_500);
    await released;
    expect(store.record).toMatchObject({ holder: 'second', transitions: 1 });
  });

  it('needs the whole lease even when the record is old: clocks of machines are never compared', async () => {
    const dead = new Date('2000-01-01');
    store.write({ holder: 'dead', acquiredAt: dead, renewedAt: dead, transitions: 7 }, undefined);
    const second = candidate('second');
    expect(await untilLeads(second)).toBeGreaterThan(15_000);
    expect(store.record).toMatchObject({ holder: 'second', transitions: 8 });
  });

  it('takes no time when the record is its own, from before', async () => {
    const before = new Date(0);
    store.write({ holder: 'me', acquiredAt: before, renewedAt: before, transitions: 3 }, undefined);
    const me = candidate('me');
    expect(await untilLeads(me)).toBeLessThan(200);
    expect(store.record).toMatchObject({ acquiredAt: before, transitions: 3 });
  });

  it('is for one of those that wait, and the others see it', async () => {
    const candidates = ['a', 'b', 'c', 'd'].map((identity) => candidate(identity));
    await time.pass(5000);
    expect(candidates.filter(({ leader }) => leader.holds())).toHaveLength(1);
    expect(store.record?.transitions).toBe(0);
  });
});

describe('waiting', () => {
  it('ends without the leadership when it is told to end', async () => {
    candidate('first');
    await time.pass(1000);
    const second = candidate('second');
    await time.pass(10_000);
    second.stop.abort();
    await time.pass(20_000);
    expect(second.ended).toBe('stopped');
    expect(second.leader.holds()).toBe(false);
  });

  it('survives a store that does not answer', async () => {
    let exchange: Exchange = { ...CALM, lost: 'request' };
    const first = candidate('first', () => exchange);
    await time.pass(60_000);
    expect(first.leader.holds()).toBe(false);
    exchange = CALM;
    expect(await untilLeads(first)).toBeLessThan(2_500);
  });
});

describe('stepping down', () => {
  it('writes nothing when it does not lead', async () => {
    candidate('first');
    await time.pass(1000);
    const second = candidate('second');
    await time.pass(3000);
    const writes = store.writes.length;
    await second.leader.release();
    expect(store.writes.length).toBe(writes);
    expect(store.record?.holder).toBe('first');
  });

  it('waits for a renewal that is under way, and frees the record that it leaves', async () => {
    let exchange = CALM;
    const first = candidate('first', () => exchange);
    await time.pass(1000);
    exchange = { reachMs: 500, answerMs: 500 };
    // The next renewal is on its way.
    await time.pass(1_100);
    first.stop.abort();
    const released = first.leader.release();
    await time.pass(3_000);
    await released;
    expect(store.record?.holder).toBe('');
  });

  it('fails when its store does not answer, and leads no more all the same', async () => {
    let exchange = CALM;
    const first = candidate('first', () => exchange);
    await time.pass(5000);
    exchange = { ...CALM, lost: 'request' };
    first.stop.abort();
    const released = expect(first.leader.release()).rejects.toThrow('lost');
    await time.pass(100);
    await released;
    expect(first.leader.holds()).toBe(false);
  });
});
