import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Condition, KubeObject } from '../api/object.ts';
import { storedCache } from '../../test/stored-cache.ts';
import { KINDS } from '../kube/kinds.ts';
import { ApiError } from '../kube/port.ts';
import { LOADING, ROLLING_OUT, StatusWriter, USUAL } from './status-writer.ts';

interface Status {
  observedGeneration?: number;
  conditions?: readonly Condition[];
  readyReplicas?: number;
}
type Server = KubeObject & { spec?: unknown; status?: Status };

let nowMs: number;
let written: KubeObject[];
let answer: (object: KubeObject) => Promise<KubeObject>;
let writer: StatusWriter<Server>;
const cache = storedCache<Server>(KINDS.A2AServer, []);

beforeEach(() => {
  nowMs = 1_000_000;
  written = [];
  answer = (object) => Promise.resolve(object);
  writer = new StatusWriter<Server>({
    kube: {
      applyStatus(object) {
        written.push(object);
        return answer(object);
      },
    },
    cache,
    nowMs: () => nowMs,
  });
});

const condition = (type: string, status: Condition['status'], message = ''): Condition => ({
  type,
  status,
  reason: 'Reason',
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});
const aStatus = (conditions: Condition[] = [], readyReplicas = 0): Status => ({
  observedGeneration: 1,
  conditions,
  readyReplicas,
});
const aServer = (status?: Status, name = 'demo'): Server => ({
  apiVersion: 'a2a-operator.io/v1alpha1',
  kind: 'A2AServer',
  metadata: {
    name,
    namespace: 'team',
    uid: `uid-of-${name}`,
    resourceVersion: '5',
    labels: { a: 'b' },
  },
  spec: { replicas: 1 },
  ...(status && { status }),
});

/** Writes as in a rollout, where there is most to wait for. */
const write = (object: Server, status: Status, pace = ROLLING_OUT): Promise<number | undefined> =>
  writer.write(object, status, pace);

describe('a status', () => {
  it('is written as nothing but itself, to exactly this object', async () => {
    expect(await write(aServer(), aStatus())).toBeUndefined();
    expect(written).toEqual([
      {
        apiVersion: 'a2a-operator.io/v1alpha1',
        kind: 'A2AServer',
        metadata: { name: 'demo', namespace: 'team', uid: 'uid-of-demo' },
        status: aStatus(),
      },
    ]);
  });

  it('is remembered as the API server stored it', async () => {
    const stored = {
      ...aServer(aStatus()),
      metadata: { ...aServer().metadata, resourceVersion: '6' },
    };
    answer = () => Promise.resolve(stored);
    await write(aServer(), aStatus());
    expect(cache.get({ namespace: 'team', name: 'demo' })).toBe(stored);
  });

  it('that is there already is not written, in whatever order its fields are', async () => {
    const { readyReplicas, conditions, observedGeneration } = aStatus(
      [condition('Ready', 'True')],
      2,
    );
    const reordered = { readyReplicas, conditions, observedGeneration } as Status;
    expect(await write(aServer(reordered), aStatus([condition('Ready', 'True')], 2))).toBe(
      undefined,
    );
    expect(written).toEqual([]);
  });

  it('of an object that was deleted meanwhile is no longer of interest', async () => {
    answer = () => Promise.reject(new ApiError(404, 'NotFound', 'not found'));
    expect(await write(aServer(), aStatus())).toBeUndefined();
  });

  it('that cannot be written is an error, and is tried again with the next look', async () => {
    const outage = new ApiError(503, 'ServiceUnavailable', 'later');
    answer = () => Promise.reject(outage);
    await expect(write(aServer(), aStatus())).rejects.toBe(outage);
    await expect(write(aServer(), aStatus())).rejects.toBe(outage);
    expect(written).toHaveLength(2);
  });
});

describe('a change of a status', () => {
  const ready = condition('Ready', 'True');
  it.each([
    { reason: 'there was none', before: undefined, after: aStatus(), wait: false },
    {
      reason: 'another generation was seen',
      before: aStatus([ready]),
      after: { ...aStatus([ready]), observedGeneration: 2 },
      wait: false,
    },
    {
      reason: 'a condition has turned',
      before: aStatus([condition('Ready', 'False')]),
      after: aStatus([ready]),
      wait: false,
    },
    {
      reason: 'a condition is new',
      before: aStatus([ready]),
      after: aStatus([ready, condition('Stalled', 'True')]),
      wait: false,
    },
    {
      reason: 'a condition is gone',
      before: aStatus([ready, condition('Reconciling', 'True')]),
      after: aStatus([ready]),
      wait: false,
    },
    {
      reason: 'what was reachable is unknown',
      before: aStatus([condition('ModelReachable', 'True')]),
      after: aStatus([condition('ModelReachable', 'Unknown')]),
      wait: false,
    },
    {
      reason: 'a first reading, which comes with the pods',
      before: aStatus([condition('ModelReachable', 'Unknown')]),
      after: aStatus([condition('ModelReachable', 'True')]),
      wait: true,
    },
    {
      reason: 'a condition of every rollout has turned',
      before: aStatus([condition('Progressing', 'True'), condition('Served', 'False')]),
      after: aStatus([condition('Progressing', 'False'), condition('Served', 'True')]),
      wait: true,
    },
    {
      reason: 'a message is another one',
      before: aStatus([condition('Ready', 'False', '1 of 3')]),
      after: aStatus([condition('Ready', 'False', '2 of 3')]),
      wait: true,
    },
    { reason: 'a count is another one', before: aStatus([], 1), after: aStatus([], 2), wait: true },
  ])('waits: $wait; $reason', async ({ before, after, wait }) => {
    expect(await write(aServer(before), after)).toBe(wait ? ROLLING_OUT.progressMs : undefined);
    expect(written).toHaveLength(wait ? 0 : 1);
  });
});

describe('progress', () => {
  const before = aServer(aStatus([], 0));
  const progress = (readyReplicas: number): Promise<number | undefined> =>
    write(before, aStatus([], readyReplicas));

  it('is written half a minute after it began, with what has come since', async () => {
    expect(await progress(1)).toBe(ROLLING_OUT.progressMs);
    nowMs += ROLLING_OUT.progressMs - 1;
    expect(await progress(2)).toBe(1);
    expect(written).toEqual([]);
    nowMs += 1;
    expect(await progress(3)).toBeUndefined();
    expect(written).toMatchObject([{ status: { readyReplicas: 3 } }]);
  });

  it('begins to wait anew after it was written', async () => {
    await progress(1);
    nowMs += ROLLING_OUT.progressMs;
    await progress(1);
    expect(await write(aServer(aStatus([], 1)), aStatus([], 2))).toBe(ROLLING_OUT.progressMs);
  });

  it('goes along with a change that decides something, and waits no longer', async () => {
    await progress(1);
    nowMs += 5_000;
    await write(before, { ...aStatus([], 2), observedGeneration: 2 });
    expect(written).toMatchObject([{ status: { readyReplicas: 2 } }]);
    const after = aServer({ ...aStatus([], 2), observedGeneration: 2 });
    const next = { ...aStatus([], 3), observedGeneration: 2 };
    expect(await write(after, next)).toBe(ROLLING_OUT.progressMs);
  });

  it('that is undone is none, and the next one waits for its own half minute', async () => {
    await progress(1);
    nowMs += ROLLING_OUT.progressMs - 1_000;
    expect(await progress(0)).toBeUndefined();
    expect(await progress(1)).toBe(ROLLING_OUT.progressMs);
  });

  it('of an object that is gone is forgotten: a namesake waits for its own half minute', async () => {
    await progress(1);
    nowMs += ROLLING_OUT.progressMs - 1_000;
    writer.forget('team/demo');
    expect(await progress(1)).toBe(ROLLING_OUT.progressMs);
  });

  it('of one object has nothing to do with that of another', async () => {
    await progress(1);
    nowMs += ROLLING_OUT.progressMs - 1_000;
    expect(await write(aServer(aStatus([], 0), 'other'), aStatus([], 1))).toBe(
      ROLLING_OUT.progressMs,
    );
    expect(await progress(1)).toBe(1_000);
  });

  it('that is not part of a rollout is written after two seconds, even when it began as one', async () => {
    expect(await write(before, aStatus([], 1), USUAL)).toBe(USUAL.progressMs);
    await write(before, aStatus([], 0));
    await progress(1);
    nowMs += USUAL.progressMs;
    expect(await write(before, aStatus([], 2), USUAL)).toBeUndefined();
    expect(written).toMatchObject([{ status: { readyReplicas: 2 } }]);
  });
});

describe('a new generation that may be in use within moments', () => {
  const inUse = aServer(aStatus([condition('Ready', 'True')]));
  const loading = { ...aStatus([condition('Ready', 'False')]), observedGeneration: 2 };
  const loaded = { ...aStatus([condition('Ready', 'True')]), observedGeneration: 2 };

  it('is one status, when it is in use', async () => {
    expect(await write(inUse, loading, LOADING)).toBe(LOADING.decisionMs);
    nowMs += 1_000;
    expect(await write(inUse, loaded, USUAL)).toBeUndefined();
    expect(written).toMatchObject([{ status: { observedGeneration: 2 } }]);
  });

  it('is said to be on its way when that takes longer', async () => {
    await write(inUse, loading, LOADING);
    nowMs += LOADING.decisionMs;
    expect(await write(inUse, loading, LOADING)).toBeUndefined();
    expect(written).toHaveLength(1);
  });

  it('does not keep a new object from saying what it waits for', async () => {
    expect(await write(aServer({ observedGeneration: -1 }), loading, LOADING)).toBeUndefined();
    expect(written).toHaveLength(1);
  });
});
