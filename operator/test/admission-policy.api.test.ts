import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { RELEASE_NAMESPACE, renderedChart } from '../../tools/test/chart.ts';
import { collectionPath, KINDS, objectPath } from '../src/kube/kinds.ts';
import { Transport } from '../src/kube/transport.ts';
import { accountKubeconfig } from './account-kubeconfig.ts';
import { eventually, startApiServer } from './api-server.ts';
import type { TestApiServer } from './api-server.ts';

jest.setTimeout(60_000);

const NAMESPACE = 'team';
const OPERATOR = 'a2a-operator';
/** Has the operator's rights, and is not the operator: what it may do, only the policy keeps from the operator. */
const TWIN = 'twin';
type Account = typeof OPERATOR | typeof TWIN;
/** With resources, so that a resize has something to change. */
const CONTAINER = { name: 'main', image: 'image:1', resources: { requests: { cpu: '10m' } } };
const REVISION = 'a2a-operator.io/revision';

let api: TestApiServer;
let accounts: Record<Account, Transport>;

beforeAll(async () => {
  api = await startApiServer();
  await api.kubectl(['create', 'namespace', RELEASE_NAMESPACE]);
  await api.kubectl(['create', 'namespace', NAMESPACE]);
  const off = { enabled: false };
  const rendered = await renderedChart({ crds: off, userRoles: off, flowSchema: off });
  const kinds = /^(ServiceAccount|ClusterRole(Binding)?|ValidatingAdmissionPolicy(Binding)?)$/;
  await succeed(
    ['apply', '-f', '-'],
    rendered.filter(({ kind }) => kinds.test(kind)),
  );
  await succeed(['create', 'serviceaccount', 'twin', '-n', RELEASE_NAMESPACE]);
  const twin = `--serviceaccount=${RELEASE_NAMESPACE}:twin`;
  await succeed(['create', 'clusterrolebinding', 'twin', '--clusterrole=a2a-operator', twin]);
  await succeed(['create', 'serviceaccount', 'runner', '-n', NAMESPACE]);
  await succeed(['apply', '-f', '-'], [aPod('ours', 'a2a-operator'), aPod('foreign', 'somebody')]);
  accounts = { [OPERATOR]: await transportOf(OPERATOR), [TWIN]: await transportOf(TWIN) };
  await policyIsInForce();
});
afterAll(async () => {
  for (const transport of Object.values(accounts)) await transport.close();
  await api.stop();
});

function aPod(name: string, managedBy: string): object {
  const labels = { 'app.kubernetes.io/managed-by': managedBy, app: 'x' };
  const annotations = { kept: 'yes' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels, annotations },
    spec: {
      serviceAccountName: 'runner',
      automountServiceAccountToken: false,
      containers: [CONTAINER],
    },
  };
}

async function succeed(args: string[], manifests?: object[]): Promise<void> {
  const output = await api.kubectl(args, manifests);
  if (output.includes('rror')) throw new Error(output);
}

/** What an account hears of a merge patch of a pod; nothing is stored. */
async function patching(account: Account, pod: string, patch: object): Promise<string> {
  const path = `${objectPath(KINDS.Pod, NAMESPACE, pod)}?dryRun=All`;
  const contentType = 'application/merge-patch+json';
  try {
    await accounts[account].json({ method: 'PATCH', path, contentType, body: patch });
    return 'patched';
  } catch (error) {
    return String(error);
  }
}

/** The API server takes a new policy up within a moment. */
async function policyIsInForce(): Promise<void> {
  await eventually('the policy', async () => {
    const attack = { metadata: { annotations: { other: 'x' } } };
    return (await patching(OPERATOR, 'ours', attack)).includes('denied') ? true : undefined;
  });
}

async function transportOf(name: string): Promise<Transport> {
  const config = new KubeConfig();
  config.loadFromFile(await accountKubeconfig(api, { namespace: RELEASE_NAMESPACE, name }));
  return new Transport(config);
}

const told = (value: string): object => ({ metadata: { annotations: { [REVISION]: value } } });
const only = 'may only set the annotation a2a-operator.io/revision of a pod';
const nothing = 'may change nothing of a pod but the annotation a2a-operator.io/revision';

describe('the operator', () => {
  it('may tell a pod of a server which version of its volumes it should have', async () => {
    expect(await patching(OPERATOR, 'ours', told('0a.1b.2'))).toContain('patched');
  });

  it.each([
    {
      attack: 'adds another annotation',
      patch: { metadata: { annotations: { x: 'y' } } },
      says: only,
    },
    {
      attack: 'edits an annotation of others',
      patch: { metadata: { annotations: { kept: 'no' } } },
      says: only,
    },
    {
      attack: 'takes an annotation of others away',
      patch: { metadata: { annotations: { kept: null } } },
      says: only,
    },
    {
      attack: 'hides another one behind its own',
      patch: { metadata: { annotations: { [REVISION]: '0a.1b', kept: 'no' } } },
      says: only,
    },
    {
      attack: 'writes something else than hashes there',
      patch: told('$(reboot)'),
      says: 'holds hashes only',
    },
    {
      attack: 'changes labels, by which Services and policies select',
      patch: { metadata: { labels: { app: 'other' } } },
      says: nothing,
    },
    {
      attack: 'takes the pod from its owner',
      patch: {
        metadata: {
          ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'mine', uid: 'u' }],
        },
      },
      says: nothing,
    },
    {
      attack: 'keeps the pod from being deleted',
      patch: { metadata: { finalizers: ['example.com/mine'] } },
      says: nothing,
    },
    {
      attack: 'runs another image',
      patch: { spec: { containers: [{ ...CONTAINER, image: 'evil:1' }] } },
      says: nothing,
    },
    {
      attack: 'lets the pod live only for a second',
      patch: { spec: { activeDeadlineSeconds: 1 } },
      says: nothing,
    },
  ])('is denied by the policy alone, when it $attack', async ({ patch, says }) => {
    expect(await patching(TWIN, 'ours', patch)).toContain('patched');
    expect(await patching(OPERATOR, 'ours', patch)).toContain(says);
  });

  it('is denied pods that are not of its servers', async () => {
    expect(await patching(TWIN, 'foreign', told('0a.1b'))).toContain('patched');
    expect(await patching(OPERATOR, 'foreign', told('0a.1b'))).toContain(
      'may only update pods of its servers',
    );
  });

  it('is denied a pod that it would first have to make its own', async () => {
    const patch = { metadata: { labels: { 'app.kubernetes.io/managed-by': 'a2a-operator' } } };
    expect(await patching(OPERATOR, 'foreign', patch)).toContain('denied');
  });

  it.each([
    { what: 'delete a pod', method: 'DELETE', path: '/ours', says: 'cannot delete' },
    { what: 'create a pod', method: 'POST', path: '', says: 'cannot create' },
    { what: 'run a command in it', method: 'POST', path: '/ours/exec', says: 'cannot create' },
    { what: 'evict it', method: 'POST', path: '/ours/eviction', says: 'cannot create' },
    {
      what: 'add a container',
      method: 'PATCH',
      path: '/ours/ephemeralcontainers',
      says: 'cannot patch',
    },
    { what: 'say how it is', method: 'PATCH', path: '/ours/status', says: 'cannot patch' },
    { what: 'resize it', method: 'PATCH', path: '/ours/resize', says: 'cannot patch' },
  ] as const)('has no right at all to $what', async ({ method, path, says }) => {
    const request = accounts[OPERATOR].json({
      method,
      path: `${collectionPath(KINDS.Pod, NAMESPACE)}${path}`,
      contentType: method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
      body: {},
    });
    await expect(request).rejects.toThrow(says);
  });
});

describe('the operator whose role somebody has widened', () => {
  beforeAll(async () => {
    for (const name of [OPERATOR, TWIN]) {
      const account = `--serviceaccount=${RELEASE_NAMESPACE}:${name}`;
      const all = '--clusterrole=cluster-admin';
      await succeed(['create', 'clusterrolebinding', `all-of-${name}`, all, account]);
    }
  });

  it.each([
    { attack: 'deletes it', method: 'DELETE', path: '/ours', body: { dryRun: ['All'] } },
    { attack: 'makes one', method: 'POST', path: '', body: aPod('new', 'a2a-operator') },
    {
      attack: 'runs a command in it',
      method: 'POST',
      path: '/ours/exec?command=true&container=main',
    },
    {
      attack: 'evicts it',
      method: 'POST',
      path: '/ours/eviction',
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'ours' } },
    },
    {
      attack: 'adds a container for a moment',
      method: 'PATCH',
      path: '/ours/ephemeralcontainers',
      body: { spec: { ephemeralContainers: [{ name: 'in', image: 'evil:1' }] } },
    },
    {
      attack: 'says how it is',
      method: 'PATCH',
      path: '/ours/status',
      body: { status: { phase: 'Failed' } },
    },
    {
      attack: 'resizes it',
      method: 'PATCH',
      path: '/ours/resize',
      body: {
        spec: { containers: [{ name: 'main', resources: { requests: { cpu: '20m' } } }] },
      },
    },
  ] as const)(
    'is denied a pod all the same, by the policy, when it $attack',
    async ({ method, path, ...rest }) => {
      // A command is never tried: there is nobody to run it.
      const dryRun = path.includes('?') ? '' : '?dryRun=All';
      const asked = (account: Account): Promise<string> =>
        accounts[account]
          .json({
            method,
            path: `${collectionPath(KINDS.Pod, NAMESPACE)}${path}${dryRun}`,
            contentType: method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
            body: 'body' in rest ? rest.body : {},
          })
          .then(
            () => 'done',
            (error: unknown) => String(error),
          );
      expect(await asked(TWIN)).not.toContain('may only update pods');
      expect(await asked(OPERATOR)).toContain('may only update pods, not create or delete them');
    },
  );
});
