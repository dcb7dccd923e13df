import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/object.ts';
import { ApiError } from '../kube/port.ts';
import type { Kube } from '../kube/port.ts';
import { applyAll } from './apply.ts';
import type { OnWrite } from './apply.ts';
import { StalledError, WaitingError } from './errors.ts';

const object = (kind: string, changes: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: {
    name: 'demo',
    namespace: 'team',
    ownerReferences: [
      {
        apiVersion: 'a2a-operator.io/v1alpha1',
        kind: 'A2AServer',
        name: 'demo',
        uid: 'u',
        controller: true,
      },
    ],
    ...changes,
  },
});

/** An API server that holds some objects and records what was written to it. */
function aKube(
  stored: readonly KubeObject[],
  failing: Partial<Kube> = {},
): { kube: Kube; writes: string[] } {
  const writes: string[] = [];
  const find = (kind: string): Promise<KubeObject | undefined> =>
    Promise.resolve(stored.find((one) => one.kind === kind));
  const write = (how: string) => (written: KubeObject) => {
    writes.push(`${how} ${written.kind}`);
    return Promise.resolve(written);
  };
  const kube: Kube = {
    get: ({ kind }) => find(kind),
    getMetadata: ({ kind }) => find(kind),
    async create(written) {
      if ((await find(written.kind)) === undefined) return write('create')(written);
      throw new ApiError(409, 'Conflict', 'the object has been modified');
    },
    apply: write('apply'),
    overwrite: write('overwrite'),
    annotate: write('annotate'),
    applyStatus: write('applyStatus'),
    delete: () => Promise.resolve(),
    ...failing,
  };
  return { kube, writes };
}

/** Hears of writes, and keeps what was done. */
function aLog(): { deeds: string[]; onWrite: OnWrite } {
  const deeds: string[] = [];
  return { deeds, onWrite: (deed, { kind }) => deeds.push(`${deed} ${kind}`) };
}
const forget = (): void => undefined;
const applied = (hash: string): Record<string, string> => ({
  'a2a-operator.io/applied-hash': hash,
});

describe('applying', () => {
  it('creates what is not there, in one write', async () => {
    const { kube, writes } = aKube([]);
    const { deeds, onWrite } = aLog();
    await applyAll([object('Service')], [], kube, onWrite);
    expect(writes).toEqual(['create Service']);
    expect(deeds).toEqual(['created Service']);
  });

  it('writes nothing for what is as desired', async () => {
    const { kube, writes } = aKube([]);
    const same = object('Service', { annotations: applied('h') });
    await applyAll([same], [same], kube, forget);
    expect(writes).toEqual([]);
  });

  it.each([
    { reason: 'seen', owned: true },
    { reason: 'not seen yet', owned: false },
  ])('waits for what is on its way out, $reason, and goes on with the rest', async ({ owned }) => {
    const going = object('ServiceAccount', { uid: 'd', deletionTimestamp: '2026-01-01T00:00:00Z' });
    const { kube, writes } = aKube([going]);
    const desired = [object('ServiceAccount'), object('Service')];
    const applying = applyAll(desired, owned ? [going] : [], kube, forget);
    await expect(applying).rejects.toThrow(
      new WaitingError(
        'ChildTerminating',
        'ServiceAccount "demo" is being deleted and is made anew when it is gone; if it stays, look at its finalizers',
      ),
    );
    expect(writes).toEqual(['create Service']);
  });

  it('waits for the garbage collector when the name is that of an earlier server’s child', async () => {
    const [owner] = object('Service').metadata.ownerReferences ?? [];
    if (owner === undefined) throw new Error('a child has an owner');
    const earlier = object('Service', { ownerReferences: [{ ...owner, uid: 'earlier' }] });
    const { kube, writes } = aKube([earlier]);
    await expect(applyAll([object('Service')], [], kube, forget)).rejects.toThrow(WaitingError);
    expect(writes).toEqual([]);
  });

  it('tells an update from the repair of what somebody else has changed', async () => {
    const { kube } = aKube([]);
    const { deeds, onWrite } = aLog();
    const desired = object('Service', { annotations: applied('new'), labels: { team: 'a' } });
    const older = object('Service', { annotations: applied('old') });
    await applyAll([desired], [older], kube, onWrite);
    const edited = object('Service', { annotations: applied('new'), labels: { team: 'b' } });
    await applyAll([desired], [edited], kube, onWrite);
    expect(deeds).toEqual(['updated Service', 'repaired Service']);
  });

  it('never replaces a generated key that the cache has not seen yet', async () => {
    const { kube, writes } = aKube([object('Secret')]);
    const { deeds, onWrite } = aLog();
    await applyAll([object('Secret')], [], kube, onWrite);
    expect(writes).toEqual([]);
    expect(deeds).toEqual(['created Secret']);
  });

  it('applies on an own object that the cache has not seen yet, by its UID', async () => {
    const { kube, writes } = aKube([object('Service', { uid: 's' })]);
    await applyAll([object('Service')], [], kube, forget);
    expect(writes).toEqual(['apply Service']);
  });

  it('goes on with the other children when one name is taken', async () => {
    const { kube, writes } = aKube([object('ServiceAccount', { ownerReferences: [] })]);
    const desired = [object('ServiceAccount'), object('Service')];
    await expect(applyAll(desired, [], kube, forget)).rejects.toThrow(StalledError);
    expect(writes).toEqual(['create Service']);
  });

  it('overwrites lists when a foreign item makes the sum invalid', async () => {
    const apply = (): Promise<never> => Promise.reject(new ApiError(422, 'Invalid', 'duplicate'));
    const { kube, writes } = aKube([], { apply });
    const live = object('Service', { uid: 's', annotations: applied('old') });
    await applyAll([object('Service')], [live], kube, forget);
    expect(writes).toEqual(['overwrite Service']);
  });

  it('reports an outage rather than a refusal, whichever came first', async () => {
    const invalid = new ApiError(422, 'Invalid', 'spec.ports: Required value');
    const outage = new ApiError(500, 'InternalError', 'etcd');
    const create = ({ kind }: KubeObject): Promise<never> =>
      Promise.reject(kind === 'Service' ? outage : invalid);
    const { kube } = aKube([], { create });
    const desired = [object('ServiceAccount'), object('Service')];
    await expect(applyAll(desired, [], kube, forget)).rejects.toBe(outage);
  });

  it('reports an outage rather than a name that is taken, because an outage is tried again', async () => {
    const outage = new ApiError(503, 'ServiceUnavailable', 'try again');
    const create = ({ kind }: KubeObject): Promise<never> =>
      Promise.reject(kind === 'Service' ? outage : new ApiError(409, 'Conflict', 'taken'));
    const { kube } = aKube([object('ServiceAccount', { ownerReferences: [] })], { create });
    const desired = [object('ServiceAccount'), object('Service')];
    await expect(applyAll(desired, [], kube, forget)).rejects.toBe(outage);
  });
});
