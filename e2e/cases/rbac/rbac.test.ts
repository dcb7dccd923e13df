import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { auditedSince, deniedRequests } from '../../cluster/audit/used.ts';
import { agent, configMap, secret, server } from '../manifests.ts';
import { operatorOf } from '../operator.ts';
import { beginStory, eventually } from '../story.ts';
import { foreignObjects } from './foreign-objects.ts';
import { differenceSince, operatorGrants } from './rights.ts';
import type { Story } from '../story.ts';

jest.setTimeout(150_000);

let story: Story;
let startMs: number;

// The operator starts from nothing, so that its first requests are in the log as well.
beforeAll(async () => {
  story = await beginStory('rbac');
  const operator = operatorOf(story.cluster);
  await operator.stop();
  await operator.kubectl('delete', 'lease', 'a2a-operator', '--ignore-not-found');
  startMs = Date.now();
  await operator.start();
});
afterAll(() => story.end());

const exists = async (kind: string, name: string): Promise<boolean> =>
  (await story.kubectl('get', kind, name, '--ignore-not-found')) !== '';

const texts = { instructions: { configMapKeyRef: { name: 'texts', key: 'prompt' } } };
const ingress = { enabled: true, host: 'rbac.localhost' };
const foreign = foreignObjects('watched');

describe('the operator, allowed what the chart grants,', () => {
  it('finds out whose an object is that has the name of a child, for every kind', async () => {
    await story.apply(...foreign, configMap('texts', { prompt: 'Be brief.' }));
    await story.apply(agent('assistant', texts), server('watched', { ingress }));
    await story.condition('a2as/watched', 'Stalled', { status: 'True', reason: 'NameTaken' });
    for (const { kind, metadata } of foreign) {
      const { ownerReferences } = (await story.get(kind, metadata.name)).metadata;
      expect([kind, ownerReferences]).toEqual([kind, undefined]);
    }
  });

  it('finds that out of a Deployment when the NetworkPolicy that it needs is there', async () => {
    await story.kubectl('delete', 'networkpolicy', 'watched');
    await eventually('the NetworkPolicy', () => exists('networkpolicy', 'watched'), 30);
    await story.condition('a2as/watched', 'NetworkRestricted', { status: 'True' });
    const { ownerReferences } = (await story.get('Deployment', 'watched')).metadata;
    expect(ownerReferences).toBeUndefined();
  });

  it('creates every kind of child', async () => {
    const names = foreign.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    await story.kubectl('delete', ...names);
    await story.ready('a2as/watched', 'agentdef/assistant');
    for (const { kind, metadata } of foreign) {
      const { ownerReferences } = (await story.get(kind, metadata.name)).metadata;
      expect([kind, ownerReferences?.length]).toEqual([kind, 1]);
    }
  });

  it.each(['once', 'again'])('repairs what was edited by hand, %s', async () => {
    // The second time the Event of the first is counted.
    const edit = '[{"op":"replace","path":"/spec/ports/0/port","value":8081}]';
    await story.kubectl('patch', 'service', 'watched', '--type=json', '-p', edit);
    const port = ['get', 'service', 'watched', '-o', 'jsonpath={.spec.ports[0].port}'];
    await eventually('the repair', async () => (await story.kubectl(...port)) === '80', 10);
  });

  it('deletes every kind of child that a server can stop wanting', async () => {
    const settings = async (): Promise<string[]> => {
      const all = await story.list('configmaps');
      const names = all.map(({ metadata }) => metadata.name);
      return names.filter((name) => name.startsWith('watched-config-'));
    };
    const [before] = await settings();
    const changed = {
      ingress: { enabled: false },
      networkPolicy: { enabled: false },
      logging: { level: 'Debug' },
      auth: { apiKeysSecretRef: { name: 'callers' } },
      pod: { serviceAccountName: 'default', resources: { requests: { memory: '64Mi' } } },
    };
    await story.apply(secret('callers', { alice: 'a-key' }), server('watched', changed));
    await story.ready('a2as/watched');
    // The generated key and the old settings are kept while a ReplicaSet could start pods with them.
    await deleteOldReplicaSets();
    await story.kubectl('annotate', 'a2as', 'watched', 'e2e/look=again');
    await eventually('the deletions', async () => {
      const unwanted = [
        ['ingress', 'watched'],
        ['networkpolicy', 'watched'],
        ['serviceaccount', 'watched'],
        ['secret', 'watched-api-key'],
        ['configmap', before ?? ''],
      ] as const;
      const left = await Promise.all(unwanted.map(([kind, name]) => exists(kind, name)));
      return !left.includes(true);
    });
    expect(await settings()).toHaveLength(1);
  });

  it('asks for no more than that', async () => {
    expect(deniedRequests(await auditedSince(startMs))).toEqual([]);
  });

  it('asks for all of it', async () => {
    const granted = await operatorGrants(story.cluster);
    expect(granted).not.toEqual([]);
    let difference = '';
    // What is written after a condition, as an Event is, may come a moment later.
    const isExact = async (): Promise<boolean> => {
      difference = await differenceSince(startMs, granted);
      return difference === '';
    };
    await eventually('all rights being used', isExact, 15).catch((cause: unknown) => {
      throw new Error(`the operator's rights are not what it uses\n${difference}`, { cause });
    });
  });
});

async function deleteOldReplicaSets(): Promise<void> {
  const all = await story.list<{ spec: { replicas: number } }>('replicasets');
  const old = all.filter(({ spec }) => spec.replicas === 0).map(({ metadata }) => metadata.name);
  expect(old).not.toEqual([]);
  await story.kubectl('delete', 'replicaset', ...old);
}

describe('a user', () => {
  const may = async (user: string, verb: string, kind: string, of = ''): Promise<string> => {
    const resource = [`${kind}.a2a-operator.io`, `--subresource=${of}`];
    const question = ['auth', 'can-i', verb, ...resource, '--as', user];
    // kubectl ends with an error when the answer is no.
    return (await story.kubectl(...question).catch(() => 'no')).trim();
  };
  it.each([
    { role: 'view', get: 'yes', create: 'no', patch: 'no' },
    { role: 'edit', get: 'yes', create: 'yes', patch: 'yes' },
    { role: 'admin', get: 'yes', create: 'yes', patch: 'yes' },
  ])('with the role $role of Kubernetes: create $create', async ({ role, ...rights }) => {
    await story.kubectl('create', 'rolebinding', role, `--clusterrole=${role}`, `--user=${role}`);
    for (const kind of ['a2aservers', 'agentdefinitions']) {
      for (const [verb, answer] of Object.entries(rights)) {
        expect([kind, verb, await may(role, verb, kind)]).toEqual([kind, verb, answer]);
      }
    }
    expect(await may(role, 'patch', 'a2aservers', 'scale')).toBe(rights.patch);
    expect(await may(role, 'patch', 'a2aservers', 'status')).toBe('no');
  });
});

describe("the operator's requests", () => {
  it('have their own place in the queues of the API server', async () => {
    const metrics = await story.cluster.kubectl('get', '--raw', '/metrics');
    const served = [
      ['a2a-operator', 'workload-high'],
      ['a2a-operator-leader-election', 'leader-election'],
    ].filter(([schema, level]) => {
      const labels = `\\{flow_schema="${schema ?? ''}",priority_level="${level ?? ''}"\\}`;
      const dispatched = `^apiserver_flowcontrol_dispatched_requests_total${labels} [1-9]`;
      return new RegExp(dispatched, 'm').test(metrics);
    });
    expect(served.map(([schema]) => schema)).toEqual([
      'a2a-operator',
      'a2a-operator-leader-election',
    ]);
  });
});
