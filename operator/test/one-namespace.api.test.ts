import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RELEASE_NAMESPACE, renderedChart } from '../../tools/test/chart.ts';
import { KINDS } from '../src/kube/kinds.ts';
import { accountKubeconfig } from './account-kubeconfig.ts';
import { eventually, startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';
import { agentManifest, service } from './manifests.ts';
import { startOperator } from './operator-process.ts';
import type { OperatorProcess } from './operator-process.ts';
import { TestNamespace } from './test-namespace.ts';

jest.setTimeout(60_000);

const OURS = 'team-a';
const OTHER = 'team-b';
const account = { namespace: RELEASE_NAMESPACE, name: 'a2a-operator' };

let api: TestApiServer;
let ours: TestNamespace;
let other: TestNamespace;
let operator: OperatorProcess;

const FLAGS = [
  // As on OpenShift: blockOwnerDeletion needs a right on the owner's finalizers.
  '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
  // As in older versions of Kubernetes: the first state of a watch has to be listed.
  '--feature-gates=WatchList=false',
];

beforeAll(async () => {
  api = await startApiServer(FLAGS);
  ours = await TestNamespace.create(api, OURS);
  other = await TestNamespace.create(api, OTHER);
  await installRights();
  for (const space of [ours, other]) await space.apply(agentManifest(), space.serverManifest());
  operator = await startReplica('a2a-operator-0');
});
afterAll(async () => {
  await operator.stop();
  await other.stop();
  await ours.stop();
  await api.stop();
});

/** The account and its rights, as the chart gives them to a release that watches one namespace. */
async function installRights(): Promise<void> {
  await api.kubectl(['create', 'namespace', RELEASE_NAMESPACE]);
  const off = { enabled: false };
  const values = { watchNamespace: OURS, crds: off, userRoles: off, flowSchema: off };
  const rights = /^(ServiceAccount|(Cluster)?Role(Binding)?|ValidatingAdmissionPolicy(Binding)?)$/;
  const manifests = (await renderedChart(values)).filter(({ kind }) => rights.test(kind));
  const output = await api.kubectl(['apply', '-f', '-'], manifests);
  if (output.includes('rror')) throw new Error(output);
}

const withIngress = { ingress: { enabled: true, host: 'demo.example.com' } };

/** Kinds of what the server of a namespace owns. */
async function ownedKinds(space: TestNamespace): Promise<string[]> {
  return [...new Set((await space.owned()).map(({ kind }) => kind))].sort();
}

async function startReplica(name: string): Promise<OperatorProcess> {
  return startOperator(await accountKubeconfig(api, account), {
    WATCH_NAMESPACE: OURS,
    LEASE_NAMESPACE: RELEASE_NAMESPACE,
    POD_NAME: name,
  });
}

/** Who leads. */
function holder(): Promise<string> {
  const lease = ['get', 'lease', 'a2a-operator', '-n', RELEASE_NAMESPACE];
  return api.kubectl([...lease, '-o', 'jsonpath={.spec.holderIdentity}']);
}

describe('an operator that has one namespace, and its rights there only', () => {
  it('brings a server up', async () => {
    await ours.ready();
    expect(await ownedKinds(ours)).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PodDisruptionBudget',
      'Secret',
      'Service',
      'ServiceAccount',
    ]);
  });

  it('follows an edit, and takes it back', async () => {
    const hasIngress = (wanted: boolean) => async (): Promise<true | undefined> => {
      const ingress = await ours.get(KINDS.Ingress, 'demo');
      return (ingress !== undefined) === wanted ? true : undefined;
    };
    await ours.apply(ours.serverManifest(withIngress));
    await eventually('an Ingress', hasIngress(true));
    await ours.apply(ours.serverManifest());
    await eventually('the Ingress going', hasIngress(false));
    await ours.ready();
  });

  it('says which Services it may not look at, and misses no other', async () => {
    const redis = { url: 'redis://redis.team-b.svc' };
    await ours.apply(
      service('litellm', { ports: [{ port: 4000, targetPort: 'http' }] }),
      ours.serverManifest({ memory: { provider: 'Redis', redis } }),
    );
    await ours.serverCondition('NetworkRestricted', {
      status: 'True',
      reason: 'DestinationsClosed',
      says: 'spec.memory.redis.url: the operator may not look at Service redis in team-b',
    });
    const policy = await ours.get(KINDS.NetworkPolicy, 'demo');
    const reasons = policy?.metadata.annotations?.['a2a-operator.io/reasons'];
    expect(reasons).toContain('spec.model.url -> Service litellm in team-a, port http');
    expect(reasons).toContain('spec.memory.redis.url -> every pod of team-b');
    await ours.apply(ours.serverManifest());
    await ours.ready();
  });

  it('repairs what others delete', async () => {
    const before = await ours.get(KINDS.PodDisruptionBudget, 'demo');
    await ours.kubectl('delete', 'pdb', 'demo');
    await eventually('a new one', async () => {
      const now = await ours.get(KINDS.PodDisruptionBudget, 'demo');
      return now !== undefined && now.metadata.uid !== before?.metadata.uid ? true : undefined;
    });
  });

  it('leads by the Lease of its own namespace', async () => {
    expect(await holder()).toContain('a2a-operator-0');
  });

  it('has a standby that is ready, does not lead, and stops with 0', async () => {
    const standby = await startReplica('a2a-operator-1');
    const metrics = await (await fetch(`${standby.opsUrl}/metrics`)).text();
    expect(metrics).toContain('leader_election_master_status{name="a2a-operator"} 0');
    expect(await standby.stop()).toBe(0);
    expect(await holder()).toContain('a2a-operator-0');
  });

  it('leaves the servers of other namespaces alone', async () => {
    expect(await ownedKinds(other)).toEqual([]);
    const query = ['get', 'a2as,agentdef', '-o', 'jsonpath={.items[*].status}'];
    const statuses = await other.kubectl(...query);
    expect(statuses).toBe('{"observedGeneration":-1} {"observedGeneration":-1}');
  });

  it('misses no right: it complains of nothing', () => {
    const complaints = operator.logs().filter(({ level }) => level === 'error' || level === 'warn');
    expect(complaints).toEqual([]);
  });

  it('needs the right on finalizers, where the plugin asks for it', async () => {
    const role = ['role', 'a2a-operator'];
    const rules = await ours.kubectl('get', ...role, '-o', 'jsonpath={.rules[*].resources}');
    const index = rules.split(' ').findIndex((resources) => resources.includes('finalizers'));
    const removal = JSON.stringify([{ op: 'remove', path: `/rules/${index}` }]);
    await ours.kubectl('patch', ...role, '--type=json', '-p', removal);
    await ours.apply(ours.serverManifest({}, { name: 'blocked' }));
    const says = 'cannot set blockOwnerDeletion';
    await ours.serverCondition(
      'Ready',
      { status: 'False', reason: 'ApplyFailed', says },
      'blocked',
    );
  });
});
