import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { A2AServer } from '../src/api/a2aserver.ts';
import type { KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { agentManifest, serverManifest } from './manifests.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';
import { TestNamespace } from './test-namespace.ts';

jest.setTimeout(90_000);

const NAMESPACE = 'hostile';
/** Kubernetes refuses more than 256 KiB of annotations, names and values together. */
const LARGEST_ANNOTATION = 'x'.repeat(255 * 1024);

let api: TestApiServer;
let space: TestNamespace;
let operator: OperatorProcess;

beforeAll(async () => {
  api = await startApiServer();
  space = await TestNamespace.create(api, NAMESPACE);
  operator = await startOperator(api.kubeconfig, { LOG_LEVEL: 'info' });
});
afterAll(async () => {
  await operator.stop();
  await space.stop();
  await api.stop();
});

/** A server, and the only agent that it hosts. */
async function createPair(
  server: object,
  agent: { name: string },
  description = 'Answers.',
): Promise<void> {
  const agents = { names: [agent.name] };
  await space.create(
    agentManifest({ description }, agent),
    space.serverManifest({ agents }, server),
  );
}

/** Resource versions of what a server owns. */
async function versionsOf(server: string): Promise<string[]> {
  const owned = await space.owned(server);
  return owned.map(
    ({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.resourceVersion ?? ''}`,
  );
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
    await createPair({ name: server }, { name: agent }, 'd'.repeat(1024));
    await space.ready(server);
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
    await createPair({ name }, { name }, text);
    await space.ready(name);
    const maps = (await space.list(KINDS.ConfigMap)) as (KubeObject & {
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

describe('what every JavaScript object has by birth', () => {
  it('is an agent’s name like any other', async () => {
    await createPair({ name: 'by-birth' }, { name: 'constructor' });
    await space.ready('by-birth');
  });

  it('is no key of a ConfigMap, and keeps no other agent of the server from being served', async () => {
    const configMapKeyRef = { name: 'kube-root-ca.crt', key: 'toString' };
    const labels = { hosted: 'by-all-agents' };
    await space.create(
      agentManifest({ instructions: { configMapKeyRef } }, { name: 'hostile-key', labels }),
      agentManifest({}, { name: 'harmless', labels }),
      space.serverManifest(
        { agents: { selector: { matchLabels: labels }, default: 'harmless' } },
        { name: 'all-agents' },
      ),
    );
    await space.ready('all-agents');
    const server = await space.get(KINDS.A2AServer, 'all-agents');
    const { agents = [] } = (server as A2AServer).status ?? {};
    expect(agents.find(({ name }) => name === 'hostile-key')?.message).toContain(
      'ConfigMap "kube-root-ca.crt" with key "toString" was not found',
    );
  });
});

describe('the largest annotations that Kubernetes takes', () => {
  it('neither keep a server from being Ready nor reach its objects', async () => {
    const annotations = { 'example.com/large': LARGEST_ANNOTATION };
    await createPair({ name: 'large', annotations }, { name: 'large' });
    await space.ready('large');
    expect((await versionsOf('large')).length).toBeGreaterThan(4);
    const service = await space.get(KINDS.Service, 'large');
    expect(service?.metadata.annotations).not.toHaveProperty(['example.com/large']);
  });
});

describe('hundreds of changes of one object, as fast as the API server takes them', () => {
  it('write nothing, queue it once, and do not keep others from being served', async () => {
    await createPair({ name: 'busy' }, { name: 'busy' });
    await space.ready('busy');
    const before = await versionsOf('busy');
    const depths: number[] = [];
    const { apiVersion, kind } = serverManifest();
    let changes = 0;
    let othersAreServed = false;
    const change = async (worker: number): Promise<void> => {
      while (changes < 500 || !othersAreServed) {
        changes += 1;
        const labels = { [`worker-${worker}`]: String(changes) };
        const metadata = { name: 'busy', namespace: NAMESPACE, labels };
        await api.kube.apply({ apiVersion, kind, metadata });
      }
    };
    const sample = async (): Promise<void> => {
      while (changes < 500 || !othersAreServed) depths.push(...(await metric('workqueue_depth')));
    };
    const storm = Promise.all([...[1, 2, 3, 4].map(change), sample()]);
    await createPair({ name: 'quiet' }, { name: 'quiet' });
    await space.ready('quiet');
    othersAreServed = true;
    await storm;
    const objects = (await space.list(KINDS.A2AServer)).length;
    expect(depths.length).toBeGreaterThan(10);
    expect(Math.max(...depths)).toBeLessThanOrEqual(objects);
    expect(await versionsOf('busy')).toEqual(before);
  });
});

describe('the operator', () => {
  it('logged no error in all of this', () => {
    expect(operator.logs().filter(({ level }) => level === 'error')).toEqual([]);
  });
});
