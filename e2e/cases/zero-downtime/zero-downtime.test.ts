import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { ingressFetch } from '../../clients/ingress-fetch.ts';
import { answerOf, ask } from '../../clients/json-rpc.ts';
import { beginLoad, beginOfficialLoad } from '../../clients/load.ts';
import type { Load } from '../../clients/load.ts';
import { agent, REDIS, server } from '../manifests.ts';
import { awaitRoute, beginStory, eventually, ingressBase, podsOf } from '../story.ts';
import type { Story } from '../story.ts';

jest.setTimeout(240_000);

const HOST = 'always.e2e.test';
const REPLICAS = 3;
const VERSIONS = ['1.0', '0.3'] as const;

let story: Story;
let loads: Load[];

beforeAll(async () => {
  story = await beginStory('zero-downtime');
  await story.apply(agent('assistant'), theServer());
  await story.ready('a2as/always');
  await awaitRoute(HOST);
});
afterAll(() => story.end());

function theServer(changes: object = {}): ReturnType<typeof server> {
  const ingress = { enabled: true, className: 'contour', host: HOST };
  return server('always', {
    replicas: REPLICAS,
    memory: REDIS,
    ingress,
    publicUrl: ingressBase(HOST),
    ...changes,
  });
}

/** Callers that never pause: the official client by the Ingress, and one inside by the Service, on kept connections. */
beforeEach(async () => {
  const headers = { 'X-API-Key': await story.apiKey('always') };
  const { spec } = await story.get<{ spec: { clusterIP: string } }>('service', 'always');
  const inside = Array.from({ length: 4 }, () => ({
    url: `http://${spec.clusterIP}/a2a`,
    headers,
  }));
  loads = [
    beginLoad(inside),
    await beginOfficialLoad(
      VERSIONS.map((protocolVersion) => ({
        baseUrl: ingressBase(HOST),
        fetch: ingressFetch,
        headers,
        protocolVersion,
      })),
    ),
  ];
  const first = await ask(inside[0] ?? { url: '' }, 'Hello');
  expect(answerOf(first.task)).toContain('was: Hello');
});

let ended: { requests: number; failures: string[] }[] = [];
async function endLoads(): Promise<void> {
  ended = await Promise.all(loads.map((load) => load.end()));
}
afterEach(endLoads);

async function uids(): Promise<string[]> {
  return (await podsOf(story, 'always')).map(({ metadata }) => metadata.uid).sort();
}

/** Every pod is another one, and all is well. */
async function replaced(before: readonly string[]): Promise<void> {
  await eventually(
    'other pods',
    async () => {
      const now = await uids();
      return now.length === REPLICAS && now.every((uid) => !before.includes(uid));
    },
    200,
  );
  await story.condition('a2as/always', 'Ready', { status: 'True' });
}

async function expectNoFailure(): Promise<void> {
  await endLoads();
  expect(ended.flatMap(({ failures }) => failures)).toEqual([]);
  for (const { requests } of ended) expect(requests).toBeGreaterThan(10);
}

describe('no call fails', () => {
  it('while a rolling update replaces every pod', async () => {
    const before = await uids();
    await story.apply(theServer({ logging: { level: 'Debug' } }));
    await replaced(before);
    await expectNoFailure();
  });

  it('while the server is scaled up and down', async () => {
    for (const replicas of [REPLICAS + 1, 1, REPLICAS]) {
      await story.kubectl('scale', 'a2as/always', `--replicas=${replicas}`);
      await story.condition('a2as/always', 'Ready', { status: 'True' }, 120);
      await eventually('so many pods', async () => (await uids()).length === replicas, 120);
    }
    await expectNoFailure();
  });

  it('while its node is drained', async () => {
    const before = await uids();
    const [node] = await story.list('nodes');
    if (node === undefined) throw new Error('no node');
    const { name } = node.metadata;
    const only = ['--pod-selector=app.kubernetes.io/instance=always', '--delete-emptydir-data'];
    const drained = story.cluster.kubectl('drain', name, ...only, '--timeout=200s');
    // The only node here: what replaces an evicted pod goes to it again, as to another one.
    const open = setInterval(() => void story.cluster.kubectl('uncordon', name), 1_000);
    try {
      await drained;
    } finally {
      clearInterval(open);
      await story.cluster.kubectl('uncordon', name);
    }
    await replaced(before);
    await expectNoFailure();
  });
});
