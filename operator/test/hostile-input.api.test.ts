import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { A2AServer } from '../src/api/a2aserver.ts';
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { eventually, startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { startFakePods } from './fake-pods.ts';
import type { FakePods } from './fake-pods.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';

jest.setTimeout(90_000);

const NAMESPACE = 'hostile';
/** Kubernetes refuses more than 256 KiB of annotations, names and values together. */
const LARGEST_ANNOTATION = 'x'.repeat(255 * 1024);

let api: TestApiServer;
let pods: FakePods;
let operator: OperatorProcess;

beforeAll(async () => {
  api = await startApiServer();
  await api.kubectl(['create', 'namespace', NAMESPACE]);
  pods = await startFakePods(api, NAMESPACE);
  operator = await startOperator(api.kubeconfig, { LOG_LEVEL: 'info' });
});
afterAll(async () => {
  await operator.stop();
  await pods.stop();
  await api.stop();
});

async function create(kind: string, metadata: object, spec: object): Promise<void> {
  const manifest = {
    apiVersion: 'a2a-operator.io/v1alpha1',
    kind,
    metadata: { namespace: NAMESPACE, ...metadata },
    spec,
  };
  const answer = await api.kubectl(['create', '-f', '-'], [manifest]);
  if (!answer.includes('created')) throw new Error(answer);
}

const createServer = (name: string, agent: string, metadata: object = {}): Promise<void> =>
  create(
    'A2AServer',
    { name, ...metadata },
    {
      agents: { names: [agent] },
      model: { url: 'http://litellm:4000', name: 'gpt' },
      metrics: { port: pods.port },
    },
  );

const ready = (name: string): Promise<A2AServer> =>
  eventually(`${name} being Ready`, async () => {
    const found = await api.kube.get(KINDS.A2AServer, { namespace: NAMESPACE, name });
    const { status } = found as A2AServer;
    const condition = status?.conditions?.find(({ type }) => type === 'Ready');
    return condition?.status === 'True' ? (found as A2AServer) : undefined;
  });

/** Resource versions of what a server owns. */
async function versionsOf(server: A2AServer): Promise<string[]> {
  const kinds = [KINDS.Deployment, KINDS.Service, KINDS.ConfigMap, KINDS.Secret];
  const lists = await Promise.all(kinds.map((kind) => api.list(kind, NAMESPACE)));
  return lists
    .flat()
    .filter(({ metadata }) => metadata.ownerReferences?.[0]?.uid === server.metadata.uid)
    .map(({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion ?? ''}`);
}

async function metric(name: string): Promise<number[]> {
  const page = await (await fetch(`${operator.opsUrl}/metrics`)).text();
  return page
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .map((line) => Number(line.slice(line.lastIndexOf(' '))));
}

describe('names and texts', () => {
  it('may be as long as the schema lets them be', async () => {
    const agent = 'a'.repeat(63);
    const server = 's'.repeat(40);
    await create('AgentDefinition', { name: agent }, { description: 'd'.repeat(1024) });
    await createServer(server, agent);
    await ready(server);
  });

  it.each([
    { reason: 'other scripts and emoji', text: 'Ελληνικά, 中文, 👩‍👩‍👧' },
    { reason: 'marks that turn the direction of text', text: 'abc\u202edef\u2066' },
    { reason: 'half of a surrogate pair is replaced by the API server', text: 'half\ud83d' },
    { reason: 'markup and quotes', text: '</script>"\'`&amp; --- %s' },
    {
      reason: 'what templates would run',
      text: '{{constructor}} ${process.env} $(id) {{ .Values }}',
    },
    { reason: 'words that objects have by birth', text: '__proto__ constructor toString' },
  ])('reach the pods as they are: $reason', async ({ text }) => {
    const name = `text-${Buffer.from(text).toString('hex').slice(0, 24)}`;
    await create('AgentDefinition', { name }, { description: text });
    await createServer(name, name);
    await ready(name);
    const maps = (await api.list(KINDS.ConfigMap, NAMESPACE)) as (KubeObject & {
      data?: Record<string, string>;
    })[];
    const files = maps
      .filter(({ metadata }) => metadata.name.startsWith(`${name}-agents-`))
      .flatMap(({ data = {} }) => Object.entries(data))
      .filter(([file]) => file.startsWith(name));
    const [, file = ''] = files[0] ?? [];
    const { spec } = JSON.parse(file) as { spec: { description: string } };
    expect(spec.description).toBe(text.toWellFormed());
  });
});

describe('the largest annotations that Kubernetes takes', () => {
  it('neither keep a server from being Ready nor reach its objects', async () => {
    await create('AgentDefinition', { name: 'large' }, { description: 'Answers.' });
    const annotations = { 'example.com/large': LARGEST_ANNOTATION };
    await createServer('large', 'large', { annotations });
    const versions = await versionsOf(await ready('large'));
    expect(versions.length).toBeGreaterThan(4);
    const service = await api.kube.get(KINDS.Service, { namespace: NAMESPACE, name: 'large' });
    expect(service?.metadata.annotations).not.toHaveProperty(['example.com/large']);
  });
});

describe('hundreds of changes of one object, as fast as the API server takes them', () => {
  it('write nothing, queue it once, and do not keep others from being served', async () => {
    await create('AgentDefinition', { name: 'busy' }, { description: 'Answers.' });
    await createServer('busy', 'busy');
    const busy = await ready('busy');
    const before = await versionsOf(busy);
    const depths: number[] = [];
    const { apiVersion, kind } = busy;
    let changes = 0;
    let othersAreServed = false;
    const change = async (worker: number): Promise<void> => {
      while (changes < 500 || !othersAreServed) {
        changes += 1;
        const labels = { [`worker-${worker}`]: String(changes) };
        const metadata = { name: 'busy', namespace: NAMESPACE, labels };
        await api.kube.overwrite({ apiVersion, kind, metadata });
        if (changes % 50 === 0) depths.push(...(await metric('workqueue_depth')));
      }
    };
    const storm = Promise.all([1, 2, 3, 4].map(change));
    await createServer('quiet', 'busy');
    await ready('quiet');
    othersAreServed = true;
    await storm;
    const objects = (await api.list(KINDS.A2AServer, NAMESPACE)).length;
    expect(Math.max(...depths)).toBeLessThanOrEqual(objects);
    expect(await versionsOf(busy)).toEqual(before);
  });
});

describe('the operator', () => {
  it('logged no error in all of this', () => {
    expect(operator.logs().filter(({ level }) => level === 'error')).toEqual([]);
  });
});
