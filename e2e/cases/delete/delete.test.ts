import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { agent, server } from '../manifests.ts';
import { beginStory, eventually } from '../story.ts';
import type { KubeObject, Story } from '../story.ts';

jest.setTimeout(120_000);

/** Every Kind that a server owns, directly or not. */
const KINDS =
  'configmaps,secrets,services,endpointslices,serviceaccounts,deployments,replicasets,pods,poddisruptionbudgets,ingresses,networkpolicies';

let story: Story;
beforeAll(async () => {
  story = await beginStory('delete');
});
afterAll(() => story.end());

/** What is in the namespace, apart from what every namespace and every story has. */
async function objects(): Promise<string[]> {
  const all = await story.list(KINDS);
  return all
    .map(({ kind, metadata }) => `${kind}/${metadata.name}`)
    .filter((name) => !EVERYWHERE.some((one) => one.test(name)))
    .sort();
}

const EVERYWHERE = [
  /^ConfigMap.kube-root-ca.crt$/,
  /^ServiceAccount.default$/,
  /^Secret.platform-credentials$/,
  // Kubernetes' own object for the Service of somebody else.
  /^EndpointSlice.taken-metrics-/,
];

describe('kubectl delete of a server', () => {
  it('leaves nothing of it', async () => {
    const ingress = { enabled: true, host: 'goner.localhost' };
    await story.apply(agent('assistant'), server('goner', { ingress }));
    await story.ready('a2as/goner');
    const owned = await objects();
    for (const kind of ['Deployment', 'Service', 'Secret', 'Ingress', 'PodDisruptionBudget']) {
      expect(owned).toContainEqual(expect.stringMatching(`^${kind}/goner`));
    }
    await story.kubectl('delete', 'a2as', 'goner');
    await eventually('an empty namespace', async () => (await objects()).length === 0, 60);
  });

  it('leaves the agents, and says that nobody hosts them', async () => {
    const wanted = { status: 'False', reason: 'NotSelected', says: ['add it to spec.agents'] };
    await story.condition('agentdef/assistant', 'Ready', wanted);
  });
});

const SERVICE = 'Service/taken-metrics';

describe('an object of somebody else that has the name of a child', () => {
  const foreign = (): Promise<KubeObject> => story.get('service', 'taken-metrics');
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'taken-metrics' },
    spec: { selector: { app: 'mine' }, ports: [{ port: 1234 }] },
  };
  let before: KubeObject;
  beforeAll(async () => {
    await story.apply(service, agent('assistant'));
    before = await foreign();
  });

  it('stalls the server, which names it and the remedy', async () => {
    await story.apply(server('taken'));
    const says = ['Service "taken-metrics"', 'does not belong to this server', 'rename the server'];
    const wanted = { status: 'True', reason: 'NameTaken', says };
    await story.condition('a2as/taken', 'Stalled', wanted);
    expect(await foreign()).toEqual(before);
  });

  it('is untouched when the server is deleted', async () => {
    await story.kubectl('delete', 'a2as', 'taken');
    await eventually('nothing of ours', async () => (await objects()).join() === SERVICE);
    expect(await foreign()).toEqual(before);
  });

  it('is no obstacle once it is gone', async () => {
    await story.apply(server('taken'));
    await story.condition('a2as/taken', 'Stalled', { status: 'True' });
    await story.kubectl('delete', 'service', 'taken-metrics');
    await story.ready('a2as/taken');
  });
});
