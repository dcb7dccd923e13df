import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { answerOf, ask } from '../../clients/json-rpc.ts';
import { ingressFetch } from '../../clients/ingress-fetch.ts';
import { namespace } from '../../platform/install.ts';
import { agent, scriptPod, server } from '../manifests.ts';
import { operatorOf } from '../operator.ts';
import { awaitRoute, beginStory, eventually, ingressBase, podsOf } from '../story.ts';
import { INTERNET, METADATA, startOutside } from './outside.ts';
import { probed } from './probe.ts';
import type { Manifest } from '../manifests.ts';
import type { Story } from '../story.ts';
import type { Outside } from './outside.ts';
import type { Place, Target, Way } from './probe.ts';

jest.setTimeout(180_000);

const NAMESPACE = 'e2e-network-policy';
const CALLERS = `${NAMESPACE}-callers`;
const STRANGERS = `${NAMESPACE}-strangers`;
/** Both as the operator of the embedded cluster is told. */
const MONITORING = 'monitoring';
const CONTROLLERS = 'projectcontour';
const HOST = 'network-policy.localhost';

/** Who tries to reach the server, and what must become of it: the A2A port, the metrics port. */
const MAY_REACH: readonly [who: string, a2a: Way, metrics: Way][] = [
  ['a pod of a namespace in from', 'open', 'closed'],
  ["a pod of the server's own namespace", 'closed', 'closed'],
  ['a pod of another namespace', 'closed', 'closed'],
  ["a pod with the ingress controller's labels, in its namespace", 'open', 'closed'],
  ['the operator', 'closed', 'open'],
  ["a pod with the operator's labels, in another namespace", 'closed', 'closed'],
  ['a pod of the namespace of monitoring', 'closed', 'open'],
];

/** What the server's pod tries to reach. */
const REDIS_AND_LITELLM: readonly [what: string, target: Target, way: Way][] = [
  ['DNS, over UDP', 'dns:kubernetes.default.svc.cluster.local', 'open'],
  ['DNS, over TCP', 'kube-dns.kube-system.svc:53', 'open'],
  ['another port of the pods of DNS', 'kube-dns.kube-system.svc:9153', 'closed'],
  ['its Redis', 'redis:6379', 'open'],
  ['another port of the pod of its Redis', 'THE_REDIS:6380', 'closed'],
  ['LiteLLM', 'litellm.a2a-platform:4000', 'open'],
  ['what is behind LiteLLM', 'fake-openai.a2a-platform:8080', 'closed'],
  ["somebody else's Redis, with the same labels", `redis.${STRANGERS}:6379`, 'closed'],
  ['a pod of another namespace', `redis.${STRANGERS}:8080`, 'closed'],
  ['the internet', `${INTERNET}:443`, 'closed'],
  ["the nodes' metadata", `${METADATA}:80`, 'closed'],
  ['the API server', 'kubernetes.default.svc:443', 'closed'],
];

/** The same for a server whose models are at https://models.example.com. */
const MODELS_OUTSIDE: readonly [what: string, target: Target, way: Way][] = [
  ['the internet, on the port of the URL', `${INTERNET}:443`, 'open'],
  ['the internet, on another port', `${INTERNET}:8443`, 'closed'],
  ["the nodes' metadata, on the port of the URL", `${METADATA}:443`, 'closed'],
  ['the API server, on the port of the URL', 'kubernetes.default.svc:443', 'closed'],
  ['LiteLLM', 'litellm.a2a-platform:4000', 'closed'],
];

/** Every way, by who tries; in the order of the tables above. */
type Ways = Readonly<Record<string, readonly Way[]>>;

const ALLOWED: Ways = {
  ...Object.fromEntries(MAY_REACH.map(([who, ...ways]) => [who, ways])),
  guarded: REDIS_AND_LITELLM.map(([, , way]) => way),
  outward: MODELS_OUTSIDE.map(([, , way]) => way),
};
const EVERYTHING: Ways = Object.fromEntries(
  Object.entries(ALLOWED).map(([who, ways]) => [who, ways.map((): Way => 'open')]),
);

let story: Story;
let outside: Outside;
let before: Ways;
let restricted: Ways;

beforeAll(async () => {
  story = await beginStory('network-policy');
  outside = await startOutside();
  await makePods();
  await applyServers(false);
  await story.ready('a2as/guarded', 'a2as/outward');
  before = await seen(EVERYTHING);
  await applyServers(true);
  await story.condition('a2as/guarded', 'NetworkRestricted', { status: 'True' });
  await story.condition('a2as/outward', 'NetworkRestricted', { status: 'True' });
  restricted = await seen(ALLOWED);
});
afterAll(async () => {
  await outside.stop();
  const others = [CALLERS, STRANGERS, MONITORING];
  await story.cluster.kubectl('delete', 'pod', '-n', CONTROLLERS, 'controller', '--wait=false');
  await story.cluster.kubectl('delete', 'namespace', '--wait=false', ...others);
  await story.end();
});

/** A pod from which probes are sent, and that listens on two ports itself. */
function pod(name: string, labels: Record<string, string> = {}): Manifest & { spec: object } {
  const script = `import { createServer } from 'node:net';
    for (const port of [6379, 8080]) createServer().listen(port);`;
  const made = scriptPod(name, script, {}) as Manifest & { spec: object };
  // The script does not listen to SIGTERM.
  const spec = { ...made.spec, terminationGracePeriodSeconds: 1 };
  return { ...made, metadata: { name, labels }, spec };
}

/** The pods of everybody; each namespace is made where it is missing. */
async function makePods(): Promise<void> {
  const { cluster } = story;
  for (const name of [CALLERS, STRANGERS, MONITORING]) {
    await cluster.kubectl('delete', 'namespace', name, '--ignore-not-found');
    await cluster.apply(namespace(name));
  }
  const operator = { 'app.kubernetes.io/name': 'a2a-operator' };
  const redis = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'redis' },
    spec: {
      selector: { app: 'redis' },
      ports: [6379, 8080].map((port) => ({ name: `p${port}`, port })),
    },
  };
  const inNamespaces: Record<string, object[]> = {
    [NAMESPACE]: [pod('sibling')],
    [CALLERS]: [pod('caller')],
    [STRANGERS]: [
      pod('stranger', { app: 'redis' }),
      pod('impostor', { ...operator, 'app.kubernetes.io/instance': 'a2a-operator' }),
      redis,
    ],
    [MONITORING]: [pod('prometheus')],
    [CONTROLLERS]: [neverReady(pod('controller', { app: 'envoy' }))],
  };
  await story.kubectl('apply', '-f', join(import.meta.dirname, 'redis.yaml'));
  for (const [where, objects] of Object.entries(inNamespaces)) {
    await cluster.apply(objects.map((one) => JSON.stringify(one)).join('\n'), '-n', where);
  }
  for (const where of Object.keys(inNamespaces)) {
    const running = ['wait', '--for=jsonpath={.status.phase}=Running', '--timeout=60s'];
    await cluster.kubectl(...running, '-n', where, 'pods', '--all');
  }
}

/** So that it gets none of the requests that are for the real ingress controller. */
function neverReady<T extends { spec: object }>(made: T): T {
  const { containers } = made.spec as { containers: object[] };
  const readinessProbe = { exec: { command: ['/bin/false'] } };
  const unready = containers.map((container) => ({ ...container, readinessProbe }));
  return { ...made, spec: { ...made.spec, containers: unready } };
}

async function applyServers(enabled: boolean): Promise<void> {
  const from = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': CALLERS } } }];
  const memory = { provider: 'Redis', redis: { url: 'redis://redis' } };
  const ingress = { enabled: true, host: HOST };
  const model = { url: 'https://models.example.com', name: 'gpt' };
  await story.apply(
    agent('assistant'),
    server('guarded', { memory, ingress, networkPolicy: { enabled, from } }),
    server('outward', { model, networkPolicy: { enabled } }),
  );
}

/** Where everybody is, in the order of MAY_REACH. */
async function callers(): Promise<Place[]> {
  const [operator] = await operatorOf(story.cluster).pods();
  if (operator === undefined) throw new Error('no operator runs');
  return [
    { namespace: CALLERS, pod: 'caller' },
    { namespace: NAMESPACE, pod: 'sibling' },
    { namespace: STRANGERS, pod: 'stranger' },
    { namespace: CONTROLLERS, pod: 'controller' },
    { namespace: 'a2a-operator-system', pod: operator.metadata.name },
    { namespace: STRANGERS, pod: 'impostor' },
    { namespace: MONITORING, pod: 'prometheus' },
  ];
}

/** Tries every cell of every table once. */
async function look(): Promise<Ways> {
  const { cluster } = story;
  const [guarded] = await podsOf(story, 'guarded');
  const [outward] = await podsOf(story, 'outward');
  const redis = await story.get<{ status: { podIP: string } }>('pod', 'redis');
  const ip = guarded?.status.podIP ?? '';
  const inside = (name = ''): Place => ({ namespace: NAMESPACE, pod: name });
  const targets = (rows: typeof MODELS_OUTSIDE): Target[] =>
    rows.map(([, target]) => target.replace('THE_REDIS', redis.status.podIP));
  const places = await callers();
  const reached = places.map(async (place, row): Promise<[string, Way[]]> => {
    const ways = await probed(cluster, place, [`${ip}:3000`, `${ip}:9090`]);
    return [MAY_REACH[row]?.[0] ?? '', ways];
  });
  const [inGuarded, inOutward] = [inside(guarded?.metadata.name), inside(outward?.metadata.name)];
  return {
    ...Object.fromEntries(await Promise.all(reached)),
    guarded: await probed(cluster, inGuarded, targets(REDIS_AND_LITELLM)),
    outward: await probed(cluster, inOutward, targets(MODELS_OUTSIDE)),
  };
}

/** What is seen once the cluster has taken over what it was told, or when its time for that is up. */
async function seen(wanted: Ways): Promise<Ways> {
  let last: Ways = {};
  const isSo = async (): Promise<boolean> => {
    last = await look();
    return isDeepStrictEqual(last, wanted);
  };
  await eventually('the ways being as they should', isSo, 20).catch(() => undefined);
  return last;
}

describe('without the policy every way is open', () => {
  it.each(Object.keys(EVERYTHING))('for %s', (who) => {
    expect(before[who]).toEqual(EVERYTHING[who]);
  });
});

describe('with it a server is reached', () => {
  it.each(MAY_REACH)('by %s: A2A %s, metrics %s', (who, ...ways) => {
    expect(restricted[who]).toEqual(ways);
  });

  it('through the Ingress, and answers with its model and its memory', async () => {
    await awaitRoute(HOST);
    const headers = { 'X-API-Key': await story.apiKey('guarded') };
    const url = `${ingressBase(HOST)}/a2a`;
    const { task } = await ask({ url, headers, fetch: ingressFetch }, 'Hello');
    expect(answerOf(task)).toContain('was: Hello');
  });

  it('by its node, which no policy can keep out', async () => {
    const [guarded] = await podsOf(story, 'guarded');
    const ip = guarded?.status.podIP ?? '';
    const answers = await Promise.all([
      fetch(`http://${ip}:3000/a2a/livez`),
      fetch(`http://${ip}:9090/status`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });
});

describe('with it a server reaches', () => {
  it.each(REDIS_AND_LITELLM.map(([what, , way], row) => [what, way, row] as const))(
    '%s: %s',
    (_, way, row) => {
      expect(restricted.guarded?.[row]).toBe(way);
    },
  );

  it.each(MODELS_OUTSIDE.map(([what, , way], row) => [what, way, row] as const))(
    '%s, with models outside: %s',
    (_, way, row) => {
      expect(restricted.outward?.[row]).toBe(way);
    },
  );
});

describe('the policy', () => {
  it('says why each of its rules is there', async () => {
    const { metadata } = await story.get('networkpolicy', 'guarded');
    expect(metadata.annotations?.['a2a-operator.io/reasons']?.split('\n')).toEqual([
      'ingress 1: spec.networkPolicy.from, port 3000',
      "ingress 2: spec.ingress -> ingress controllers of the operator's configuration, port 3000",
      'ingress 3: the operator, which asks pods for their status, port 9090',
      "ingress 4: monitoring, by the operator's configuration, port 9090",
      'egress 1: DNS, port 53',
      'egress 2: spec.model.url -> Service litellm in a2a-platform, port 4000',
      `egress 3: spec.memory.redis.url -> Service redis in ${NAMESPACE}, port redis`,
    ]);
  });

  it('keeps the server Ready, also as the operator sees it later', async () => {
    const ready = await story.condition('a2as/guarded', 'Ready', { status: 'True' });
    expect(ready.reason).toBe('Ready');
    await story.condition('a2as/guarded', 'MemoryReachable', { status: 'True' });
    await story.condition('a2as/guarded', 'ModelReachable', { status: 'True' });
  });
});
