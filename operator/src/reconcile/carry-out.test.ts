import { beforeEach, describe, expect, it } from '@jest/globals';
import { aServer, anAgent, settings } from '../../test/builders.ts';
import type { KubeObject } from '../api/object.ts';
import { ApiError } from '../kube/port.ts';
import type { Kube } from '../kube/port.ts';
import type { Caches, Deployment, ReplicaSet } from './caches.ts';
import { carryOut } from './carry-out.ts';
import type { CarryOutDependencies, Done } from './carry-out.ts';
import type { Observed } from './observe.ts';
import { RolloutSlots } from './rollout-slots.ts';

const server = aServer();

/** What the API server holds of the children, by UID. */
let world: Map<string, KubeObject>;
let writes: string[];
let deps: CarryOutDependencies;
let running: Observed['running'];

beforeEach(() => {
  world = new Map();
  writes = [];
  running = [];
  const write = (verb: string, object: KubeObject): KubeObject => {
    const { kind, metadata } = object;
    writes.push(`${verb} ${kind} ${metadata.name}`);
    const uid = `uid-of-${kind}-${metadata.name}`;
    const resourceVersion = String(writes.length + 100);
    const stored = { ...object, metadata: { ...metadata, uid, resourceVersion } };
    world.set(uid, stored);
    return stored;
  };
  const kube: Partial<Kube> = {
    create: (object) => Promise.resolve(write('create', object)),
    apply: (object) => Promise.resolve(write('apply', object)),
    delete: (object) => {
      write('delete', object);
      world.delete(object.metadata.uid ?? '');
      return Promise.resolve();
    },
    getMetadata: () => Promise.resolve(server),
  };
  deps = {
    kube: kube as Kube,
    caches: { children: [] } as unknown as Caches,
    settings: settings(),
    slots: new RolloutSlots(5, () => undefined),
    notify: () => undefined,
    newApiKey: () => 'key',
  };
});

const observed = (replicaSets: ReplicaSet[] = [], deployment?: Deployment): Observed => ({
  server,
  agents: [anAgent()],
  missingAgents: [],
  texts: { textOf: () => undefined, versions: [] },
  previousFiles: {},
  owned: [...world.values()],
  deployment,
  replicaSets,
  pods: [],
  missingSecrets: [],
  hostHolder: undefined,
  running,
  secretsVersion: '',
  services: [],
});

/** Carries out, and gives what was written for it. */
async function carriedOut(
  done: Done | undefined,
  replicaSets: ReplicaSet[] = [],
  deployment?: Deployment,
): Promise<{ done: Done | undefined; wrote: string[] }> {
  const before = writes.length;
  const result = await carryOut(observed(replicaSets, deployment), { done, failures: 0 }, deps);
  return { done: result.done, wrote: writes.slice(before) };
}

/** A ReplicaSet whose pods start with the settings of this name. */
const replicaSet = (settings: string): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: `rs-of-${settings}`, namespace: 'team', uid: `uid-of-${settings}` },
  spec: {
    selector: {},
    template: {
      spec: { containers: [{ name: 'runtime', envFrom: [{ configMapRef: { name: settings } }] }] },
    },
  },
});

describe('what was carried out', () => {
  it('is not looked at again when its own writes are seen', async () => {
    const first = await carriedOut(undefined);
    expect(first.wrote).toContain('create Deployment demo');
    const second = await carriedOut(first.done);
    expect(second.wrote).toEqual([]);
    expect(second.done).toBe(first.done);
  });

  it('is looked at again when somebody edits one of the objects', async () => {
    const { done } = await carriedOut(undefined);
    const service = world.get('uid-of-Service-demo');
    if (service === undefined) throw new Error('there is no Service');
    const edited = { ...service.metadata, resourceVersion: '900', labels: {} };
    world.set('uid-of-Service-demo', { ...service, metadata: edited });
    expect((await carriedOut(done)).wrote).toEqual(['apply Service demo']);
  });

  it('is looked at again when the last pod with other settings has gone', async () => {
    running = [{ modelUrl: 'http://10.0.0.9' }];
    const { done } = await carriedOut(undefined);
    running = [];
    expect((await carriedOut(done)).wrote).toEqual(['apply NetworkPolicy demo']);
  });

  it('has no Deployment before its NetworkPolicy: pods are restricted from their first moment', async () => {
    const { kube } = deps;
    const refused = new ApiError(422, 'Invalid', 'a label that is none');
    const create: Kube['create'] = (object) =>
      object.kind === 'NetworkPolicy' ? Promise.reject(refused) : kube.create(object);
    deps.kube = { ...kube, create };
    const { wrote } = await carriedOut(undefined);
    expect(wrote).toContain('create Service demo');
    expect(wrote).not.toContain('create Deployment demo');
    deps.kube = kube;
    const { wrote: then } = await carriedOut(undefined);
    expect(then).toEqual(['create NetworkPolicy demo', 'create Deployment demo']);
  });

  it('is tried again when a part of it failed', async () => {
    const { kube } = deps;
    const outage = new Error('ECONNREFUSED');
    const create: Kube['create'] = (object) =>
      object.kind === 'Deployment' ? Promise.reject(outage) : kube.create(object);
    deps.kube = { ...kube, create };
    await expect(carriedOut(undefined)).rejects.toBe(outage);
    deps.kube = kube;
    expect((await carriedOut(undefined)).wrote).toEqual(['create Deployment demo']);
  });
});

describe('settings that a ReplicaSet may start with', () => {
  const old = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'demo-config-old', namespace: 'team', uid: 'uid-of-old' },
  };

  /** The Deployment when only pods with these settings are left. */
  const rolledOut = (settings: string): Deployment => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...old.metadata, name: 'demo', generation: 1 },
    spec: { selector: {}, template: replicaSet(settings).spec?.template ?? {} },
    status: { observedGeneration: 1 },
  });

  it('go when it goes', async () => {
    world.set('uid-of-old', old);
    const deployment = rolledOut('demo-config-new');
    const kept = await carriedOut(undefined, [replicaSet('demo-config-old')], deployment);
    expect(kept.wrote).not.toContain('delete ConfigMap demo-config-old');
    const gone = await carriedOut(kept.done, [], deployment);
    expect(gone.wrote).toEqual(['delete ConfigMap demo-config-old']);
  });

  it('that is not seen yet stay, and are looked at again until it is', async () => {
    world.set('uid-of-old', old);
    const before = await carriedOut(undefined, [], rolledOut('demo-config-old'));
    expect(before.wrote).not.toContain('delete ConfigMap demo-config-old');
    expect(before.done).toBeUndefined();
    const after = await carriedOut(before.done, [], rolledOut('demo-config-new'));
    expect(after.wrote).toEqual(['delete ConfigMap demo-config-old']);
  });

  it('are no reason to look again when a new one comes', async () => {
    const { done } = await carriedOut(undefined);
    expect((await carriedOut(done, [replicaSet('demo-config-new')])).done).toBe(done);
  });
});
