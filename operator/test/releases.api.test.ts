import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { A2AServer } from '../src/api/a2aserver.ts';
import type { Condition, KubeObject } from '../src/api/object.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { eventually, startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { agentManifest } from './manifests.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';
import { TestNamespace } from './test-namespace.ts';

jest.setTimeout(90_000);

const NAMESPACE = 'fleet';
const SERVERS = ['one', 'three', 'two'];
const FIRST = 'a2a-operator/runtime:first';
const BROKEN = 'a2a-operator/runtime:broken';
const MENDED = 'a2a-operator/runtime:mended';

type Deployment = KubeObject & {
  spec: { template: { spec: { containers: { image: string }[] } } };
};

let api: TestApiServer;
let space: TestNamespace;
let operator: OperatorProcess;

beforeAll(async () => {
  api = await startApiServer();
  space = await TestNamespace.create(api, NAMESPACE, (image) => image !== BROKEN);
  await space.apply(agentManifest(), ...SERVERS.map((name) => space.serverManifest({}, { name })));
  await release(FIRST);
  await eventually('all being Ready', async () => allReady(await servers()));
});
afterAll(async () => {
  await operator.stop();
  await space.stop();
  await api.stop();
});

/** Starts the operator of a release, instead of the one before it. */
async function release(image: string): Promise<void> {
  operator = await startOperator(api.kubeconfig, {
    RUNTIME_IMAGE: image,
    MAX_CONCURRENT_ROLLOUTS: '1',
  });
}

const servers = async (): Promise<A2AServer[]> =>
  (await space.list(KINDS.A2AServer)) as A2AServer[];
const conditionOf = ({ status }: A2AServer, type: string): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);
const isReady = (server: A2AServer): boolean => conditionOf(server, 'Ready')?.status === 'True';
const allReady = (found: A2AServer[]): true | undefined => found.every(isReady) || undefined;
const withReason = (found: A2AServer[], reason: string): string[] =>
  found
    .filter((server) => conditionOf(server, 'Progressing')?.reason === reason)
    .map(({ metadata }) => metadata.name);
/** Servers whose Deployment has this image. */
async function having(image: string): Promise<string[]> {
  const deployments = (await space.list(KINDS.Deployment)) as Deployment[];
  return deployments
    .filter(({ spec }) => spec.template.spec.containers[0]?.image === image)
    .map(({ metadata }) => metadata.name);
}

describe('a release whose pods do not start', () => {
  it('stops at the first server; the others serve on, and say what they wait for', async () => {
    await operator.stop();
    await release(BROKEN);
    const waiting = await eventually('two servers waiting', async () => {
      const found = withReason(await servers(), 'WaitingForRolloutSlot');
      return found.length === 2 ? found : undefined;
    });
    const broken = await having(BROKEN);
    expect([...broken, ...waiting].sort()).toEqual(SERVERS);
    const found = await servers();
    expect(found.filter(isReady).map(({ metadata }) => metadata.name)).toEqual(waiting);
  });

  it('does not keep a user from changing a server', async () => {
    const [name = ''] = withReason(await servers(), 'WaitingForRolloutSlot');
    const change = JSON.stringify({ spec: { image: FIRST, service: { port: 8080 } } });
    await space.kubectl('patch', 'a2as', name, '--type=merge', '-p', change);
    await eventually('the Service having the port', async () => {
      const service = await space.get(KINDS.Service, name);
      const { spec } = service as KubeObject & { spec: { ports: { port: number }[] } };
      return spec.ports[0]?.port === 8080 ? true : undefined;
    });
    expect(await having(FIRST)).toContain(name);
  });
});

describe('a release that mends it', () => {
  it('reaches every server, one after the other', async () => {
    await operator.stop();
    await release(MENDED);
    await eventually('all being Ready', async () => allReady(await servers()));
    const images = await Promise.all([having(FIRST), having(BROKEN), having(MENDED)]);
    expect(images.map((names) => names.length)).toEqual([1, 0, 2]);
    await eventually('nobody progressing', async () =>
      withReason(await servers(), 'RolledOut').length === 3 ? true : undefined,
    );
  });
});
