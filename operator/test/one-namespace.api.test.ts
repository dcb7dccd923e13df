import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RELEASE_NAMESPACE, renderedChart } from '../../tools/test/chart.ts';
import { CHILD_KINDS, KINDS } from '../src/kube/kinds.ts';
import { accountKubeconfig } from './account-kubeconfig.ts';
import { eventually, startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { startFakePods } from './fake-pods.ts';
import type { FakePods } from './fake-pods.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';

jest.setTimeout(60_000);

const OURS = 'team-a';
const OTHER = 'team-b';
const account = { namespace: RELEASE_NAMESPACE, name: 'a2a-operator' };

let api: TestApiServer;
let pods: FakePods;
let operator: OperatorProcess | undefined;

const FLAGS = [
  // As on OpenShift: blockOwnerDeletion needs a right on the owner's finalizers.
  '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
  // As in older versions of Kubernetes: the first state of a watch has to be listed.
  '--feature-gates=WatchList=false',
];

beforeAll(async () => {
  api = await startApiServer(FLAGS);
  for (const name of [RELEASE_NAMESPACE, OURS, OTHER]) {
    await api.kubectl(['create', 'namespace', name]);
  }
  const rights = /^(ServiceAccount|(Cluster)?Role(Binding)?)$/;
  const off = { enabled: false };
  const values = { watchNamespace: OURS, crds: off, userRoles: off, flowSchema: off };
  const chart = await renderedChart(values);
  await succeeded(
    api.kubectl(
      ['apply', '-f', '-'],
      chart.filter(({ kind }) => rights.test(kind)),
    ),
  );
  pods = await startFakePods(api, OURS);
  for (const namespace of [OURS, OTHER]) await apply(namespace, agent, server('demo'));
  operator = await startOperator(await accountKubeconfig(api, account), {
    WATCH_NAMESPACE: OURS,
    LEASE_NAMESPACE: RELEASE_NAMESPACE,
    POD_NAME: 'a2a-operator-0',
  });
});
afterAll(async () => {
  await operator?.stop();
  await pods.stop();
  await api.stop();
});

const agent = {
  apiVersion: 'a2a-operator.io/v1alpha1',
  kind: 'AgentDefinition',
  metadata: { name: 'assistant' },
  spec: { description: 'Answers.' },
};
const server = (name: string, spec: object = {}): object => ({
  apiVersion: 'a2a-operator.io/v1alpha1',
  kind: 'A2AServer',
  metadata: { name },
  spec: {
    agents: { names: ['assistant'] },
    model: { url: 'http://litellm:4000', name: 'gpt' },
    metrics: { port: pods.port },
    ...spec,
  },
});
const withIngress = { ingress: { enabled: true, host: 'demo.example.com' } };

async function succeeded(answer: Promise<string>): Promise<void> {
  const output = await answer;
  if (output.includes('rror')) throw new Error(output);
}
const apply = (namespace: string, ...manifests: object[]): Promise<void> =>
  succeeded(api.kubectl(['apply', '-n', namespace, '-f', '-'], manifests));

/** Waits until the server says this; kubectl's own wait ends with an error, which is a text here. */
async function says(jsonpath: string, text: string, name = 'demo'): Promise<void> {
  await eventually(`${jsonpath} being ${text}`, async () => {
    const query = ['get', 'a2as', name, '-n', OURS, '-o', `jsonpath=${jsonpath}`];
    return (await api.kubectl(query)).includes(text) ? true : undefined;
  });
}
const READY =
  '{.metadata.generation}={.status.observedGeneration} {.status.conditions[?(@.type=="Ready")].status}';
const ready = async (generation: number): Promise<void> =>
  says(READY, `${generation}=${generation} True`);

/** Kinds of what servers own in a namespace. */
async function ownedKinds(namespace: string): Promise<string[]> {
  const lists = await Promise.all(CHILD_KINDS.map((kind) => api.list(kind, namespace)));
  const owned = lists.flat().filter(({ metadata }) => metadata.ownerReferences !== undefined);
  return [...new Set(owned.map(({ kind }) => kind))].sort();
}

describe('an operator that has one namespace, and its rights there only', () => {
  it('brings a server up', async () => {
    await ready(1);
    expect(await ownedKinds(OURS)).toEqual([
      'ConfigMap',
      'Deployment',
      'PodDisruptionBudget',
      'Secret',
      'Service',
      'ServiceAccount',
    ]);
  });

  it('follows an edit, and takes it back', async () => {
    const hasIngress = (wanted: boolean) => async (): Promise<true | undefined> => {
      const ingress = await api.kube.get(KINDS.Ingress, { namespace: OURS, name: 'demo' });
      return (ingress !== undefined) === wanted ? true : undefined;
    };
    await apply(OURS, server('demo', withIngress));
    await eventually('an Ingress', hasIngress(true));
    await apply(OURS, server('demo'));
    await eventually('the Ingress going', hasIngress(false));
    await ready(3);
  });

  it('repairs what others delete', async () => {
    const budget = { namespace: OURS, name: 'demo' };
    const before = await api.kube.get(KINDS.PodDisruptionBudget, budget);
    await api.kubectl(['delete', 'pdb', 'demo', '-n', OURS]);
    await eventually('a new one', async () => {
      const now = await api.kube.get(KINDS.PodDisruptionBudget, budget);
      return now !== undefined && now.metadata.uid !== before?.metadata.uid ? true : undefined;
    });
  });

  it('leads by the Lease of its own namespace', async () => {
    const lease = ['get', 'lease', 'a2a-operator', '-n', RELEASE_NAMESPACE];
    const holder = await api.kubectl([...lease, '-o', 'jsonpath={.spec.holderIdentity}']);
    expect(holder).toContain('a2a-operator-0');
  });

  it('leaves the servers of other namespaces alone', async () => {
    expect(await ownedKinds(OTHER)).toEqual([]);
    const query = ['get', 'a2as,agentdef', '-n', OTHER, '-o', 'jsonpath={.items[*].status}'];
    expect(await api.kubectl(query)).toBe('{"observedGeneration":-1} {"observedGeneration":-1}');
  });

  it('misses no right: it complains of nothing', () => {
    const complaints = operator
      ?.logs()
      .filter(({ level }) => level === 'error' || level === 'warn');
    expect(complaints).toEqual([]);
  });

  it('needs the right on finalizers, where the plugin asks for it', async () => {
    const role = ['role', 'a2a-operator', '-n', OURS];
    const path = `jsonpath={.rules[*].resources}`;
    const rules = (await api.kubectl(['get', ...role, '-o', path])).split(' ');
    const index = rules.findIndex((resources) => resources.includes('finalizers'));
    const removal = JSON.stringify([{ op: 'remove', path: `/rules/${index}` }]);
    await succeeded(api.kubectl(['patch', ...role, '--type=json', '-p', removal]));
    await apply(OURS, server('blocked'));
    const message = '{.status.conditions[?(@.type=="Stalled")].message}';
    await says(message, 'cannot set blockOwnerDeletion', 'blocked');
  });
});
