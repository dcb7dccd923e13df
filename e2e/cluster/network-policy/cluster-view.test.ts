import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { connectApiServer } from './api-server.ts';
import { watchCluster } from './cluster-view.ts';
import type { ClusterView } from './cluster-view.ts';
import { fakeKubeconfig, startFakeApi } from './fake-api.ts';
import type { FakeApi } from './fake-api.ts';
import type { Pod } from './objects.ts';

const PODS = '/api/v1/pods';
const NAMESPACES = '/api/v1/namespaces';
const POLICIES = '/apis/networking.k8s.io/v1/networkpolicies';

let folder: string;
let api: FakeApi;
let stop: AbortController;
let view: ClusterView;
let changes: number;
let errors: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'a2anp-'));
  api = await startFakeApi();
  stop = new AbortController();
  changes = 0;
  errors = [];
});

afterEach(async () => {
  stop.abort();
  await view.ended;
  api.close();
  await rm(folder, { recursive: true });
});

describe('the view of the cluster', () => {
  it('is undefined until everything was listed once', async () => {
    api.setFailing(true);
    await start();
    await until(() => errors.length >= 3);
    expect(view.state()).toBeUndefined();
    api.setFailing(false);
    await until(() => view.state() !== undefined);
  });

  it('follows additions, changes and deletions, of names only within a namespace', async () => {
    api.put(PODS, pod('one', '10.244.0.1'));
    api.put(NAMESPACES, { metadata: { name: 'shop' } });
    await start();
    await until(() => addresses() === '10.244.0.1');
    api.put(PODS, pod('one', '10.244.0.2'));
    api.put(PODS, pod('one', '10.244.0.3', 'crm'));
    await until(() => addresses() === '10.244.0.2 10.244.0.3');
    api.remove(PODS, pod('one', '10.244.0.2'));
    await until(() => addresses() === '10.244.0.3');
  });

  it('forgets a pod that finishes: it counts as no endpoint any more', async () => {
    api.put(PODS, pod('one', '10.244.0.1'));
    await start();
    await until(() => addresses() === '10.244.0.1');
    api.put(PODS, { ...pod('one', '10.244.0.1'), status: { phase: 'Succeeded' } } as Pod);
    await until(() => addresses() === '');
  });

  it('does not report what no rule depends on', async () => {
    api.put(PODS, pod('one', '10.244.0.1'));
    await start();
    await until(() => addresses() === '10.244.0.1' && api.watchCount() === 3);
    const before = changes;
    const { metadata, ...rest } = pod('one', '10.244.0.1');
    api.put(PODS, { ...rest, metadata: { ...metadata, resourceVersion: '77' } } as Pod);
    api.put(NAMESPACES, { metadata: { name: 'later' } });
    await until(() => changes > before);
    expect(changes).toBe(before + 1);
  });

  it.each(['cutWatches', 'expireWatches'] as const)(
    'after %s lists again, and sees a deletion that no watch reported',
    async (fault) => {
      api.put(PODS, pod('one', '10.244.0.1'));
      await start();
      await until(() => addresses() === '10.244.0.1' && api.watchCount() === 3);
      api.setFailing(true);
      api[fault]();
      await until(() => errors.length > 0 && api.watchCount() === 0);
      api.remove(PODS, pod('one', '10.244.0.1'));
      api.put(POLICIES, { metadata: { name: 'deny', namespace: 'shop' } });
      expect(addresses()).toBe('10.244.0.1');
      api.setFailing(false);
      await until(() => addresses() === '' && view.state()?.policies.length === 1);
    },
  );

  it('ends at the abort, without an error', async () => {
    await start();
    await until(() => api.watchCount() === 3);
    stop.abort();
    await view.ended;
    expect(errors).toEqual([]);
    await until(() => api.watchCount() === 0);
  });
});

async function start(): Promise<void> {
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, fakeKubeconfig(api.port));
  view = watchCluster(await connectApiServer(kubeconfig), {
    onChange: () => (changes += 1),
    onError: (path, error) => errors.push(`${path}: ${String(error)}`),
    signal: stop.signal,
  });
}

function addresses(): string {
  return (view.state()?.endpoints ?? [])
    .map(({ ip }) => ip)
    .sort()
    .join(' ');
}

function pod(name: string, podIP: string, namespace = 'shop'): Pod {
  return { metadata: { name, namespace }, status: { phase: 'Running', podIP } };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 4_000;
  while (!condition()) {
    if (Date.now() > deadline)
      throw new Error(`never true: ${String(condition)}; ${errors.join()}`);
    await delay(5);
  }
}
