import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../api/object.ts';
import { ApiError } from '../kube/port.ts';
import type { Kube } from '../kube/port.ts';
import { applyAll } from './apply.ts';
import { StalledError } from './errors.ts';

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
    apply: write('apply'),
    overwrite: write('overwrite'),
    applyStatus: write('applyStatus'),
    delete: () => Promise.resolve(),
    ...failing,
  };
  return { kube, writes };
}

const forget = (): void => undefined;

describe('applying', () => {
  it('creates what is not there', async () => {
    const { kube, writes } = aKube([]);
    await applyAll([object('Service')], [], kube, forget);
    expect(writes).toEqual(['apply Service']);
  });

  it('never replaces a generated key that the cache has not seen yet', async () => {
    const { kube, writes } = aKube([object('Secret')]);
    const remembered: KubeObject[] = [];
    await applyAll([object('Secret')], [], kube, (one) => remembered.push(one));
    expect(writes).toEqual([]);
    expect(remembered).toHaveLength(1);
  });

  it('goes on with the other children when one name is taken', async () => {
    const { kube, writes } = aKube([object('ServiceAccount', { ownerReferences: [] })]);
    const desired = [object('ServiceAccount'), object('Service')];
    await expect(applyAll(desired, [], kube, forget)).rejects.toThrow(StalledError);
    expect(writes).toEqual(['apply Service']);
  });

  it('overwrites lists when a foreign item makes the sum invalid', async () => {
    const apply = (): Promise<never> => Promise.reject(new ApiError(422, 'Invalid', 'duplicate'));
    const { kube, writes } = aKube([], { apply });
    const live = object('Service', {
      uid: 's',
      annotations: { 'a2a-operator.io/applied-hash': 'old' },
    });
    await applyAll([object('Service')], [live], kube, forget);
    expect(writes).toEqual(['overwrite Service']);
  });

  it('reports an outage rather than a name that is taken, because an outage is tried again', async () => {
    const outage = new ApiError(503, 'ServiceUnavailable', 'try again');
    const apply = (): Promise<never> => Promise.reject(outage);
    const { kube } = aKube([object('ServiceAccount', { ownerReferences: [] })], { apply });
    const desired = [object('ServiceAccount'), object('Service')];
    await expect(applyAll(desired, [], kube, forget)).rejects.toBe(outage);
  });
});
