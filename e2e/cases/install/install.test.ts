import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { loadImage } from '../../cluster/images.ts';
import { ingressFetch } from '../../clients/ingress-fetch.ts';
import { ask } from '../../clients/json-rpc.ts';
import { beginLoad } from '../../clients/load.ts';
import { DEMO_NAMESPACE, installSamples } from '../../demo/samples.ts';
import { ensureCredentials } from '../../platform/credentials.ts';
import { agent, scriptPod, server } from '../manifests.ts';
import { operatorOf } from '../operator.ts';
import { awaitRoute, beginStory, eventually, ingressBase, podsOf } from '../story.ts';
import { CHART, previousChart } from './previous-chart.ts';
import { releaseOf } from './release.ts';
import type { Endpoint } from '../../clients/json-rpc.ts';
import type { KubeObject, Story } from '../story.ts';
import type { EarlierChart } from './previous-chart.ts';
import type { Release, Values } from './release.ts';

jest.setTimeout(300_000);

const HOST = 'installed.localhost';
const CRDS = ['a2aservers.a2a-operator.io', 'agentdefinitions.a2a-operator.io'];
/** Another tag of the same images, so that an upgrade replaces the pods of operator and servers. */
const OTHER_TAG = 'dev';

const earlier: EarlierChart = await previousChart();

let story: Story;
let release: Release;
let values: Values;
let endpoint: Endpoint;

beforeAll(async () => {
  story = await beginStory('install');
  release = releaseOf(story.cluster);
  values = await release.values();
  for (const { repository } of [values.image, values.runtimeImage]) {
    await loadImage(`${repository}:${OTHER_TAG}`);
  }
  const { image, runtimeImage } = values;
  await release.upgrade(earlier.path, {
    image: { ...image, tag: OTHER_TAG },
    runtimeImage: { ...runtimeImage, tag: OTHER_TAG },
  });
  await story.apply(
    agent('assistant'),
    server('installed', { ingress: { enabled: true, host: HOST } }),
  );
  await story.ready('a2as/installed', 'agentdef/assistant');
  expect(await runtimeTag()).toBe(OTHER_TAG);
  await awaitRoute(HOST);
  const headers = { 'X-API-Key': await story.apiKey('installed') };
  endpoint = { url: `${ingressBase(HOST)}/a2a`, headers, fetch: ingressFetch };
});
afterAll(async () => {
  // What is shared by all stories must be as it was, however this one ended.
  await release.upgrade(CHART, values);
  const demo = await story.cluster.kubectl('get', 'ns', DEMO_NAMESPACE, '--ignore-not-found');
  // The earlier CRDs may have lacked some of their fields.
  if (demo !== '') {
    await installSamples(story.cluster, await ensureCredentials(story.cluster, undefined));
  }
  await story.end();
  await earlier.remove();
});

interface Deployment {
  spec: { template: { spec: { containers: [{ image: string }] } } };
}

async function runtimeTag(): Promise<string> {
  const { spec } = await story.get<Deployment>('deployment', 'installed');
  return spec.template.spec.containers[0].image.split(':').at(-1) ?? '';
}

async function crdUids(): Promise<(string | undefined)[]> {
  const path = 'jsonpath={.items[*].metadata.uid}';
  return (await story.cluster.kubectl('get', 'crd', ...CRDS, '-o', path)).split(' ');
}

/** What users wrote, and the pods of it. */
async function usersObjects(): Promise<object[]> {
  const objects: KubeObject[] = await story.list('a2as,agentdef,secrets');
  const pods: KubeObject[] = await podsOf(story, 'installed');
  return [...objects, ...pods].map(({ kind, metadata: { name, uid } }) => ({ kind, name, uid }));
}

async function expectAnswer(): Promise<void> {
  const { status, task } = await ask(endpoint, 'Hello');
  expect([status, task?.status.state]).toEqual([200, 'TASK_STATE_COMPLETED']);
}

describe('an upgrade that replaces the pods of operator and servers', () => {
  it(`from ${earlier.what} fails no request`, async () => {
    const uids = await crdUids();
    const load = beginLoad([endpoint, endpoint, endpoint]);
    await eventually('requests', () => Promise.resolve(load.answered() > 5));
    await release.upgrade(CHART, values);
    const isReplaced = async (): Promise<boolean> =>
      (await runtimeTag()) === values.runtimeImage.tag;
    await eventually('the new pod template', isReplaced);
    await story.kubectl('rollout', 'status', 'deployment/installed', '--timeout=90s');
    const after = load.answered();
    // The old pod has gone, and the new one answers.
    await eventually('one pod', async () => (await podsOf(story, 'installed')).length === 1);
    await eventually('more answers', () => Promise.resolve(load.answered() > after + 20));
    expect((await load.end()).failures).toEqual([]);
    await story.ready('a2as/installed', 'agentdef/assistant');
    expect(await crdUids()).toEqual(uids);
  });
});

describe('the metrics of the operator', () => {
  const URL = 'http://a2a-operator-metrics.a2a-operator-system:8080/metrics';
  const READ = `
    const read = async () => {
      try { return (await fetch('${URL}', { signal: AbortSignal.timeout(2000) })).status; }
      catch (error) { return error.name; }
    };
    const until = Date.now() + Number(process.env.SECONDS) * 1000;
    let seen = await read();
    while (seen !== 200 && Date.now() < until) seen = await read();
    console.log(seen);
  `;
  async function readFrom(pod: string, seconds: number): Promise<string> {
    await story.apply(scriptPod(pod, READ, { SECONDS: String(seconds) }));
    const done = '--for=jsonpath={.status.phase}=Succeeded';
    await story.kubectl('wait', '--timeout=90s', done, `pod/${pod}`);
    return (await story.kubectl('logs', pod)).trim();
  }

  it('are read by nobody who is not named', async () => {
    expect(await readFrom('stranger', 0)).toBe('TimeoutError');
  });

  it('are read from a namespace that network.monitoring names', async () => {
    const matchLabels = { 'kubernetes.io/metadata.name': story.namespace };
    const monitoring = [{ namespaceSelector: { matchLabels } }];
    await release.upgrade(CHART, { ...values, network: { ...values.network, monitoring } });
    expect(await readFrom('monitor', 30)).toBe('200');
  });
});

describe('an operator without its admission policy', () => {
  it("touches no pod, and an edit is in use in the kubelets' own time", async () => {
    const told = async (): Promise<(string | undefined)[]> =>
      (await podsOf(story, 'installed')).map(
        ({ metadata }) => metadata.annotations?.['a2a-operator.io/revision'],
      );
    await release.upgrade(CHART, { ...values, admissionPolicy: { enabled: false } });
    const before = await told();
    const description = 'Read by the kubelet alone.';
    await story.apply(agent('assistant', { description }));
    const card = `${ingressBase(HOST)}/.well-known/agent-card.json`;
    const isInUse = async (): Promise<boolean> =>
      (await (await ingressFetch(card)).text()).includes(description);
    await eventually('the edit', isInUse, 120);
    expect(await told()).toEqual(before);
    await story.ready('agentdef/assistant');
    await release.upgrade(CHART, values);
  });
});

describe('an uninstall', () => {
  it('keeps the CRDs, what users wrote, and what answers', async () => {
    const uids = await crdUids();
    const before = await usersObjects();
    expect(await release.uninstall()).toContain('resource policy');
    expect(await operatorOf(story.cluster).pods()).toEqual([]);
    expect(await crdUids()).toEqual(uids);
    expect(await usersObjects()).toEqual(before);
    await expectAnswer();
  });

  it('is followed by an install that takes everything over, and replaces no pod', async () => {
    const uids = await crdUids();
    const before = await usersObjects();
    await release.upgrade(CHART, values);
    await story.apply(agent('assistant', { description: 'Described anew.' }));
    await story.ready('a2as/installed', 'agentdef/assistant');
    expect(await crdUids()).toEqual(uids);
    expect(await usersObjects()).toEqual(before);
    await expectAnswer();
  });

  it('leaves CRDs that an installation by another name takes over only when it is told so', async () => {
    const args = ['install', 'another', CHART, '-n', story.namespace, '--dry-run=server'];
    const off = '--set=userRoles.enabled=false,flowSchema.enabled=false';
    const install = (...more: string[]): Promise<string> =>
      story.cluster.helm(...args, off, `--set=watchNamespace=${story.namespace}`, ...more);
    await expect(install()).rejects.toThrow('invalid ownership metadata');
    expect(await install('--take-ownership')).toContain('a2aservers.a2a-operator.io');
    expect(await install('--set=crds.enabled=false')).toContain('kind: Deployment');
  });
});
