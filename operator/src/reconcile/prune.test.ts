import { describe, expect, it } from '@jest/globals';
import { aServer } from '../../test/builders.ts';
import type { KubeObject } from '../api/object.ts';
import type { Kube } from '../kube/port.ts';
import type { Deployment, ReplicaSet } from './caches.ts';
import type { Observed } from './observe.ts';
import { prune } from './prune.ts';

const object = (kind: string, name: string, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'team', uid: `uid-of-${name}`, ...metadata },
});
/** Something whose pods start with these. */
const template = (kind: string, configMap: string, secret = 'none'): ReplicaSet & Deployment => ({
  ...object(kind, 'demo'),
  spec: {
    selector: {},
    template: {
      spec: {
        containers: [{ name: 'runtime', envFrom: [{ configMapRef: { name: configMap } }] }],
        volumes: [{ name: 'key', secret: { secretName: secret } }],
      },
    },
  },
});

/** The Deployment says that no other pods are left than those of its template. */
const settled = (configMap = 'demo-config-2', secret = 'none'): Deployment => {
  const { metadata, ...rest } = template('Deployment', configMap, secret);
  return {
    ...rest,
    metadata: { ...metadata, generation: 2 },
    status: { observedGeneration: 2 },
  };
};

const keyless = aServer({ auth: { enabled: false } });

/** What is deleted of what a server owns; `world` may hold the server as it is by now. */
async function pruned(
  owned: KubeObject[],
  desired: KubeObject[],
  world: Partial<Observed> & { live?: KubeObject | undefined } = {},
): Promise<string[]> {
  const deleted: string[] = [];
  const told: string[] = [];
  const kube: Pick<Kube, 'delete' | 'getMetadata'> = {
    getMetadata: () => Promise.resolve('live' in world ? world.live : keyless),
    delete: ({ kind, metadata }) => {
      deleted.push(`${kind} ${metadata.name}`);
      return Promise.resolve();
    },
  };
  const observed = {
    server: keyless,
    owned,
    replicaSets: [],
    deployment: settled(),
    pods: [],
    ...world,
  };
  const isDone = await prune(
    desired,
    observed as unknown as Observed,
    kube as Kube,
    (deed, { kind, metadata }) => told.push(`${deed} ${kind} ${metadata.name}`),
  );
  expect(told).toEqual(deleted.map((each) => `pruned ${each}`));
  return isDone ? deleted : [...deleted, 'more to do'];
}

describe('what a server owns', () => {
  const service = object('Service', 'demo');
  const ingress = object('Ingress', 'demo');
  const settings = object('ConfigMap', 'demo-config-1');
  const key = object('Secret', 'demo-api-key');

  it('is deleted when it is no longer wanted, and nothing else is', async () => {
    expect(await pruned([service, ingress, settings], [service])).toEqual([
      'Ingress demo',
      'ConfigMap demo-config-1',
    ]);
  });

  it('is told apart by Kind and name', async () => {
    const metrics = object('Service', 'demo-metrics');
    expect(await pruned([service, metrics], [service, ingress])).toEqual(['Service demo-metrics']);
  });

  it('is left alone while it is on its way out', async () => {
    const going = object('Service', 'demo', { deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(await pruned([going], [])).toEqual([]);
  });

  it.each([
    { reason: 'a ReplicaSet', world: { replicaSets: [template('ReplicaSet', 'demo-config-1')] } },
    {
      reason: 'one of several',
      world: {
        replicaSets: [template('ReplicaSet', 'x'), template('ReplicaSet', 'demo-config-1')],
      },
    },
  ])('stays while pods may start with it: settings, of $reason', async ({ world }) => {
    const sameName = object('Service', 'demo-config-1');
    expect(await pruned([settings, sameName], [], world)).toEqual(['Service demo-config-1']);
    const older = object('ConfigMap', 'demo-config-0');
    expect(await pruned([settings, older], [], world)).toEqual(['ConfigMap demo-config-0']);
  });

  it('stays while the Deployment has it, whose ReplicaSet may not be seen yet; then there is more to do', async () => {
    const world = { deployment: settled('demo-config-1') };
    expect(await pruned([settings], [], world)).toEqual(['more to do']);
    const older = object('ConfigMap', 'demo-config-0');
    expect(await pruned([settings, older], [], world)).toEqual([
      'ConfigMap demo-config-0',
      'more to do',
    ]);
  });

  it('stays while pods may start with it: a Secret', async () => {
    const world = { replicaSets: [template('ReplicaSet', 'x', 'demo-api-key')] };
    expect(await pruned([key], [], world)).toEqual([]);
    expect(await pruned([key], [])).toEqual(['Secret demo-api-key']);
  });

  it.each([
    { reason: 'a rollout is under way', deployment: template('Deployment', 'demo-config-2') },
    { reason: 'there is no Deployment', deployment: undefined },
  ])(
    'stays while $reason, whatever ReplicaSets are seen: what pods need',
    async ({ deployment }) => {
      const account = object('ServiceAccount', 'demo');
      const shard = object('ConfigMap', 'demo-agents-1');
      expect(await pruned([settings, key, account, shard, ingress], [], { deployment })).toEqual([
        'ConfigMap demo-agents-1',
        'Ingress demo',
        'more to do',
      ]);
    },
  );

  it.each([
    { reason: 'was changed since', live: aServer({}, { generation: 2 }) },
    { reason: 'was made anew since', live: aServer({}, { uid: 'another' }) },
    { reason: 'is gone', live: undefined },
  ])('stays when its server $reason: the view was an old one', async ({ live }) => {
    expect(await pruned([ingress], [], { live })).toEqual(['more to do']);
  });

  it('is deleted one after the other, and an error ends it', async () => {
    const deleted: string[] = [];
    const outage = new Error('ECONNREFUSED');
    const kube = {
      getMetadata: () => Promise.resolve(aServer()),
      delete: ({ kind }: KubeObject) => {
        deleted.push(kind);
        return kind === 'Ingress' ? Promise.reject(outage) : Promise.resolve();
      },
    } as unknown as Kube;
    const observed = {
      server: aServer(),
      owned: [service, ingress, settings],
      replicaSets: [],
      pods: [],
    };
    const told: string[] = [];
    const pruning = prune([], observed as unknown as Observed, kube, (deed) => told.push(deed));
    await expect(pruning).rejects.toBe(outage);
    expect(deleted).toEqual(['Service', 'Ingress']);
    expect(told).toEqual(['pruned']);
  });
});
